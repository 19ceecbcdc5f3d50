import { describe, expect, it } from 'vitest';
import { ensembleOf } from '../../shared/forecasters/ensemble.ts';
import type { FittedForecaster, Forecast } from '../../shared/forecasters/forecaster.ts';
import { naive } from '../../shared/forecasters/naive.ts';
import { bridgedSlots } from '../../shared/forecasters/recent-window.ts';
import { ridge } from '../../shared/forecasters/ridge.ts';
import { rollingOrigins, skillOf, strideBesideDay } from '../../shared/forecasters/rolling-origins.ts';
import { seasonalNaive } from '../../shared/forecasters/seasonal-naive.ts';
import type { Series } from '../../shared/metrics/series.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import fc from '../fakes/property.ts';
import { mapped, rhythm, START } from './made-up-series.ts';

const HOUR = 3600;
const said = (fitted: FittedForecaster<unknown>, recent: Series, horizon = 6, levels: number[] = [80]): Forecast => {
  const answer = fitted.forecast(recent, horizon, levels);
  if ('unforecastable' in answer) throw new Error(answer.unforecastable);
  return answer;
};
const hours = (days: number, options = {}): Series => rhythm(days * 24, { stepSeconds: HOUR, ...options });
/** Workdays and weekends, by the hour. */
const weeks = (days: number): Series =>
  mapped(hours(days, { swing: 2, noise: 0.3 }), (value, slot) => value + (Math.floor(slot / 24) % 7 < 5 ? 30 : 0));

describe('persistence', () => {
  const fitted = naive.fit(hours(10), {}, 1);

  it('says the newest value, however far ahead', () => {
    const recent = hours(2, { seed: 8 });
    expect([...said(fitted, recent, 40).mean]).toEqual(Array(40).fill(recent.values[47]));
  });

  it('bridges a gap at the end, with the bands of what is further away, and no longer one', () => {
    const recent = mapped(hours(2), (value, slot) => (slot >= 45 ? NaN : value));
    expect(said(fitted, recent).mean[0]).toBe(recent.values[44]);
    const late = said(fitted, recent, 2).bands[0];
    const full = { ...recent, values: recent.values.slice(0, 45) };
    expect([...late.upper]).toEqual([...said(fitted, full, 5).bands[0].upper.slice(3)]);
    const older = mapped(recent, (value, slot) => (slot >= 44 ? NaN : value));
    expect(fitted.forecast(older, 1, [])).toEqual({ unforecastable: 'missing-data' });
  });

  it.each([
    [10, 90],
    [60, 15],
    [300, 3],
    [3600, 3],
  ])('at steps of %i s bridges %i slots', (step, slots) => expect(bridgedSlots(step)).toBe(slots));
});

describe('the season', () => {
  it('is a day while there are no two weeks, and a week where weekends are different', () => {
    const options = seasonalNaive.defaults;
    expect(seasonalNaive.fit(weeks(13), options, 1).state.seasonSlots).toBe(24);
    expect(seasonalNaive.fit(weeks(28), options, 1).state.seasonSlots).toBe(168);
    expect(seasonalNaive.fit(hours(28), options, 1).state.seasonSlots).toBe(24);
    expect(seasonalNaive.fit(hours(28), { season: 'week' }, 1).state.seasonSlots).toBe(168);
  });

  it('says what was there a season ago, two seasons ago where that is missing, and the newest where both are', () => {
    const recent = hours(5);
    const fitted = seasonalNaive.fit(recent, { season: 'day' }, 1);
    expect([...said(fitted, recent, 30).mean]).toEqual([...recent.values.slice(-24), ...recent.values.slice(-24, -18)]);
    const once = mapped(recent, (value, slot) => (slot === 96 ? NaN : value));
    expect(said(fitted, once).mean[0]).toBe(recent.values[72]);
    const twice = mapped(once, (value, slot) => (slot === 72 ? NaN : value));
    expect(said(fitted, twice).mean[0]).toBe(recent.values[119]);
  });

  it('is not enough history where not one has passed', () => {
    const fitted = seasonalNaive.fit(hours(5), { season: 'day' }, 1);
    expect(fitted.forecast(hours(0.5), 1, [])).toEqual({ unforecastable: 'not-enough-history' });
    expect(seasonalNaive.fit(hours(0.5), { season: 'day' }, 1).forecast(hours(5), 1, [])).toEqual({
      unforecastable: 'not-enough-history',
    });
  });
});

