import { calibrateEnsemble, scoresOf } from '../detectors/ensemble.ts';
import { isolationForest } from '../detectors/isolation-forest.ts';
import { mlIsolationForest } from '../detectors/ml-isolation-forest.ts';
import {
  recipeFeatures,
  startRecipeMemory,
  type RecipeModelState,
  type StoredMember,
} from '../detectors/recipe-model.ts';
import { trainingRange } from '../detectors/training-range.ts';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { startScaling } from '../features/scaling.ts';
import { calendarNames, createRecipe, standardRecipe, type LocalOffset } from '../features/recipes.ts';
import {
  backtest,
  pool,
  prepareTrial,
  rowsWhere,
  type BacktestReport,
  type Candidate,
  type EntityHistory,
  type Featuring,
} from './backtest.ts';
import { chooseSampleSize, type SampleSizeReport } from './sample-size.ts';

/** A watch's forest settings are assignable to it. */
export interface ForestChoice {
  readonly detector: 'isolation-forest' | 'ml-isolation-forest';
  readonly trees: number;
  /** Default: chosen by evaluation. */
  readonly sampleSize?: number | undefined;
}

export interface TrainedRecipeModel {
  readonly model: RecipeModelState;
  readonly backtest: BacktestReport;
  /** Only where the size was not given. */
  readonly sampleSize?: SampleSizeReport;
}

/** Rows a model is fitted on, however large the fleet: more say little that is new. */
const MOST_ROWS = 20_000;
/** Histories that are read: the model is one for all, and grows neither in size nor in time with the fleet. */
export const MOST_HISTORIES = 40;
/** Rows a history needs: with fewer, no fault finds a quiet place in its end. */
export const LEAST_HISTORY_ROWS = 600;

/**
 * Fits the model of a watch on the histories of its entities that have the same columns: scaled to each entity's own
 * usual, through the recipe, into a forest and the training-range guard. Their weights come from a backtest with planted
 * faults; their calibration from days of history that judge the days between, so that no row is calibrated on a model
 * that was fitted on it.
 *
 * @param histories at least one with {@link LEAST_HISTORY_ROWS}; shorter ones, and those beyond
 * {@link MOST_HISTORIES}, are left out.
 * @throws RangeError where no history is long enough.
 */
export function trainRecipeModel(
  histories: readonly EntityHistory[],
  columns: readonly string[],
  stepSeconds: number,
  offset: LocalOffset,
  forest: ForestChoice,
  seed: number,
): TrainedRecipeModel {
  const long = histories.filter(({ times }) => times.length >= LEAST_HISTORY_ROWS);
  if (long.length === 0)
    throw new RangeError(
      `None of ${histories.length} histories has ${LEAST_HISTORY_ROWS} rows: wait for more, or backfill.`,
    );
  const read = evenly(long, MOST_HISTORIES);
  const featuring = featuringOf(columns, stepSeconds, offset);
  const trial = prepareTrial(read, featuring, seed, MOST_ROWS);
  const grow = (rows: FeatureMatrix, sampleSize: number, own: number) =>
    (forest.detector === 'isolation-forest' ? isolationForest : mlIsolationForest).fit(
      rows,
      { ...isolationForest.defaults, trees: forest.trees, sampleSize },
      own,
    );
  const chosen =
    forest.sampleSize === undefined
      ? chooseSampleSize(
          trial,
          (sampleSize) => ({ name: forest.detector, fit: (rows, own) => grow(rows, sampleSize, own) }),
          seed,
        )
      : undefined;
  const sampleSize = chosen?.sampleSize ?? forest.sampleSize ?? isolationForest.defaults.sampleSize;
  const guard = { ...trainingRange.defaults, ignored: calendarNames };
  const candidates: readonly Candidate[] = [
    { name: forest.detector, fit: (rows, own) => grow(rows, sampleSize, own) },
    { name: trainingRange.name, fit: (rows, own) => trainingRange.fit(rows, guard, own) },
  ];
  const report = backtest(trial, candidates, seed);
  const features = trial.usual;
  const everything = pool(features, MOST_ROWS);
  const members: readonly StoredMember[] = [
    { name: forest.detector, state: grow(everything, sampleSize, seed).state },
    { name: 'training-range', state: trainingRange.fit(everything, guard, seed).state },
  ];
  const scores = candidates.map((candidate) => crossScores(features, candidate, stepSeconds, seed));
  return {
    model: {
      recipe: standardRecipe,
      columns,
      stepSeconds,
      members,
      ensemble: calibrateEnsemble(
        report.candidates.map(({ name, weight }) => ({ name, weight })),
        scores,
        stepSeconds,
      ),
    },
    backtest: report,
    ...(chosen === undefined ? {} : { sampleSize: chosen }),
  };
}

