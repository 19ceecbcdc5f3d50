import { describe, expect, it } from 'vitest';
import { forecasters, restoreForecaster } from '../../shared/forecasters/catalogue.ts';
import type { FittedForecaster, Forecast, ForecastAnswer, Forecaster } from '../../shared/forecasters/forecaster.ts';
import type { Series } from '../../shared/metrics/series.ts';
import { packArtefact, unpackArtefact } from '../../shared/models/artefact.ts';
import { forecasterKind } from '../../shared/models/forecaster-kind.ts';
import { DAY, mapped, rhythm, START, STEP, until } from '../forecasters/made-up-series.ts';

/** Options with which a forecaster that is slow by nature is quick enough for these laws. */
const quick: Readonly<Record<string, object>> = {
  lstm: { lookback: 24, horizon: 12, units: [16, 8], epochs: 8, stride: 5, learningRate: 0.02 },
};
/** Options for histories on which nobody asks how good it is. */
const hasty: Readonly<Record<string, object>> = { lstm: { epochs: 1, stride: 20 } };
const LEVELS = [50, 80, 95];
const HORIZON = 12;
const DAYS = 4;

const spoken = (answer: ForecastAnswer): Forecast => {
  if ('unforecastable' in answer) throw new Error(`nothing was forecast: ${answer.unforecastable}`);
  return answer;
};
const numbersOf = ({ mean, bands, paths }: Forecast): readonly Float64Array[] => [
  mean,
  ...bands.flatMap(({ lower, upper }) => [lower, upper]),
  ...(paths === undefined ? [] : [paths.values]),
];
const expectNumbers = (answer: ForecastAnswer): void => {
  for (const values of numbersOf(spoken(answer))) expect(values.every((value) => Number.isFinite(value))).toBe(true);
};

