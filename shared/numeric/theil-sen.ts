import { median } from './statistics.ts';

/** A line through points that a few wild ones do not move. */
export interface RobustLine {
  readonly slope: number;
  /** Where it meets x = 0. */
  readonly intercept: number;
  /** Within which the slope lies in 90 of 100 cases, points being independent. */
  readonly low: number;
  readonly high: number;
}

/** Two-sided 90 % of a normal distribution. */
const Z_90 = 1.6448536269514722;

/**
 * Theil-Sen: the median of the slopes of all pairs, with the confidence interval of Sen (1968), ties allowed for, as
 * scipy.stats.theilslopes has it (method 'separate').
 *
 * @param x, y of equal length, finite.
 * @returns undefined where no two points differ in x.
 * @throws RangeError on lengths that differ.
 */
export function theilSen(x: ArrayLike<number>, y: ArrayLike<number>): RobustLine | undefined {
  const count = x.length;
  if (y.length !== count) throw new RangeError(`A line through ${count} places and ${y.length} values is none.`);
  const slopes: number[] = [];
  for (let one = 1; one < count; one++)
    for (let other = 0; other < one; other++)
      if (x[one] !== x[other]) slopes.push((y[one] - y[other]) / (x[one] - x[other]));
  if (slopes.length === 0) return undefined;
  const sorted = Float64Array.from(slopes).sort();
  const slope = median(sorted);
  const variance = (count * (count - 1) * (2 * count + 5) - tiesIn(x) - tiesIn(y)) / 18;
  const reach = Z_90 * Math.sqrt(Math.max(variance, 0));
  const upper = Math.min(evenRound((sorted.length + reach) / 2), sorted.length - 1);
  const lower = Math.max(evenRound((sorted.length - reach) / 2) - 1, 0);
  return { slope, intercept: median(y) - slope * median(x), low: sorted[lower], high: sorted[upper] };
}

function tiesIn(values: ArrayLike<number>): number {
  const times = new Map<number, number>();
  for (let at = 0; at < values.length; at++) times.set(values[at], (times.get(values[at]) ?? 0) + 1);
  let sum = 0;
  for (const k of times.values()) sum += k * (k - 1) * (2 * k + 5);
  return sum;
}

/** Halves to the even number, as numpy rounds. */
function evenRound(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
