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

/** The start of the slot that a time falls into. */
export const slotStart = (time: number, stepSeconds: number): number => Math.floor(time / stepSeconds) * stepSeconds;

/**
 * Puts points on the grid of slots that begin with `from <= start < to`. A point belongs to the slot its time falls
 * into. Where several do, the one that came last wins, whatever their times; a value that is not finite never wins.
 * Points outside, and without a time, are left out.
 *
 * @param from, to epoch seconds, both moved down to the slot they fall into.
 * @throws RangeError on a step that is not positive, bounds in the wrong order, or more than 5.3 million slots.
 */
export function toGrid(points: Points, stepSeconds: number, from: number, to: number): Series {
  const start = slotStart(from, stepSeconds);
  const values = new Float64Array(gridLength(start, slotStart(to, stepSeconds), stepSeconds)).fill(Number.NaN);
  const { times } = points;
  for (let i = 0; i < times.length; i += 1) {
    const slot = Math.floor(times[i] / stepSeconds) - start / stepSeconds;
    const value = points.values[i];
    if (slot >= 0 && slot < values.length && Number.isFinite(value)) values[slot] = value;
  }
  return { start, stepSeconds, values };
}

/** The part of a series between two times, both moved down to a slot; NaN where the series does not reach. */
export function windowOf(series: Series, from: number, to: number): Series {
  const { stepSeconds } = series;
  const start = slotStart(from, stepSeconds);
  const values = new Float64Array(gridLength(start, slotStart(to, stepSeconds), stepSeconds)).fill(Number.NaN);
  const shift = (series.start - start) / stepSeconds;
  const first = Math.max(0, -shift);
  const end = Math.min(series.values.length, values.length - shift);
  if (end > first) values.set(series.values.subarray(first, end), first + shift);
  return { start, stepSeconds, values };
}

/** What a newer reading changes in an older one. */
export interface MergedSeries {
  /** Reaches from the earlier start to the later end of the two. */
  readonly series: Series;
  /** Slots whose value became another one: corrections after the fact. */
  readonly revised: number;
  /** Slots that were empty although a later one was not, and are filled now: points that came late. */
  readonly late: number;
}

/**
 * Lays a newer reading over an older one. A gap in the newer says nothing: what was once read is not lost.
 *
 * @throws RangeError where the two are not on the same grid.
 */
export function mergeSeries(older: Series, newer: Series): MergedSeries {
  const { stepSeconds } = older;
  if (newer.stepSeconds !== stepSeconds || (newer.start - older.start) % stepSeconds !== 0) {
    throw new RangeError(
      `series of ${stepSeconds} s from ${older.start} and of ${newer.stepSeconds} s from ${newer.start} are not on one grid: put both on one with toGrid`,
    );
  }
  const start = Math.min(older.start, newer.start);
  const end = Math.max(endOf(older), endOf(newer));
  const series = windowOf(older, start, end);
  const { values } = series;
  const newest = lastValue(values);
  const shift = (newer.start - start) / stepSeconds;
  let revised = 0;
  let late = 0;
  for (let i = 0; i < newer.values.length; i += 1) {
    const value = newer.values[i];
    if (Number.isNaN(value)) continue;
    const before = values[i + shift];
    if (Number.isNaN(before)) late += i + shift < newest ? 1 : 0;
    else if (before !== value) revised += 1;
    values[i + shift] = value;
  }
  return { series, revised, late };
}

/** Several series as rows: `values[i * series.length + j]` is series `j` in the slot at `times[i]`. */
export interface AlignedRows {
  readonly stepSeconds: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/**
 * Rows over the slots between two times, one column per series, NaN where a series has nothing. A series of a longer
 * period that is a multiple of the step stands in the slot its period begins with.
 *
 * @throws RangeError on a series whose period is no multiple of the step.
 */
export function alignRows(series: readonly Series[], stepSeconds: number, from: number, to: number): AlignedRows {
  const start = slotStart(from, stepSeconds);
  const rows = gridLength(start, slotStart(to, stepSeconds), stepSeconds);
  const times = Float64Array.from({ length: rows }, (_, row) => start + row * stepSeconds);
  const values = new Float64Array(rows * series.length).fill(Number.NaN);
  for (const [column, one] of series.entries()) {
    const every = one.stepSeconds / stepSeconds;
    if (!Number.isInteger(every)) {
      throw new RangeError(`a series of ${one.stepSeconds} s does not fit rows of ${stepSeconds} s: take a multiple`);
    }
    const shift = (one.start - start) / stepSeconds;
    for (let i = 0; i < one.values.length; i += 1) {
      const row = i * every + shift;
      if (row >= 0 && row < rows) values[row * series.length + column] = one.values[i];
    }
  }
  return { stepSeconds, times, values };
}

/** The first second after a series. */
export const endOf = (series: Series): number => series.start + series.values.length * series.stepSeconds;

/** Index of the first value that is one, or the length. */
export function firstValue(values: Float64Array): number {
  let index = 0;
  while (index < values.length && Number.isNaN(values[index])) index += 1;
  return index;
}

/** Index of the last value that is one, or -1. */
export function lastValue(values: Float64Array): number {
  let index = values.length - 1;
  while (index >= 0 && Number.isNaN(values[index])) index -= 1;
  return index;
}

function gridLength(start: number, end: number, stepSeconds: number): number {
  if (!(stepSeconds > 0 && Number.isFinite(stepSeconds))) {
    throw new RangeError(`a step of ${stepSeconds} s is no grid: give a positive number of seconds`);
  }
  if (!Number.isFinite(start) || !Number.isFinite(end)) {
    throw new RangeError(`a grid from ${start} to ${end} has no bounds: give epoch seconds`);
  }
  const slots = Math.round((end - start) / stepSeconds);
  if (slots < 0 || slots > longestGrid) {
    throw new RangeError(
      `a grid from ${start} to ${end} has ${slots} slots: it must have between 0 and ${longestGrid}`,
    );
  }
  return slots;
}