/** At most so many, taken at even distances. */
const evenly = <T>(all: readonly T[], most: number): readonly T[] =>
  all.length <= most ? all : Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]);

function featuringOf(columns: readonly string[], stepSeconds: number, offset: LocalOffset): Featuring {
  const features = recipeFeatures(columns, stepSeconds, offset);
  return {
    columns: columns.length,
    stepSeconds,
    names: createRecipe(columns, stepSeconds, offset).names,
    start: () => {
      const memory = startRecipeMemory(columns.length, stepSeconds);
      return (row, time) => features(memory, row, time);
    },
  };
}

/** Rows that the recipe's longest window takes: a row after a gap has no features before so many. */
const WINDOW_ROWS = 10;
/** Rows with features that each part needs which something is fitted on, or held against. */
const LEAST_PART_ROWS = 60;
/** Of what a model is fitted on, the part that its weights are not found on: see `prepareTrial`. */
const TRIAL_PART = 0.7;

/**
 * Whether a model can be fitted on a history and weighed on its end: enough rows have features in
 * each part that something is fitted on or held against. A row has none until every column was seen for a day, and
 * after a gap of any of them.
 *
 * @param columns number of columns of `values`, row after row.
 * @param split rows from which on it only judges: {@link trainRecipeModel} is given those before.
 */
export function isLearnable(
  { times, values }: EntityHistory,
  columns: number,
  stepSeconds: number,
  split: number,
): boolean {
  const { warmUpRows } = startScaling(columns, stepSeconds);
  const block = blockRows(split, stepSeconds);
  const asked = Math.floor(split * TRIAL_PART);
  const parts = { beginning: 0, asked: 0, even: 0, odd: 0, end: 0 };
  const seen = new Float64Array(columns);
  let complete = 0;
  for (let row = 0; row < times.length; row++) {
    let scaled = 0;
    for (let column = 0; column < columns; column++) {
      if (!Number.isFinite(values[row * columns + column])) continue;
      if (seen[column]++ >= warmUpRows) scaled++;
    }
    complete = scaled === columns ? complete + 1 : 0;
    if (complete < WINDOW_ROWS) continue;
    if (row >= split) parts.end++;
    else {
      parts[row < asked ? 'beginning' : 'asked']++;
      parts[Math.floor(row / block) % 2 === 0 ? 'even' : 'odd']++;
    }
  }
  return Object.values(parts).every((part) => part >= LEAST_PART_ROWS);
}

/** A day; less where there are not two of them beside the first, whose rows have no features. */
function blockRows(rows: number, stepSeconds: number): number {
  const day = Math.round(86_400 / stepSeconds);
  return Math.max(1, Math.min(day, Math.floor((rows - day) / 2)));
}

/** Scores of every row by a model fitted on every other day: halves would know half of the week each. */
function crossScores(
  features: readonly FeatureMatrix[],
  candidate: Candidate,
  stepSeconds: number,
  seed: number,
): readonly Float64Array[] {
  const isEven = ({ rows }: FeatureMatrix, row: number): boolean =>
    Math.floor(row / blockRows(rows, stepSeconds)) % 2 === 0;
  const [byEven, byOdd] = [true, false].map((even) => {
    const days = features.map((matrix) => rowsWhere(matrix, (row) => isEven(matrix, row) === even));
    const fitted = candidate.fit(pool(days, MOST_ROWS), seed);
    return features.map((matrix) => scoresOf(fitted, matrix));
  });
  return byEven.map((scores, entity) =>
    scores.map((score, row) => (isEven(features[entity], row) ? byOdd[entity][row] : score)),
  );
}
