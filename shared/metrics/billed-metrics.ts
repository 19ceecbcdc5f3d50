import { isExpression, type SeriesDescription } from './metric.ts';

/** Statistics of one metric that are billed as one. https://aws.amazon.com/cloudwatch/pricing */
const statisticsPerMetric = 5;

/** Metrics billed for one pull of these series: up to five statistics of one metric count once. */
export function billedMetrics(series: readonly Pick<SeriesDescription, 'metric'>[]): number {
  const statistics = new Map<string, number>();
  for (const { metric } of series) {
    for (const one of isExpression(metric) ? Object.values(metric.metrics) : [metric]) {
      const { namespace, name, dimensions, account, region } = one;
      const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
      const key = JSON.stringify([namespace, name, sorted, account, region]);
      statistics.set(key, (statistics.get(key) ?? 0) + 1);
    }
  }
  return [...statistics.values()].reduce((sum, count) => sum + Math.ceil(count / statisticsPerMetric), 0);
}