describe.each(Object.entries(forecasters))('every forecaster: %s', (name, found) => {
  const forecaster = found as unknown as Forecaster<object, unknown>;
  const options = { ...forecaster.defaults, ...quick[name] };
  const fit = (history: Series, seed = 7): FittedForecaster<unknown> => forecaster.fit(history, options, seed);
  const history = rhythm(DAYS * DAY);
  let kept: FittedForecaster<unknown> | undefined;
  /** Of the usual history: fitted once. */
  const fitted = () => (kept ??= fit(history));
  /** What a forecaster says that has seen only this; that it cannot be fitted is an answer, too. */
  const answerOn = (given: Series, horizon = HORIZON): ForecastAnswer | 'cannot be fitted' => {
    let only: FittedForecaster<unknown>;
    try {
      only = forecaster.fit(given, { ...options, ...hasty[name] }, 7);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return 'cannot be fitted';
    }
    return only.forecast(given, horizon, LEVELS);
  };

  it('is known by its own name', () => expect(forecaster.name).toBe(name));

  it('gives the same state and answer for the same seed, bit for bit', () => {
    const other = fit(rhythm(DAYS * DAY));
    expect(packArtefact(forecasterKind, { name, state: other.state })).toEqual(
      packArtefact(forecasterKind, { name, state: fitted().state }),
    );
    expect(other.forecast(history, HORIZON, LEVELS)).toEqual(fitted().forecast(history, HORIZON, LEVELS));
    expect(fitted().forecast(history, HORIZON, LEVELS)).toEqual(fitted().forecast(history, HORIZON, LEVELS));
  });

  it('answers the same after a journey through the store', () => {
    const stored = unpackArtefact(forecasterKind, packArtefact(forecasterKind, { name, state: fitted().state }));
    const restored = restoreForecaster(stored);
    expect(restored.skill).toEqual(fitted().skill);
    expect(restored.forecast(history, 40, LEVELS)).toEqual(fitted().forecast(history, 40, LEVELS));
  });

  it('begins with the slot after the newest, has a number for each step, and bands in the order of the levels', () => {
    const forecast = spoken(fitted().forecast(history, HORIZON, [95, 50]));
    expect(forecast.start).toBe(START + DAYS * DAY * STEP);
    expect(forecast.stepSeconds).toBe(STEP);
    expect(forecast.bands.map(({ level }) => level)).toEqual([95, 50]);
    for (const { lower, upper } of forecast.bands) expect([lower.length, upper.length]).toEqual([HORIZON, HORIZON]);
    expect(forecast.mean).toHaveLength(HORIZON);
    if (forecast.paths !== undefined)
      expect(forecast.paths.values).toHaveLength(forecast.paths.count * forecast.paths.horizon);
    expectNumbers(forecast);
  });

  it('puts the mean into every band, and each band into the wider one', () => {
    const { mean, bands } = spoken(fitted().forecast(history, 40, LEVELS));
    const widest = [...bands].reverse();
    const lower = [...widest.map((band) => band.lower), mean, ...bands.map((band) => band.upper)];
    for (let at = 1; at < lower.length; at++)
      for (let step = 0; step < 40; step++) expect(lower[at - 1][step]).toBeLessThanOrEqual(lower[at][step]);
  });

  it('looks at no more than its window', () => {
    const slots = fitted().windowSlots;
    expect(Number.isInteger(slots) && slots > 0).toBe(true);
    const long = rhythm(slots + 500, { seed: 3 });
    const other = mapped(long, (value, slot) => (slot < 500 ? 1000 - value : value));
    expect(fitted().forecast(other, HORIZON, LEVELS)).toEqual(fitted().forecast(long, HORIZON, LEVELS));
  });

  it('leaves history and window as they were', () => {
    const given = until(history, 3 * DAY);
    fit(given).forecast(given, HORIZON, LEVELS);
    expect(given).toEqual(until(rhythm(DAYS * DAY), 3 * DAY));
  });

  it('does not grow with history', () => {
    const bytes = (days: number) => {
      const hours = rhythm(days * 24, { stepSeconds: 3600 });
      return packArtefact(forecasterKind, { name, state: fit(hours).state }).byteLength;
    };
    expect(bytes(120)).toBeLessThan(1.05 * bytes(80));
  });

  it('has skill on a rhythm that persistence cannot follow, and none on what never moves', () => {
    const value = fitted().skill?.value ?? Number.NaN;
    if (name === 'naive') expect(value).toBeLessThan(0.02);
    else expect(value).toBeGreaterThan(name in quick ? 0.1 : 0.4);
    expect(fit(rhythm(3 * DAY, { swing: 0, noise: 0 })).skill?.value ?? 0).toBeLessThan(0.02);
  });

  it.each([
    ['a tenth of all slots is missing', (value: number, slot: number) => (slot % 10 === 3 ? Number.NaN : value)],
    ['half a day is missing', (value: number, slot: number) => (slot > 2 * DAY && slot < 2.5 * DAY ? NaN : value)],
    ['some values are infinite', (value: number, slot: number) => (slot % 100 === 50 ? -Infinity : value)],
    ['the newest two slots are missing', (value: number, slot: number) => (slot >= DAYS * DAY - 2 ? NaN : value)],
    ['the level shifted an hour ago', (value: number, slot: number) => (slot >= DAYS * DAY - 12 ? value + 40 : value)],
    ['a value is 1e308', (value: number, slot: number) => (slot === 900 ? 1e308 : value)],
    ['all is tiny', (value: number) => value * 1e-305],
  ])('says numbers and nothing else where %s', (_, change) => {
    const given = mapped(history, change);
    const answer = answerOn(given);
    if (answer === 'cannot be fitted') throw new Error('it should be fitted');
    expectNumbers(answer);
    expectNumbers(fitted().forecast(given, HORIZON, LEVELS));
  });

  it.each([
    ['nothing at all', until(history, 0)],
    ['one value', until(history, 1)],
    ['five values', until(history, 5)],
    ['nothing but gaps', mapped(history, () => NaN)],
    ['nothing but 1e308', mapped(history, () => 1e308)],
  ])('says why it cannot say anything of %s', (_, given) => {
    const answer = answerOn(given);
    if (answer === 'cannot be fitted') return;
    expect(answer).toHaveProperty('unforecastable');
    expect(fit(given).skill).toBeUndefined();
  });

  it('calls a series that has stopped missing, however well it knows it', () => {
    const stopped = mapped(history, (value, slot) => (slot >= DAYS * DAY - 30 ? NaN : value));
    expect(fitted().forecast(stopped, HORIZON, LEVELS)).toEqual({ unforecastable: 'missing-data' });
  });

  it('expects what never moves to stay', () => {
    const answer = answerOn(rhythm(4 * DAY, { level: 42.5, swing: 0, noise: 0 }));
    if (answer === 'cannot be fitted') throw new Error('it should be fitted');
    for (const values of numbersOf(spoken(answer))) for (const value of values) expect(value).toBeCloseTo(42.5, 6);
  });

  it('does not forecast values below zero where there never were any', () => {
    const answer = answerOn(mapped(rhythm(DAYS * DAY, { level: 3, swing: 3 }), Math.abs));
    if (answer === 'cannot be fitted') throw new Error('it should be fitted');
    for (const values of numbersOf(spoken(answer))) expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });

  it('answers a horizon that is longer than history', () => {
    const answer = answerOn(until(history, 2 * DAY), 3 * DAY);
    if (answer !== 'cannot be fitted' && !('unforecastable' in answer)) expectNumbers(answer);
    expectNumbers(fitted().forecast(history, 5 * DAY, LEVELS));
  });

  it.each([
    ['in another unit', 1024, 0],
    ['from another origin', 1, 4096],
  ])('says the same of the same %s', (_, factor, offset) => {
    const moved = rhythm(DAYS * DAY, { level: 0 });
    const answer = spoken(fit(moved).forecast(moved, HORIZON, [80]));
    const other = mapped(moved, (value) => factor * value + offset - (offset > 0 ? 8192 : 0));
    const said = spoken(fit(other).forecast(other, HORIZON, [80]));
    const back = (value: number) => (value - offset + (offset > 0 ? 8192 : 0)) / factor;
    said.mean.forEach((value, step) => expect(back(value)).toBeCloseTo(answer.mean[step], 3));
    said.bands[0].upper.forEach((value, step) => expect(back(value)).toBeCloseTo(answer.bands[0].upper[step], 3));
  });

  it.each([
    ['another step', () => fitted().forecast({ ...history, stepSeconds: 60 }, HORIZON, LEVELS), /60 s/],
    ['no step ahead', () => fitted().forecast(history, 0, LEVELS), /horizon.*\b0\b/i],
    ['half a step', () => fitted().forecast(history, 1.5, LEVELS), /1\.5/],
    ['endless steps', () => fitted().forecast(history, Infinity, LEVELS), /Infinity/],
    ['a band of nothing', () => fitted().forecast(history, HORIZON, [0]), /\b0\b/],
    ['a band of everything', () => fitted().forecast(history, HORIZON, [80, 100]), /100/],
    ['a band that is none', () => fitted().forecast(history, HORIZON, [NaN]), /NaN/],
  ])('refuses to be asked for %s', (_, ask, words) => {
    expect(ask).toThrow(RangeError);
    expect(ask).toThrow(words);
  });

  it('refuses a state in which an array was cut, or a number is missing, naming itself', () => {
    const state = fitted().state as Record<string, unknown>;
    const restore = (changed: unknown) => () => restoreForecaster({ name, state: changed });
    for (const damaged of damages(state)) {
      expect(restore(damaged.state), damaged.what).toThrow(RangeError);
    }
    for (const none of [undefined, null, 5, 'state', {}, []]) expect(restore(none)).toThrow(RangeError);
  });
});

