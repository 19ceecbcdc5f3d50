import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isolationForest, type IsolationForestOptions } from '../../shared/detectors/isolation-forest.ts';
import { averagePathLength, sizeOfTrees, type IsolationTrees } from '../../shared/detectors/isolation-trees.ts';
import { growForest } from '../../shared/detectors/isolation-walk.ts';
import { mlIsolationForest } from '../../shared/detectors/ml-isolation-forest.ts';
import type { FeatureMatrix } from '../../shared/features/feature-matrix.ts';
import { createRandom } from '../../shared/numeric/random.ts';

interface Reference {
  readonly features: readonly string[];
  readonly history: readonly (readonly number[])[];
  readonly asked: readonly (readonly number[])[];
  readonly scores: readonly number[];
}
const reference = JSON.parse(
  readFileSync(new URL('../fixtures/isolation-forest/reference.json', import.meta.url), 'utf8'),
) as Reference;

const matrixOf = (names: readonly string[], rows: readonly (readonly number[])[]): FeatureMatrix => ({
  names,
  rows: rows.length,
  values: Float64Array.from(rows.flat()),
});

function noise(rows: number, columns: number, seed = 1): FeatureMatrix {
  const random = createRandom(seed);
  return {
    names: Array.from({ length: columns }, (_, column) => `feature${column}`),
    rows,
    values: Float64Array.from({ length: rows * columns }, (_, at) => 20 * (at % columns) + random.normal()),
  };
}

