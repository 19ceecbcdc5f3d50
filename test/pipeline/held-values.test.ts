import { describe, expect, it } from 'vitest';
import type { HistoryTick } from '../../shared/metrics/history-format.ts';
import { mergeHeld } from '../../shared/pipeline/held-values.ts';

const pull = (tick: number, points: readonly (readonly [number, number])[], id = 'a'): HistoryTick => ({
  tick,
  previous: [],
  problems: new Map(),
  series: [
    {
      id,
      times: Float64Array.from(points, ([time]) => time),
      values: Float64Array.from(points, ([, value]) => value),
      ticks: Uint32Array.from(points, () => tick),
    },
  ],
});
const grid = { from: 0, to: 50, periodSeconds: 10, judgedTo: 0 };
const valuesOf = (merged: ReturnType<typeof mergeHeld>) => [...merged.held.series[0].values];

describe('mergeHeld', () => {
  it('lays points off the grid into their slots, where the last one wins', () =>
    expect(
      valuesOf(
        mergeHeld(
          undefined,
          [
            pull(1, [
              [3, 1],
              [7, 2],
              [12, 3],
            ]),
          ],
          ['a'],
          grid,
        ),
      ),
    ).toEqual([2, 3, NaN, NaN, NaN]));

  it('lets a later pull correct an earlier one, and take nothing away', () => {
    const merged = mergeHeld(
      undefined,
      [
        pull(1, [
          [0, 1],
          [10, 2],
        ]),
        pull(2, [
          [10, 5],
          [20, 6],
        ]),
      ],
      ['a'],
      grid,
    );
    expect(valuesOf(merged)).toEqual([1, 5, 6, NaN, NaN]);
    expect(merged).toMatchObject({ revised: 1, late: 0 });
  });

  it('moves with the window, and keeps what was held', () => {
    const first = mergeHeld(
      undefined,
      [
        pull(1, [
          [30, 3],
          [40, 4],
        ]),
      ],
      ['a'],
      grid,
    );
    const next = mergeHeld(first.held, [pull(2, [[50, 5]])], ['a'], { ...grid, from: 20, to: 70, judgedTo: 50 });
    expect(valuesOf(next)).toEqual([NaN, 3, 4, 5, NaN]);
  });

  it('counts what comes after its slot was judged as late, unless the series is new', () => {
    const first = mergeHeld(undefined, [pull(1, [[0, 1]])], ['a'], grid);
    const late = { ...grid, judgedTo: 30 };
    expect(
      mergeHeld(
        first.held,
        [
          pull(2, [
            [10, 2],
            [40, 3],
          ]),
        ],
        ['a'],
        late,
      ),
    ).toMatchObject({ late: 1, revised: 0 });
    expect(mergeHeld(first.held, [pull(2, [[10, 2]], 'b')], ['b'], late)).toMatchObject({ late: 0, revised: 0 });
  });

  it('is the same however often a pull is merged', () => {
    const one = pull(1, [
      [0, 1],
      [10, 2],
    ]);
    const once = mergeHeld(undefined, [one], ['a'], grid);
    expect(mergeHeld(once.held, [one], ['a'], grid)).toEqual(once);
  });

  it('ignores what lies outside, and series that nobody asks for', () => {
    const merged = mergeHeld(
      undefined,
      [
        pull(1, [
          [-5, 1],
          [50, 2],
          [Number.MAX_VALUE, 3],
        ]),
        pull(1, [[0, 9]], 'x'),
      ],
      ['a'],
      grid,
    );
    expect(merged.held.series.map(({ id }) => id)).toEqual(['a']);
    expect(valuesOf(merged).every(Number.isNaN)).toBe(true);
  });
});
