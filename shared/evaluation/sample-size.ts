import type { Candidate, Trial } from './backtest.ts';
import { precisionOf } from './backtest.ts';
import { scoresOf } from '../detectors/ensemble.ts';
import { sizeOfTrees, type IsolationTrees } from '../detectors/isolation-trees.ts';

export interface SampleSizeReport {
  readonly sampleSize: number;
  /** What was tried, smallest first. */
  readonly tried: readonly {
    readonly sampleSize: number;
    readonly averagePrecision: number;
    readonly bytes: number;
  }[];
  /** What the chosen size gains over the smallest, in average precision. */
  readonly gain: number;
}

export const SAMPLE_SIZES: readonly number[] = [256, 512, 4096];
/** A forest of more rows a tree must be worth its bytes. */
const GAIN_WORTH_ITS_SIZE = 0.02;
const SEEDS = 3;

/**
 * Which sample size a forest is to have. On scattered anomalies large samples score better, on a dense cluster of them
 * far worse, so that it is tried out: on held-back history with planted faults, the mean over three seeds. The smallest
 * wins unless a larger one gains two points of average precision.
 *
 * @param candidate a forest of so many rows a tree.
 * @param sizes ascending; those beyond the rows that can be trained on are taken as all rows, once.
 */
export function chooseSampleSize(
  trial: Trial,
  candidate: (sampleSize: number) => Candidate,
  seed: number,
  sizes: readonly number[] = SAMPLE_SIZES,
): SampleSizeReport {
  if (sizes.length === 0) throw new RangeError('There is no sample size to try: give at least one.');
  const possible = [...new Set(sizes.map((size) => Math.min(size, trial.training.rows)))];
  const tried = possible.map((sampleSize) => {
    let precision = 0;
    let bytes = 0;
    for (let run = 0; run < SEEDS; run++) {
      const fitted = candidate(sampleSize).fit(trial.training, seed + run);
      precision +=
        precisionOf(
          trial,
          trial.planted.map((matrix) => scoresOf(fitted, matrix)),
        ) / SEEDS;
      bytes = sizeOfTrees(fitted.state as IsolationTrees);
    }
    return { sampleSize, averagePrecision: precision, bytes };
  });
  let [chosen] = tried;
  for (const next of tried) if (next.averagePrecision >= chosen.averagePrecision + GAIN_WORTH_ITS_SIZE) chosen = next;
  return { sampleSize: chosen.sampleSize, tried, gain: chosen.averagePrecision - tried[0].averagePrecision };
}
