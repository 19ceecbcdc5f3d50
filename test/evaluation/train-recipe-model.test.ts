import { Encoder } from 'cbor-x/index-no-eval';
import { describe, expect, it } from 'vitest';
import { restoreRecipeModel, type RecipeModelState } from '../../shared/detectors/recipe-model.ts';
import { backtest, prepareTrial, type Candidate, type EntityHistory } from '../../shared/evaluation/backtest.ts';
import { chooseSampleSize } from '../../shared/evaluation/sample-size.ts';
import { isLearnable, trainRecipeModel } from '../../shared/evaluation/train-recipe-model.ts';
import { isolationForest } from '../../shared/detectors/isolation-forest.ts';
import { createRandom } from '../../shared/numeric/random.ts';

const COLUMNS = ['cpu', 'memory', 'network', 'disk'];
const STEP = 300;
const utc = () => 0;
const forest = { detector: 'isolation-forest', trees: 40, sampleSize: 256 } as const;

/** A server with a daily rhythm, whose network follows its processor. */
function server(rows: number, seed: number, size = 1): EntityHistory {
  const random = createRandom(seed);
  const values = new Float64Array(rows * 4);
  for (let row = 0; row < rows; row++) {
    const day = Math.sin((2 * Math.PI * row) / 288);
    const load = random.normal();
    values.set(
      [
        40 + 15 * day + 2 * load + random.normal(),
        60 + 3 * day + 0.3 * random.normal(),
        size * 100 * Math.exp(0.5 * day + 0.1 * load + 0.05 * random.normal()),
        50 + 5 * random.normal(),
      ],
      row * 4,
    );
  }
  return { times: Float64Array.from({ length: rows }, (_, row) => 1_700_000_100 + row * STEP), values };
}

const featuring = {
  columns: 4,
  stepSeconds: STEP,
  names: COLUMNS,
  start: () => (row: Float64Array) => row.slice(),
};
/** Knows one thing: how far the first column lies from 40. */
const watchful: Candidate = {
  name: 'watchful',
  fit: () => ({ state: null, score: (row) => ({ value: Math.abs(row[0] - 40) }) }),
};
const blind: Candidate = {
  name: 'blind',
  fit: () => ({ state: null, score: (row) => ({ value: Math.abs(Math.sin(1e6 * row[3])) }) }),
};

describe('the backtest', () => {
  const trial = prepareTrial([server(2000, 1), server(2000, 2)], featuring, 3, 1000);

  it('trains on the start of history, unspoilt, and asks about its end', () => {
    expect(trial.training.rows).toBe(1000);
    expect(trial.clean.map(({ rows }) => rows)).toEqual([600, 600]);
    expect(trial.clean[0].values).toEqual(server(2000, 1).values.subarray(1400 * 4));
    const changed = trial.planted[0].values.some((value, at) => value !== trial.clean[0].values[at]);
    expect(changed).toBe(true);
  });

  it('gives a detector that sees faults the say, and one that guesses none', () => {
    const report = backtest(trial, [blind, watchful], 1);
    expect(report.candidates.map(({ name }) => name)).toEqual(['blind', 'watchful']);
    const [guess, sees] = report.candidates;
    expect(sees.averagePrecision).toBeGreaterThan(2 * sees.prevalence);
    expect(guess.averagePrecision).toBeLessThan(1.5 * guess.prevalence);
    expect(guess.weight).toBe(0);
    expect(sees.weight).toBeGreaterThan(0);
    expect(report.faults).toBeGreaterThan(4);
  });

  it('lets somebody speak even where all guess', () => {
    expect(backtest(trial, [blind], 1).candidates[0].weight).toBeGreaterThan(0);
  });

  it('refuses histories too short to plant a fault in', () => {
    expect(() => prepareTrial([server(60, 1)], featuring, 1, 100)).toThrow(/histories of 60 rows/);
  });

  it('chooses the smallest sample unless a larger one is worth its bytes', () => {
    const size = (sampleSize: number): Candidate => ({
      name: 'isolation-forest',
      fit: (rows, seed) => isolationForest.fit(rows, { ...isolationForest.defaults, trees: 20, sampleSize }, seed),
    });
    const { tried, sampleSize, gain } = chooseSampleSize(trial, size, 1, [64, 256, 4096]);
    expect(tried.map((one) => one.sampleSize)).toEqual([64, 256, 1000]);
    expect(tried[2].bytes).toBeGreaterThan(tried[0].bytes);
    const chosen = tried.find((one) => one.sampleSize === sampleSize);
    expect(gain).toBeCloseTo((chosen?.averagePrecision ?? 0) - tried[0].averagePrecision, 12);
    expect(gain === 0 || gain >= 0.02).toBe(true);
  });
});

