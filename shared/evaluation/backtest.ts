import { scoresOf, judgeByVote, calibrateEnsemble } from '../detectors/ensemble.ts';
import type { FittedDetector } from '../detectors/detector.ts';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { createRandom } from '../numeric/random.ts';
import { averagePrecision } from './detection-measures.ts';
import { plantFaults } from './synthetic-faults.ts';

/** What one entity's metrics were: `values` row-major, one number a column, NaN where missing. */
export interface EntityHistory {
  /** Epoch seconds, rising. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** A way to get a detector from history. */
export interface Candidate {
  readonly name: string;
  fit(history: FeatureMatrix, seed: number): FittedDetector<unknown>;
}

/** How a candidate fared on faults planted into history that it had not seen. */
export interface CandidateReport {
  readonly name: string;
  /** Area under precision and recall over rows, 0…1; what chance reaches is `prevalence`. */
  readonly averagePrecision: number;
  readonly prevalence: number;
  /** Its say in the vote; 0 where the vote is no better for it. */
  readonly weight: number;
}

export interface BacktestReport {
  readonly candidates: readonly CandidateReport[];
  /** Of the weighted vote of those that count. */
  readonly averagePrecision: number;
  readonly faults: number;
  /** Rows that were judged. */
  readonly rows: number;
}

/** How raw rows become features: a fresh memory, then row by row. */
export interface Featuring {
  readonly columns: number;
  readonly stepSeconds: number;
  readonly names: readonly string[];
  start(): (row: Float64Array, time: number) => Float64Array;
}

const TRAINED_PART = 0.7;
/** A member must better the vote by this much to have a say: less is noise, and costs time at every row. */
const LEAST_GAIN = 0.005;

/** The features of one entity, all rows; NaN where a feature could not be made. */
function featuresOf(featuring: Featuring, history: EntityHistory): FeatureMatrix {
  const { columns, names } = featuring;
  const rows = history.times.length;
  if (history.values.length !== rows * columns)
    throw new RangeError(`The history has ${history.values.length} values for ${rows} rows of ${columns} columns.`);
  const next = featuring.start();
  const values = new Float64Array(rows * names.length);
  for (let row = 0; row < rows; row++)
    values.set(
      next(history.values.subarray(row * columns, (row + 1) * columns), history.times[row]),
      row * names.length,
    );
  return { names, rows, values };
}

/** Rows `[from, to)` of a matrix, sharing its memory. */
const rowsOf = ({ names, values }: FeatureMatrix, from: number, to: number): FeatureMatrix => ({
  names,
  rows: to - from,
  values: values.subarray(from * names.length, to * names.length),
});

/** The rows whose number passes. */
export function rowsWhere({ names, rows, values }: FeatureMatrix, passes: (row: number) => boolean): FeatureMatrix {
  const width = names.length;
  const kept = Array.from({ length: rows }, (_, row) => row).filter(passes);
  const found = new Float64Array(kept.length * width);
  kept.forEach((row, index) => {
    found.set(values.subarray(row * width, (row + 1) * width), index * width);
  });
  return { names, rows: kept.length, values: found };
}

/** Matrices below each other, at most `most` rows of them, taken at even distances. */
export function pool(matrices: readonly FeatureMatrix[], most: number): FeatureMatrix {
  const [first] = matrices;
  const width = first.names.length;
  const all = matrices.reduce((sum, { rows }) => sum + rows, 0);
  const count = Math.min(all, most);
  const values = new Float64Array(count * width);
  let taken = 0;
  let passed = 0;
  for (const matrix of matrices) {
    for (let row = 0; row < matrix.rows; row++, passed++) {
      if (Math.floor(((passed + 1) * count) / all) <= taken) continue;
      values.set(matrix.values.subarray(row * width, (row + 1) * width), taken * width);
      taken++;
    }
  }
  return { names: first.names, rows: count, values };
}

/** Each history's held-back end, as it was and with faults in it, and the rest to train on. */
export interface Trial {
  /** The features of each whole history, as it was. */
  readonly usual: readonly FeatureMatrix[];
  readonly training: FeatureMatrix;
  readonly clean: readonly FeatureMatrix[];
  readonly planted: readonly FeatureMatrix[];
  /** Of the planted rows, one array a history. */
  readonly labels: readonly Uint8Array[];
  readonly faults: number;
  readonly stepSeconds: number;
}

/**
 * Splits histories in time and plants faults behind the split.
 *
 * @param mostRows that are trained on.
 * @throws RangeError where nothing could be planted, saying how long the histories are.
 */
export function prepareTrial(
  histories: readonly EntityHistory[],
  featuring: Featuring,
  seed: number,
  mostRows: number,
): Trial {
  const random = createRandom(seed);
  const { columns } = featuring;
  const whole: FeatureMatrix[] = [];
  const training: FeatureMatrix[] = [];
  const clean: FeatureMatrix[] = [];
  const planted: FeatureMatrix[] = [];
  const labels: Uint8Array[] = [];
  let faults = 0;
  for (const history of histories) {
    const rows = history.times.length;
    const split = Math.floor(rows * TRAINED_PART);
    const usual = featuresOf(featuring, history);
    const behind = plantFaults(history.values.subarray(split * columns), columns, random);
    const values = history.values.slice();
    values.set(behind.values, split * columns);
    whole.push(usual);
    training.push(rowsOf(usual, 0, split));
    clean.push(rowsOf(usual, split, rows));
    planted.push(rowsOf(featuresOf(featuring, { times: history.times, values }), split, rows));
    labels.push(behind.labels);
    faults += behind.faults.length;
  }
  if (faults === 0)
    throw new RangeError(
      `No fault could be planted into histories of ${histories.map(({ times }) => times.length).join(', ')} rows: ` +
        'a backtest needs some 600 rows or more.',
    );
  const { stepSeconds } = featuring;
  return { usual: whole, training: pool(training, mostRows), clean, planted, labels, faults, stepSeconds };
}

/** Average precision of scores over all histories of a trial; a row that could not be judged counts as 0. */
export function precisionOf(trial: Trial, scores: readonly Float64Array[]): number {
  const pooled = Float64Array.from(
    scores.flatMap((one) => [...one]),
    (score) => (Number.isNaN(score) ? 0 : score),
  );
  const labels = Uint8Array.from(trial.labels.flatMap((one) => [...one]));
  return averagePrecision({ scores: pooled, labels }) ?? 0;
}

/**
 * How candidates fare alone and together. Each is fitted on the start of history and judges its end with faults planted
 * into it. The best alone comes first; each other one joins the vote, by its skill beyond chance, if the vote gains.
 */
export function backtest(trial: Trial, candidates: readonly Candidate[], seed: number): BacktestReport {
  if (candidates.length === 0) throw new RangeError('There is no candidate to test: give at least one.');
  const rows = trial.labels.reduce((sum, { length }) => sum + length, 0);
  const prevalence = trial.labels.reduce((sum, own) => sum + own.reduce((all, label) => all + label, 0), 0) / rows;
  const fared = candidates
    .map((candidate, index) => {
      const { name } = candidate;
      const fitted = candidate.fit(trial.training, seed);
      const planted = trial.planted.map((matrix) => scoresOf(fitted, matrix));
      const clean = trial.clean.map((matrix) => scoresOf(fitted, matrix));
      const precision = precisionOf(trial, planted);
      const skill = Math.max(0, (precision - prevalence) / (1 - prevalence));
      return { name, index, planted, clean, precision, skill };
    })
    .sort((a, b) => b.precision - a.precision || a.index - b.index);
  let chosen = [fared[0]];
  let best = precisionOfVote(trial, chosen);
  for (const next of fared.slice(1)) {
    if (next.skill === 0) continue;
    const together = precisionOfVote(trial, [...chosen, next]);
    if (together < best + LEAST_GAIN) continue;
    chosen = [...chosen, next];
    best = together;
  }
  return {
    candidates: [...fared]
      .sort((a, b) => a.index - b.index)
      .map((one) => ({
        name: one.name,
        averagePrecision: one.precision,
        prevalence,
        weight: chosen.includes(one) ? weightOf(one) : 0,
      })),
    averagePrecision: best,
    faults: trial.faults,
    rows,
  };
}

/** Someone has to have a say, even where nobody is better than chance. */
const weightOf = ({ skill }: { readonly skill: number }): number => Math.max(skill, 1e-3);

interface Fared {
  readonly name: string;
  readonly skill: number;
  readonly planted: readonly Float64Array[];
  readonly clean: readonly Float64Array[];
}

function precisionOfVote(trial: Trial, chosen: readonly Fared[]): number {
  const ensemble = calibrateEnsemble(
    chosen.map((one) => ({ name: one.name, weight: weightOf(one) })),
    chosen.map(({ clean }) => clean),
    trial.stepSeconds,
  );
  const votes = trial.labels.map((labels, history) =>
    Float64Array.from(labels, (_, row) => {
      const judgement = judgeByVote(
        ensemble,
        chosen.map(({ planted }) => planted[history][row]),
      );
      return 'decades' in judgement ? judgement.decades : Number.NaN;
    }),
  );
  return precisionOf(trial, votes);
}
