/** Mean and standard deviation (of the population); NaN while a value is missing. */
export interface WindowStatistics {
  readonly mean: number;
  readonly deviation: number;
}

/** Moves a window on by one value: the oldest leaves, `value` becomes the newest, at the end. */
export function pushValue(window: Float64Array, value: number): void {
  window.copyWithin(0, 1);
  window[window.length - 1] = value;
}

/**
 * Statistics of the newest `length` values of a window. They are summed anew at each point, relative to the oldest of
 * them, which costs a constant for a fixed length, never drifts, holds at an offset of 1e9, and gives the same bits
 * whether points came one by one or a window was cut out of a long history.
 *
 * @throws RangeError unless the window has so many.
 */
export function windowStatistics(window: Float64Array, length: number): WindowStatistics {
  if (!Number.isInteger(length) || length < 1 || length > window.length)
    throw new RangeError(`Asked for statistics of ${length} points, the window has ${window.length}.`);
  const first = window.length - length;
  const base = window[first];
  let sum = 0;
  for (let at = first + 1; at < window.length; at++) sum += window[at] - base;
  const mean = sum / length;
  let squares = 0;
  for (let at = first; at < window.length; at++) squares += (window[at] - base - mean) ** 2;
  return { mean: base + mean, deviation: Math.sqrt(squares / length) };
}