describe('a stored forecaster', () => {
  const { state } = forecasters.naive.fit(rhythm(2 * DAY), {}, 1);
  const restore = (stored: { name: string; state: unknown }) => () =>
    unpackArtefact(forecasterKind, packArtefact(forecasterKind, stored), 'models/web-1');

  it.each([
    ['of another name', { name: 'prophet', state }, /models\/web-1.*no forecaster 'prophet'.*automatic/s],
    [
      'that belongs to another',
      { name: 'ridge', state },
      /models\/web-1.*'ridge' cannot be used: weekly.*Fit it anew/s,
    ],
    ['that is empty', { name: 'naive', state: {} }, /models\/web-1.*'naive' cannot be used: stepSeconds/s],
    [
      'with weights that are no numbers',
      { name: 'naive', state: { ...state, residuals: { ...state.residuals, scale: NaN } } },
      /residuals\.scale is NaN/,
    ],
    [
      'whose residuals were cut',
      { name: 'naive', state: { ...state, residuals: { ...state.residuals, values: new Float32Array(5) } } },
      /residuals\.values has 5 numbers, no whole rows of \d+ steps/,
    ],
  ])('%s is refused where it is read, with place, field, value and remedy', (_, stored, words) => {
    expect(restore(stored)).toThrow(words);
  });
});

/** The state with each array one shorter, and each plain number replaced by NaN and by nothing. */
function* damages(
  state: Readonly<Record<string, unknown>>,
  place = '',
): Generator<{ readonly what: string; readonly state: unknown }> {
  for (const [field, value] of Object.entries(state)) {
    const at = `${place}${field}`;
    if (ArrayBuffer.isView(value)) {
      const values = value as Float64Array;
      if (values.length > 0) yield { what: `${at} is cut`, state: { ...state, [field]: values.slice(0, -1) } };
      // What was not measured is no residual.
      if (values.BYTES_PER_ELEMENT >= 4 && !(values instanceof Int32Array) && !at.endsWith('residuals.values'))
        yield { what: `${at} has NaN`, state: { ...state, [field]: values.map((one, k) => (k === 0 ? NaN : one)) } };
    } else if (typeof value === 'number') {
      yield { what: `${at} is NaN`, state: { ...state, [field]: NaN } };
      yield { what: `${at} is a text`, state: { ...state, [field]: 'many' } };
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const inner of damages(value as Record<string, unknown>, `${at}.`))
        yield { what: inner.what, state: { ...state, [field]: inner.state } };
    }
  }
}
