import { describe, expect, it } from 'vitest';
import { automaticForecaster, type AutomaticOptions } from '../../shared/forecasters/automatic.ts';
import type { AutomaticState } from '../../shared/forecasters/automatic-state.ts';
import type { FittedForecaster, Forecast, ForecastAnswer } from '../../shared/forecasters/forecaster.ts';
import type { Series } from '../../shared/metrics/series.ts';
import { mean } from '../../shared/numeric/statistics.ts';
import { createRandom } from '../../shared/numeric/random.ts';

const day = 288;
const start = 1_700_000_100;

/** Days of a working rhythm with some noise, 20 to 60. */
function daily(days: number, stepSeconds = 300, seed = 1): Series {
  const random = createRandom(seed);
  const perDay = 86_400 / stepSeconds;
  const values = Float64Array.from(
    { length: Math.round(days * perDay) },
    (_, slot) => 40 + 15 * Math.sin((2 * Math.PI * slot) / perDay) + random.normal(),
  );
  return { start, stepSeconds, values };
}

const changed = (series: Series, change: (value: number, slot: number, slots: number) => number): Series => ({
  ...series,
  values: series.values.map((value, slot) => change(value, slot, series.values.length)),
});

const fit = (series: Series, options: AutomaticOptions = automaticForecaster.defaults) =>
  automaticForecaster.fit(series, options, 1);

function forecastOf(answer: ForecastAnswer): Forecast {
  if ('unforecastable' in answer) throw new Error(answer.unforecastable);
  return answer;
}

const ahead = (series: Series, horizon: number, fitted: FittedForecaster<AutomaticState> = fit(series)): Forecast =>
  forecastOf(fitted.forecast(series, horizon, [80, 95]));

const numbersOf = ({ mean, bands, paths }: Forecast): number[] => [
  ...mean,
  ...bands.flatMap(({ lower, upper }) => [...lower, ...upper]),
  ...(paths?.values ?? []),
];

const usual = daily(6);
const fitted = fit(usual);

describe('a series it knows', () => {
  const forecast = ahead(usual, 288, fitted);

  it('is followed for a day, at the grid it came on', () => {
    expect(forecast.start).toBe(start + 6 * 86_400);
    const errors = forecast.mean.map((value, slot) =>
      Math.abs(value - 40 - 15 * Math.sin((2 * Math.PI * (slot + 1)) / day)),
    );
    expect(mean(errors)).toBeLessThan(1);
  });

  it('gives ranges that hold about as many values as they say, and lie in each other', () => {
    const random = createRandom(99);
    const truth = forecast.mean.map(
      (_, slot) => 40 + 15 * Math.sin((2 * Math.PI * (slot + 1)) / day) + random.normal(),
    );
    const [narrow, wide] = forecast.bands;
    const inside = (band: typeof narrow): number =>
      mean(truth.map((x, slot) => Number(x >= band.lower[slot] && x <= band.upper[slot])));
    expect(inside(narrow)).toBeGreaterThan(0.7);
    expect(inside(narrow)).toBeLessThan(0.9);
    expect(inside(wide)).toBeGreaterThan(0.89);
    forecast.mean.forEach((value, slot) => {
      const ends = [wide.lower[slot], narrow.lower[slot], value, narrow.upper[slot], wide.upper[slot]];
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
    });
  });

  it('has courses as long as was asked, spread round the expected one', () => {
    const { paths } = ahead(usual, 12, fitted);
    expect(paths?.horizon).toBe(12);
    expect(paths?.count).toBe(fitted.skill?.origins);
    expect(forecast.paths?.values.length).toBe((forecast.paths?.count ?? 0) * 288);
  });

  it('is forecast with skill', () => {
    expect(fitted.skill?.value).toBeGreaterThan(0.2);
  });

  it('is forecast the same again, and from what was stored', () => {
    const again = automaticForecaster.restore(structuredClone(fitted.state));
    expect(numbersOf(ahead(usual, 40, again))).toEqual(numbersOf(ahead(usual, 40, fitted)));
    expect(fit(usual).state).toEqual(fitted.state);
  });

  it('is forecast alike in another unit', () => {
    const inBytes = changed(usual, (value) => value * 2 ** 30);
    const scaled = ahead(inBytes, 24);
    const plain = ahead(usual, 24, fitted);
    scaled.mean.forEach((value, slot) => {
      expect(value / 2 ** 30).toBeCloseTo(plain.mean[slot], 6);
    });
  });

  it('needs no more than its window', () => {
    const slots = fitted.windowSlots;
    expect(slots).toBe(21 * day);
    const long = daily(23);
    const window = { ...long, start: start + 2 * 86_400, values: long.values.slice(-slots) };
    expect(numbersOf(ahead(window, 12, fitted))).toEqual(numbersOf(ahead(long, 12, fitted)));
  });
});

