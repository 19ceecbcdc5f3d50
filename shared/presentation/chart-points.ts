import type { ChartSpec } from './chart-spec.ts';
import { furthestTime } from './time-axis.ts';

/** A row of numbers by time: strictly ascending, every number finite or NaN. The first number is the value or mean. */
export interface ChartRow {
  readonly time: number;
  readonly numbers: readonly number[];
}

/** Beyond so many usual steps between two points there is a gap, and no line across it. */
const gapSteps = 3;

/** In order, once per time (the later in the list holds), without what has no time. */
export function chartRows(points: readonly (readonly (number | null)[])[]): readonly ChartRow[] {
  const byTime = new Map<number, ChartRow>();
  for (const [time, ...numbers] of points) {
    if (time === null || !(Math.abs(time) <= furthestTime)) continue;
    byTime.set(time, {
      time,
      numbers: numbers.map((one) => (one !== null && Number.isFinite(one) ? one : Number.NaN)),
    });
  }
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

/**
 * The rows in runs that a line may join: it breaks where one of the numbers asked for is missing, and where more than
 * three usual steps lie between two rows.
 */
export function chartRuns(rows: readonly ChartRow[], asked: readonly number[]): readonly (readonly ChartRow[])[] {
  const steps = rows.slice(1).map((row, index) => row.time - rows[index].time);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const runs: ChartRow[][] = [];
  let run: ChartRow[] = [];
  let before: number | undefined;
  for (const row of rows) {
    const isWhole = asked.every((index) => !Number.isNaN(row.numbers[index] ?? Number.NaN));
    if (!isWhole || (before !== undefined && row.time - before > gapSteps * usual)) {
      if (run.length > 0) runs.push(run);
      run = [];
    }
    if (isWhole) run.push(row);
    before = row.time;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Whether a row is of a time in which it was unusual, and outside its usual range where it has one. */
export function isUnusual(
  row: ChartRow,
  { since, until, earlier = [] }: Pick<ChartSpec, 'since' | 'until' | 'earlier'>,
): boolean {
  const [value, lower = Number.NaN, upper = Number.NaN] = row.numbers;
  const isSince = since !== undefined && row.time >= since && row.time <= (until ?? Infinity);
  const isEarlier = earlier.some(([from, to]) => row.time >= from && row.time <= to);
  if (Number.isNaN(value) || !(isSince || isEarlier)) return false;
  return Number.isNaN(lower) || Number.isNaN(upper) || value < lower || value > upper;
}
