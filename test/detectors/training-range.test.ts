import { describe, expect, it } from 'vitest';
import { isolationForest } from '../../shared/detectors/isolation-forest.ts';
import { trainingRange } from '../../shared/detectors/training-range.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import fc from '../fakes/property.ts';

const matrix = (columns: number, values: readonly number[]) => ({
  names: Array.from({ length: columns }, (_, column) => `f${column}`),
  rows: values.length / columns,
  values: Float64Array.from(values),
});
const fit = (columns: number, values: readonly number[]) =>
  trainingRange.fit(matrix(columns, values), trainingRange.defaults, 1);

describe('the training-range guard', () => {
  const fitted = fit(2, [0, 100, 10, 200, 5, 150]);

  it.each([
    ['the middle', [5, 150], 0],
    ['the ends', [0, 200], 0],
    ['a range above', [20, 150], 0.5],
    ['a range below', [-10, 150], 0.5],
    ['three ranges above, the farthest feature decides', [20, 500], 0.75],
    ['farther than numbers go', [Number.MAX_VALUE, 150], 1],
  ])('scores %s', (_, row, score) => {
    const found = fitted.score(Float64Array.from(row));
    expect('value' in found && found.value).toBeCloseTo(score, 9);
  });

  it('sees what a forest cannot: a column that never moved begins to', () => {
    const random = createRandom(1);
    const history = matrix(
      3,
      Array.from({ length: 1500 }, (_, at) => (at % 3 === 2 ? 7 : random.normal())),
    );
    const forest = isolationForest.fit(history, isolationForest.defaults, 1);
    const guard = trainingRange.fit(history, trainingRange.defaults, 1);
    const moved = Float64Array.of(0, 0, 8);
    expect(forest.score(moved)).toEqual(forest.score(Float64Array.of(0, 0, 7)));
    expect(guard.score(Float64Array.of(0, 0, 7))).toEqual({ value: 0 });
    const score = guard.score(moved);
    expect('value' in score && score.value).toBeGreaterThan(0.9);
  });

  it('lets an ignored feature go anywhere', () => {
    const history = matrix(2, [0, 0, 1, 4, 0, 2]);
    const guard = trainingRange.fit(history, { halfAt: 1, ignored: ['f1'] }, 1);
    expect(guard.score(Float64Array.of(0.5, 6))).toEqual({ value: 0 });
    expect(guard.score(Float64Array.of(2, 6))).toEqual({ value: 0.5 });
  });

  it('is 0 for every row of its history and never for one outside', () => {
    const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 2, maxLength: 20 }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (values, out) => {
          const guard = fit(1, values);
          for (const value of values) expect(guard.score(Float64Array.of(value))).toEqual({ value: 0 });
          const beyond = guard.score(Float64Array.of(Math.max(...values) + out));
          expect('value' in beyond && beyond.value).toBeGreaterThan(0);
        },
      ),
    );
  });

  it.each<[string, () => unknown, RegExp]>([
    ['one complete row', () => fit(2, [1, 2, Number.NaN, 3]), /1 complete row of 2/],
    ['no features', () => fit(0, []), /no features/],
    ['a row of another width', () => fitted.score(new Float64Array(3)), /3 values, the guard 2 features/],
    [
      'a half that is nowhere',
      () => trainingRange.fit(matrix(1, [1, 2]), { ...trainingRange.defaults, halfAt: 0 }, 1),
      /halfAt is 0/,
    ],
    [
      'a state cut off',
      () => trainingRange.restore({ ...fitted.state, lowest: new Float64Array(1) }),
      /1 and 2 ends for 2/,
    ],
  ])('refuses %s', (_, misuse, message) => expect(misuse).toThrow(message));
});
