import { describe, expect, it } from 'vitest';
import { emptySeries, placePoints, type Points, type Series } from '../../shared/metrics/series.ts';
import fc from '../fakes/property.ts';

const pointsOf = (pairs: readonly (readonly [number, number])[]): Points => ({
  times: Float64Array.from(pairs, ([time]) => time),
  values: Float64Array.from(pairs, ([, value]) => value),
});
const seriesOf = (start: number, values: readonly number[], stepSeconds = 60): Series => ({
  start,
  stepSeconds,
  values: Float64Array.from(values),
});
const toGrid = (points: Points, stepSeconds: number, from: number, to: number): Series => {
  const series = emptySeries(stepSeconds, from, to);
  placePoints(points, series);
  return series;
};
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

  it('lie over what came before, and take nothing away', () => {
    const series = toGrid(
      pointsOf([
        [600, 1],
        [660, 2],
      ]),
      60,
      600,
      780,
    );
    placePoints(
      pointsOf([
        [670, 3],
        [720, gap],
      ]),
      series,
    );
    expect(series).toEqual(seriesOf(600, [1, 3, gap]));
  });

  it('has no slots where the end does not lie after the start', () => {
    expect(toGrid(pointsOf([[600, 1]]), 60, 600, 0)).toEqual(seriesOf(600, []));
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
    ['more slots than any memory has', 1, 0, 1e12, /1000000000000 slots/],
  ])('%s is refused', (_title, step, from, to, reason) => {
    expect(() => toGrid(pointsOf([]), step, from, to)).toThrow(reason);
  });
});
