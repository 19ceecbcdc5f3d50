import { describe, expect, it } from 'vitest';
import { cautions } from '../../../shared/presentation/notice-words.ts';
import { eachTick, HIGH, tellStories, toldFirst } from './tell-stories.ts';
import { acts, answers, firing, normal, play, Timeline, unknown } from './timeline.ts';

describe('a person', () => {
  const disk = { ...HIGH, key: 'anomaly:web-1/disk', series: 'web-1/disk', label: 'disk' };
  tellStories([
    [
      'is told the story that the documentation tells',
      {
        until: '80m',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', firing('web-1', disk)],
          ['10m', firing('web-1', { severity: 'CRITICAL' })],
          ['15m', unknown('web-1'), unknown('web-1', disk)],
          ['20m', normal('web-1'), normal('web-1', disk)],
          ['75m', firing('web-1', HIGH)],
        ],
        others: [['2m', acts('acknowledge', 'web-1')]],
        alone: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '2m pager acknowledged HIGH web-1',
        ],
        told: [
          ...toldFirst,
          '2m pager acknowledged HIGH web-1',
          '5m pager new-series HIGH web-1',
          '10m slack worse CRITICAL web-1',
          '10m pager worse CRITICAL web-1',
          '30m slack all-resolved CRITICAL web-1',
          '30m pager all-resolved CRITICAL web-1',
          '76m slack first-notice HIGH web-1',
          '76m pager first-notice HIGH web-1',
        ],
      },
    ],
    [
      'who snoozes it hears nothing of it, and is reminded when the snooze ends',
      {
        until: '2h',
        signals: eachTick(0, 120, firing('web-1', HIGH)),
        others: [['2m', acts('snooze', 'web-1', { snoozeSeconds: 3600 })]],
        told: [...toldFirst, '62m slack reminder HIGH web-1'],
        alone: [...toldFirst, '62m slack reminder HIGH web-1'],
      },
    ],
    [
      'who snoozes it still hears of its end',
      {
        until: '1h',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['10m', normal('web-1')],
        ],
        others: [['2m', acts('snooze', 'web-1', { snoozeSeconds: 7200 })]],
        alone: toldFirst,
        told: [...toldFirst, '20m slack all-resolved HIGH web-1', '20m pager all-resolved HIGH web-1'],
      },
    ],
    [
      'who takes it up is not reminded, and the pager knows',
      {
        until: '9h',
        signals: eachTick(0, 540, firing('web-1', HIGH)),
        others: [['2m', acts('acknowledge', 'web-1')]],
        told: [...toldFirst, '2m pager acknowledged HIGH web-1'],
        alone: [...toldFirst, '2m pager acknowledged HIGH web-1'],
      },
    ],
    [
      'who took it up hears when it gets graver',
      {
        until: '1h',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['10m', firing('web-1', { severity: 'CRITICAL' })],
        ],
        others: [['2m', acts('acknowledge', 'web-1')]],
        alone: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '2m pager acknowledged HIGH web-1',
        ],
        told: [
          ...toldFirst,
          '2m pager acknowledged HIGH web-1',
          '10m slack worse CRITICAL web-1',
          '10m pager worse CRITICAL web-1',
        ],
      },
    ],
    [
      'who closes it is not told that it goes on, but that it begins again',
      {
        until: '90m',
        signals: [...eachTick(0, 30, firing('web-1', HIGH)), ['35m', normal('web-1')], ['1h', firing('web-1', HIGH)]],
        others: [['7m', acts('close', 'web-1')]],
        alone: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '7m slack closed HIGH web-1',
          '7m pager closed HIGH web-1',
        ],
        told: [
          ...toldFirst,
          '7m slack closed HIGH web-1',
          '7m pager closed HIGH web-1',
          '61m slack first-notice HIGH web-1',
          '61m pager first-notice HIGH web-1',
        ],
      },
    ],
  ]);
});

describe('a channel that refuses for good', () => {
  const slack = (at: string, reason: string) => `${at} slack ${reason} HIGH web-1`;
  tellStories([
    [
      'is named to whoever else heard of it, once, and tried again for as long as it should page',
      {
        until: '1h',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['40m', normal('web-1')],
        ],
        others: [
          ['0', answers('pager', 'refused')],
          ['10m', answers('pager', 'ok')],
        ],
        told: [
          slack('1m', 'first-notice'),
          slack('2m', 'channel-refused'),
          '31m pager first-notice HIGH web-1',
          slack('50m', 'all-resolved'),
          '50m pager all-resolved HIGH web-1',
        ],
        alone: [slack('1m', 'first-notice'), slack('2m', 'channel-refused'), '31m pager first-notice HIGH web-1'],
      },
    ],
    [
      'and pages nobody is named to the pager, which pages nobody anew',
      {
        until: '30m',
        signals: [['0', firing('web-1', HIGH)]],
        others: [['0', answers('slack', 'refused')]],
        told: ['1m pager first-notice HIGH web-1', '2m pager channel-refused HIGH web-1'],
      },
    ],
    [
      'and is the only one is named to nobody: that is what the alarm is for',
      {
        until: '30m',
        kinds: { slack: 'slack' },
        signals: [['0', firing('web-1', HIGH)]],
        others: [['0', answers('slack', 'refused')]],
        told: [],
      },
    ],
  ]);

  it('is named with its reason in each notice of the others until it takes something', async () => {
    const story = new Timeline();
    await play(story, '70m', [
      ['0', answers('pager', 'refused'), firing('web-1', HIGH)],
      ['5m', answers('slack', 'down'), firing('web-1', { severity: 'CRITICAL' })],
      ['8m', answers('slack', 'ok')],
      ['30m', answers('pager', 'ok')],
      ['50m', normal('web-1')],
    ]);
    const said = story.told.map(({ channel, notice: { reason, refused } }) => [channel, reason, refused?.[0].reason]);
    expect(said).toEqual([
      ['slack', 'first-notice', undefined],
      ['slack', 'channel-refused', '403'],
      ['slack', 'worse', '403'],
      ['pager', 'first-notice', undefined],
      ['slack', 'all-resolved', undefined],
      ['pager', 'all-resolved', undefined],
    ]);
    expect(cautions(story.told[1].notice)).toEqual(['It could not be told on pager: 403']);
  });
});

