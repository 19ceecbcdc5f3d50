import { knownMetric } from './known-metrics.ts';
import type { Metric, SeriesDescription } from './metric.ts';

/** Series that a watch leaves out, counted by what they are, with the remedy. */
export interface LeftOutByPeriod {
  readonly pattern: string;
  readonly count: number;
  readonly reason: string;
}

/**
 * How rarely a service publishes a series at most, in seconds: what is known of its metric, of the slowest one for an
 * expression; 0 where nothing is known.
 */
export function publishedEvery({ metric }: SeriesDescription): number {
  const inputs: readonly Metric[] = 'expression' in metric ? Object.values(metric.metrics) : [metric];
  return Math.max(0, ...inputs.map(({ namespace, name }) => knownMetric(namespace, name)?.periodSeconds ?? 0));
}

/**
 * Whether a watch of this period, in seconds, can judge a series. It cannot where points come more rarely: a slot is
 * judged when it has settled, long before such a point comes, and all that would ever be judged is gaps.
 */
export const fitsPeriod = (one: SeriesDescription, period: number): boolean => publishedEvery(one) <= period;

/** Says of series that do not fit a watch's period, which these all do not, what they are and what to do about it. */
export function leftOutByPeriod(series: readonly SeriesDescription[], period: number): readonly LeftOutByPeriod[] {
  const byPattern = new Map<string, SeriesDescription[]>();
  for (const one of series) {
    const pattern = 'expression' in one.metric ? one.label : `${one.metric.namespace}/${one.metric.name}`;
    const of = byPattern.get(pattern);
    if (of === undefined) byPattern.set(pattern, [one]);
    else of.push(one);
  }
  return [...byPattern].map(([pattern, of]) => {
    const native = of.reduce((slowest, one) => Math.max(slowest, publishedEvery(one)), 0);
    const remedy = `give it a watch with ${remedyFor(native)}`;
    return {
      pattern,
      count: of.length,
      reason: `its points come every ${native} s, the watch has period ${period}: ${remedy}`,
    };
  });
}

/** Daily metrics are published hours after their day, as of S3's storage: they need a longer wait than others. */
function remedyFor(native: number): string {
  if (native >= 86_400) return 'period: 1d, every: 1h and settle: 1d';
  return native >= 3600 ? `period: ${native / 3600}h` : `period: ${native / 60}m`;
}