function correlation(a: ArrayLike<number>, b: readonly number[]): number {
  const mean = (of: ArrayLike<number>) => Array.from(of).reduce((sum, value) => sum + value, 0) / of.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let at = 0; at < b.length; at++) {
    ab += (a[at] - ma) * (b[at] - mb);
    aa += (a[at] - ma) ** 2;
    bb += (b[at] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

const forests = [isolationForest, mlIsolationForest] as const;

describe.each(forests.map((forest) => [forest.name, forest] as const))('the forest %s', (name, forest) => {
  const { defaults } = forest;
  const fit = (history: FeatureMatrix, options: Partial<IsolationForestOptions> = {}, seed = 1) =>
    forest.fit(history, { ...defaults, ...options }, seed);

  it('scores as scikit-learn does', () => {
    const fitted = fit(matrixOf(reference.features, reference.history));
    const scores = fitted.scoreAll(matrixOf(reference.features, reference.asked));
    // Chance alone puts two forests of scikit-learn at .994; the package also splits the constant feature.
    expect(correlation(scores, reference.scores)).toBeGreaterThan(name === 'isolation-forest' ? 0.985 : 0.95);
    const offset = scores.reduce((sum, score, row) => sum + Math.abs(score - reference.scores[row]), 0) / scores.length;
    expect(offset).toBeLessThan(name === 'isolation-forest' ? 0.01 : 0.05);
  });

  it.each([
    ['few', 7],
    ['many', 600],
  ])('scores a row alone as it does among %s others, to the bit', (_, rows) => {
    const fitted = fit(noise(600, 5));
    const asked = noise(rows, 5, 2);
    const alone = Array.from({ length: rows }, (_, row) => fitted.score(asked.values.subarray(row * 5, row * 5 + 5)));
    expect([...fitted.scoreAll(asked)].map((value) => ({ value }))).toEqual(alone);
  });

  it('has nothing to say of no rows', () => {
    expect(fit(noise(30, 3)).scoreAll(noise(0, 3))).toEqual(new Float64Array());
  });

  it('leaves rows with a missing value out of history and unscored', () => {
    const history = noise(300, 3);
    const holes = noise(300, 3).values;
    for (let row = 0; row < 300; row += 3) holes[row * 3 + (row % 2)] = row % 2 === 0 ? Number.NaN : -Infinity;
    const fitted = fit({ ...history, values: holes });
    const scores = fitted.scoreAll({ ...history, values: holes });
    scores.forEach((score, row) => {
      expect(Number.isNaN(score)).toBe(row % 3 === 0);
    });
    const kept = Array.from({ length: 300 }, (_, row) => row).filter((row) => row % 3 !== 0);
    const alone = matrixOf(
      history.names,
      kept.map((row) => [...holes.subarray(row * 3, row * 3 + 3)]),
    );
    expect(fitted.state).toEqual(fit(alone).state);
  });

  it('sees small changes of large numbers', () => {
    const near = noise(1000, 2);
    const far = { ...near, values: near.values.map((value) => value + 1e9) };
    const [a, b] = [fit(near).scoreAll(near), fit(far).scoreAll(far)];
    expect(correlation(a, [...b])).toBeGreaterThan(0.99);
  });

  it('flags about the contaminated part of history, or what a given threshold says', () => {
    const history = noise(2000, 4);
    for (const contamination of [0.02, 0.05, 0.2]) {
      const fitted = fit(history, { contamination });
      const flagged = fitted.scoreAll(history).filter((score) => score >= fitted.state.threshold).length / 2000;
      expect(flagged / contamination).toBeGreaterThan(0.6);
      expect(flagged / contamination).toBeLessThan(1.6);
    }
    expect(fit(history, { threshold: 0.61 }).state.threshold).toBe(0.61);
  });

  it('fits a history that is the same everywhere, and finds nothing strange in it', () => {
    const fitted = fit({ names: ['a', 'b'], rows: 50, values: new Float64Array(100).fill(3) });
    const score = fitted.score(Float64Array.of(3, 3));
    expect('value' in score && score.value).toBeLessThan(0.5001);
  });

  it('stays in 0…1 on values near the largest number', () => {
    const history = noise(400, 3);
    history.values[5] = 1e308;
    history.values[100] = -1e308;
    const fitted = fit(history);
    for (const value of [1e308, -1e308, 0, 1e-308, Number.MAX_VALUE])
      expect(fitted.score(new Float64Array(3).fill(value))).toEqual({ value: expect.closeTo(0.5, 0) as number });
  });

  it.each([
    ['no rows', noise(0, 3), {}, /0 complete rows of 0/],
    ['one row', noise(1, 3), {}, /1 complete row of 1/],
    [
      'only incomplete rows',
      { ...noise(9, 3), values: new Float64Array(27).fill(Number.NaN) },
      {},
      /0 complete rows of 9/,
    ],
    ['no features', { names: [], rows: 3, values: new Float64Array() }, {}, /no features/],
    ['values that are no whole rows', { ...noise(4, 3), rows: 5 }, {}, /12 values for 5 rows of 3/],
    ['no trees', noise(9, 3), { trees: 0 }, /trees is 0/],
    ['a sample of one', noise(9, 3), { sampleSize: 1 }, /sampleSize is 1/],
    ['a contamination of a half', noise(9, 3), { contamination: 0.5 }, /contamination is 0.5/],
    ['a threshold of 1', noise(9, 3), { threshold: 1 }, /threshold is 1/],
  ])('refuses %s', (_, history, options, message) => expect(() => fit(history, options)).toThrow(message));

  it('refuses rows of another width', () => {
    const fitted = fit(noise(30, 3));
    expect(() => fitted.score(new Float64Array(2))).toThrow(/2 values, the forest 3 features/);
    expect(() => fitted.scoreAll(noise(5, 4))).toThrow(/4 features, the forest 3/);
  });
});

describe('the isolation forest', () => {
  it('is under 100 KB up to 512 rows a tree, on the features of a server', () => {
    const history = noise(8640, 43);
    expect(
      sizeOfTrees(isolationForest.fit(history, { ...isolationForest.defaults, sampleSize: 512 }, 1).state),
    ).toBeLessThan(100_000);
    expect(sizeOfTrees(isolationForest.fit(history, isolationForest.defaults, 1).state)).toBeLessThan(60_000);
  });

  it('splits no feature that is constant in its node', () => {
    const history = noise(500, 3);
    for (let row = 0; row < 500; row++) history.values[row * 3 + 1] = 7;
    expect(isolationForest.fit(history, isolationForest.defaults, 1).state.nodes.includes(1)).toBe(false);
  });

  it('parts a cluster of strange rows from the others', () => {
    const history = noise(1000, 4);
    const strange = history.values.slice(0, 4).map((value) => value + 8);
    const fitted = isolationForest.fit(history, isolationForest.defaults, 1);
    const usual = Math.max(...fitted.scoreAll(history));
    const score = fitted.score(strange);
    expect('value' in score && score.value).toBeGreaterThan(usual);
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [256, 10.2448],
    [512, 11.6311],
  ])('takes the mean path of %s rows for %s, as the paper does', (size, length) => {
    expect(averagePathLength(size)).toBeCloseTo(length, 3);
  });

  const stored = isolationForest.fit(noise(300, 3), { ...isolationForest.defaults, trees: 5 }, 1).state;
  it.each<[string, Partial<IsolationTrees>, RegExp]>([
    ['cut off', { nodes: stored.nodes.slice(0, -3) }, /lacks a split|breaks off/],
    ['too long', { nodes: Uint8Array.of(...stored.nodes, 3) }, /lacks a split|too many/],
    ['of fewer trees', { trees: 4 }, /too many for 4 trees/],
    ['of more trees', { trees: 6 }, /breaks off in tree 5 of 6/],
    ['of no trees', { trees: 0 }, /0 trees over 256 rows/],
    ['without its splits', { splits: new Float32Array() }, /lacks a split in tree 0/],
    ['without its leaves', { leafSizes: new Uint8Array() }, /lacks the size of a leaf/],
    [
      'with a leaf size that never ends',
      { leafSizes: new Uint8Array(stored.leafSizes.length).fill(255) },
      /lacks the size/,
    ],
    ['of other features', { features: ['a'], centres: Float64Array.of(0) }, /splits feature \d of 1/],
    ['with centres of others', { centres: Float64Array.of(0) }, /1 centres for 3 features/],
  ])('refuses a stored forest %s', (_, damage, message) => {
    expect(() => growForest({ ...stored, ...damage })).toThrow(message);
  });
});

describe('the package’s forest', () => {
  it('puts the platform’s chance back, also when training fails', () => {
    const platform = Math.random;
    mlIsolationForest.fit(noise(30, 2), mlIsolationForest.defaults, 1);
    expect(Math.random).toBe(platform);
    const one = noise(30, 2);
    Object.defineProperty(Math, 'log2', {
      value: () => {
        throw new Error('stop');
      },
      configurable: true,
      writable: true,
    });
    try {
      expect(() => mlIsolationForest.fit(one, { ...mlIsolationForest.defaults, threshold: 0.5 }, 1)).toThrow('stop');
    } finally {
      Object.defineProperty(Math, 'log2', { value: log2, configurable: true, writable: true });
    }
    expect(Math.random).toBe(platform);
  });
});
const log2 = Math.log2;
