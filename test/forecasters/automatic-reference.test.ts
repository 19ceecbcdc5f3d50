import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { automaticForecaster } from '../../shared/forecasters/automatic.ts';
import { automaticShape } from '../../shared/forecasters/automatic-shape.ts';
import { EXPERTS, expertBank } from '../../shared/forecasters/experts.ts';
import { PROFILES } from '../../shared/forecasters/seasonal-profiles.ts';

/** Frozen by test/fixtures/automatic-forecaster/make-reference.py, which says the same algorithm as plainly as it can. */
interface Reference {
  readonly values: readonly number[];
  readonly scale: number;
  readonly origins: number;
  readonly error: number;
  readonly skill: number;
  readonly experts: readonly (readonly number[])[];
  readonly spread: readonly number[];
  readonly weights: readonly (readonly number[])[];
  readonly medianWeights: readonly (readonly number[])[];
  readonly medianShare: number;
  readonly near: readonly number[];
  readonly far: readonly number[];
}

const references = JSON.parse(
  readFileSync(new URL('../fixtures/automatic-forecaster/reference.json', import.meta.url), 'utf8'),
) as Record<string, Reference>;
const far = [18, 24, 36, 48, 72, 96, 144, 192, 240, 288];

const all = (found: ArrayLike<number>, wanted: readonly number[], digits: number): void => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, index) => {
    expect(found[index]).toBeCloseTo(value, digits);
  });
};

describe.each(Object.entries(references))('on the made-up series "%s", as the plain reference', (_, wanted) => {
  const values = Float64Array.from(wanted.values);
  const series = { start: 0, stepSeconds: 300, values };
  const fitted = automaticForecaster.fit(series, automaticForecaster.defaults, 1);
  const { state } = fitted;

  it('it tries at the same origins, in the same unit, with the same error and skill', () => {
    expect(state.origins).toBe(wanted.origins);
    all([state.scale, state.error, state.skill], [wanted.scale, wanted.error, wanted.skill], 9);
  });

  it('each expert says the same of the next row and of the twelfth, and the analogs are as far apart', () => {
    const shape = automaticShape(300);
    const newest = values.length - 1;
    const bank = expertBank(values, shape, state.isNonNegative, newest);
    bank.stand(newest, false);
    [0, 11].forEach((row, index) => {
      const said = new Float64Array(EXPERTS);
      const spread = bank.forecast(row + 1, false, state.persistence.subarray(row * PROFILES), said, 0);
      all(said, wanted.experts[index], 9);
      expect(spread).toBeCloseTo(wanted.spread[index], 9);
    });
  });

  it('it weighs them alike', () => {
    all(state.weights, wanted.weights.flat(), 8);
    all(state.medianWeights, wanted.medianWeights.flat(), 8);
    expect(state.medianShare).toBe(wanted.medianShare);
  });

  it('it forecasts the same hour, guard included, and the same day', () => {
    const forecast = fitted.forecast(series, 288, [80]);
    if ('unforecastable' in forecast) throw new Error(forecast.unforecastable);
    all(forecast.mean.subarray(0, 12), wanted.near, 8);
    all(
      far.map((row) => forecast.mean[row - 1]),
      wanted.far,
      8,
    );
  });
});

it('the guard is in force in one of the references, and not in the others', () => {
  expect(Object.values(references).map((one) => (one as unknown as { force: number }).force > 0)).toEqual([
    true,
    false,
    false,
  ]);
});

it('the median of the experts has a part in one of the references', () => {
  expect(Object.values(references).some(({ medianShare }) => medianShare > 0)).toBe(true);
});
