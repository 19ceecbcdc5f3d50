import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignRows,
  endOf,
  mergeSeries,
  toGrid,
  windowOf,
  type Points,
  type Series,
} from '../../shared/metrics/series.ts';

const pointsOf = (pairs: readonly (readonly [number, number])[]): Points => ({
  times: Float64Array.from(pairs, ([time]) => time),
  values: Float64Array.from(pairs, ([, value]) => value),
});
const seriesOf = (start: number, values: readonly number[], stepSeconds = 60): Series => ({
  start,
  stepSeconds,
  values: Float64Array.from(values),
});
const gridOf = (pairs: readonly (readonly [number, number])[]) => [...toGrid(pointsOf(pairs), 60, 600, 840).values];
const { NaN: gap } = Number;

describe('points on a grid', () => {
  it.each([
    [
      'stand in the slot their time falls into',
      [
        [600, 1],
        [660, 2],
        [779.9, 3],
        [780, 4],
      ],
      [1, 2, 3, 4],
    ],
    [
      'in any order',
      [
        [780, 4],
        [600, 1],
        [720, 3],
        [660, 2],
      ],
      [1, 2, 3, 4],
    ],
    [
      'of one slot: the one that came last wins',
      [
        [600, 1],
        [630, 2],
        [610, 3],
      ],
      [3, gap, gap, gap],
    ],
    [
      'of one time: the one that came last wins',
      [
        [600, 1],
        [600, 2],
      ],
      [2, gap, gap, gap],
    ],
    [
      'a NaN never wins',
      [
        [600, 1],
        [600, gap],
      ],
      [1, gap, gap, gap],
    ],
    [
      'nor does an infinity',
      [
        [600, Infinity],
        [660, -Infinity],
      ],
      [gap, gap, gap, gap],
    ],
    [
      'without a time are left out',
      [
        [gap, 1],
        [Infinity, 2],
      ],
      [gap, gap, gap, gap],
    ],
    ['before the first slot are left out', [[599, 1]], [gap, gap, gap, gap]],
    ['at the end are left out', [[840, 1]], [gap, gap, gap, gap]],
    ['none', [], [gap, gap, gap, gap]],
  ] as const)('%s', (_title, pairs, expected) => {
    expect(gridOf(pairs)).toEqual(expected);
  });

  it('begins and ends with whole slots', () => {
    const series = toGrid(pointsOf([[610, 1]]), 60, 630, 690);
    expect(series).toEqual(seriesOf(600, [1]));
    expect(endOf(series)).toBe(660);
  });

  it('may lie before the epoch, and have a step with a fraction', () => {
    expect(toGrid(pointsOf([[-30, 1]]), 60, -60, 60)).toEqual(seriesOf(-60, [1, gap]));
    expect(toGrid(pointsOf([[0.6, 1]]), 0.5, 0, 1.5)).toEqual(seriesOf(0, [gap, 1, gap], 0.5));
  });

  it('the order of arrival decides only within a slot', () => {
    const points = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.double({ noNaN: true, min: -1e9, max: 1e9 })),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(points, (pairs) => {
        const slot = (time: number) => Math.floor(time / 60);
        const bySlot = [...pairs].sort(([a], [b]) => slot(a) - slot(b));
        expect(toGrid(pointsOf(pairs), 60, 0, 5040)).toEqual(toGrid(pointsOf(bySlot), 60, 0, 5040));
        const expected = new Map(pairs.map(([time, value]) => [slot(time), value]));
        const { values } = toGrid(pointsOf(pairs), 60, 0, 5040);
        values.forEach((value, k) => expect(value).toBe(expected.get(k) ?? gap));
      }),
    );
  });

  it.each([
    ['no step', 0, 0, 60, /a step of 0 s/],
    ['a step that is no number', gap, 0, 60, /a step of NaN s/],
    ['no beginning', 60, gap, 60, /no bounds/],
    ['no end', 60, 0, Infinity, /no bounds/],
    ['bounds in the wrong order', 60, 600, 0, /-10 slots/],
    ['more slots than any memory has', 1, 0, 1e12, /1000000000000 slots/],
  ])('%s is refused', (_title, step, from, to, reason) => {
    expect(() => toGrid(pointsOf([]), step, from, to)).toThrow(reason);
  });
});

