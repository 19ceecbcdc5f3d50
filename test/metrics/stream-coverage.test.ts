import { describe, expect, it } from 'vitest';
import { interruption, isThereFrom, lag } from '../../shared/metrics/stream-coverage.ts';
import fc from '../fakes/property.ts';

const t0 = 1_800_000_000;
const every = (step: number, from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, k) => t0 + from + k * step);

describe('deliveries of a stream', () => {
  it.each([
    ['come all through a span', every(60, -60, 900), undefined],
    ['come every five minutes, as services do that publish so', every(300, -100, 900), undefined],
    ['have only begun in it', every(60, 1, 900), 'begins-too-late'],
    ['ended long before it, and began anew', [t0 - 500, ...every(60, 60, 900)], 'begins-too-late'],
    ['were interrupted in it', [...every(60, -60, 120), ...every(60, 600, 900)], 'was-interrupted'],
    ['there are none', [], 'begins-too-late'],
  ] as const)('%s', (_, arrivals, expected) => {
    expect(interruption(arrivals, t0)).toBe(expected);
  });

  it('are the same in whatever order they are told, and however often', () => {
    const arrivals = fc.array(fc.integer({ min: -600, max: 1200 }), { maxLength: 20 });
    fc.assert(
      fc.property(arrivals, (some) => {
        const times = some.map((one) => t0 + one);
        expect(interruption([...times].reverse().concat(times), t0)).toBe(interruption(times, t0));
      }),
    );
  });
});

describe('what was delivered of the slot that is judged next', () => {
  const slot = { start: t0, seconds: 300 };
  const minutes = (to: number): number[] => every(60, -600, to);

  it.each([
    ['all of it', [minutes(240)], undefined],
    ['all of it, and more', [minutes(420)], undefined],
    ['two minutes of five: their sum is not that of the slot', [minutes(60)], 'is-behind'],
    ['nothing, where each minute said something', [minutes(-60)], 'is-silent'],
    ['nothing at all', [], 'is-silent'],
    ['a metric of five minutes, which says no more than once', [every(300, -600, 0)], undefined],
    ['one of five minutes beside one that stands still', [every(300, -600, 0), minutes(-60)], 'is-behind'],
    ['one that comes seldom, and another that went on', [[t0 - 500, t0 - 440], minutes(240)], undefined],
    ['one that came for the first time', [[t0 + 60]], undefined],
  ] as const)('%s', (_, delivered, expected) => {
    expect(lag(delivered, slot)).toBe(expected);
  });

  it('a slot of a minute is whole when it is there', () => {
    expect(lag([minutes(0)], { start: t0, seconds: 60 })).toBeUndefined();
    expect(lag([minutes(-60)], { start: t0, seconds: 60 })).toBe('is-silent');
  });
});

describe('a metric', () => {
  it.each([
    ['of every minute that was there before', every(60, -120, 900), true],
    ['of every minute that begins with the span', every(60, 0, 900), true],
    ['of every minute that begins within a slot: its first sum would be of three minutes', every(60, 120, 900), false],
    ['of five minutes', every(300, 240, 900), true],
    ['of five minutes that begins later', every(300, 540, 900), false],
    ['that came once, at the end', [t0 + 840], false],
    ['that never came', [], false],
  ] as const)('%s: whether the stream had it all the while: %s', (_, times, expected) => {
    expect(isThereFrom(times, t0)).toBe(expected);
  });
});
