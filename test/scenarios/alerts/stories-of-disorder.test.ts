import { describe, expect, it } from 'vitest';
import { HIGH, tellStories } from './tell-stories.ts';
import { firing, normal, play, signalOf, Timeline, unknown } from './timeline.ts';

describe('signals that come late, twice or in the wrong order', () => {
  tellStories([
    [
      'the same thing three times is one thing',
      {
        until: '10m',
        signals: [['0', firing('web-1'), firing('web-1'), firing('web-1')]],
        told: ['1m slack first-notice MEDIUM web-1'],
      },
    ],
    [
      'what is known to be over does not begin when its beginning arrives',
      {
        until: '30m',
        signals: [
          ['5m', normal('web-1')],
          ['6m', firing('web-1', { late: 360 })],
        ],
        alone: [],
        told: [],
      },
    ],
    [
      'an old end does not end what has begun again',
      {
        until: '40m',
        signals: [
          ['0', firing('web-1')],
          ['10m', firing('web-1')],
          ['11m', normal('web-1', { late: 360 })],
        ],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: ['1m slack first-notice MEDIUM web-1'],
      },
    ],
    [
      'what is older than three intervals is told to nobody by itself',
      {
        until: '30m',
        signals: [['0', firing('web-1', { ...HIGH, late: 1000 })]],
        told: [],
      },
    ],
    [
      'but is told as soon as a newer tick still fires',
      {
        until: '30m',
        signals: [
          ['0', firing('web-1', { ...HIGH, late: 1000 })],
          ['2m', firing('web-1', HIGH)],
        ],
        alone: [],
        told: ['2m slack first-notice HIGH web-1', '2m pager first-notice HIGH web-1'],
      },
    ],
    [
      'what began and ended while nobody could be told is told once, and wakes nobody',
      {
        until: '30m',
        signals: [['0', firing('web-1', { ...HIGH, late: 3000 }), normal('web-1', { late: 1000 })]],
        told: ['10m slack began-and-ended HIGH web-1'],
      },
    ],
    [
      'a beginning that arrives after the gap behind it is told',
      {
        until: '30m',
        signals: [
          ['5m', unknown('web-1')],
          ['6m', firing('web-1', { late: 360 })],
        ],
        alone: [],
        told: ['7m slack first-notice MEDIUM web-1'],
      },
    ],
  ]);
});

describe('what begins again and again', () => {
  const once = (at: number) =>
    [
      [`${at}m`, firing('web-1')],
      [`${at + 5}m`, normal('web-1')],
    ] as const;
  tellStories([
    [
      'is told as that at its fourth beginning, once, and held until it was calm for an hour',
      {
        until: '3h',
        signals: [
          ['0', firing('web-1')],
          ['5m', normal('web-1')],
          ...once(10),
          ...once(20),
          ...once(30),
          ...once(40),
          ...once(50),
        ],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: [
          '1m slack first-notice MEDIUM web-1',
          '30m slack flapping MEDIUM web-1',
          '115m slack all-resolved MEDIUM web-1',
        ],
      },
    ],
    [
      'is told again only if it gets graver',
      {
        until: '1h',
        signals: [
          ['0', firing('web-1')],
          ['5m', normal('web-1')],
          ...once(10),
          ...once(20),
          ...once(30),
          ['40m', firing('web-1', HIGH)],
        ],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: [
          '1m slack first-notice MEDIUM web-1',
          '30m slack flapping MEDIUM web-1',
          '40m slack worse HIGH web-1',
          '40m pager worse HIGH web-1',
        ],
      },
    ],
    [
      'is told each time where nobody asks for that',
      {
        until: '2h',
        alerts: { flapping: 'off', route: { resolveAfter: '1m' } },
        signals: [['0', firing('web-1')], ['5m', normal('web-1')], ...once(20), ...once(40)],
        alone: ['1m slack first-notice MEDIUM web-1'],
        told: [0, 20, 40].flatMap((at) => [
          `${at + 1}m slack first-notice MEDIUM web-1`,
          `${at + 6}m slack all-resolved MEDIUM web-1`,
        ]),
      },
    ],
  ]);
});

it('a signal of a tick that is yet to come is refused, and silences nothing that is heard until then', async () => {
  const story = new Timeline();
  const late = signalOf('web-1', 'firing', story.time + 86_400, HIGH);
  expect(await story.route([late, signalOf('web-1', 'firing', story.time, HIGH)])).toEqual(['m-1']);
  expect(await play(story, '2m', [])).toEqual(['1m slack first-notice HIGH web-1', '1m pager first-notice HIGH web-1']);
  expect(story.logged).toContainEqual(expect.objectContaining({ level: 'error', message: 'alert message failed' }));
});