describe('the regression', () => {
  /** Each value half of the one before and a push that the last hours tell. */
  function autoregressive(slots: number): Series {
    const random = createRandom(6);
    const values = new Float64Array(slots);
    for (let slot = 2; slot < slots; slot++)
      values[slot] = 1.6 * values[slot - 1] - 0.8 * values[slot - 2] + random.normal();
    return { start: START, stepSeconds: HOUR, values };
  }

  it('follows what no level or day explains', () => {
    const history = autoregressive(21 * 24);
    const fitted = ridge.fit(history, ridge.defaults, 1);
    const fresh = autoregressive(24 * 24);
    const errors = { ridge: 0, last: 0, ideal: 0 };
    for (let slot = 22 * 24; slot < 24 * 24; slot++) {
      const recent = { ...fresh, values: fresh.values.slice(0, slot) };
      const [a, b] = [fresh.values[slot - 1], fresh.values[slot - 2]];
      errors.ridge += Math.abs(said(fitted, recent, 1, []).mean[0] - fresh.values[slot]);
      errors.last += Math.abs(a - fresh.values[slot]);
      errors.ideal += Math.abs(1.6 * a - 0.8 * b - fresh.values[slot]);
    }
    expect(errors.ridge).toBeLessThan(1.25 * errors.ideal);
    expect(errors.ridge).toBeLessThan(0.9 * errors.last);
  });

  it('shrinks to persistence the higher the penalty', () => {
    const history = hours(20);
    const fitted = ridge.fit(history, { ...ridge.defaults, penalty: 1e9 }, 1);
    said(fitted, history).mean.forEach((value) => expect(value).toBeCloseTo(history.values[479], 0));
  });

  it.each([
    ['penalty', { ...ridge.defaults, penalty: 0 }, /penalty is 0/],
    ['rows', { ...ridge.defaults, rows: 0 }, /rows is 0/],
  ])('refuses a %s that is none', (_, options, words) => {
    expect(() => ridge.fit(hours(20), options, 1)).toThrow(words);
  });

  it('refuses weights that belong to other features, naming both numbers', () => {
    const { state } = ridge.fit(hours(10), ridge.defaults, 1);
    expect(() => ridge.restore({ ...state, weekly: !state.weekly })).toThrow(
      /'ridge' cannot be used: weights has \d+ numbers, and \d+ belong/,
    );
    expect(() => ridge.restore({ ...state, skill: { value: 2, origins: 3 } })).toThrow(/skill\.value is 2/);
  });
});

describe('several together', () => {
  const members = { naive, 'seasonal-naive': seasonalNaive };
  const together = ensembleOf(members);
  /** A day's rhythm on a level that walks: neither alone has all of it. */
  function wandering(slots: number): Series {
    const random = createRandom(12);
    let level = 0;
    return mapped(hours(slots / 24, { swing: 6, noise: 0.1 }), (value) => value + (level += 0.9 * random.normal()));
  }

  it('weigh by the inverse of their errors: at each step the better one has the larger say', () => {
    const { weights, steps } = together.fit(hours(20, { noise: 0.5 }), together.defaults, 1).state;
    for (let column = 1; column < steps.length - 1; column++)
      expect(weights[steps.length + column]).toBeGreaterThan(weights[column]);
    for (let column = 0; column < steps.length; column++)
      expect(weights[column] + weights[steps.length + column]).toBeCloseTo(1, 12);
  });

  it('are the plain mean at a sharpness of 0', () => {
    const history = wandering(480);
    const mean = said(together.fit(history, { sharpness: 0 }, 1), history).mean;
    const one = said(naive.fit(history, {}, 1), history).mean;
    const other = said(seasonalNaive.fit(history, seasonalNaive.defaults, 1), history).mean;
    mean.forEach((value, at) => expect(value).toBeCloseTo((one[at] + other[at]) / 2, 10));
  });

  it('err less than each alone where each knows a part', () => {
    const history = wandering(30 * 24);
    const errorOf = (fitted: FittedForecaster<unknown>): number => {
      let sum = 0;
      for (let slot = 24 * 24; slot < 30 * 24 - 6; slot++) {
        const mean = said(fitted, { ...history, values: history.values.slice(0, slot) }, 6, []).mean;
        sum += Math.abs(mean[5] - history.values[slot + 5]);
      }
      return sum;
    };
    const known = { ...history, values: history.values.slice(0, 24 * 24) };
    const both = errorOf(together.fit(known, { sharpness: 1 }, 1));
    expect(both).toBeLessThan(errorOf(naive.fit(known, {}, 1)));
    expect(both).toBeLessThan(errorOf(seasonalNaive.fit(known, seasonalNaive.defaults, 1)));
  });

  it('speak on where one of them has nothing to say', () => {
    const fitted = together.fit(hours(20), together.defaults, 1);
    const short = hours(0.5);
    for (const value of said(fitted, short).mean) expect(value).toBeCloseTo(short.values[11], 10);
  });

  it('refuse to come back with other members, naming both', () => {
    const { state } = together.fit(hours(10), together.defaults, 1);
    expect(() => ensembleOf({ naive }).restore(state)).toThrow(
      /naive, seasonal-naive, and this release makes it of naive/,
    );
    expect(() => together.fit(hours(10), { sharpness: NaN }, 1)).toThrow(/sharpness/);
  });
});

describe('origins', () => {
  it('fall on all times of a day, end with the newest, and stay within two weeks and what was asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        fc.constantFrom(60, 300, 3600),
        fc.integer({ min: 1, max: 4000 }),
        (length, step, first) => {
          const origins = rollingOrigins(first, length, step);
          const day = 86_400 / step;
          if (first >= length) {
            expect(origins).toHaveLength(0);
            return;
          }
          expect(origins[origins.length - 1]).toBe(length - 1);
          expect(origins[0]).toBeGreaterThanOrEqual(Math.max(first, length - 14 * day));
          expect(origins.length).toBeLessThanOrEqual(140);
          if (origins.length < 2) return;
          const stride = origins[1] - origins[0];
          expect(strideBesideDay(stride, day)).toBe(stride);
          const times = new Set(Array.from({ length: day }, (_, at) => (at * stride) % day));
          expect(times.size).toBe(day);
        },
      ),
    );
  });

  it.each([
    [0, 0, 0],
    [1, 0, -1],
    [1, 2, 0.5],
    [2, 1, -1],
    [9, 1, -1],
    [0, 1, 1],
  ])('an error of %d beside one of %d is a skill of %d', (error, baseline, skill) => {
    expect(skillOf(error, baseline)).toBe(skill);
  });
});