it('follows a rhythm that no calendar knows', () => {
  const jobs = changed(daily(6), (_, slot) => (slot % 37 < 9 ? 80 : 10));
  const forecast = ahead(jobs, 37);
  forecast.mean.forEach((value, slot) => {
    expect(value).toBeCloseTo((jobs.values.length + slot) % 37 < 9 ? 80 : 10, 0);
  });
});

describe('what is out of the ordinary', () => {
  it('a constant stays, without a range, and is no skill', () => {
    const constant = changed(usual, () => 7);
    const known = fit(constant);
    const { mean: expected, bands } = ahead(constant, 24, known);
    for (const numbers of [expected, bands[1].lower, bands[1].upper]) {
      expect([...numbers].every((value) => Math.abs(value - 7) < 1e-9)).toBe(true);
    }
    expect(known.skill?.value).toBe(0);
  });

  it('nothing but zeros are zeros', () => {
    const forecast = ahead(
      changed(usual, () => 0),
      300,
    );
    expect(numbersOf(forecast).every((value) => Math.abs(value) < 1e-9)).toBe(true);
  });

  it('a shift of the level an hour ago is followed more than halfway', () => {
    const shifted = changed(usual, (value, slot, slots) => (slot >= slots - 12 ? value + 40 : value));
    const usualNext = mean(ahead(usual, 6, fitted).mean);
    expect(mean(ahead(shifted, 6, fitted).mean)).toBeGreaterThan(usualNext + 20);
  });

  it('what never was below zero is not forecast below zero', () => {
    const random = createRandom(3);
    const bursts = changed(usual, () => Math.max(0, 5 * random.normal() - 4));
    expect(Math.min(...numbersOf(ahead(bursts, 40)))).toBe(0);
    expect(
      Math.min(
        ...numbersOf(
          ahead(
            changed(usual, (value) => value - 40),
            40,
          ),
        ),
      ),
    ).toBeLessThan(0);
  });

  it('a horizon longer than the history repeats the day, ever less sure', () => {
    const short = daily(2.2);
    const forecast = ahead(short, 3 * day);
    expect(forecast.mean[2 * day + 5]).toBe(forecast.mean[5 + day]);
    const width = (slot: number): number => forecast.bands[0].upper[slot] - forecast.bands[0].lower[slot];
    expect(width(2 * day + 50)).toBeGreaterThan(width(day + 50));
    expect(width(day + 50)).toBeGreaterThan(width(50));
  });

  it('no value of any size makes it say what is no number', () => {
    const random = createRandom(4);
    const hostile = [
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      Infinity,
      -Infinity,
      Number.NaN,
      1e119,
      -1e119,
      Number.MIN_VALUE,
      0,
    ];
    const series = changed(usual, (value) => (random.next() < 0.2 ? hostile[random.integer(hostile.length)] : value));
    for (const one of [fit(series), fitted]) {
      const answer = one.forecast(series, 30, [80]);
      expect('unforecastable' in answer || numbersOf(answer).every(Number.isFinite)).toBe(true);
    }
  });

  it('a value beyond all metrics is taken for a gap', () => {
    const spiked = changed(usual, (value, slot) => (slot === 1500 ? 1e300 : value));
    expect(Math.max(...ahead(spiked, 12).mean)).toBeLessThan(100);
  });
});

describe('gaps', () => {
  const without = (from: number, to: number): Series =>
    changed(usual, (value, slot, slots) => (slot >= slots - from && slot < slots - to ? Number.NaN : value));

  it.each([
    ['half an hour at the end is bridged', 6, 0, undefined],
    ['35 minutes at the end are a series that has stopped, or is late', 7, 0, 'missing-data'],
    ['hours before the end are lived with', 60, 10, undefined],
    ['nine tenths of the last day missing leave too little', 260, 3, 'not-enough-history'],
    ['no value at all is not enough', 6 * day, 0, 'not-enough-history'],
  ] as const)('%s', (_, from, to, reason) => {
    const answer = fitted.forecast(without(from, to), 9, [80]);
    expect('unforecastable' in answer ? answer.unforecastable : undefined).toBe(reason);
    if (!('unforecastable' in answer)) expect(numbersOf(answer).every(Number.isFinite)).toBe(true);
  });

  it('a series published every quarter of an hour is forecast', () => {
    const sparse = changed(usual, (value, slot) => (slot % 3 === 0 ? value : Number.NaN));
    const known = fit(sparse);
    expect(known.skill?.origins).toBeGreaterThan(20);
    expect(Math.abs(ahead(sparse, 12, known).mean[11] - ahead(usual, 12, fitted).mean[11])).toBeLessThan(3);
  });

  it('what was invented for a long gap is not what it is judged by', () => {
    const gap = changed(usual, (value, slot) => (slot > 900 && slot < 1000 ? Number.NaN : value));
    expect(fit(gap).skill?.origins).toBeLessThan(fitted.skill?.origins ?? 0);
  });
});

