import { describe } from 'vitest';
import { eachTick, tellStories } from './tell-stories.ts';
import { firing, mutes, normal } from './timeline.ts';

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
        alone: ['60m slack first-notice HIGH web-1', '60m pager first-notice HIGH web-1'],
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
        alone: ['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1'],
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
        alone: ['30m slack first-notice HIGH web-1', '30m pager first-notice HIGH web-1'],
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
        alone: [],
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
