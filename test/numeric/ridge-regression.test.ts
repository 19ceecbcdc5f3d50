import { describe, expect, it } from 'vitest';
import { addRidgeRow, emptyRidgeSums, solveRidge } from '../../shared/numeric/ridge-regression.ts';
import reference from '../fixtures/forecasters/classical.json' with { type: 'json' };

const { features, targets, rows, cases } = reference.ridge;
const sumsOf = () => {
  const sums = emptyRidgeSums(5, 3);
  for (let row = 0; row < rows; row++)
    addRidgeRow(
      sums,
      Float64Array.from(features.slice(5 * row, 5 * row + 5)),
      Float64Array.from(targets.slice(3 * row, 3 * row + 3)),
    );
  return sums;
};

describe('ridge regression', () => {
  it.each(cases)('agrees with scikit-learn at a penalty of $penalty', ({ penalty, weights, intercepts }) => {
    const fit = solveRidge(sumsOf(), penalty);
    weights.forEach((weight, at) =>
      expect(Math.abs(fit.weights[at] - weight)).toBeLessThan(1e-8 * (1 + Math.abs(weight))),
    );
    intercepts.forEach((value, at) =>
      expect(Math.abs(fit.intercepts[at] - value)).toBeLessThan(1e-8 * (1 + Math.abs(value))),
    );
  });

  it('gives nothing to a feature that never changes, or to any where there is one row', () => {
    expect(solveRidge(sumsOf(), 0.1).weights.slice(12)).toEqual(new Float64Array(3));
    const one = emptyRidgeSums(2, 1);
    addRidgeRow(one, Float64Array.of(3, 4), Float64Array.of(7));
    expect(solveRidge(one, 0.1)).toEqual({ weights: new Float64Array(2), intercepts: Float64Array.of(7) });
  });

  it('can be solved along the way: solving changes no sum', () => {
    const sums = sumsOf();
    solveRidge(sums, 1);
    expect(sums).toEqual(sumsOf());
  });

  it.each([0, -1, NaN, Infinity])('refuses a penalty of %s', (penalty) => {
    expect(() => solveRidge(sumsOf(), penalty)).toThrow(/penalty/);
  });

  it('refuses to be solved without rows', () => {
    expect(() => solveRidge(emptyRidgeSums(2, 1), 1)).toThrow(/at least one row/);
  });
});
