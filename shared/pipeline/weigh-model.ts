import { calibrateEnsemble, type EnsembleState, judgeByVote } from '../detectors/ensemble.ts';
import { entityDetector } from '../detectors/entity-detector.ts';
import { type RecipeModel, restoreRecipeModel } from '../detectors/recipe-model.ts';
import type { EntityHistory } from '../evaluation/backtest.ts';
import { averagePrecision } from '../evaluation/detection-measures.ts';
import { plantFaults } from '../evaluation/synthetic-faults.ts';
import { type ForestChoice, trainRecipeModel } from '../evaluation/train-recipe-model.ts';
import type { LocalOffset } from '../features/recipes.ts';
import { createRandom } from '../numeric/random.ts';
import { copyOf } from './columnar.ts';
import type { EntityModel, FusedModel } from './entity-model.ts';

/** How a candidate fared beside what is in use, on the held-back end of history with faults planted into it. */
export interface Weighing {
  readonly model: Omit<FusedModel, 'weighed'>;
  /** Epoch seconds: the first row that judged. */
  readonly heldFrom: number;
  /** Average precision over rows, 0…1. */
  readonly quality: {
    /** The streaming entity detector by itself. */
    readonly streaming: number;
    /** The candidate and the streaming detector together. */
    readonly candidate: number;
    /** The champion and the streaming detector together; absent without one that fits. */
    readonly champion?: number;
  };
  readonly faults: number;
  readonly rows: number;
  readonly sampleSize: number;
}

/** What is trained on; the rest judges. */
const TRAINED_PART = 0.7;
/** Rows of a history that are trained on. */
export const splitOf = ({ times }: EntityHistory): number => Math.floor(times.length * TRAINED_PART);
/** Events a week and entity that the vote may raise by itself where the watch has no alert budget. */
const USUAL_EVENTS_PER_WEEK = 0.5;

/**
 * Fits a model on the start of history and weighs it, with the streaming entity detector, on the end; then fits the same
 * model on everything. Weights are what each finds of planted faults beyond chance; the vote is calibrated on the end as
 * it was, which the weighed model had not seen.
 *
 * @param histories of entities with the same columns, each row in the order of `columns`.
 * @param eventsPerWeek that one entity's vote may raise; undefined for the usual.
 * @throws RangeError where no history is long enough to be split.
 */
export function weighModel(
  histories: readonly EntityHistory[],
  columns: readonly string[],
  stepSeconds: number,
  offset: LocalOffset,
  forest: ForestChoice & VoteSetting,
  seed: number,
  eventsPerWeek: number | undefined,
  champion: EntityModel['fused'],
): Weighing {
  const width = columns.length;
  const starts = histories.map((history) => rowsOf(history, splitOf(history), width));
  const tried = trainRecipeModel(starts, columns, stepSeconds, offset, forest, seed);
  const sampleSize = tried.sampleSize?.sampleSize ?? forest.sampleSize ?? 0;
  const candidate = restoreRecipeModel(tried.model, offset);

  const random = createRandom(seed);
  const planted = histories.map((history) => {
    const from = splitOf(history);
    const behind = plantFaults(history.values.subarray(from * width), width, random);
    const values = history.values.slice();
    values.set(behind.values, from * width);
    return { history: { times: history.times, values }, from, labels: behind.labels, faults: behind.faults.length };
  });
  const labels = Uint8Array.from(planted.flatMap((one) => [...one.labels]));
  const ends = planted.map(({ history, from }, k) => streamScores(histories[k], history, from, width, stepSeconds));
  const usual = ends.map((one) => one.usual);
  const streamed = ends.map((one) => one.planted);
  const precisionOf = (scores: readonly Float64Array[]): number => {
    const pooled = Float64Array.from(
      scores.flatMap((one) => [...one]),
      (score) => (Number.isNaN(score) ? -1 : score),
    );
    return averagePrecision({ scores: pooled, labels }) ?? 0;
  };
  const decadesOf = (model: RecipeModel, of: readonly { history: EntityHistory; from: number }[]) =>
    of.map(({ history: { times, values }, from }) => model.decades(times, values, from));
  const fused = (fusion: EnsembleState, decades: readonly Float64Array[]): number =>
    precisionOf(
      streamed.map((own, k) =>
        own.map((score, row) => {
          const vote = judgeByVote(fusion, [score, decades[k][row]]);
          return 'unscorable' in vote ? Number.NaN : vote.decades;
        }),
      ),
    );

  const found = decadesOf(candidate, planted);
  const chance = labels.reduce((sum, label) => sum + label, 0) / Math.max(1, labels.length);
  const skillOf = (precision: number): number => Math.max((precision - chance) / Math.max(1 - chance, 1e-9), 1e-3);
  const streaming = precisionOf(streamed);
  const fusion = calibrateEnsemble(
    [
      { name: 'entity-detector', weight: skillOf(streaming) },
      { name: 'recipe-model', weight: skillOf(precisionOf(found)) },
    ],
    [
      usual,
      decadesOf(
        candidate,
        histories.map((history) => ({ history, from: splitOf(history) })),
      ),
    ],
    stepSeconds,
  );
  const quality = {
    streaming,
    candidate: fused(fusion, found),
    ...(champion === undefined ? {} : { champion: fused(champion.fusion, decadesOf(champion.recipe, planted)) }),
  };
  const chosen = sampleSize > 0 ? { ...forest, sampleSize } : forest;
  const { model } = trainRecipeModel(histories, columns, stepSeconds, offset, chosen, seed);
  return {
    model: { recipe: model, fusion, alertDecades: voteLimit(fusion, forest, eventsPerWeek) },
    heldFrom: Math.min(...histories.map((history) => history.times[splitOf(history)])),
    quality,
    faults: planted.reduce((sum, one) => sum + one.faults, 0),
    rows: labels.length,
    sampleSize,
  };
}

