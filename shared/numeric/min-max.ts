/** The range that values are brought to 0 … 1 by. */
export interface MinMax {
  readonly minimum: number;
  /** maximum − minimum; 0 where all values are the same, or there are none. */
  readonly range: number;
}

/** Of all values that are numbers; {0, 0} where there are none. */
export function minMaxOf(values: ArrayLike<number>): MinMax {
  let minimum = Infinity;
  let maximum = -Infinity;
  for (let at = 0; at < values.length; at++) {
    if (values[at] < minimum) minimum = values[at];
    if (values[at] > maximum) maximum = values[at];
  }
  return minimum <= maximum ? { minimum, range: maximum - minimum } : { minimum: 0, range: 0 };
}

/** Values on the scale on which `minimum` is 0 and the maximum 1; NaN stays. A range of 0 makes everything 0. */
export const scaledBy = (values: Float64Array, { minimum, range }: MinMax, furthest: number): Float32Array =>
  Float32Array.from(values, (value) =>
    range > 0 ? Math.min(Math.max((value - minimum) / range, -furthest), furthest) : value - value,
  );
