import { describe, expect, it } from 'vitest';
import { fillGaps, settledUntil } from '../../shared/metrics/gaps.ts';
import type { GapMeaning } from '../../shared/metrics/metric.ts';
import fc from '../fakes/property.ts';

const { NaN: gap } = Number;
const minutes = (values: readonly number[], start = 600) => ({
  start,
  stepSeconds: 60,
  values: Float64Array.from(values),
});
const never = 1e9;

describe('a gap that means zero', () => {
  it.each([
    ['becomes zero', [1, gap, 2], never, undefined, [1, 0, 2], 1],
    ['also at the end, once settled', [1, gap, gap], never, undefined, [1, 0, 0], 2],
    ['not in a slot that is not settled', [1, gap, gap], 720, undefined, [1, 0, gap], 1],
    ['not before the first point ever', [gap, gap, 1, gap], never, undefined, [gap, gap, 1, 0], 1],
    ['from the start where the first point ever lies before', [gap, gap, 1, gap], never, 60, [0, 0, 1, 0], 3],
    ['from the first point ever where that lies inside', [gap, gap, gap, 1], never, 660, [gap, 0, 0, 1], 2],
    ['of a series that never had a point stays unknown', [gap, gap], never, undefined, [gap, gap], 0],
    ['of a series that was only quiet in this window', [gap, gap], never, 0, [0, 0], 2],
    ['with nothing settled', [1, gap], 0, undefined, [1, gap], 0],
  ] as const)('%s', (_title, values, settled, firstEver, expected, filled) => {
    const result = fillGaps(minutes(values), 'zero', settled, firstEver);
    expect([...result.series.values]).toEqual(expected);
    expect(result.filled).toBe(filled);
    expect(result.silentSince).toBeUndefined();
  });

  it('lets errors end: what fired on them sees zeros as soon as these are settled', () => {
    const errors = minutes([5, 7, gap, gap, gap]);
    const seen = [720, 780, 840, 900].map((settled) => [...fillGaps(errors, { gap: 'zero' }, settled).series.values]);
    expect(seen.map((values) => values.filter((value) => value === 0).length)).toEqual([0, 1, 2, 3]);
  });
});

describe('a gap that means nothing', () => {
  it('stays a gap and is counted', () => {
    const result = fillGaps(minutes([gap, 1, gap, 2, gap]), 'gap', 840);
    expect([...result.series.values]).toEqual([gap, 1, gap, 2, gap]);
    expect(result).toMatchObject({ filled: 0, missing: 1, pending: 1 });
    expect(result.silentSince).toBeUndefined();
  });
});

describe('a gap that means silence', () => {
  it.each([
    ['says since when, after the last point', [1, 2, gap, gap], never, undefined, 720],
    ['is none while points come', [1, 2, gap, 3], never, undefined, undefined],
    ['is none where the last settled slot has a point', [1, 2, gap, gap], 720, undefined, undefined],
    ['is none where a point came that is not settled yet', [1, gap, gap, 2], 780, undefined, undefined],
    ['of the whole window says its start', [gap, gap, gap], never, 0, 600],
    ['of a series that never spoke is none', [gap, gap, gap], never, undefined, undefined],
  ] as const)('%s', (_title, values, settled, firstEver, since) => {
    const result = fillGaps(minutes(values), 'silence', settled, firstEver);
    expect([...result.series.values]).toEqual(values);
    expect(result.silentSince).toBe(since);
  });
});

describe('filling', () => {
  const values = fc.array(fc.oneof(fc.constant(gap), fc.integer()), { maxLength: 20 });
  const meanings = fc.constantFrom<GapMeaning>('zero', 'gap', 'silence');

  it('never changes a value, and never fills what is not settled', () => {
    fc.assert(
      fc.property(values, meanings, fc.integer({ min: 0, max: 2000 }), (given, meaning, settled) => {
        const before = minutes(given);
        const { series } = fillGaps(before, meaning, settled);
        expect([...before.values]).toEqual(given);
        series.values.forEach((value, k) => {
          if (!Number.isNaN(given[k])) expect(value).toBe(given[k]);
          else if (600 + (k + 1) * 60 > settled) expect(value).toBeNaN();
        });
      }),
    );
  });

  it('done again changes nothing more', () => {
    fc.assert(
      fc.property(values, meanings, fc.integer({ min: 0, max: 2000 }), (given, meaning, settled) => {
        const once = fillGaps(minutes(given), meaning, settled).series;
        expect(fillGaps(once, meaning, settled)).toMatchObject({ series: once, filled: 0 });
      }),
    );
  });
});

describe('what is settled', () => {
  it.each([
    ['a minute ends two minutes before', 1320, 60, undefined, 1200],
    ['one second earlier it is not', 1319, 60, undefined, 1140],
    ['five minutes end two minutes before', 1320, 300, undefined, 1200],
    ['at the very end of a slot, told to wait for nothing', 1200, 300, 0, 1200],
    ['told to wait for an hour', 7200, 300, 3600, 3600],
    ['ten seconds wait for a minute and ten', 1270, 10, undefined, 1200],
  ])('%s', (_title, now, period, settle, until) => {
    expect(settledUntil(now, period, settle)).toBe(until);
  });
});
