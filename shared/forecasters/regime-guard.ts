/** How far back from now the forecasts were made that are held against what came: as parts of the near rows. */
export const guardOrigins = [2 / 12, 4 / 12, 6 / 12, 9 / 12, 1] as const;

/** What each of them says of who is right now: the latest most, and those from before a change nothing. */
const votes = [4 / 9, 3 / 9, 2 / 9, 0, 0] as const;

/** The guard begins where the last hour went worse than the backtest, and is in full force at five times its error. */
const FULL_FORCE = 4;
const SHARED = 0.02;
const POWER = 4;
/** Part of the mean error that every expert is charged with, lest one lucky hour take all. */
const CHARGE = 0.05;

/** The last hour as it was foreseen, at each of {@link guardOrigins}. */
export interface LastHour {
  /** `[origin][expert]`: mean absolute error of each expert, those without a weight of their own last. */
  readonly errors: readonly Float64Array[];
  /** Mean absolute error of all together as they are weighed, over all origins. */
  readonly ensemble: number;
}

/**
 * 0 while the last hour was foreseen as well as on the backtest, up to 1 where not at all: the series behaves as it has
 * not before, and what was best for two weeks need not be.
 */
export const guardForce = ({ ensemble }: LastHour, backtestError: number, least: number): number =>
  Math.min(Math.max((ensemble / Math.max(backtestError, least) - 1) / FULL_FORCE, 0), 1);

/**
 * The weights, turned by `force` towards those experts that foresaw the last half hour; as they are where it is 0. Each
 * origin has a say of its own, in how many times the error of the best one an expert's is: forecasts from before a change
 * are wrong by much, all alike, and in a mean they would drown what was learned since.
 *
 * @param weights of the first experts of the last hour; those after them have none, and are heard by `force` alone.
 * @returns one for each expert of the last hour, 1 in all.
 */
export function guardedWeights(weights: Float64Array, { errors }: LastHour, force: number): Float64Array {
  const experts = errors[0].length;
  const turned = new Float64Array(experts);
  turned.set(weights);
  if (force <= 0) return turned;
  const ratios = new Float64Array(experts);
  for (const [origin, vote] of votes.entries()) {
    if (vote === 0) continue;
    let mean = 0;
    let least = Infinity;
    for (const error of errors[origin]) {
      mean += error / experts;
      least = Math.min(least, error);
    }
    // Nobody erred, or by less than numbers tell apart.
    if (CHARGE * mean === 0) continue;
    for (let expert = 0; expert < experts; expert++) {
      ratios[expert] += vote * Math.log((errors[origin][expert] + CHARGE * mean) / (least + CHARGE * mean));
    }
  }
  const best = ratios.reduce((lowest, ratio) => Math.min(lowest, ratio), Infinity);
  let sum = 0;
  for (let expert = 0; expert < experts; expert++) {
    turned[expert] = (turned[expert] + SHARED * force) * Math.exp(-POWER * force * (ratios[expert] - best));
    sum += turned[expert];
  }
  for (let expert = 0; expert < experts; expert++) turned[expert] /= sum;
  return turned;
}
