import type { AutomaticShape } from './automatic-shape.ts';
import { backtestResiduals } from './automatic-residuals.ts';
import { nothingLearned, secondGroup, type AutomaticState } from './automatic-state.ts';
import type { CoreWindow } from './core-window.ts';
import { bestMedianShare } from './median-share.ts';
import { mixTrials, type Blend } from './expert-mix.ts';
import { runTrials, type Trials } from './expert-trials.ts';
import { equalWeights, expertWeights, meanErrors, weightsByErrors } from './expert-weights.ts';
import { EXPERTS } from './experts.ts';

/** Fewer origins than these say nothing of which expert is best. */
const LEAST_ORIGINS = 12;
/** A median suffers from none that is far off: more of the experts may have a say than in the mean. */
const MEDIAN_POWER = 4;
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
  const learned = nearLearned(near, shape, scale);
  const farWeightsOf = (part: Trials): Float64Array => {
    const weights = new Float64Array(Math.ceil(part.leads.length / 2) * EXPERTS);
    for (let from = 0; from < part.leads.length; from += 2) {
      weights.set(weightsFor(part, from, Math.min(part.leads.length, from + 2), scale).weights, (from / 2) * EXPERTS);
    }
    return weights;
  };
  const farWeights = farWeightsOf(far);
  const nearOthers = crossed(near, (part) => nearLearned(part, shape, scale));
  const medianShare = bestMedianShare(near, (origin, lead) => nearOthers(origin).blend(lead, 0));
  const nearMix = mixTrials(near, (origin, lead) => nearOthers(origin).blend(lead, medianShare), scale);
  const farOthers = crossed(far, farWeightsOf);
  const farMix = mixTrials(far, (origin, lead) => meanAlone(farOthers(origin), (lead >> 1) * EXPERTS), scale);
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
    version: 2,
    stepSeconds,
    rowSeconds: shape.rowSeconds,
    origins: near.origins.length,
    skill,
    scale,
    error: mixTrials(near, (_, lead) => learned.blend(lead, medianShare), scale).error,
    isNonNegative: window.isNonNegative,
    anchorSmoothing,
    weights: learned.weights,
    medianWeights: learned.medianWeights,
    medianShare,
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

/** What was learned of the near rows: weights of both groups of them, `[group * experts + expert]`. */
interface NearLearned {
  readonly weights: Float64Array;
  readonly medianWeights: Float64Array;
  readonly blend: (lead: number, medianShare: number) => Blend;
}

function nearLearned(part: Trials, shape: AutomaticShape, scale: number): NearLearned {
  const group = secondGroup(shape);
  const groups = [weightsFor(part, 0, group, scale), weightsFor(part, group, shape.near, scale)];
  const weights = Float64Array.of(...groups[0].weights, ...groups[1].weights);
  const medianWeights = Float64Array.of(...groups[0].medianWeights, ...groups[1].medianWeights);
  return {
    weights,
    medianWeights,
    blend: (lead, medianShare) => ({ ...groups[lead < group ? 0 : 1], medianShare }),
  };
}

function meanAlone(all: Float64Array, from: number): Blend {
  const weights = all.subarray(from, from + EXPERTS);
  return { weights, medianWeights: weights, medianShare: 0 };
}

/**
 * For each half of the trials what is learned of the other half: what is left over must not be smaller than it will be,
 * and weights fit best to what they were made of.
 */
function crossed<Learned>(trials: Trials, learn: (part: Trials) => Learned): (origin: number) => Learned {
  const half = trials.origins.length >> 1;
  const early = learn(partOf(trials, 0, half));
  const late = learn(partOf(trials, half, trials.origins.length));
  return (origin) => (origin < half ? late : early);
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
): Pick<Blend, 'weights' | 'medianWeights'> {
  if (origins.length < LEAST_ORIGINS || from === to) {
    return { weights: equalWeights(EXPERTS), medianWeights: equalWeights(EXPERTS) };
  }
  const width = to - from;
  const count = origins.length * width;
  const chosen = new Float64Array(count * EXPERTS);
  const came = new Float64Array(count);
  for (let origin = 0; origin < origins.length; origin++) {
    const at = origin * leads.length + from;
    chosen.set(forecasts.subarray(at * EXPERTS, (at + width) * EXPERTS), origin * width * EXPERTS);
    came.set(actual.subarray(at, at + width), origin * width);
  }
  const part = { count, experts: EXPERTS, forecasts: chosen, actual: came };
  return { weights: expertWeights(part, scale), medianWeights: weightsByErrors(meanErrors(part), scale, MEDIAN_POWER) };
}
