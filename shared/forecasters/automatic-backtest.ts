import type { AutomaticShape } from './automatic-shape.ts';
import { backtestResiduals } from './automatic-residuals.ts';
import { nothingLearned, secondGroup, type AutomaticState } from './automatic-state.ts';
import type { CoreWindow } from './core-window.ts';
import { mixTrials } from './expert-mix.ts';
import { runTrials, type Trials } from './expert-trials.ts';
import { equalWeights, expertWeights } from './expert-weights.ts';
import { EXPERTS } from './experts.ts';

/** Fewer origins than these say nothing of which expert is best. */
const LEAST_ORIGINS = 12;
/** What a unit is at least, as a part of the deviation. */
const LEAST_UNIT = 1e-3;

/**
 * Rolling-origin backtest over the last 14 days: what every expert would have said, what came, by which weights they
 * would have been best together, and what was left over then. At most the last 28 days are made use of.
 */
export function automaticBacktest(window: CoreWindow, shape: AutomaticShape, stepSeconds: number): AutomaticState {
  const slotsPerRow = Math.round(shape.rowSeconds / stepSeconds);
  const trials = runTrials(window, shape);
  const { near, far } = trials;
  if (near.origins.length < LEAST_ORIGINS) return nothingLearned(stepSeconds, shape.rowSeconds);
  const scale = unitOf(window.values, shape);
  const group = secondGroup(shape);
  const nearWeights = (part: Trials): Float64Array =>
    Float64Array.of(...weightsFor(part, 0, group, scale), ...weightsFor(part, group, shape.near, scale));
  const farWeightsOf = (part: Trials): Float64Array => {
    const weights = new Float64Array(Math.ceil(part.leads.length / 2) * EXPERTS);
    for (let from = 0; from < part.leads.length; from += 2) {
      weights.set(weightsFor(part, from, Math.min(part.leads.length, from + 2), scale), (from / 2) * EXPERTS);
    }
    return weights;
  };
  const weights = nearWeights(near);
  const farWeights = farWeightsOf(far);
  const nearPlace = (lead: number): number => (lead < group ? 0 : EXPERTS);
  const nearMix = mixTrials(near, crossed(near, nearWeights, nearPlace), scale);
  const farMix = mixTrials(
    far,
    crossed(far, farWeightsOf, (lead) => (lead >> 1) * EXPERTS),
    scale,
  );
  const { skill, anchorSmoothing, paths, farPaths } = backtestResiduals(
    window,
    shape,
    slotsPerRow,
    trials,
    nearMix,
    farMix,
    scale,
  );
  return {
    version: 1,
    stepSeconds,
    rowSeconds: shape.rowSeconds,
    origins: near.origins.length,
    skill,
    scale,
    error: mixTrials(near, (_, lead) => weights.subarray(nearPlace(lead), nearPlace(lead) + EXPERTS), scale).error,
    isNonNegative: window.isNonNegative,
    anchorSmoothing,
    weights,
    farWeights,
    persistence: trials.persistence,
    disagreement: Float64Array.of(...nearMix.usualDisagreement, ...farMix.usualDisagreement),
    spread: nearMix.usualSpread,
    paths,
    farPaths,
  };
}

/** Mean change from one day to the next over the last 14 days; a thousandth of the deviation at least. */
function unitOf(values: Float64Array, { day, backtest }: AutomaticShape): number {
  const first = Math.max(day, values.length - backtest);
  let change = 0;
  for (let row = first; row < values.length; row++) change += Math.abs(values[row] - values[row - day]);
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
  const unit = Math.max(change / (values.length - first), LEAST_UNIT * Math.sqrt(variance));
  // Of a constant any unit does: every error is 0.
  return unit > 0 ? unit : Math.max(Math.abs(mean), 1) * Number.EPSILON;
}

/**
 * For each half of the trials the weights of the other half: what is left over must not be smaller than it will be, and
 * weights fit best to what they were made of.
 *
 * @param place where the weights for a lead begin.
 */
function crossed(
  trials: Trials,
  weightsOf: (part: Trials) => Float64Array,
  place: (lead: number) => number,
): (origin: number, lead: number) => Float64Array {
  const half = trials.origins.length >> 1;
  const early = weightsOf(partOf(trials, 0, half));
  const late = weightsOf(partOf(trials, half, trials.origins.length));
  return (origin, lead) => (origin < half ? late : early).subarray(place(lead), place(lead) + EXPERTS);
}

function partOf({ origins, leads, forecasts, actual, spread }: Trials, from: number, to: number): Trials {
  const width = leads.length;
  return {
    origins: origins.subarray(from, to),
    leads,
    forecasts: forecasts.subarray(from * width * EXPERTS, to * width * EXPERTS),
    actual: actual.subarray(from * width, to * width),
    spread: spread.subarray(from * width, to * width),
  };
}

/** Weights for the leads at the places `from` to `to`, the latter not included. */
function weightsFor(
  { origins, leads, forecasts, actual }: Trials,
  from: number,
  to: number,
  scale: number,
): Float64Array {
  if (origins.length < LEAST_ORIGINS || from === to) return equalWeights(EXPERTS);
  const width = to - from;
  const count = origins.length * width;
  const chosen = new Float64Array(count * EXPERTS);
  const came = new Float64Array(count);
  for (let origin = 0; origin < origins.length; origin++) {
    const at = origin * leads.length + from;
    chosen.set(forecasts.subarray(at * EXPERTS, (at + width) * EXPERTS), origin * width * EXPERTS);
    came.set(actual.subarray(at, at + width), origin * width);
  }
  return expertWeights({ count, experts: EXPERTS, forecasts: chosen, actual: came }, scale);
}
