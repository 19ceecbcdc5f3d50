import { describe, expect, it } from 'vitest';
import { adaptedLevel, advanceCoverage, startCoverage } from '../../shared/forecasters/adaptive-intervals.ts';
import type { Forecaster } from '../../shared/forecasters/forecaster.ts';
import { forecasters } from '../../shared/forecasters/catalogue.ts';
import {
  conformalBands,
  conformalQuantile,
  noResiduals,
  packResiduals,
  residualPaths,
  residualSteps,
} from '../../shared/forecasters/intervals.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import fc from '../fakes/property.ts';
import { mapped, rhythm } from './made-up-series.ts';

const steps = Int32Array.of(1, 2, 3, 6);
/** Residuals that walk: after h steps they are h normal steps from 0. */
function walks(rows: number, seed = 1): Float64Array {
  const random = createRandom(seed);
  const all = new Float64Array(rows * steps.length);
  for (let row = 0; row < rows; row++) {
    let at = 0;
    for (let step = 1, walk = 0; step <= 6; step++) {
      walk += random.normal();
      if (steps[at] === step) all[row * steps.length + at++] = walk;
    }
  }
  return all;
}
const flat = (length: number, value = 0) => new Float64Array(length).fill(value);

describe('the conformal quantile', () => {
  it('covers a new value as often as it says, however few there were before', () => {
    const random = createRandom(2);
    for (const [count, q] of [
      [9, 0.9],
      [19, 0.95],
      [40, 0.8],
    ] as const) {
      let below = 0;
      for (let trial = 0; trial < 4000; trial++) {
        const seen = Float64Array.from({ length: count }, () => random.normal()).sort();
        if (random.normal() <= conformalQuantile(seen, q)) below++;
      }
      expect(below / 4000).toBeCloseTo(q, 1.8);
    }
  });

  it.each([
    [[1, 2, 3, 4], 0.2, 1],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[1, 2, 3, 4], 0.99, 4],
    [[1, 2, 3, 4], 0.01, 1],
    [[7], 0.5, 7],
  ])('of %j at %d is %d: the rank q (n + 1), within what was seen', (values, q, expected) => {
    expect(conformalQuantile(values, q)).toBeCloseTo(expected, 12);
  });

  it('of nothing is none', () => expect(conformalQuantile([], 0.5)).toBeNaN());
});

describe('bands', () => {
  const residuals = packResiduals(steps, walks(400));

  it('cover a walk at every step, between and beyond those that were measured too', () => {
    const random = createRandom(77);
    const [band] = conformalBands(residuals, flat(9), 0, [80]);
    const inside = flat(9);
    for (let trial = 0; trial < 3000; trial++)
      for (let step = 0, walk = 0; step < 9; step++) {
        walk += random.normal();
        if (walk >= band.lower[step] && walk <= band.upper[step]) inside[step]++;
      }
    for (const times of inside) expect(Math.abs(times / 3000 - 0.8)).toBeLessThan(0.05);
  });

  it('lean to the side on which the forecaster errs', () => {
    const skewed = packResiduals(steps, walks(200).map(Math.abs));
    const [band] = conformalBands(skewed, flat(6, 10), 0, [80]);
    for (let step = 0; step < 6; step++) {
      expect(band.lower[step]).toBe(10);
      expect(band.upper[step]).toBeGreaterThan(11);
    }
  });

  it('are those of later steps where the newest slots are missing', () => {
    const [now] = conformalBands(residuals, flat(4), 0, [95]);
    const [late] = conformalBands(residuals, flat(2), 2, [95]);
    expect([...late.upper]).toEqual([...now.upper.slice(2)]);
  });

  it('do not change with the unit, though residuals are kept in 32 bits', () => {
    const [band] = conformalBands(residuals, flat(6), 0, [80]);
    for (const unit of [1e-250, 1e12, 1e90]) {
      const [other] = conformalBands(
        packResiduals(
          steps,
          walks(400).map((one) => unit * one),
        ),
        flat(6),
        0,
        [80],
      );
      other.upper.forEach((value, step) => expect(value / unit / band.upper[step]).toBeCloseTo(1, 5));
    }
  });

  it('are nested and hold the mean, whatever the residuals', () => {
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 40, maxLength: 120 }),
        fc.integer({ min: 1, max: 40 }),
        (raw, horizon) => {
          const rows = packResiduals(steps, Float64Array.from(raw.slice(0, raw.length - (raw.length % 4))));
          fc.pre(rows.steps.length > 0);
          const [wide, narrow] = conformalBands(rows, flat(horizon, 5), 0, [95, 50]);
          for (let step = 0; step < horizon; step++) {
            expect(wide.lower[step]).toBeLessThanOrEqual(narrow.lower[step]);
            expect(narrow.lower[step]).toBeLessThanOrEqual(5);
            expect(narrow.upper[step]).toBeGreaterThanOrEqual(5);
            expect(wide.upper[step]).toBeGreaterThanOrEqual(narrow.upper[step]);
          }
        },
      ),
    );
  });
});

describe('residuals as they are kept', () => {
  it('leave out steps that fewer than eight origins have seen, and all after them', () => {
    const few = walks(20).map((value, at) => (at % 4 === 2 && at > 28 ? NaN : value));
    expect([...packResiduals(steps, few).steps]).toEqual([1, 2]);
    expect(packResiduals(steps, walks(7))).toEqual(noResiduals);
    expect(packResiduals(steps, new Float64Array(0))).toEqual(noResiduals);
  });

  it('keep gaps as gaps, in a series without error too', () => {
    const zeros = flat(40).fill(NaN, 4, 5);
    const { values, scale } = packResiduals(steps, zeros);
    expect(scale).toBe(0);
    expect([values[3], values[4], values[5]]).toEqual([0, NaN, 0]);
  });

  it.each([
    [1, [1]],
    [5, [1, 2, 3, 4, 5]],
    [13, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]],
    [30, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 21, 28, 30]],
  ])('are measured up to %i steps ahead at %j', (longest, expected) => {
    expect([...residualSteps(longest)]).toEqual(expected);
  });
});