describe('little history', () => {
  it.each([
    ['none', 0, false],
    ['a day', 1, false],
    ['a day and two hours', 1 + 24 / 288, true],
    ['two days', 2, true],
    ['three days', 3, true],
  ] as const)('%s', (_, days, isEnough) => {
    const series = daily(days);
    const known = fit(series);
    const answer = known.forecast(series, 9, [80, 95]);
    expect('unforecastable' in answer ? answer.unforecastable : 'forecast').toBe(
      isEnough ? 'forecast' : 'not-enough-history',
    );
    expect(known.skill === undefined).toBe(!isEnough);
    if (isEnough) expect(known.skill?.origins).toBeGreaterThanOrEqual(12);
  });

  it('a short window is not enough either, whatever was learned before', () => {
    expect(fitted.forecast(daily(0.5), 9, [80])).toEqual({ unforecastable: 'not-enough-history' });
  });
});

describe('other steps', () => {
  it.each([
    [10, 180, 2],
    [60, 60, 3],
    [240, 45, 3],
    [900, 8, 6],
    [3600, 30, 9],
    [21_600, 8, 30],
    [86_400, 3, 60],
  ] as const)('of %s s are followed %s steps ahead', (stepSeconds, horizon, days) => {
    const series = daily(days, stepSeconds);
    const perDay = 86_400 / stepSeconds;
    const forecast = ahead(series, horizon);
    expect(forecast.mean.length).toBe(horizon);
    expect(numbersOf(forecast).every(Number.isFinite)).toBe(true);
    const errors = forecast.mean.map((value, slot) =>
      Math.abs(value - 40 - 15 * Math.sin((2 * Math.PI * (series.values.length + slot)) / perDay)),
    );
    expect(mean(errors)).toBeLessThan(2.5);
  });

  it('a row of several slots begins where the newest values are', () => {
    const minutes = changed(daily(3, 60), (value, slot, slots) => (slot >= slots - 3 ? value + 30 : value));
    const [next] = ahead(minutes, 30).mean;
    expect(next).toBeGreaterThan(ahead(daily(3, 60), 30).mean[0] + 5);
  });
});

it('a state from before experts had a median speaks by their mean, as it did', () => {
  const { medianWeights, medianShare, ...before } = fitted.state;
  const old = { ...before, version: 1 } as unknown as AutomaticState;
  const byMean = automaticForecaster.restore({ ...fitted.state, medianShare: 0 });
  expect(medianWeights).not.toEqual(before.weights);
  expect(medianShare).toBeGreaterThanOrEqual(0);
  expect(ahead(usual, 24, automaticForecaster.restore(old))).toEqual(ahead(usual, 24, byMean));
});

describe('what makes no sense is refused, with what to write instead', () => {
  it.each([
    [
      'a horizon of nothing',
      () => fitted.forecast(usual, 0, [80]),
      'A horizon of 0 steps: give a whole number from 1 to 4032',
    ],
    ['a horizon beyond two weeks', () => fitted.forecast(usual, 1e9, [80]), 'from 1 to 4032, 14 days'],
    ['half a step', () => fitted.forecast(usual, 1.5, [80]), 'A horizon of 1.5 steps'],
    ['a level that is all', () => fitted.forecast(usual, 1, [100]), 'A level of 100: give percent above 0'],
    ['a level that is no number', () => fitted.forecast(usual, 1, [Number.NaN]), 'A level of NaN'],
    ['another step', () => fitted.forecast({ ...usual, stepSeconds: 60 }, 1, [80]), 'fitted on 300 s'],
    ['a step of nothing', () => fit({ ...usual, stepSeconds: 0 }), 'A step of 0 s'],
    ['rows of nothing', () => fit(usual, { rowSeconds: 0 }), 'rowSeconds is 0'],
  ] as const)('%s', (_, attempt, words) => {
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(words);
  });

  const spoilt = (change: (state: Record<string, unknown>) => void) => (): unknown => {
    const state = structuredClone(fitted.state) as unknown as Record<string, unknown>;
    change(state);
    return automaticForecaster.restore(state as unknown as AutomaticState);
  };

  it.each([
    ['weights that are no numbers', spoilt((state) => ((state.weights as Float64Array)[3] = Number.NaN)), 'weights[3]'],
    ['a state for another step', spoilt((state) => (state.rowSeconds = 900)), 'Train it anew'],
    ['rows that are no whole slots', spoilt((state) => (state.stepSeconds = 70)), 'are to be whole'],
    ['no paths', spoilt((state) => (state.paths = new Float32Array(0))), 'paths'],
    ['a skill that is no number', spoilt((state) => (state.skill = Number.NaN)), 'as skill'],
    ['a version that is to come', spoilt((state) => (state.version = 3)), '1 and 2 are known'],
    ['more than all of the median', spoilt((state) => (state.medianShare = 1.5)), 'as medianShare'],
    ['nothing of a state', spoilt((state) => delete state.farWeights), 'farWeights'],
  ] as const)('a state with %s', (_, attempt, words) => {
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(words);
  });
});
