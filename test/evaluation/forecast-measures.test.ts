import { describe, expect, it } from 'vitest';
import {
  addCrossing,
  addScored,
  coverageOf,
  crossingMeasures,
  type DueForecast,
  type ForecastSums,
  joinSums,
  measuresOf,
  scaledError,
  scoreDue,
  startForecastSums,
} from '../../shared/evaluation/forecast-measures.ts';
import fc from '../fakes/property.ts';

const due = (value: number, mean: number, last: number, reach = 1): DueForecast => ({
  value,
  mean,
  last,
  bands: [
    { lower: mean - reach, upper: mean + reach },
    { lower: mean - 2 * reach, upper: mean + 2 * reach },
  ],
});
const addDue = (sums: ForecastSums, forecast: DueForecast): ForecastSums => {
  const scored = scoreDue(forecast);
  return scored === undefined ? sums : addScored(sums, scored);
};
const sumsOf = (forecasts: readonly DueForecast[]) => forecasts.reduce(addDue, startForecastSums(2));

describe('what forecasts were worth', () => {
  it('is the part they were off by, beside what doing nothing would have been', () => {
    const measures = measuresOf(sumsOf([due(10, 9, 6), due(20, 23, 14, 2), due(30, 30, 20)]));
    expect(measures).toMatchObject({ count: 3, mae: 4 / 3, skill: 1 - 4 / 20, coverage: [(100 * 2) / 3, 100] });
    expect(measures.wape).toBeCloseTo(4 / 60, 12);
    expect(measures.accuracy).toBeCloseTo(100 * (1 - 4 / 60), 12);
  });

  it.each([
    ['nothing came due', [], { accuracy: null, mae: null, wape: null, skill: null, coverage: [null, null] }],
    ['a flat series was accurate by doing nothing', [due(5, 5, 5)], { accuracy: 100, skill: 0 }],
    ['all was nothing, and forecast as such', [due(0, 0, 0)], { accuracy: 100, wape: 0, skill: 0 }],
    ['all was nothing, and something was forecast', [due(0, 3, 0)], { accuracy: 0, skill: -1 }],
    ['it was off by more than there was', [due(1, 5, 2)], { accuracy: 0, skill: -1 }],
    ['the value did not come', [due(NaN, 3, 1)], { count: 0, accuracy: null }],
    ['the forecast was none', [due(2, NaN, 1), due(2, Infinity, 1)], { count: 0 }],
    ['values are negative', [due(-10, -9, -8)], { accuracy: 90 }],
  ])('where %s', (_, forecasts, expected) => {
    expect(measuresOf(sumsOf(forecasts))).toMatchObject(expected);
  });

  it('does not depend on when and where the sums were made', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const forecast = fc.tuple(number, number, number).map(([value, mean, last]) => due(value, mean, last));
    fc.assert(
      fc.property(fc.array(forecast, { maxLength: 20 }), fc.array(forecast, { maxLength: 20 }), (one, other) => {
        const apart = measuresOf(joinSums(sumsOf(one), sumsOf(other)));
        const whole = measuresOf(sumsOf([...one, ...other]));
        expect(apart.count).toBe(whole.count);
        expect(apart.coverage).toEqual(whole.coverage);
        if (whole.mae !== null) expect(apart.mae).toBeCloseTo(whole.mae, 6);
        if (whole.accuracy !== null) {
          expect(apart.accuracy).toBeCloseTo(whole.accuracy, 6);
          expect(whole.accuracy).toBeGreaterThanOrEqual(0);
          expect(whole.accuracy).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('is kept as plain numbers, and goes on from there', () => {
    const sums = addCrossing(sumsOf([due(10, 9, 6)]), 0.7, true);
    expect(addDue(JSON.parse(JSON.stringify(sums)) as typeof sums, due(1, 2, 3))).toEqual(addDue(sums, due(1, 2, 3)));
  });

  it('refuses forecasts, and sums, of other bands', () => {
    expect(() => addDue(startForecastSums(1), due(1, 1, 1))).toThrow(/2 bands, and 1 are counted/);
    expect(() => joinSums(startForecastSums(1), startForecastSums(2))).toThrow(RangeError);
  });
});

describe('scaled error and coverage', () => {
  it('leave out what did not come', () => {
    expect(scaledError([1, NaN, 3], [2, 2, 5], 2)).toBe(0.75);
    const band = { level: 80, lower: Float64Array.of(0, 0, 0), upper: Float64Array.of(1, 1, 1) };
    expect(coverageOf([0.5, NaN, 3], band)).toBe(50);
    expect(coverageOf([0, 1], band)).toBe(100);
  });

  it.each([
    ['nothing came', [NaN], [1], 1],
    ['nothing was asked', [], [], 1],
    ['history never moved', [1], [2], 0],
    ['the scale is none', [1], [2], NaN],
  ])('are not known where %s', (_, actual, expected, scale) => {
    expect(scaledError(actual, expected, scale)).toBeUndefined();
  });

  it('refuse to compare different numbers of values', () => {
    expect(() => scaledError([1], [1, 2], 1)).toThrow(/2 forecasts for 1 values/);
  });
});

describe('crossings', () => {
  const outcomes = [
    { probability: 0.9, crossed: true, lead: 1200 },
    { probability: 0.6, crossed: false, lead: null },
    { probability: 0.5, crossed: true, lead: 600 },
    { probability: 0.1, crossed: true, lead: 300 },
    { probability: 0, crossed: false, lead: null },
  ];

  it('are measured beside how often they come anyhow', () => {
    const measures = crossingMeasures(outcomes, 0.5);
    expect(measures).toMatchObject({ count: 5, baseRate: 0.6, lead: 900 });
    expect(measures?.brier).toBeCloseTo((0.01 + 0.36 + 0.25 + 0.81) / 5, 12);
    expect(measures?.precision).toBeCloseTo(2 / 3, 12);
    expect(measures?.recall).toBeCloseTo(2 / 3, 12);
    // Precision 1 at the first third of recall, 2/3 at the second, 3/4 at the last.
    expect(measures?.averagePrecision).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3, 12);
  });

  it('say nothing of recall where nothing was crossed, nor of precision where nothing was foreseen', () => {
    expect(crossingMeasures([{ probability: 0.2, crossed: false, lead: null }], 0.5)).toMatchObject({
      averagePrecision: undefined,
      precision: undefined,
      recall: undefined,
      lead: undefined,
    });
    expect(crossingMeasures([], 0.5)).toBeUndefined();
  });

  it('are perfect where each came as it was said, and worst where none did', () => {
    const said = (came: boolean) => measuresOf(addCrossing(startForecastSums(0), 1, came));
    expect(said(true)).toMatchObject({ brier: 0, baseRate: 1 });
    expect(said(false)).toMatchObject({ brier: 1, baseRate: 0 });
  });

  it.each([-0.1, 1.1, NaN])('refuse a probability of %s', (probability) => {
    expect(() => addCrossing(startForecastSums(0), probability, true)).toThrow(/probability/);
  });
});
