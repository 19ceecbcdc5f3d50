import { describe, expect, it } from 'vitest';
import { automaticShape } from '../../shared/forecasters/automatic-shape.ts';
import { weightedMedian } from '../../shared/forecasters/expert-median.ts';
import { expertWeights } from '../../shared/forecasters/expert-weights.ts';
import { EXPERTS } from '../../shared/forecasters/experts.ts';
import { bestMedianShare } from '../../shared/forecasters/median-share.ts';
import { localTrend, trendRows } from '../../shared/forecasters/local-trends.ts';
import { guardedWeights, guardForce, guardOrigins } from '../../shared/forecasters/regime-guard.ts';
import { conformalOffsets } from '../../shared/forecasters/residual-paths.ts';
import { anchorAt, slotsThrough } from '../../shared/forecasters/row-slots.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import fc from '../fakes/property.ts';

const sum = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((total, one) => total + one, 0);

/** Experts that are off by so much of a random amount each. */
function trials(spreads: readonly number[], count: number, seed: number) {
  const random = createRandom(seed);
  const actual = Float64Array.from({ length: count }, () => 10 * random.normal());
  const forecasts = Float64Array.from(
    { length: count * spreads.length },
    (_, at) => actual[Math.floor(at / spreads.length)] + spreads[at % spreads.length] * random.normal(),
  );
  return { count, experts: spreads.length, forecasts, actual };
}

describe('weights of experts', () => {
  it('are a mixture, whatever the experts said', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 1, max: 1e6 }),
        (spreads, seed) => {
          const weights = expertWeights(trials(spreads, 30, seed), 1);
          expect(sum(weights)).toBeCloseTo(1, 9);
          expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('go to who is always right', () => {
    expect(expertWeights(trials([5, 0, 5], 50, 1), 1)[1]).toBeGreaterThan(0.95);
  });

  it('are shared by two who err alike, each in its own way', () => {
    const [one, other, bad] = expertWeights(trials([2, 2, 20], 400, 2), 1);
    expect(Math.abs(one - other)).toBeLessThan(0.15);
    expect(bad).toBeLessThan(0.05);
  });
});

describe('the median of experts', () => {
  const some = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 13 });

  it.each([
    ['of one is that one', [7], [0.2], 7],
    ['of two that weigh alike lies between them', [10, 20], [1, 1], 15],
    ['of two moves towards the heavier as its share grows', [10, 20], [3, 1], 12.5],
    ['of three is the one between, however far off the others are', [5, -1e9, 1e9], [1, 1, 1], 5],
    ['leans to the first where that has most of the weight', [1, 2, 3], [8, 1, 1], 1 + 2 / 9],
    ['leans to the last where that has most of the weight', [1, 2, 3], [1, 1, 8], 3 - 2 / 9],
    ['gives no place to who has no weight', [10, 999, 20], [1, 0, 1], 15],
  ] as const)('%s', (_, said, weights, expected) => {
    const median = weightedMedian(Float64Array.of(99, ...said), 1, Float64Array.from(weights));
    expect(median).toBeCloseTo(expected, 9);
  });

  it('lies among what they say, in whatever order they say it', () => {
    fc.assert(
      fc.property(some, (said) => {
        const weights = Float64Array.from(said, (value) => 1 + (Math.abs(value) % 3));
        const median = weightedMedian(Float64Array.from(said), 0, weights);
        expect(median).toBeGreaterThanOrEqual(Math.min(...said));
        expect(median).toBeLessThanOrEqual(Math.max(...said));
        const turned = weightedMedian(Float64Array.from(said).reverse(), 0, weights.slice().reverse());
        expect(turned).toBeCloseTo(median, 3);
      }),
    );
  });

  it('is taken where some experts are wild at times, and their mean where each is off in its own way', () => {
    const random = createRandom(5);
    const origins = Int32Array.from({ length: 200 }, (_, origin) => origin);
    const weights = new Float64Array(EXPERTS).fill(1 / EXPERTS);
    const part = (error: () => number): number => {
      const forecasts = Float64Array.from({ length: 200 * EXPERTS }, error);
      const trials = { origins, leads: Int32Array.of(1), forecasts, actual: new Float64Array(200), spread: forecasts };
      return bestMedianShare(trials, () => ({ weights, medianWeights: weights, medianShare: 0 }));
    };
    expect(part(() => random.normal() * (random.next() < 0.1 ? 60 : 1))).toBe(1);
    expect(part(() => 2 * random.next() - 1)).toBe(0);
  });
});