/** When a watch wants its model to raise a thing by itself; its forest settings are assignable to it. */
export interface VoteSetting {
  /** The part of usual rows, 0…0.5, that may be raised. */
  readonly contamination?: number | undefined;
  /** The vote's value, 0…1, from which it raises; goes before a contamination. */
  readonly threshold?: number | undefined;
}

/** Where history is too short for a single event of the allowance: this much beyond all that was seen. */
const BEYOND_THE_LARGEST = 1.2;
/** What is raised is told by how far it lies beyond the limit: that must not be nothing. */
const LEAST_LIMIT = 1e-6;

/**
 * The decades from which a vote raises an entity by itself: as the settings say, else those that so many events of one
 * entity a week reach. Contamination and events are read off the history that the vote was calibrated on.
 *
 * @param eventsPerWeek undefined for the usual.
 */
export function voteLimit(
  { calibration }: EnsembleState,
  { contamination, threshold }: VoteSetting,
  eventsPerWeek: number | undefined,
): number {
  const { peaks, rows, ranks, values, stepSeconds } = calibration;
  const beyond = values[0] * BEYOND_THE_LARGEST;
  if (threshold !== undefined) return Math.max(-Math.log10(1 - threshold), LEAST_LIMIT);
  if (contamination !== undefined) {
    const reached = ranks.findLastIndex((rank) => rank <= contamination * rows);
    return Math.max(reached < 0 ? beyond : values[reached], LEAST_LIMIT);
  }
  const allowed = Math.floor(((eventsPerWeek ?? USUAL_EVENTS_PER_WEEK) * rows * stepSeconds) / WEEK_SECONDS);
  return allowed === 0 ? beyond : peaks[Math.min(allowed, peaks.length) - 1];
}

const WEEK_SECONDS = 604_800;

const rowsOf = ({ times, values }: EntityHistory, rows: number, width: number): EntityHistory => ({
  times: times.subarray(0, rows),
  values: values.subarray(0, rows * width),
});

/** Scores from row `from` on of a history and of one that differs from it only there; NaN where it could not judge. */
function streamScores(
  usual: EntityHistory,
  planted: EntityHistory,
  from: number,
  width: number,
  stepSeconds: number,
): { readonly usual: Float64Array; readonly planted: Float64Array } {
  const state = entityDetector.start(entityDetector.defaults, width, stepSeconds);
  const rowOf = ({ values }: EntityHistory, row: number) => values.subarray(row * width, (row + 1) * width);
  for (let row = 0; row < from; row++) entityDetector.step(state, rowOf(usual, row));
  const endOf = (history: EntityHistory, own: typeof state): Float64Array => {
    const scores = new Float64Array(history.times.length - from);
    for (let row = from; row < history.times.length; row++) {
      const judged = entityDetector.step(own, rowOf(history, row));
      scores[row - from] = 'unscorable' in judged ? Number.NaN : judged.score;
    }
    return scores;
  };
  return { usual: endOf(usual, copyOf(state)), planted: endOf(planted, state) };
}
