import { describe, expect, it } from 'vitest';
import { PointMerger } from '../../shared/metrics/point-merge.ts';
import { pairsOf } from './stored-ports.ts';
import fc from '../fakes/property.ts';

/** The obvious reference: a map from time to the value with the highest tick. */
function reference(pulls: readonly { tick: number; pairs: readonly (readonly [number, number])[] }[]) {
  const held = new Map<number, { tick: number; value: number }>();
  for (const { tick, pairs } of pulls) {
    for (const [time, value] of pairs) {
      if (Number.isFinite(value) && (held.get(time)?.tick ?? -1) <= tick) held.set(time, { tick, value });
    }
  }
  return [...held].sort(([a], [b]) => a - b).map(([time, { value }]) => [time, value]);
}

const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.double()), { maxLength: 20 });
const pulls = fc
  .uniqueArray(fc.record({ tick: fc.integer({ min: 1, max: 50 }), pairs }), { selector: ({ tick }) => tick })
  .map((all) => all.map(({ tick, pairs: given }) => ({ tick, pairs: given })));

const merge = (given: readonly { tick: number; pairs: readonly (readonly [number, number])[] }[]): PointMerger => {
  const merger = new PointMerger();
  for (const { tick, pairs: points } of given) {
    merger.add(
      's',
      { times: Float64Array.from(points, ([t]) => t), values: Float64Array.from(points, ([, v]) => v) },
      tick,
    );
  }
  return merger;
};

describe('merging points of many pulls', () => {
  it('keeps for each time the value of the latest pull, whatever the order they come in', () => {
    fc.assert(
      fc.property(pulls, fc.infiniteStream(fc.nat()), (given, dice) => {
        const shuffled = given
          .map((pull) => ({ pull, rank: dice.next().value as number }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ pull }) => pull);
        expect(pairsOf(merge(shuffled).points('s'))).toEqual(reference(given));
      }),
    );
  });

  it('changes nothing when everything is added again', () => {
    fc.assert(
      fc.property(pulls, (given) => {
        expect(merge([...given, ...given]).points('s')).toEqual(merge(given).points('s'));
      }),
    );
  });

  it('gives the same when what was merged is merged again with the ticks it keeps', () => {
    fc.assert(
      fc.property(pulls, fc.nat({ max: 20 }), (given, cut) => {
        const first = merge(given.slice(0, cut)).points('s');
        const again = merge(given.slice(cut));
        again.add('s', first, first.ticks);
        expect(again.points('s')).toEqual(merge(given).points('s'));
      }),
    );
  });

  it('cuts a window with its start and without its end', () => {
    const merger = merge([
      {
        tick: 1,
        pairs: [
          [10, 1],
          [20, 2],
          [30, 3],
        ],
      },
    ]);
    expect(pairsOf(merger.points('s', 10, 30))).toEqual([
      [10, 1],
      [20, 2],
    ]);
    expect(pairsOf(merger.points('s', 10.5))).toEqual([
      [20, 2],
      [30, 3],
    ]);
    expect(pairsOf(merger.points('nobody'))).toEqual([]);
  });

  it('forgets what is before a time and goes on', () => {
    const merger = merge([
      {
        tick: 1,
        pairs: [
          [10, 1],
          [20, 2],
          [30, 3],
        ],
      },
    ]);
    merger.forgetBefore(20);
    merger.add('s', { times: Float64Array.of(20, 25), values: Float64Array.of(9, 8) }, 2);
    expect(pairsOf(merger.points('s'))).toEqual([
      [20, 9],
      [25, 8],
      [30, 3],
    ]);
  });

  it('refuses a time that is none, naming the series', () => {
    const bad = { times: Float64Array.of(1, NaN), values: Float64Array.of(1, 2) };
    expect(() => new PointMerger().add('cpu', bad, 1)).toThrow("series 'cpu': time 1 is NaN");
    const uneven = { times: Float64Array.of(1), values: Float64Array.of(1, 2) };
    expect(() => new PointMerger().add('cpu', uneven, 1)).toThrow("series 'cpu': 1 times and 2 values");
  });

  it('sorts 300,000 points that come backwards in seconds, not in hours', { timeout: 15_000 }, () => {
    const n = 300_000;
    const merger = new PointMerger();
    merger.add('s', { times: Float64Array.from({ length: n }, (_, i) => n - i), values: new Float64Array(n) }, 1);
    expect(merger.points('s').times[0]).toBe(1);
  });
});
