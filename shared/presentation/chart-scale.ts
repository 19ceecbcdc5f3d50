import type { ChartRow } from './chart-points.ts';
import { extent, niceRange, partOfAxis, type ValueAxis } from './value-axis.ts';

/** Where the drawing's lines may be. Pixels. */
export interface PlotBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where a time and a value are drawn. */
export interface ChartScale {
  readonly box: PlotBox;
  /** Epoch seconds at the ends of the time axis. */
  readonly first: number;
  readonly last: number;
  readonly axis: ValueAxis;
  /** Pixels; values beyond the axis end at its ends. */
  x(time: number): number;
  y(value: number): number;
}

/** How far ranges and limits may stretch the axis, in spans of what was measured: the line must stay readable. */
const bandReach = 2;
const limitReach = 9;

const column = (rows: readonly ChartRow[], index: number): number[] =>
  rows.map(({ numbers }) => numbers[index] ?? Number.NaN);

/**
 * The value axis for what is drawn: all that was measured and forecast; of ranges no more than leaves the line
 * readable; the limit where it is in sight. Starts at 0 or above where nothing measured, forecast or limited is below.
 *
 * @returns undefined where there is no number to draw.
 */
export function valueAxis(
  rows: readonly ChartRow[],
  ahead: readonly ChartRow[],
  extra: readonly number[],
  limit: number | undefined,
  most: number,
): ValueAxis | undefined {
  const lines = extent([column(rows, 0), column(ahead, 0), extra]);
  const bands = extent(
    [1, 2].map((index) => column(rows, index)).concat([1, 2, 3, 4].map((one) => column(ahead, one))),
  );
  const known = lines ?? bands;
  if (known === undefined) return undefined;
  let [low, high] = known;
  // Halves, and reaches below the largest double: the span of two values near its limits must not overflow.
  const span = Math.min((high / 2 - low / 2) * 2, Number.MAX_VALUE / 32);
  const isFlat = span <= Math.max(Math.abs(low), Math.abs(high)) * 1e-9;
  const isPositive = low >= 0 && (limit ?? 0) >= 0;
  if (bands !== undefined) {
    const reach = isFlat ? Infinity : bandReach * span;
    low = Math.min(low, Math.max(bands[0], low - reach, isPositive ? 0 : -Infinity));
    high = Math.max(high, Math.min(bands[1], high + reach));
  }
  if (limit !== undefined && Number.isFinite(limit)) {
    const reach = isFlat ? Infinity : limitReach * Math.min(high - low, Number.MAX_VALUE / 32);
    if (limit >= low - reach && limit <= high + reach) {
      low = Math.min(low, limit);
      high = Math.max(high, limit);
    }
  }
  // A count that never left 0 is no news of 1e-301.
  if (low === 0 && high === 0) return niceRange(0, 1, most);
  const axis = niceRange(low, high, most);
  return isPositive && axis.low < 0 ? niceRange(0, Math.max(high, Number.MIN_VALUE), most) : axis;
}

/** The scale of a plot; a single moment is drawn in the middle of an hour. */
export function chartScale(box: PlotBox, from: number, to: number, axis: ValueAxis): ChartScale {
  const [first, last] = from < to ? [from, to] : [from - 1800, to + 1800];
  return {
    box,
    first,
    last,
    axis,
    x: (time) => box.left + Math.max(0, Math.min(1, (time - first) / (last - first))) * (box.right - box.left),
    y: (value) => box.bottom - Math.max(0, Math.min(1, partOfAxis(value, axis))) * (box.bottom - box.top),
  };
}