describe('the regime guard', () => {
  const weights = Float64Array.of(0.9, 0.1);
  const hour = (ensemble: number, ...errors: readonly (readonly number[])[]) => ({
    errors: guardOrigins.map((_, origin) => Float64Array.from(errors[Math.min(origin, errors.length - 1)])),
    ensemble,
  });

  it.each([
    ['sleeps while the last hour went as the backtest did', 1, 0],
    ['is half awake at three times the error', 3, 0.5],
    ['is in full force at five times the error, and beyond', 9, 1],
  ] as const)('%s', (_, ensemble, force) => {
    expect(guardForce(hour(ensemble, [0, 0]), 1, 1e-9)).toBe(force);
  });

  it('changes nothing while it sleeps', () => {
    expect(guardedWeights(weights, hour(9, [9, 1, 0]), 0)).toEqual(Float64Array.of(0.9, 0.1, 0));
  });

  it('turns to who foresaw the last hour', () => {
    const turned = guardedWeights(weights, hour(9, [9, 1]), 1);
    expect(turned[1]).toBeGreaterThan(0.9);
    expect(sum(turned)).toBeCloseTo(1, 12);
  });

  it('hears who has no weight of its own only by force', () => {
    const lastHour = hour(9, [9, 9, 1]);
    expect([0, 0.2, 1].map((force) => guardedWeights(weights, lastHour, force)[2] > 0.5)).toEqual([false, false, true]);
  });

  it('does not mind how wrong all were before the change: what was said after it decides', () => {
    const calm = guardedWeights(weights, hour(9, [4, 1]), 1);
    const wild = guardedWeights(weights, hour(9, [4, 1], [4, 1], [4, 1], [900, 901], [900, 905]), 1);
    expect([...wild]).toEqual([...calm]);
  });

  it('has nobody to turn to where all were right', () => {
    expect(guardedWeights(weights, hour(0, [0, 0]), 1)[0]).toBeGreaterThan(0.85);
  });

  it('gives weights, not negative and 1 in all, whatever the errors were', () => {
    const errors = fc.array(fc.double({ min: 0, max: 1e120, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(errors, { minLength: 5, maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, force) => {
          const turned = guardedWeights(weights, hour(1, ...all), force);
          expect(sum(turned)).toBeCloseTo(1, 9);
          expect(Math.min(...turned)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('the trend of the newest rows', () => {
  const line = (level: number, slope: number, rows: number) =>
    Float64Array.from({ length: rows }, (_, row) => level - slope * (rows - 1 - row));

  it('is the line that they lie on', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        fc.integer({ min: 2, max: 20 }),
        (level, slope, rows) => {
          const trend = localTrend(Float64Array.of(1e9, ...line(level, slope, rows), -1e9), rows, rows);
          expect(trend.slope).toBeCloseTo(slope, 5);
          expect(trend.level).toBeCloseTo(level, 5);
        },
      ),
    );
  });

  it.each([
    ['at the end', 11],
    ['in the middle', 5],
    ['at the beginning', 0],
  ] as const)('is not bent by a spike %s', (_, place) => {
    const values = line(50, 2, 12);
    values[place] += 400;
    const { level, slope } = localTrend(values, 11, 12);
    expect(slope).toBeGreaterThan(1.9);
    expect(slope).toBeLessThan(2.6);
    expect(Math.abs(level - 50)).toBeLessThan(2);
  });

  it('looks at half an hour and an hour of five minutes, and at no fewer than four rows of a day', () => {
    expect([300, 3600, 86_400].map((seconds) => trendRows(automaticShape(seconds)))).toEqual([
      [6, 12],
      [6, 12],
      [4, 4],
    ]);
  });
});

describe('offsets of ranges', () => {
  it('are conformal ranks of the errors, never beyond the largest', () => {
    const values = Float32Array.from({ length: 19 }, (_, path) => path - 9);
    const offsets = conformalOffsets({ count: 19, length: 1, values }, 1, [0.1, 0.5, 0.9, 0.999], 0);
    expect([...offsets]).toEqual([-8, 0, 8, 9]);
  });

  it('hold as many new errors of the same kind as they say', () => {
    const random = createRandom(5);
    const values = Float32Array.from({ length: 139 * 12 }, () => random.normal());
    const offsets = conformalOffsets({ count: 139, length: 12, values }, 1, [0.1, 0.9]);
    const inside = Array.from({ length: 4000 }, () => random.normal()).filter(
      (x) => x >= offsets[10] && x <= offsets[11],
    );
    expect(inside.length / 4000).toBeGreaterThan(0.75);
    expect(inside.length / 4000).toBeLessThan(0.85);
  });
});

describe('slots of rows', () => {
  it('are the rows themselves where a row is one slot', () => {
    const rows = Float64Array.of(3, 1, 4, 1);
    const out = new Float64Array(4);
    slotsThrough(rows, 4, 100, 1, 4, out);
    expect([...out]).toEqual([...rows]);
  });

  it('begin at the present and run through the middles of the rows', () => {
    const out = new Float64Array(10);
    slotsThrough(Float64Array.of(3, 8), 2, 0, 5, 10, out);
    expect([...out].map((value) => Number(value.toFixed(9)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8, 8]);
  });

  it('begin at the newest slot where nothing is smoothed, else nearer to the ones before', () => {
    const slots = Float64Array.of(...new Array<number>(200).fill(0), 10);
    expect(anchorAt(slots, 200, 1)).toBe(10);
    expect(anchorAt(slots, 200, 0.2)).toBeCloseTo(2, 9);
  });
});

it.each([10, 60, 300, 900, 3600, 21_600, 86_400])(
  'of rows of %s s a backtest falls on all times of the day',
  (rowSeconds) => {
    const { day, stride, earlyStride, far, near, least, search, window } = automaticShape(rowSeconds);
    for (const one of [stride, earlyStride]) {
      expect(new Set(Array.from({ length: day }, (_, k) => (k * one) % day)).size).toBe(day);
    }
    expect([...far].every((row, index) => row > (far[index - 1] ?? near) && row <= day)).toBe(true);
    expect(near).toBeLessThanOrEqual(day);
    expect(least).toBeLessThan(window);
    expect(search).toBeLessThan(window);
  },
);
