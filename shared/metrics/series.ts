/** Values on a regular grid: value `k` belongs to the period that starts at `start + k * stepSeconds`. NaN is a gap. */
export interface Series {
  /** Epoch seconds, a multiple of `stepSeconds`. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly values: Float64Array;
}

/** Points as they came, in no order, perhaps twice, perhaps off the grid. `times` are epoch seconds. */
export interface Points {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Ten years of minutes: a longer grid is a mistake in its bounds, or hostile. */
const longestGrid = 5_300_000;

/**
 * A grid of nothing but gaps over the slots that begin with `from <= start < to`; none where `to` does not lie after.
 *
 * @param from, to epoch seconds, both the start of a slot.
 * @throws RangeError on a step that is not positive, bounds that are no times, or more than 5.3 million slots.
 */
export function emptySeries(stepSeconds: number, from: number, to: number): Series {
  if (!(stepSeconds > 0 && Number.isFinite(stepSeconds))) {
    throw new RangeError(`a step of ${stepSeconds} s is no grid: give a positive number of seconds`);
  }
  if (!Number.isFinite(from) || !Number.isFinite(to)) {
    throw new RangeError(`a grid from ${from} to ${to} has no bounds: give epoch seconds`);
  }
  const slots = Math.max(0, Math.round((to - from) / stepSeconds));
  if (slots > longestGrid) {
    throw new RangeError(`a grid from ${from} to ${to} has ${slots} slots: at most ${longestGrid} are taken`);
  }
  return { start: from, stepSeconds, values: new Float64Array(slots).fill(Number.NaN) };
}

/**
 * Puts points into the slots their times fall into, over what was there. Where several fall into one, the one that came
 * last wins, whatever their times; a value that is not finite never wins. Points outside, and without a time, are left
 * out.
 */
export function placePoints({ times, values }: Points, { start, stepSeconds, values: slots }: Series): void {
  for (let i = 0; i < times.length; i += 1) {
    const slot = Math.floor((times[i] - start) / stepSeconds);
    if (slot >= 0 && slot < slots.length && Number.isFinite(values[i])) slots[slot] = values[i];
  }
}

/** Index of the first value that is one, or the length. */
export function firstValue(values: Float64Array): number {
  let index = 0;
  while (index < values.length && Number.isNaN(values[index])) index += 1;
  return index;
}

/** Index of the last value that is one, or -1. */
export const lastPlace = (values: Float64Array): number => values.findLastIndex((value) => !Number.isNaN(value));
