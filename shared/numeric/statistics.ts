/** Mean of all; NaN of none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum / values.length;
}

/**
 * Linear interpolation between the order statistics of an ascending array (numpy's default); NaN of none.
 *
 * @throws RangeError unless `share` lies between 0 and 1.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share is ${share}; give a number from 0 to 1`);
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** As {@link quantileOfSorted}, in any order; the input is not touched. */
export const quantile = (values: ArrayLike<number>, share: number): number =>
  quantileOfSorted(Float64Array.from(values).sort(), share);

/** The middle value, or the mean of the two in the middle; NaN of none. */
export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);
