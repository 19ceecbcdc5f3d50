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
  const weights = Float64Array.of(...weightsFor(near, 0, group, scale), ...weightsFor(near, group, shape.near, scale));
  const pairs = Math.ceil(far.leads.length / 2);
  const farWeights = new Float64Array(pairs * EXPERTS);
  for (let pair = 0; pair < pairs; pair++) {
    farWeights.set(weightsFor(far, 2 * pair, Math.min(far.leads.length, 2 * pair + 2), scale), pair * EXPERTS);
  }
  const nearMix = mixTrials(near, (lead) => weights.subarray(lead < group ? 0 : EXPERTS), scale);
  const farMix = mixTrials(far, (lead) => farWeights.subarray((lead >> 1) * EXPERTS), scale);
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
    error: nearMix.error,
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
