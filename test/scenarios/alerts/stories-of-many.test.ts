import { describe } from 'vitest';
import { eachTick, HIGH, tellStories } from './tell-stories.ts';
import { firing, normal, together } from './timeline.ts';

const six = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('many things of a watch at once', () => {
  tellStories([
    [
      'are one message, and one end',
      {
        until: '1h',
        signals: [
          ['0', together(six, 'firing')],
          ['10m', together(six, 'normal')],
        ],
        told: ['1m slack first-notice MEDIUM w: 6 at once', '20m slack all-resolved MEDIUM w: 6 at once'],
        alone: ['1m slack first-notice MEDIUM w: 6 at once'],
      },
    ],
    [
      'page once',
      {
        until: '10m',
        signals: [['0', together(six, 'firing', HIGH)]],
        told: ['1m slack first-notice HIGH w: 6 at once', '1m pager first-notice HIGH w: 6 at once'],
      },
    ],
    [
      'are five messages where they are five',
      {
        until: '10m',
        signals: [['0', together(six.slice(1), 'firing')]],
        told: six.slice(1).map((one) => `1m slack first-notice MEDIUM ${one}`),
      },
    ],
    [
      'are told one by one where nobody asks for storms',
      {
        until: '10m',
        alerts: { storm: 'off' },
        signals: [['0', together(six, 'firing')]],
        told: six.map((one) => `1m slack first-notice MEDIUM ${one}`),
      },
    ],
    [
      'are one message with what joins them at the next tick',
      {
        until: '20m',
        signals: [
          ['0', together(six, 'firing')],
          ['5m', together(['g', 'h'], 'firing')],
        ],
        alone: ['1m slack first-notice MEDIUM w: 6 at once'],
        told: ['1m slack first-notice MEDIUM w: 6 at once'],
      },
    ],
    [
      'leave what was told before them its own end',
      {
        until: '1h',
        signals: [
          ['0', firing('a')],
          ['5m', together([...six.slice(1), 'g'], 'firing')],
          ['10m', together([...six, 'g'], 'normal')],
        ],
        alone: ['1m slack first-notice MEDIUM a'],
        told: [
          '1m slack first-notice MEDIUM a',
          '6m slack first-notice MEDIUM w: 6 at once',
          '20m slack all-resolved MEDIUM a',
          '20m slack all-resolved MEDIUM w: 6 at once',
        ],
      },
    ],
    [
      'are no storm with what another watch has',
      {
        until: '10m',
        watches: { db: {} },
        signals: [['0', together(six.slice(3), 'firing'), together(['x', 'y', 'z'], 'firing', { watch: 'db' })]],
        told: ['d', 'e', 'f', 'x', 'y', 'z'].map((one) => `1m slack first-notice MEDIUM ${one}`),
      },
    ],
  ]);
});

describe('pages of a day', () => {
  const hourly = (count: number) =>
    Array.from({ length: count }, (_, k) => [k === 0 ? '0' : `${k}h`, firing(`web-${k}`, HIGH)] as const);
  tellStories([
    [
      'are no more than were asked for: one says so, and the rest is told without',
      {
        until: '5h',
        alerts: { pagesPerDay: 2, route: { repeatEvery: '1d' } },
        signals: hourly(4),
        alone: ['1m slack first-notice HIGH web-0', '1m pager first-notice HIGH web-0'],
        told: [
          '1m slack first-notice HIGH web-0',
          '1m pager first-notice HIGH web-0',
          '61m slack first-notice HIGH web-1',
          '61m pager first-notice HIGH web-1',
          '121m slack first-notice HIGH web-2',
          '121m pager page-budget-spent HIGH w: pages of the day are spent',
          '181m slack first-notice HIGH web-3',
        ],
      },
    ],
    [
      'are never withheld from what is CRITICAL, or breaks a limit',
      {
        until: '4h',
        alerts: { pagesPerDay: 1, route: { repeatEvery: '1d' } },
        signals: [
          ...hourly(1),
          ['1h', firing('web-1', { severity: 'CRITICAL' })],
          ['2h', firing('web-2', { ...HIGH, kind: 'rule', source: 'above 90' })],
        ],
        alone: ['1m slack first-notice HIGH web-0', '1m pager first-notice HIGH web-0'],
        told: [
          '1m slack first-notice HIGH web-0',
          '1m pager first-notice HIGH web-0',
          '61m slack first-notice CRITICAL web-1',
          '61m pager first-notice CRITICAL web-1',
          '121m slack first-notice HIGH web-2',
          '121m pager first-notice HIGH web-2',
        ],
      },
    ],
    [
      'are there again the next day',
      {
        until: '16h',
        alerts: { pagesPerDay: 1, route: { repeatEvery: '2d' } },
        signals: [...hourly(3), ['15h30m', firing('web-9', HIGH)]],
        alone: ['1m slack first-notice HIGH web-0', '1m pager first-notice HIGH web-0'],
        told: [
          '1m slack first-notice HIGH web-0',
          '1m pager first-notice HIGH web-0',
          '61m slack first-notice HIGH web-1',
          '61m pager page-budget-spent HIGH w: pages of the day are spent',
          '121m slack first-notice HIGH web-2',
          '910m pager all-resolved HIGH w: pages of the day are spent',
          '931m slack first-notice HIGH web-9',
          '931m pager first-notice HIGH web-9',
        ],
      },
    ],
  ]);
});

