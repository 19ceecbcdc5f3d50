import { describe, expect, it } from 'vitest';
import { eachTick, HIGH, tellStories, toldFirst } from './tell-stories.ts';
import { acts, firing, mutes, normal, play, signalOf, Timeline } from './timeline.ts';

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
        alone: toldFirst,
        told: [...toldFirst, '20m slack all-resolved HIGH web-1', '20m pager all-resolved HIGH web-1'],
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
        told: toldFirst,
      },
    ],
    [
      'in which only nothing is to be learned, people are told',
      {
        until: '10m',
        alerts: { quiet: [{ at: '0 9 * * *', for: '1h', alert: true, learn: false }] },
        signals: [['0', firing('web-1', HIGH)]],
        told: toldFirst,
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
        told: toldFirst,
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

describe('what nobody could be told while it lasted', () => {
  const over = '60m slack began-and-ended HIGH web-1';
  tellStories([
    [
      'and began before the window in which it ended is told once, at the end of the window',
      {
        until: '2h',
        alerts: { ...quiet('1 9 * * *', '59m'), route: { groupWait: '2m' } },
        signals: [
          ['0', firing('web-1', HIGH)],
          ['10m', normal('web-1')],
        ],
        told: [over],
        alone: ['60m slack first-notice HIGH web-1', '60m pager first-notice HIGH web-1'],
      },
    ],
    [
      'and was heard of too late, before a window, is told once, at the end of the window',
      {
        until: '2h',
        alerts: quiet('5 9 * * *', '55m'),
        signals: [
          ['0', firing('web-1', { ...HIGH, late: 1000 })],
          ['10m', normal('web-1')],
        ],
        told: [over],
        alone: [],
      },
    ],
    [
      'and began before a mute is told once, when the mute has ended',
      {
        until: '2h',
        alerts: { route: { groupWait: '2m' } },
        signals: [
          ['0', firing('web-1', HIGH)],
          ['10m', normal('web-1')],
        ],
        others: [['1m', mutes({ for: 3540 })]],
        told: [over],
        alone: ['60m slack first-notice HIGH web-1', '60m pager first-notice HIGH web-1'],
      },
    ],
    [
      'and fired in a window alone is told to nobody, however late that is heard of',
      {
        until: '3h',
        alerts: quiet('0 9 * * *', '1h'),
        signals: [
          ['70m', firing('web-1', { ...HIGH, late: 2400 })],
          ['71m', normal('web-1', { late: 1800 })],
        ],
        told: [],
        alone: [],
      },
    ],
    [
      'and began in a window, but fired on after it, is told once',
      {
        until: '3h',
        alerts: quiet('0 9 * * *', '1h'),
        signals: [
          ['90m', firing('web-1', { ...HIGH, late: 2400 }), firing('web-1', { ...HIGH, late: 1260 })],
          ['91m', normal('web-1', { late: 1000 })],
        ],
        told: ['101m slack began-and-ended HIGH web-1'],
        alone: [],
      },
    ],
    [
      'and a person closed is told to nobody',
      {
        until: '2h',
        alerts: { route: { groupWait: '2m' } },
        signals: [['0', firing('web-1', HIGH)]],
        others: [['1m', acts('close', 'web-1')]],
        told: [],
      },
    ],
    [
      'is told before what begins next, also where that is in the same window: each at its end',
      {
        until: '2h',
        alerts: { ...quiet('1 9 * * *', '59m'), route: { groupWait: '2m' } },
        signals: [
          ['0', firing('web-1', HIGH)],
          ['10m', normal('web-1')],
          ['40m', firing('web-1', HIGH)],
        ],
        told: [over, '60m slack first-notice HIGH web-1', '60m pager first-notice HIGH web-1'],
      },
    ],
  ]);

  it('is told once, as over, after an outage of ours that outlasts the window, where it fired on when that was over', async () => {
    const story = new Timeline({ alerts: quiet('0 9 * * *', '1h') });
    story.time += 1800;
    await firing('web-1', HIGH)(story);
    await story.sweep();
    // Nothing is swept for an hour; what waits in the queue is heard in one batch.
    story.time = story.start + 90 * 60;
    await story.route([
      signalOf('web-1', 'firing', story.time - 1500, HIGH),
      signalOf('web-1', 'normal', story.time - 600),
    ]);
    await story.sweep();
    expect(story.lines()).toEqual([]);
    story.time = story.start + 100 * 60;
    await story.sweep();
    expect(story.lines()).toEqual(['100m slack began-and-ended HIGH web-1']);
  });

  it('waits for the end of a window that is longer than what is over is remembered for', async () => {
    const story = new Timeline({ alerts: { ...quiet('1 9 2 3 *', '30h'), route: { groupWait: '2m' } } });
    await play(story, '1h', [
      ['0', firing('web-1', HIGH)],
      ['10m', normal('web-1')],
    ]);
    for (const hours of [27, 29, 30.02, 31]) {
      story.time = story.start + hours * 3600;
      await story.sweep();
    }
    expect(story.lines()).toEqual(['1801m12s slack began-and-ended HIGH web-1']);
  });
});
