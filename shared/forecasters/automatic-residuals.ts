import type { AutomaticShape } from './automatic-shape.ts';
import type { CoreWindow } from './core-window.ts';
import type { Mix } from './expert-mix.ts';
import type { BacktestTrials, Trials } from './expert-trials.ts';
import { EXPERTS, MEDIAN_EXPERT } from './experts.ts';
import { farUncertainty, nearUncertainty } from './residual-paths.ts';
import { anchorAt, slotsThrough } from './row-slots.ts';

/** What the backtest left over, slot by slot. */
export interface BacktestResiduals {
  /** 1 − error / error of the better of persistence and the median of the last hours. */
  readonly skill: number;
  readonly anchorSmoothing: number;
  /** See `AutomaticState`. */
  readonly paths: Float32Array;
  readonly farPaths: Float32Array;
}

/** Errors kept of all paths together: more slots a row, fewer paths. */
const MOST_RESIDUALS = 16_800;
/** Smoothing of the slots that stand for the present: which is best depends on how rough the slots are. */
const ANCHORS = [1, 0.5, 0.2] as const;

/** @param near, far the experts together, at the near and the far leads. */
export function backtestResiduals(
  window: CoreWindow,
  shape: AutomaticShape,
  slotsPerRow: number,
  trials: BacktestTrials,
  near: Mix,
  far: Mix,
  scale: number,
): BacktestResiduals {
  const of = (smoothing: number): NearResiduals =>
    nearResiduals(window, trials.near, near, slotsPerRow, smoothing, scale);
  let best = of(ANCHORS[0]);
  for (const smoothing of slotsPerRow > 1 ? ANCHORS.slice(1) : []) {
    const other = of(smoothing);
    if (other.firstRowError < best.firstRowError) best = other;
  }
  const paths = best.residuals;
  const longPaths = farResiduals(window, trials.far, far, slotsPerRow, scale);
  const { origins } = trials.near;
  const slots = shape.near * slotsPerRow;
  const leads = shape.far.length;
  // Those with an error of the far rows come first, so that the same path goes on.
  const farPlaces = new Map(Array.from(trials.far.origins, (row, place) => [row, place] as const));
  const every = Math.ceil((origins.length * slots) / MOST_RESIDUALS);
  const some = (isFar: boolean): readonly number[] =>
    [...origins.keys()].filter((index) => farPlaces.has(origins[index]) === isFar).filter((_, at) => at % every === 0);
  const long = some(true);
  const kept = [...long, ...some(false)];
  const keptPaths = new Float32Array(kept.length * slots);
  kept.forEach((index, place) => {
    keptPaths.set(paths.subarray(index * slots, (index + 1) * slots), place * slots);
  });
  const keptFar = new Float32Array(long.length * leads);
  long.forEach((index, place) => {
    const at = (farPlaces.get(origins[index]) ?? 0) * leads;
    keptFar.set(longPaths.subarray(at, at + leads), place * leads);
  });
  return { skill: best.skill, anchorSmoothing: best.smoothing, paths: keptPaths, farPaths: keptFar };
}

interface NearResiduals {
  readonly smoothing: number;
  readonly residuals: Float32Array;
  readonly firstRowError: number;
  readonly skill: number;
}

function nearResiduals(
  { slots: known }: CoreWindow,
  { origins, leads, spread, forecasts }: Trials,
  mix: Mix,
  slotsPerRow: number,
  smoothing: number,
  scale: number,
): NearResiduals {
  const count = leads.length;
  const slots = count * slotsPerRow;
  const residuals = new Float32Array(origins.length * slots);
  const course = new Float64Array(slots);
  let own = 0;
  let persistence = 0;
  let median = 0;
  let firstRowError = 0;
  for (let origin = 0; origin < origins.length; origin++) {
    const at = origin * count;
    const newest = (origins[origin] + 1) * slotsPerRow - 1;
    const rows = mix.forecast.subarray(at, at + count);
    slotsThrough(rows, count, anchorAt(known, newest, smoothing), slotsPerRow, slots, course);
    const medianOfHours = forecasts[at * EXPERTS + MEDIAN_EXPERT];
    for (let slot = 0; slot < slots; slot++) {
      const lead = Math.floor(slot / slotsPerRow);
      const value = known[newest + 1 + slot];
      const error = value - course[slot];
      const uncertainty = nearUncertainty(
        (mix.disagreement[at + lead] + mix.least) / mix.usualDisagreement[lead],
        (spread[at + lead] + mix.least) / mix.usualSpread[lead],
      );
      residuals[origin * slots + slot] = error / uncertainty / scale;
      own += Math.abs(error);
      persistence += Math.abs(value - known[newest]);
      median += Math.abs(value - medianOfHours);
      if (lead === 0) firstRowError += Math.abs(error);
    }
  }
  const simplest = Math.min(persistence, median);
  return { smoothing, residuals, firstRowError, skill: simplest > 0 ? 1 - own / simplest : 0 };
}

function farResiduals(
  { slots: known }: CoreWindow,
  { origins, leads }: Trials,
  mix: Mix,
  slotsPerRow: number,
  scale: number,
): Float32Array {
  const count = leads.length;
  const residuals = new Float32Array(origins.length * count);
  for (let at = 0; at < residuals.length; at++) {
    const lead = at % count;
    const row = origins[Math.floor(at / count)] + leads[lead];
    // The middle slot of the row, not its mean: what is forecast is a slot.
    const value = known[row * slotsPerRow + (slotsPerRow >> 1)];
    const uncertainty = farUncertainty((mix.disagreement[at] + mix.least) / mix.usualDisagreement[lead]);
    residuals[at] = (value - mix.forecast[at]) / uncertainty / scale;
  }
  return residuals;
}