describe('routes', () => {
  const kinds = { slack: 'slack', team: 'slack', pager: 'pagerduty' } as const;
  tellStories([
    [
      'lead a team’s alerts to the team, and the rest to everybody',
      {
        until: '10m',
        kinds,
        alerts: {
          route: { channels: ['slack'], routes: [{ match: { labels: { team: 'blue' } }, channels: ['team'] }] },
        },
        signals: [['0', firing('web-1', { labels: { team: 'blue' } }), firing('web-2')]],
        told: ['1m team first-notice MEDIUM web-1', '1m slack first-notice MEDIUM web-2'],
      },
    ],
    [
      'that go on lead to both',
      {
        until: '10m',
        kinds,
        alerts: {
          route: {
            channels: ['slack'],
            routes: [
              { match: { severity: { atLeast: 'HIGH' } }, channels: ['pager'], continue: true },
              { match: { watch: 'w' }, channels: ['team'] },
            ],
          },
        },
        signals: [['0', firing('web-1', HIGH)]],
        told: ['1m pager first-notice HIGH web-1', '1m team first-notice HIGH web-1'],
      },
    ],
    [
      'change with the time of day: who has the night hears of what lasts into it',
      {
        until: '14h',
        kinds,
        alerts: {
          route: {
            channels: ['slack'],
            repeatEvery: '6h',
            routes: [{ match: { time: { from: '20:00', to: '08:00' } }, channels: ['team'] }],
          },
        },
        signals: eachTick(0, 840, firing('web-1')),
        told: [
          '1m slack first-notice MEDIUM web-1',
          '361m slack reminder MEDIUM web-1',
          '721m team reminder MEDIUM web-1',
        ],
        alone: [
          '1m slack first-notice MEDIUM web-1',
          '361m slack reminder MEDIUM web-1',
          '721m team reminder MEDIUM web-1',
        ],
      },
    ],
    [
      'are patient where they say so',
      {
        until: '1h',
        kinds,
        alerts: { route: { channels: ['slack'], groupWait: '10m', resolveAfter: '30m' } },
        signals: [
          ['0', firing('web-1')],
          ['15m', normal('web-1')],
        ],
        told: ['10m slack first-notice MEDIUM web-1', '45m slack all-resolved MEDIUM web-1'],
        alone: ['10m slack first-notice MEDIUM web-1'],
      },
    ],
  ]);
});

describe('things that are grouped', () => {
  tellStories([
    [
      'by watch are one story, over when all of it is over',
      {
        until: '1h',
        alerts: { groupBy: 'watch' },
        signals: [
          ['0', firing('web-1'), firing('web-2')],
          ['10m', normal('web-1')],
          ['20m', normal('web-2')],
        ],
        told: ['1m slack first-notice MEDIUM w', '30m slack all-resolved MEDIUM w'],
        alone: ['1m slack first-notice MEDIUM w'],
      },
    ],
    [
      'by a label are one story across watches',
      {
        until: '10m',
        watches: { db: {} },
        alerts: { groupBy: { label: 'team' } },
        signals: [
          [
            '0',
            firing('web-1', { labels: { team: 'blue' } }),
            firing('db-1', { watch: 'db', labels: { team: 'blue' } }),
            firing('web-2'),
          ],
        ],
        told: ['1m slack first-notice MEDIUM blue', '1m slack first-notice MEDIUM web-2'],
      },
    ],
    [
      'all are one story',
      {
        until: '10m',
        watches: { db: {} },
        alerts: { groupBy: 'all' },
        signals: [['0', firing('web-1'), firing('db-1', { watch: 'db', ...HIGH })]],
        told: ['1m slack first-notice HIGH test', '1m pager first-notice HIGH test'],
      },
    ],
    [
      'as one watch asks for, and the others as all do',
      {
        until: '10m',
        watches: { db: { groupBy: 'watch' } },
        signals: [['0', firing('web-1'), firing('db-1', { watch: 'db' }), firing('db-2', { watch: 'db' })]],
        told: ['1m slack first-notice MEDIUM web-1', '1m slack first-notice MEDIUM db'],
      },
    ],
  ]);
});