describe('a pager that does not know yet what somebody takes up', () => {
  const disk = { ...HIGH, key: 'anomaly:web-1/disk', series: 'web-1/disk', label: 'disk' };
  const mended = [
    ['0', answers('pager', 'down')],
    ['10m', answers('pager', 'ok')],
  ] as const;
  tellStories([
    [
      'hears of the incident first, and that somebody is at it right afterwards',
      {
        until: '1h',
        signals: eachTick(0, 60, firing('web-1', HIGH)),
        others: [...mended, ['2m', acts('acknowledge', 'web-1')]],
        told: [
          '1m slack first-notice HIGH web-1',
          '17m pager first-notice HIGH web-1',
          '18m pager acknowledged HIGH web-1',
        ],
        alone: [
          '1m slack first-notice HIGH web-1',
          '17m pager first-notice HIGH web-1',
          '18m pager acknowledged HIGH web-1',
        ],
      },
    ],
    [
      'hears both, too, where something else has begun meanwhile',
      {
        until: '1h',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', firing('web-1', disk)],
        ],
        others: [...mended, ['2m', acts('acknowledge', 'web-1')]],
        told: [
          '1m slack first-notice HIGH web-1',
          '13m pager first-notice HIGH web-1',
          '14m pager acknowledged HIGH web-1',
        ],
      },
    ],
    [
      'that knew of the incident, and not that somebody is at it, hears that after what else has begun',
      {
        until: '1h',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', firing('web-1', disk)],
        ],
        others: [
          ['90s', answers('pager', 'down')],
          ['10m', answers('pager', 'ok')],
          ['2m', acts('acknowledge', 'web-1')],
        ],
        told: [...toldFirst, '13m pager new-series HIGH web-1', '14m pager acknowledged HIGH web-1'],
      },
    ],
    [
      'is not told that somebody is at it where it got graver since',
      {
        until: '1h',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', firing('web-1', { severity: 'CRITICAL' })],
        ],
        others: [...mended, ['2m', acts('acknowledge', 'web-1')]],
        told: [
          '1m slack first-notice HIGH web-1',
          '5m slack worse CRITICAL web-1',
          '13m pager first-notice CRITICAL web-1',
        ],
      },
    ],
    [
      'hears of both where somebody took it up before anybody was told',
      {
        until: '10m',
        alerts: { route: { groupWait: '3m' } },
        signals: [['0', firing('web-1', HIGH)]],
        others: [['1m', acts('acknowledge', 'web-1')]],
        told: [
          '3m slack first-notice HIGH web-1',
          '3m pager first-notice HIGH web-1',
          '4m pager acknowledged HIGH web-1',
        ],
      },
    ],
  ]);
});

describe('a channel that fails', () => {
  tellStories([
    [
      'is told later, and keeps no other from being told',
      {
        until: '40m',
        signals: eachTick(0, 40, firing('web-1', HIGH)),
        others: [
          ['0', answers('slack', 'down')],
          ['10m', answers('slack', 'ok')],
        ],
        told: ['1m pager first-notice HIGH web-1', '17m slack first-notice HIGH web-1'],
        alone: ['1m pager first-notice HIGH web-1', '17m slack first-notice HIGH web-1'],
      },
    ],
    [
      'until it is over hears that it began and ended, once',
      {
        until: '2h',
        signals: [
          ['0', firing('web-1')],
          ['5m', normal('web-1')],
        ],
        others: [
          ['0', answers('slack', 'down')],
          ['1h', answers('slack', 'ok')],
        ],
        alone: ['63m slack first-notice MEDIUM web-1'],
        told: ['77m slack began-and-ended MEDIUM web-1'],
      },
    ],
    [
      'and is a pager wakes nobody for what is over',
      {
        until: '2h',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', normal('web-1')],
        ],
        others: [
          ['0', answers('pager', 'down')],
          ['1h', answers('pager', 'ok')],
        ],
        alone: ['1m slack first-notice HIGH web-1', '63m pager first-notice HIGH web-1'],
        told: ['1m slack first-notice HIGH web-1', '15m slack all-resolved HIGH web-1'],
      },
    ],
    [
      'and whose answers are lost is told again, as the same incident, and hears of the end',
      {
        until: '1h',
        signals: [
          ['0', firing('web-1', HIGH)],
          ['5m', normal('web-1')],
        ],
        others: [
          ['0', answers('pager', 'lost')],
          ['10m', answers('pager', 'ok')],
        ],
        alone: [
          '1m slack first-notice HIGH web-1',
          '1m pager first-notice HIGH web-1',
          '2m pager first-notice HIGH web-1',
          '3m pager first-notice HIGH web-1',
          '5m pager first-notice HIGH web-1',
          '9m pager first-notice HIGH web-1',
          '17m pager first-notice HIGH web-1',
        ],
        told: [
          '1m slack first-notice HIGH web-1',
          ...['1m', '2m', '3m', '5m', '9m'].map((at) => `${at} pager first-notice HIGH web-1`),
          '15m slack all-resolved HIGH web-1',
          '15m pager all-resolved HIGH web-1',
        ],
      },
    ],
  ]);
});