describe('a window of a series', () => {
  const series = seriesOf(600, [1, 2, 3]);
  it.each([
    ['the same', 600, 780, [1, 2, 3]],
    ['inside', 660, 720, [2]],
    ['beyond both ends', 540, 840, [gap, 1, 2, 3, gap]],
    ['before', 300, 420, [gap, gap]],
    ['after', 900, 960, [gap]],
    ['empty', 660, 660, []],
  ])('%s', (_title, from, to, expected) => {
    expect([...windowOf(series, from, to).values]).toEqual(expected);
  });

  it('is a copy', () => {
    windowOf(series, 600, 780).values[0] = 9;
    expect(series.values[0]).toBe(1);
  });
});

describe('a newer reading over an older one', () => {
  it.each([
    ['the same again changes nothing', [1, 2], 0, [1, 2], [1, 2], 0, 0],
    ['new points at the end are neither late nor revised', [1, 2], 120, [3], [1, 2, 3], 0, 0],
    ['a corrected value is revised', [1, 2], 60, [5], [1, 5], 1, 0],
    ['a point that fills a hole is late', [1, gap, 3], 60, [2], [1, 2, 3], 0, 1],
    ['a gap in the newer takes nothing away', [1, 2], 0, [gap, 4], [1, 4], 1, 0],
    ['points before the first are late', [3], -60, [2], [2, 3], 0, 1],
    ['a gap between the two stays', [1], 180, [4], [1, gap, gap, 4], 0, 0],
    ['over nothing, nothing is late', [], 0, [1, gap, 3], [1, gap, 3], 0, 0],
    ['nothing over something', [1], 0, [], [1], 0, 0],
  ])('%s', (_title, older, offset, newer, expected, revised, late) => {
    const merged = mergeSeries(seriesOf(600, older), seriesOf(600 + offset, newer));
    expect([...merged.series.values]).toEqual(expected);
    expect(merged).toMatchObject({ revised, late });
  });

  it('leaves both as they were', () => {
    const older = seriesOf(0, [1]);
    mergeSeries(older, seriesOf(0, [2]));
    expect([...older.values]).toEqual([1]);
  });

  it('said twice is said once', () => {
    const values = fc.array(fc.oneof(fc.constant(gap), fc.integer()), { maxLength: 12 });
    const shift = fc.integer({ min: -5, max: 15 });
    fc.assert(
      fc.property(values, shift, values, (older, offset, newer) => {
        const second = seriesOf(offset * 60, newer);
        const once = mergeSeries(seriesOf(0, older), second).series;
        expect(mergeSeries(once, second)).toEqual({ series: once, revised: 0, late: 0 });
      }),
    );
  });

  it.each([
    ['another step', seriesOf(0, [1], 300)],
    ['another grid', seriesOf(30, [1])],
  ])('%s is refused', (_title, newer) => {
    expect(() => mergeSeries(seriesOf(0, [1]), newer)).toThrow(/not on one grid/);
  });
});

describe('rows of several series', () => {
  it('hold one column per series, NaN where one has nothing', () => {
    const rows = alignRows([seriesOf(600, [1, 2]), seriesOf(660, [3, 4]), seriesOf(0, [])], 60, 600, 780);
    expect([...rows.times]).toEqual([600, 660, 720]);
    expect([...rows.values]).toEqual([1, gap, gap, 2, 3, gap, gap, 4, gap]);
  });

  it('hold a series of a longer period where its period begins', () => {
    const rows = alignRows([seriesOf(0, [1, 2], 300)], 60, 0, 420);
    expect([...rows.values]).toEqual([1, gap, gap, gap, gap, 2, gap]);
  });

  it('refuse a series that does not fit', () => {
    expect(() => alignRows([seriesOf(0, [1], 90)], 60, 0, 60)).toThrow(/90 s does not fit rows of 60 s/);
  });
});
