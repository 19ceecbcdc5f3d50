import type { AutomaticShape } from './automatic-shape.ts';

/** Straight lines through the newest rows: of the latter half of the near rows, and of as many as all of them. */
export const trendNames = ['trend of half an hour', 'trend of an hour'] as const;

export const TRENDS = trendNames.length;

/** Through fewer rows than these noise has a course of its own. */
const LEAST_ROWS = 4;

/** A line through the newest rows: its height at the newest one, and by how much it rises from row to row. */
export interface LocalTrend {
  readonly level: number;
  readonly slope: number;
}

/** Rows of each trend, in the order of {@link trendNames}: 6 and 12 of five minutes. */
export const trendRows = ({ near }: AutomaticShape): readonly number[] => [
  Math.max(LEAST_ROWS, Math.round(near / 2)),
  Math.max(LEAST_ROWS, near),
];

/**
 * The course of the newest rows, which a single spike does not bend: the median slope of all pairs of them, and the
 * median of what they read when it is taken out (Theil 1950; Sen 1968, https://doi.org/10.2307/2285891).
 *
 * @param values rows without gaps, at least `rows` of them up to `newest`.
 * @param rows how many are looked at, 2 or more.
 */
export function localTrend(values: Float64Array, newest: number, rows: number): LocalTrend {
  const first = newest - rows + 1;
  const slopes = new Float64Array((rows * (rows - 1)) / 2);
  let pair = 0;
  for (let later = 1; later < rows; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      slopes[pair++] = (values[first + later] - values[first + earlier]) / (later - earlier);
    }
  }
  const slope = middle(slopes);
  const heights = new Float64Array(rows);
  for (let row = 0; row < rows; row++) heights[row] = values[first + row] + slope * (rows - 1 - row);
  return { level: middle(heights), slope };
}

const middle = (numbers: Float64Array): number => {
  const sorted = numbers.sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half] + sorted[half - 1]) / 2;
};
