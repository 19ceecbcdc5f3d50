import { settledUntil } from '../shared/metrics/gaps.ts';

/** From the moment something happens to the tick that judges its point, in seconds. */
export interface VerdictDelay {
  readonly shortest: number;
  readonly longest: number;
}

/** What decides it of a watch's settings. */
export interface DelayTiming {
  readonly every: number;
  readonly period: number;
  readonly settle?: number | undefined;
}

/**
 * How long it takes until the point in which something happened is judged: its period must end, settle, and a tick must
 * come. Found by looking at every second of the pattern that periods and ticks make together.
 */
export function verdictDelay({ every, period, settle }: DelayTiming): VerdictDelay {
  const pattern = Math.min(lowestCommonMultiple(Math.ceil(every), Math.ceil(period)), 86_400);
  let shortest = Infinity;
  let longest = 0;
  for (let start = 0; start < pattern; start += period) {
    let tick = Math.ceil((start + period) / every) * every;
    while (settledUntil(tick, period, settle) < start + period) tick += every;
    shortest = Math.min(shortest, tick - (start + period));
    longest = Math.max(longest, tick - start);
  }
  return { shortest, longest };
}

function lowestCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
