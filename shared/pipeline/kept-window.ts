import { median } from '../numeric/statistics.ts';

/**
 * The newest values of a series as they lie with its forecaster: what is long ago in half the bytes. Both together are
 * the window, oldest first; NaN is a gap.
 */
export interface KeptWindow {
  readonly far: Float32Array;
  /** What is shown to people and held against limits, to the last digit. */
  readonly near: Float64Array;
}

/** As a part of what a series changes by from one value to the next: nobody can tell such values apart. */
const UNNOTICED = 1e-4;

/**
 * The newest `slots` values, the newest `exact` of them as they are, the others in single precision where that changes
 * none of them by more than a ten-thousandth of the usual change from one value to the next. A counter of 10^12 that
 * moves by ones keeps all its digits.
 */
export function keepWindow(values: Float64Array, slots: number, exact: number): KeptWindow {
  const window = values.subarray(Math.max(0, values.length - slots));
  const far = window.subarray(0, Math.max(0, window.length - exact));
  return isCoarse(far) ? { far: new Float32Array(0), near: window.slice() } : split(far, window);
}

const split = (far: Float64Array, window: Float64Array): KeptWindow => ({
  far: Float32Array.from(far),
  near: window.slice(far.length),
});

export const keptSlots = ({ far, near }: KeptWindow): number => far.length + near.length;

/** Writes the oldest of the window from the beginning of `into` on, as many as there is room for. */
export function placeWindow({ far, near }: KeptWindow, into: Float64Array): void {
  into.set(far.subarray(0, into.length));
  if (far.length < into.length) into.set(near.subarray(0, into.length - far.length), far.length);
}

/** Whether single precision is too coarse for some of them. The usual change is the median: a jump makes it no larger. */
function isCoarse(values: Float64Array): boolean {
  let worst = 0;
  let before = Number.NaN;
  const changes: number[] = [];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const lost = Math.abs(Math.fround(value) - value);
    // What is infinite, or becomes so, is no number here.
    if (!(lost <= Number.MAX_VALUE)) return true;
    worst = Math.max(worst, lost);
    if (!Number.isNaN(before)) changes.push(Math.abs(value - before));
    before = value;
  }
  return worst > 0 && (changes.length === 0 || worst > UNNOTICED * median(changes));
}
