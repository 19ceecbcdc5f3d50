import type { Series } from '../metrics/series.ts';
import type { Unforecastable } from './forecaster.ts';

/** Nothing measured is larger: what is counts as missing, for differences and squares of it would be infinite. */
const LARGEST_VALUE = 1e100;
/** Two weeks of seconds a slot: nobody asks for more at once, and what does is a mistake in its units. */
const LONGEST_HORIZON = 1_209_600;
const BRIDGED_SLOTS = 3;
const BRIDGED_SECONDS = 900;
const SECONDS_A_DAY = 86_400;

/** Slots in so many seconds, at least one. */
export const slotsIn = (seconds: number, stepSeconds: number): number => Math.max(1, Math.round(seconds / stepSeconds));

export const slotsADay = (stepSeconds: number): number => slotsIn(SECONDS_A_DAY, stepSeconds);

/** Gaps of so many slots are bridged: a quarter of an hour, or three slots where that is longer. */
export const bridgedSlots = (stepSeconds: number): number =>
  Math.max(BRIDGED_SLOTS, Math.floor(BRIDGED_SECONDS / stepSeconds));

/** A copy of the values in which everything that is no measurement (NaN, infinite, beyond 1e100) is NaN. */
export function measuredValues(values: Float64Array): Float64Array {
  const measured = new Float64Array(values);
  for (let slot = 0; slot < measured.length; slot++) {
    if (!(Math.abs(measured[slot]) <= LARGEST_VALUE)) measured[slot] = Number.NaN;
  }
  return measured;
}

/** The newest `slots` of what is known, up to the newest value, and how many slots have passed since that value. */
export interface RecentWindow {
  /** Epoch seconds of the first slot. */
  readonly start: number;
  /** Ends with a value that is one. */
  readonly values: Float64Array;
  /** Slots at the end of `recent` that are gaps: what is asked for begins so many slots later. */
  readonly age: number;
}

/** @param slots more than these are not looked at. */
export function recentWindow(
  recent: Series,
  slots: number,
): RecentWindow | { readonly unforecastable: Unforecastable } {
  const { start, stepSeconds } = recent;
  const first = Math.max(0, recent.values.length - slots);
  const values = measuredValues(recent.values.subarray(first));
  let end = values.length;
  while (end > 0 && Number.isNaN(values[end - 1])) end--;
  const age = values.length - end;
  if (age > bridgedSlots(stepSeconds)) return { unforecastable: 'missing-data' };
  if (end === 0) return { unforecastable: 'not-enough-history' };
  return { start: start + first * stepSeconds, values: values.subarray(0, end), age };
}

/** @throws RangeError naming what was asked for that cannot be answered, and what can. */
export function checkQuestion(
  fittedStepSeconds: number,
  recent: Series,
  horizon: number,
  levels: readonly number[],
): void {
  if (recent.stepSeconds !== fittedStepSeconds)
    throw new RangeError(
      `The forecaster was fitted on steps of ${fittedStepSeconds} s and is asked about steps of ` +
        `${recent.stepSeconds} s: fit it on that grid.`,
    );
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > LONGEST_HORIZON)
    throw new RangeError(`The horizon is ${horizon} steps: give a whole number from 1 to ${LONGEST_HORIZON}.`);
  for (const level of levels)
    if (!(level > 0 && level < 100))
      throw new RangeError(`A band of ${level} % is none: give levels above 0 and below 100, such as 80.`);
}

/** @throws RangeError on a step that makes no grid. */
export function checkStep(stepSeconds: number): void {
  if (!(stepSeconds > 0 && Number.isFinite(stepSeconds)))
    throw new RangeError(`The history has steps of ${stepSeconds} s: give a positive number of seconds.`);
}