describe('the model of a watch', () => {
  const histories = [server(2600, 1), server(2600, 2, 1000), server(100, 3)];
  const trained = trainRecipeModel(histories, COLUMNS, STEP, utc, forest, 1);

  function run(state: RecipeModelState, history: EntityHistory) {
    const model = restoreRecipeModel(state, utc);
    const memory = model.start();
    return Array.from(history.times, (time, row) =>
      model.step(memory, history.values.subarray(row * 4, row * 4 + 4), time),
    );
  }

  it('is the same for the same seed, and judges the same after a journey through the store', () => {
    const codec = new Encoder({ useRecords: false, tagUint8Array: false });
    const bytes = codec.encode(trained.model);
    expect(codec.encode(trainRecipeModel(histories, COLUMNS, STEP, utc, forest, 1).model)).toEqual(bytes);
    const stored = codec.decode(bytes) as RecipeModelState;
    const values = (state: RecipeModelState) =>
      run(state, server(450, 8)).map((judged) => ('value' in judged ? judged.value : judged.unscorable));
    expect(values(stored)).toEqual(values(trained.model));
  });

  it('judges many rows as it does each, with gaps and holes in time, from any row on', () => {
    const model = restoreRecipeModel(trained.model, utc);
    const history = server(500, 5);
    history.values[420 * 4 + 1] = Number.NaN;
    for (let row = 460; row < 500; row++) history.times[row] += 7 * STEP;
    const each = run(trained.model, history).map((one) => ('decades' in one ? one.decades : Number.NaN));
    expect(each.filter((decades) => !Number.isNaN(decades)).length).toBeGreaterThan(150);
    for (const from of [0, 1, 333, 499, 500])
      expect([...model.decades(history.times, history.values, from)], `from ${from}`).toEqual(each.slice(from));
    expect(() => model.decades(history.times, history.values.subarray(1), 0)).toThrow(/1999 values for 500 rows of 4/);
  });

  it('learns from the features of whole histories that the backtest made, and no others', () => {
    const trial = prepareTrial([server(700, 1), server(800, 2)], featuring, 3, 1000);
    expect(trial.usual.map(({ values }) => values)).toEqual([server(700, 1).values, server(800, 2).values]);
  });

  it.each([1, 5, 1e6])('judges an entity of another size (%s times) alike, by what is usual for it', (size) => {
    const judged = run(trained.model, server(1200, 8, size)).slice(400);
    const rare = judged.filter((one) => 'probability' in one && one.probability < 0.01).length / judged.length;
    expect(rare).toBeLessThan(0.05);
  });

  it.each([
    ['cpu', 0, 60],
    ['memory', 1, 15],
    ['disk', 3, 100],
  ] as const)('finds %s far off strange and names it', (_, column, by) => {
    const history = server(800, 9);
    for (let row = 798; row < 800; row++) history.values[row * 4 + column] += by;
    const last = run(trained.model, history).at(-1);
    if (last === undefined || 'unscorable' in last) throw new Error('unscorable');
    expect(last.probability).toBeLessThan(0.05);
    const shares = last.shares();
    expect(shares.indexOf(Math.max(...shares))).toBe(column);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('says that it knows an entity too little, then that a value is missing, and never that either is normal', () => {
    const history = server(420, 4);
    history.values[400 * 4 + 2] = Number.NaN;
    const judged = run(trained.model, history);
    expect(judged.slice(0, 287).every((one) => 'unscorable' in one && one.unscorable === 'not-enough-history')).toBe(
      true,
    );
    expect(judged[399]).toHaveProperty('value');
    expect(judged[400]).toEqual({ unscorable: 'missing-data' });
  });

  it('calls normal rows of other days as rare as they are', () => {
    const judged = run(trained.model, server(4000, 21)).slice(600);
    const rare = judged.filter((one) => 'probability' in one && one.probability < 0.05).length / judged.length;
    expect(rare).toBeGreaterThan(0.01);
    expect(rare).toBeLessThan(0.1);
  });

  it('refuses histories too short, and models of another recipe', () => {
    expect(() => trainRecipeModel([server(100, 1)], COLUMNS, STEP, utc, forest, 1)).toThrow(
      /None of 1 histories has 600 rows/,
    );
    expect(() => restoreRecipeModel({ ...trained.model, recipe: { name: 'standard', version: 2 } }, utc)).toThrow(
      /recipe 'standard' version 2; this release has 'standard' version 1/,
    );
    expect(() => restoreRecipeModel({ ...trained.model, members: trained.model.members.slice(1) }, utc)).toThrow(
      /1 detectors for 2 votes/,
    );
  });
});

describe('whether a history can be learned from', () => {
  const rows = 2000;
  const split = 1400;
  const whole = server(rows, 7);
  /** With the network unknown from `from` to `to`. */
  const without = (from: number, to: number, of = whole): EntityHistory => {
    const values = of.values.slice();
    for (let row = from; row < to; row++) values[row * 4 + 2] = Number.NaN;
    return { times: of.times, values };
  };

  it.each([
    ['of all its metrics', whole, true],
    ['with gaps here and there', without(500, 560), true],
    ['of a metric that was never seen', without(0, rows), false],
    ['of a metric that was seen only lately', without(0, 1300), false],
    ['of a metric that has fallen silent', without(1350, rows), false],
    ['of a metric that is seen every other time', server(rows, 8), false],
  ])('%s: %#', (title, history, expected) => {
    const given = title.includes('every other')
      ? { ...history, values: history.values.map((v, at) => (at % 8 === 2 ? Number.NaN : v)) }
      : history;
    expect(isLearnable(given, 4, STEP, split)).toBe(expected);
  });

  it('of minutes takes more than two days: each of its metrics must have been seen for one', () => {
    const { times, values } = server(3600, 9);
    const minutes = { times: times.map((_, row) => times[0] + row * 60), values };
    const upTo = (rows: number) => ({
      times: minutes.times.subarray(0, rows),
      values: minutes.values.subarray(0, rows * 4),
    });
    expect(isLearnable(upTo(2100), 4, 60, 1470)).toBe(false);
    expect(isLearnable(minutes, 4, 60, 2520)).toBe(true);
    expect(() => trainRecipeModel([upTo(2520)], COLUMNS, 60, utc, forest, 1)).not.toThrow();
  });

  it.each([0, 300, 700, 1000])('and what can be learned from never fails to be: gap from %i', (from) => {
    for (const length of [200, 500, 900]) {
      const history = without(from, Math.min(rows, from + length));
      if (!isLearnable(history, 4, STEP, split)) continue;
      const start = { times: history.times.subarray(0, split), values: history.values.subarray(0, split * 4) };
      expect(() => trainRecipeModel([start], COLUMNS, STEP, utc, forest, 1), `${length} rows`).not.toThrow();
    }
  });
});
