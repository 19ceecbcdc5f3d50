import { billingMonth } from './billing-month.ts';

/** What was asked of a provider for one shard by its ticks, and is billed. */
export interface AskedMetrics {
  /** The month that is counted, such as `2026-11`: of the calendar, in UTC. */
  readonly month: string;
  /** Metrics billed in that month so far. */
  readonly metrics: number;
  /** What one pull is billed, smoothed over the last pulls. */
  readonly perPull: number;
}

/** How much of the newest pull goes into the mean: what was once asked twice is forgotten within a dozen pulls. */
const NEWEST_WEIGHT = 1 / 8;

/**
 * Counts what the pulls of a tick are billed; they belong to the month of that tick.
 *
 * @param tick epoch seconds. @param pulls metrics billed for each pull that the tick consumed.
 */
export function countAsked(before: AskedMetrics | null, tick: number, pulls: readonly number[]): AskedMetrics {
  const month = billingMonth(tick).name;
  const sum = pulls.reduce((all, one) => all + one, 0);
  const perPull = pulls.reduce(
    (mean: number | undefined, one) => (mean === undefined ? one : mean + NEWEST_WEIGHT * (one - mean)),
    before?.perPull,
  );
  return { month, metrics: (before?.month === month ? before.metrics : 0) + sum, perPull: perPull ?? 0 };
}
