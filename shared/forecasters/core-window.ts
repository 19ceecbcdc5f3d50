import type { Series } from '../metrics/series.ts';
import type { AutomaticShape } from './automatic-shape.ts';
import type { Unforecastable } from './forecaster.ts';

/** A series without gaps, on the rows that the automatic forecaster works on. */
export interface CoreWindow {
  /** One mean per row, oldest first; the last row ends with the newest slot. */
  readonly values: Float64Array;
  /** 1 for a row in a gap too long to be bridged: what stands there is what stood there a day before. */
  readonly invented: Uint8Array;
  /** The values of all slots of these rows, without gaps; the same as `values` where a row is one slot. */
  readonly slots: Float64Array;
  /** That nothing was below 0. */
  readonly isNonNegative: boolean;
}

/** No metric has larger values (CloudWatch takes up to 2^360), and their squares must be numbers: they count as gaps. */
const LARGEST = 1e120;
/** Part of the last day that must be known. */
const LEAST_KNOWN = 1 / 4;

const isValue = (value: number): boolean => Math.abs(value) <= LARGEST;

/**
 * The newest rows of a series, at most `mostRows`, each the mean of `slotsPerRow` slots. Gaps of up to `shape.bridge`
 * rows are bridged by the value before them, longer ones with what stood there a day before: only what lies before a gap
 * is made use of.
 */
export function coreWindow(
  series: Series,
  shape: AutomaticShape,
  slotsPerRow: number,
  mostRows: number,
): CoreWindow | Unforecastable {
  const given = series.values;
  let rows = Math.min(mostRows, Math.floor(given.length / slotsPerRow));
  const first = firstKnown(given, given.length - rows * slotsPerRow);
  if (first === given.length) return 'not-enough-history';
  rows = Math.floor((given.length - first) / slotsPerRow);
  if (rows < shape.least) return 'not-enough-history';
  const offset = given.length - rows * slotsPerRow;

  const values = new Float64Array(rows).fill(Number.NaN);
  let isNonNegative = true;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let known = 0;
    for (let slot = offset + row * slotsPerRow, end = slot + slotsPerRow; slot < end; slot++) {
      const value = given[slot];
      if (!isValue(value)) continue;
      sum += value;
      known++;
      if (value < 0) isNonNegative = false;
    }
    if (known > 0) values[row] = sum / known;
  }
  let trailing = 0;
  while (trailing < rows && Number.isNaN(values[rows - 1 - trailing])) trailing++;
  if (trailing > shape.bridge) return 'missing-data';
  let known = 0;
  for (let row = rows - shape.day; row < rows; row++) if (!Number.isNaN(values[row])) known++;
  if (known < LEAST_KNOWN * shape.day) return 'not-enough-history';

  const invented = bridge(values, shape);
  return { values, invented, slots: slotsOf(given, offset, values, invented, slotsPerRow), isNonNegative };
}

function firstKnown(values: Float64Array, from: number): number {
  let at = from;
  while (at < values.length && !isValue(values[at])) at++;
  return at;
}

/** Fills the gaps in place; which rows were invented. The first row may be one, where it has lost its first slots. */
function bridge(values: Float64Array, { bridge: longest, day }: AutomaticShape): Uint8Array {
  const invented = new Uint8Array(values.length);
  let row = 0;
  while (row < values.length) {
    if (!Number.isNaN(values[row])) {
      row++;
      continue;
    }
    let end = row;
    while (end < values.length && Number.isNaN(values[end])) end++;
    const isLong = end - row > longest;
    const before = row > 0 ? values[row - 1] : values[end];
    for (; row < end; row++) {
      values[row] = isLong && row >= day ? values[row - day] : before;
      invented[row] = isLong ? 1 : 0;
    }
  }
  return invented;
}

function slotsOf(
  given: Float64Array,
  offset: number,
  values: Float64Array,
  invented: Uint8Array,
  slotsPerRow: number,
): Float64Array {
  if (slotsPerRow === 1) return values;
  const slots = given.slice(offset);
  for (let slot = 0; slot < slots.length; slot++) {
    if (isValue(slots[slot])) continue;
    const row = Math.floor(slot / slotsPerRow);
    slots[slot] = invented[row] === 1 || slot === 0 ? values[row] : slots[slot - 1];
  }
  return slots;
}
