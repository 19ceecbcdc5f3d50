import type { Limit } from '../forecasters/outlook.ts';
import type { Series } from '../metrics/series.ts';

/** A straight line through days: where it ends, when, and how steep it is. Null: it never gets there. */
export interface LineToLimit {
  readonly limit: Limit;
  /** Epoch seconds. */
  readonly reachesAt: number | null;
  /** In the series' unit. */
  readonly perDay: number;
}

const DAY = 86_400;
/** How far from its line a series usually is, is what it was in the newest days of those that the line rests on. */
const USUAL_SECONDS = 2 * DAY;

/** How far a value lies on the good side of the line, in the series' unit; below 0 beyond it. NaN without a line. */
export function behindLine({ limit, reachesAt, perDay }: LineToLimit, value: number, time: number): number {
  if (reachesAt === null) return Number.NaN;
  const sign = limit.side === 'above' ? 1 : -1;
  return sign * (limit.value - (perDay * (reachesAt - time)) / DAY - value);
}

/** The farthest that a series was behind its line in the two days before `fittedAt`, epoch seconds; 0 where never. */
export function usuallyBehind(line: LineToLimit, { start, stepSeconds, values }: Series, fittedAt: number): number {
  let usual = 0;
  for (let slot = values.length - 1; slot >= 0; slot--) {
    const time = start + slot * stepSeconds;
    if (time < fittedAt - USUAL_SECONDS) break;
    const behind = behindLine(line, values[slot], time);
    if (time < fittedAt && behind > usual) usual = behind;
  }
  return usual;
}
