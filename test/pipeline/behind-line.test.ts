import { describe, expect, it } from 'vitest';
import { behindLine, type LineToLimit, usuallyBehind } from '../../shared/pipeline/behind-line.ts';

const day = 86_400;
const now = 1_800_000_000;
/** 2 a day, at 100 in ten days: at 80 now. */
const rising: LineToLimit = { limit: { value: 100, side: 'above' }, reachesAt: now + 10 * day, perDay: 2 };
const falling: LineToLimit = { limit: { value: 0, side: 'below' }, reachesAt: now + 10 * day, perDay: -2 };
const nowhere: LineToLimit = { ...rising, reachesAt: null };

describe('how far a value lies behind its line', () => {
  it.each<[string, LineToLimit, number, number, number]>([
    ['nothing, on the line', rising, 80, now, 0],
    ['what is missing to it, below one that rises', rising, 75, now, 5],
    ['less than nothing, beyond it', rising, 83, now, -3],
    ['with the line as it stood then, a day ago', rising, 75, now - day, 3],
    ['what is left more than on the line, of one that falls', falling, 25, now, 5],
    ['less than nothing, where less is left', falling, 18, now, -2],
  ])('is %s', (_title, line, value, time, behind) => {
    expect(behindLine(line, value, time)).toBeCloseTo(behind, 9);
  });

  it('cannot be said without a line, nor of a gap', () => {
    expect([behindLine(nowhere, 75, now), behindLine(rising, Number.NaN, now)]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('how far a series usually is behind its line', () => {
  const hours = (values: readonly number[]) => ({
    start: now - values.length * 3600,
    stepSeconds: 3600,
    values: Float64Array.from(values),
  });
  const onLine = (slots: number, behind: (slot: number) => number) =>
    hours(Array.from({ length: slots }, (_, slot) => 80 - ((slots - slot) * 2) / 24 - behind(slot)));

  it.each<[string, ReturnType<typeof hours>, number, number]>([
    ['the farthest of the newest two days', onLine(72, (slot) => (slot === 50 ? 7 : 1)), now, 7],
    ['not what was before them', onLine(72, (slot) => (slot === 20 ? 7 : 1)), now, 1],
    ['not what came since it was fitted', onLine(72, (slot) => (slot === 70 ? 7 : 1)), now - 6 * 3600, 1],
    ['nothing where it is never behind', onLine(72, () => -1), now, 0],
    ['what is known, where there are gaps', onLine(72, (slot) => (slot % 2 === 0 ? Number.NaN : 2)), now, 2],
    ['nothing of no values', hours([]), now, 0],
  ])('is %s', (_title, series, fittedAt, usual) => {
    expect(usuallyBehind(rising, series, fittedAt)).toBeCloseTo(usual, 9);
  });

  it('is nothing without a line', () => {
    expect(
      usuallyBehind(
        nowhere,
        onLine(72, () => 1),
        now,
      ),
    ).toBe(0);
  });
});
