import { describe } from 'vitest';
import { eachTick, tellStories } from './tell-stories.ts';
import { acts, answers, firing, mutes, normal, unknown } from './timeline.ts';

const HIGH = { severity: 'HIGH' } as const;
const first = ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'];
/** Stories begin at 09:00 UTC. */
const quiet = (at: string, length: string) => ({ quiet: [{ at, for: length }] });

describe('in a quiet window', () => {
  tellStories([
    [
      'nobody is told of what begins and ends in it',
      {
        until: '2h',
        alerts: quiet('0 9 * * *', '1h'),
        signals: [
          ['5m', firing('web-1', HIGH)],
          ['10m', normal('web-1')],
        ],
        told: [],
      },
    ],
    [
      'what still fires at its end is told then',
      {
        until: '2h',
        alerts: quiet('0 9 * * *', '1h'),
        signals: eachTick(5, 120, firing('web-1', HIGH)),
        told: ['60m slack first-notice HIGH web-1', '60m pager first-notice HIGH web-1'],
        alone: ['60m slack first-notice HIGH web-1', '60m pager first-notice HIGH web-1'],
      },
    ],
    [
      'the end of what people know of is told',
      {
        until: '2h',
        alerts: quiet('5 9 * * *', '1h'),
        signals: [
          ['0', firing('web-1', HIGH)],
          ['10m', normal('web-1')],
        ],
        told: [...first, '20m slack all-resolved HIGH web-1', '20m pager all-resolved HIGH web-1'],
      },
    ],
    [
      'what gets graver waits for its end',
      {
        until: '2h',
        alerts: quiet('5 9 * * *', '30m'),
        signals: [['0', firing('web-1')], ...eachTick(10, 120, firing('web-1', HIGH))],
        told: ['1m slack first-notice MEDIUM web-1', '35m slack worse HIGH web-1', '35m pager worse HIGH web-1'],
        alone: ['1m slack first-notice MEDIUM web-1'],
      },
    ],
    [
      'for one watch, the others are told',
      {
        until: '30m',
        watches: { db: {} },
        alerts: { quiet: [{ at: '0 9 * * *', for: '1h', match: { watch: 'db' } }] },
        signals: [['0', firing('web-1', HIGH), firing('db-1', { watch: 'db' })]],
        told: first,
      },
    ],
    [
      'in which only nothing is to be learned, people are told',
      {
        until: '10m',
        alerts: { quiet: [{ at: '0 9 * * *', for: '1h', alert: true, learn: false }] },
        signals: [['0', firing('web-1', HIGH)]],
        told: first,
      },
    ],
  ]);
});

describe('while a deployment mutes', () => {
  tellStories([
    [
      'nobody is told, and what still fires at the end is told then',
      {
        until: '1h',
        signals: eachTick(5, 60, firing('web-1', HIGH)),
        others: [['0', mutes({ for: 1800, watch: ['w'] })]],
        told: ['30m slack first-notice HIGH web-1', '30m pager first-notice HIGH web-1'],
        alone: ['30m slack first-notice HIGH web-1', '30m pager first-notice HIGH web-1'],
      },
    ],
    [
      'what it caused and was over with it is told to nobody',
      {
        until: '2h',
        signals: [
          ['5m', firing('web-1', HIGH)],
          ['10m', normal('web-1')],
        ],
        others: [['0', mutes({ for: 1800 })]],
        told: [],
      },
    ],
    [
      'what it does not name is told',
      {
        until: '10m',
        signals: [['0', firing('web-1', HIGH)]],
        others: [['0', mutes({ for: 1800, entity: ['web-2'] })]],
        told: first,
      },
    ],
  ]);
});

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
        told: [
          ...first,
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
        told: [...first, '62m slack reminder HIGH web-1'],
        alone: [...first, '62m slack reminder HIGH web-1'],
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
        told: [...first, '20m slack all-resolved HIGH web-1', '20m pager all-resolved HIGH web-1'],
      },
    ],
    [
      'who takes it up is not reminded, and the pager knows',
      {
        until: '9h',
        signals: eachTick(0, 540, firing('web-1', HIGH)),
        others: [['2m', acts('acknowledge', 'web-1')]],
        told: [...first, '2m pager acknowledged HIGH web-1'],
        alone: [...first, '2m pager acknowledged HIGH web-1'],
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
        told: [
          ...first,
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
        told: [
          ...first,
          '7m slack closed HIGH web-1',
          '7m pager closed HIGH web-1',
          '61m slack first-notice HIGH web-1',
          '61m pager first-notice HIGH web-1',
        ],
      },
    ],
  ]);
});

describe('a watch in shadow', () => {
  const shadow = { mode: 'shadow', severity: 'CRITICAL' } as const;
  tellStories([
    [
      'tells nobody, neither the beginning nor the end',
      {
        until: '2h',
        signals: [
          ['0', firing('web-1', shadow)],
          ['30m', normal('web-1', shadow)],
        ],
        told: [],
        alone: [],
      },
    ],
    [
      'tells nobody of the end either, though it is live by then',
      {
        until: '2h',
        signals: [
          ['0', firing('web-1', shadow)],
          ['30m', normal('web-1')],
        ],
        told: [],
      },
    ],
    [
      'tells what still fires once it is live',
      {
        until: '2h',
        signals: [
          ['0', firing('web-1', shadow)],
          ['30m', firing('web-1', HIGH)],
        ],
        told: ['30m slack first-notice HIGH web-1', '30m pager first-notice HIGH web-1'],
        alone: [],
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
