/** How far back from now the forecasts were made that are held against what came: as parts of the near rows. */
export const guardOrigins = [2 / 12, 4 / 12, 6 / 12, 9 / 12, 1] as const;

/** The guard begins where the last hour went worse than the backtest, and is in full force at three times its error. */
const FULL_FORCE = 2;
const SHARED = 0.02;
const POWER = 2;
/** Part of the mean error that every expert is charged with, lest one lucky hour take all. */
const CHARGE = 0.05;

/** The last hour as the experts foresaw it, summed up over its origins. */
export interface LastHour {
  /** Mean absolute error of each expert, and of all together as they are weighed. */
  readonly experts: Float64Array;
  readonly ensemble: number;
}

/**
 * 0 while the last hour was foreseen as well as on the backtest, up to 1 where not at all: the series behaves as it has
 * not before, and what was best for two weeks need not be.
 */
export const guardForce = ({ ensemble }: LastHour, backtestError: number, least: number): number =>
  Math.min(Math.max((ensemble / Math.max(backtestError, least) - 1) / FULL_FORCE, 0), 1);

/** The weights, turned by `force` towards those experts that foresaw the last hour; as they are where it is 0. */
export function guardedWeights(weights: Float64Array, { experts }: LastHour, force: number): Float64Array {
  if (force <= 0) return weights;
  let mean = 0;
  let least = Infinity;
  for (const error of experts) {
    mean += error / experts.length;
    least = Math.min(least, error);
  }
  if (mean === 0) return weights;
  const turned = weights.map(
    (weight, expert) =>
      (weight + SHARED * force) * ((experts[expert] + CHARGE * mean) / (least + CHARGE * mean)) ** (-POWER * force),
  );
  const sum = turned.reduce((total, weight) => total + weight, 0);
  return turned.map((weight) => weight / sum);
}