describe('paths', () => {
  it('are the mean plus what each origin was off by, on a line between measured steps', () => {
    const paths = residualPaths(packResiduals(steps, walks(50)), flat(6, 100), 0);
    const raw = walks(50);
    expect(paths).toMatchObject({ count: 50, horizon: 6 });
    for (let row = 0; row < 50; row++) {
      const [, , third, sixth] = raw.slice(4 * row, 4 * row + 4);
      const at = (step: number) => (paths?.values[6 * row + step - 1] ?? NaN) - 100;
      expect(at(3)).toBeCloseTo(third, 4);
      expect(at(6)).toBeCloseTo(sixth, 4);
      expect(at(4)).toBeCloseTo(third + (sixth - third) / 3, 4);
    }
  });

  it('bridge what one origin did not see, and leave an origin out that saw less than half', () => {
    const gappy = walks(50);
    gappy.fill(NaN, 1, 2);
    gappy.fill(NaN, 4, 7);
    const paths = residualPaths(packResiduals(steps, gappy), flat(3), 0);
    expect(paths?.count).toBe(49);
    expect(paths?.values[1]).toBeCloseTo((gappy[0] + gappy[2]) / 2, 4);
  });

  it('are left out where they would be too many numbers to hold', () => {
    expect(residualPaths(packResiduals(steps, walks(100)), flat(2501), 0)).toBeUndefined();
  });
});

describe('bands that learn from what came', () => {
  /** A series grows six times as restless: how often do bands fitted before hold after? */
  function coverageAfterChange(forecaster: Forecaster<object, unknown>, adapts: boolean): number {
    const calm = rhythm(1200, { swing: 0, noise: 1, seed: 5, stepSeconds: 3600 });
    const random = createRandom(8);
    const restless = mapped(rhythm(2200, { swing: 0, noise: 1, seed: 5, stepSeconds: 3600 }), (value, slot) =>
      slot < 1200 ? value : value + 2.5 * random.normal(),
    );
    const fitted = forecaster.fit(calm, forecaster.defaults, 1);
    const slots = fitted.windowSlots;
    let state = startCoverage();
    let inside = 0;
    for (let slot = 1200; slot < 2200; slot++) {
      const from = Math.max(0, slot - slots);
      const recent = { ...restless, start: restless.start + from * 3600, values: restless.values.slice(from, slot) };
      const answer = fitted.forecast(recent, 1, [adapts ? adaptedLevel(state, 80) : 80]);
      if ('unforecastable' in answer) throw new Error(answer.unforecastable);
      const [{ lower, upper }] = answer.bands;
      const wasInside = restless.values[slot] >= lower[0] && restless.values[slot] <= upper[0];
      if (wasInside) inside++;
      state = advanceCoverage(state, 80, wasInside);
    }
    return inside / 1000;
  }

  it.each(['naive', 'seasonal-naive'] as const)('hold more often after a series has changed: %s', (name) => {
    const forecaster = forecasters[name] as unknown as Forecaster<object, unknown>;
    const fixed = coverageAfterChange(forecaster, false);
    expect(fixed).toBeLessThan(0.6);
    expect(coverageAfterChange(forecaster, true)).toBeGreaterThan(fixed + 0.1);
  });

  it('miss as often as they may in the long run, whatever width hits how often', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 3, noNaN: true }), fc.constantFrom(50, 80, 95), (truth, level) => {
        // A band asked for 100 (1 − a) % holds with probability 1 − truth · a.
        const random = createRandom(3);
        let state = startCoverage();
        let missed = 0;
        const times = 20_000;
        for (let at = 0; at < times; at++) {
          const asked = 1 - adaptedLevel(state, level) / 100;
          const inside = random.next() >= Math.min(1, truth * asked);
          if (!inside) missed++;
          state = advanceCoverage(state, level, inside);
        }
        const allowed = 1 - level / 100;
        const most = Math.max(allowed, Math.min(0.75, 2.5 * allowed));
        expect(Math.abs(missed / times - Math.min(allowed, truth * most))).toBeLessThan(0.03);
        expect(state.scored).toBe(times);
      }),
      { numRuns: 12 },
    );
  });

  it('stay levels that can be asked for, and recover within a day from one that was out of reach', () => {
    let state = startCoverage();
    for (let at = 0; at < 5000; at++) state = advanceCoverage(state, 95, false);
    expect(adaptedLevel(state, 95)).toBeLessThan(100);
    expect(adaptedLevel(state, 95)).toBeGreaterThan(99.5);
    for (let at = 0; at < 288; at++) state = advanceCoverage(state, 95, true);
    expect(adaptedLevel(state, 95)).toBeLessThan(95);
    for (let at = 0; at < 5000; at++) state = advanceCoverage(state, 95, true);
    expect(adaptedLevel(state, 95)).toBeGreaterThan(85);
  });

  it('begin as they were asked for, and refuse levels that are none', () => {
    expect(adaptedLevel(startCoverage(), 80)).toBeCloseTo(80, 12);
    for (const level of [0, 100, NaN, -5]) {
      expect(() => adaptedLevel(startCoverage(), level)).toThrow(RangeError);
      expect(() => advanceCoverage(startCoverage(), level, true)).toThrow(RangeError);
    }
  });
});
