import { median } from '../numeric/statistics.ts';
import type { Skill } from './forecaster.ts';
import { LEAST_ORIGINS, packResiduals, type ResidualRows, residualSteps } from './intervals.ts';
import { slotsADay, slotsIn } from './recent-window.ts';

/** Looked at so many days back, at about so many origins: 139 of 5-min data, as the automatic forecaster has them. */
const BACKTEST_DAYS = 14;
const ORIGINS = 139;
/** The horizons that matter: what will be in 30 to 45 minutes, or at the next slot where that is further away. */
const MATTERS_FROM = 1800;
const MATTERS_TO = 2700;
const MEDIAN_SECONDS = 10_800;
/** No skill is worse than this: where persistence makes no mistake at all, every ratio would be infinite. */
const WORST_SKILL = -1;

/** What a forecaster was off by, and how that compares with saying that nothing changes. */
export interface Backtest {
  readonly residuals: ResidualRows;
  /** Null where fewer than eight origins could be compared. */
  readonly skill: Skill | null;
}

/**
 * Writes what is expected at each of the rising `steps` after slot `origin - 1`, from the values before `origin` alone.
 * Asked with rising origins. Answers false where it can say nothing.
 */
export type Predict = (origin: number, steps: Int32Array, into: Float64Array) => boolean;

/**
 * Forecasts from many past moments and keeps what they were off by.
 *
 * @param values NaN for a gap.
 * @param first no origin lies before this slot; at least 1.
 */
export function backtestOf(values: Float64Array, stepSeconds: number, first: number, predict: Predict): Backtest {
  const origins = rollingOrigins(Math.max(first, 1), values.length, stepSeconds);
  const steps = residualSteps(Math.max(slotsADay(stepSeconds), lastThatMatters(stepSeconds)));
  const residuals = new Float64Array(origins.length * steps.length).fill(Number.NaN);
  const expected = new Float64Array(steps.length);
  const errors = { model: 0, last: 0, median: 0, origins: 0 };
  origins.forEach((origin, row) => {
    if (!predict(origin, steps, expected)) return;
    const plain = plainForecasts(values, origin, stepSeconds);
    let compared = false;
    for (let column = 0; column < steps.length; column++) {
      const slot = origin + steps[column] - 1;
      if (slot >= values.length) break;
      residuals[row * steps.length + column] = values[slot] - expected[column];
      if (plain === undefined || Number.isNaN(values[slot]) || !matters(steps[column], stepSeconds)) continue;
      compared = true;
      errors.model += Math.abs(values[slot] - expected[column]);
      errors.last += Math.abs(values[slot] - plain.last);
      errors.median += Math.abs(values[slot] - plain.median);
    }
    if (compared) errors.origins++;
  });
  const skill =
    errors.origins < LEAST_ORIGINS
      ? null
      : { value: skillOf(errors.model, Math.min(errors.last, errors.median)), origins: errors.origins };
  return { residuals: packResiduals(steps, residuals), skill };
}

/** 1 − error / baseline, not below -1; 0 where neither made any mistake. */
export function skillOf(error: number, baseline: number): number {
  if (error === baseline) return 0;
  return baseline > 0 ? Math.max(WORST_SKILL, 1 - error / baseline) : WORST_SKILL;
}

/** The two forecasts that cost nothing: the newest value, and the median of the last three hours. */
export function plainForecasts(
  values: Float64Array,
  origin: number,
  stepSeconds: number,
): { readonly last: number; readonly median: number } | undefined {
  const from = Math.max(0, origin - slotsIn(MEDIAN_SECONDS, stepSeconds));
  const known = values.subarray(from, origin).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? undefined : { last: known[known.length - 1], median: median(known) };
}

/** Whether a step lies 30 to 45 minutes ahead; where one step is longer than that, whether it is the next. */
export function matters(step: number, stepSeconds: number): boolean {
  const away = step * stepSeconds;
  return stepSeconds > MATTERS_FROM ? step === 1 : away >= MATTERS_FROM && away <= Math.max(MATTERS_TO, stepSeconds);
}

const lastThatMatters = (stepSeconds: number): number => Math.max(1, Math.floor(MATTERS_TO / stepSeconds));

/** Moments of the last two weeks whose distance has no factor in common with a day: else all fall on the same hours. */
export function rollingOrigins(first: number, length: number, stepSeconds: number, origins = ORIGINS): Int32Array {
  const day = slotsADay(stepSeconds);
  const from = Math.max(first, length - BACKTEST_DAYS * day);
  if (from >= length) return new Int32Array(0);
  const stride = strideBesideDay((length - from) / origins, day);
  const count = Math.floor((length - 1 - from) / stride) + 1;
  return Int32Array.from({ length: count }, (_, at) => length - 1 - (count - 1 - at) * stride);
}

/** The least whole number not below `wanted` that has no factor in common with the slots of a day. */
export function strideBesideDay(wanted: number, day: number): number {
  let stride = Math.max(1, Math.ceil(wanted));
  while (commonFactor(stride, day) > 1) stride++;
  return stride;
}

const commonFactor = (a: number, b: number): number => (b === 0 ? a : commonFactor(b, a % b));
