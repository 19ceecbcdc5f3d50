/** What experts forecast at origins and what came, as one regression without a constant. */
export interface ExpertTrials {
  /** Origins times leads. */
  readonly count: number;
  readonly experts: number;
  /** `[trial * experts + expert]`. */
  readonly forecasts: Float64Array;
  readonly actual: Float64Array;
}

/** Errors are weighed by this power of their mean: the best expert counts most, its equals nearly as much. */
const POWER = 8;
/** Part that is shared among all alike before the weights are refined. */
const SHARED = 0.1;
const LEAST_ERROR = 1e-4;
const LEAST_WEIGHT = 1e-12;
const STEPS = 60;
const STEP_SIZE = 0.5;
const LARGEST_STEP = 3;

/** All alike: what there is to go by where too little was tried. */
export const equalWeights = (experts: number): Float64Array => new Float64Array(experts).fill(1 / experts);

/** Mean absolute error of each expert. */
export function meanErrors({ count, experts, forecasts, actual }: ExpertTrials): Float64Array {
  const sums = new Float64Array(experts);
  for (let trial = 0, at = 0; trial < count; trial++) {
    for (let expert = 0; expert < experts; expert++, at++) sums[expert] += Math.abs(forecasts[at] - actual[trial]);
  }
  return sums.map((sum) => sum / count);
}

/**
 * Weights, not negative and 1 in all, with which the experts together erred least on trials: by their mean errors first,
 * then refined by exponentiated gradient on the mean absolute error of the mixture (Kivinen & Warmuth 1997,
 * https://doi.org/10.1006/inco.1996.2612), of whose steps the latter half is averaged.
 *
 * @param scale what counts as one unit of error, above 0.
 */
export function expertWeights(trials: ExpertTrials, scale: number): Float64Array {
  const errors = meanErrors(trials);
  return refined(
    trials,
    weightsByErrors(errors, scale, POWER),
    errors.reduce((least, error) => Math.min(least, error), Infinity) + LEAST_WEIGHT * scale,
  );
}

/** Weights by mean errors alone, to the power of `-power`; a part is shared among all alike. */
export function weightsByErrors(errors: Float64Array, scale: number, power: number): Float64Array {
  const costs = errors.map((error) => error / scale + LEAST_ERROR);
  const best = costs.reduce((least, cost) => Math.min(least, cost), Infinity);
  const start = costs.map((cost) => (cost / best) ** -power);
  const total = start.reduce((sum, weight) => sum + weight, 0);
  return start.map((weight) => Math.max(((1 - SHARED) * weight) / total + SHARED / errors.length, LEAST_WEIGHT));
}

/** @param unit the error of the best single expert: what a step is measured by. */
function refined({ count, experts, forecasts, actual }: ExpertTrials, start: Float64Array, unit: number): Float64Array {
  const weights = start.slice();
  const logs = start.map(Math.log);
  const gradient = new Float64Array(experts);
  const average = new Float64Array(experts);
  const kept = STEPS >> 1;
  for (let step = 0; step < STEPS; step++) {
    gradient.fill(0);
    for (let trial = 0; trial < count; trial++) {
      const from = trial * experts;
      let mixed = 0;
      for (let expert = 0; expert < experts; expert++) mixed += forecasts[from + expert] * weights[expert];
      if (mixed > actual[trial]) {
        for (let expert = 0; expert < experts; expert++) gradient[expert] += forecasts[from + expert];
      } else if (mixed < actual[trial]) {
        for (let expert = 0; expert < experts; expert++) gradient[expert] -= forecasts[from + expert];
      }
    }
    let mean = 0;
    for (let expert = 0; expert < experts; expert++) mean += weights[expert] * gradient[expert];
    const size = STEP_SIZE / Math.sqrt(1 + step / 10) / count / unit;
    let highest = -Infinity;
    for (let expert = 0; expert < experts; expert++) {
      const move = size * (gradient[expert] - mean);
      logs[expert] -= Math.min(Math.max(move, -LARGEST_STEP), LARGEST_STEP);
      highest = Math.max(highest, logs[expert]);
    }
    let sum = 0;
    for (let expert = 0; expert < experts; expert++) {
      weights[expert] = Math.exp(logs[expert] - highest);
      sum += weights[expert];
    }
    for (let expert = 0; expert < experts; expert++) {
      weights[expert] /= sum;
      if (step >= STEPS - kept) average[expert] += weights[expert] / kept;
    }
  }
  return average;
}
