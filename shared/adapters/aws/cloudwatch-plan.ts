import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { isExpression, seriesId, type Metric, type SeriesDescription } from '../../metrics/metric.ts';
import { RefusedExpression, rewriteExpression } from './metric-math.ts';

/** What one GetMetricData call asks: all of one region and one period. */
export interface Plan {
  readonly region: string | undefined;
  readonly periodSeconds: number;
  /** Epoch seconds, on the period's grid: CloudWatch cuts periods from where the request starts. */
  readonly from: number;
  readonly to: number;
  readonly bundles: readonly Bundle[];
}

/** Series that should travel in one request: statistics of one metric, which bill as one, or one expression. */
export interface Bundle {
  readonly series: readonly SeriesDescription[];
}

/** A plan's queries, and the series behind the ids of those that return data. */
export interface Queries {
  readonly queries: readonly MetricDataQuery[];
  readonly seriesOf: ReadonlyMap<string, SeriesDescription>;
  /** Metrics that the call will bill: up to five statistics of one are one. */
  readonly billedMetrics: number;
}

export const mostQueries = 500;
export const mostDatapoints = 100_800;
const statisticsBilledAsOne = 5;

const metricsOf = (one: SeriesDescription): readonly Metric[] =>
  isExpression(one.metric) ? Object.values(one.metric.metrics) : [one.metric];

/** A metric without its statistic: what is billed. */
const billedIdentity = (metric: Metric): string => seriesId({ ...metric, statistic: 'Average' });

/**
 * Distributes series over as few requests as CloudWatch's limits allow.
 *
 * @throws RangeError on a period that CloudWatch does not know, or an expression over more metrics than fit a request.
 */
export function planRequests(series: readonly SeriesDescription[], from: number, to: number): Plan[] {
  const groups = new Map<string, Map<string, SeriesDescription[]>>();
  for (const one of series) {
    checkPeriod(one);
    const region = regionOf(one);
    const group = entryOf(groups, `${region ?? ''} ${one.periodSeconds}`, () => new Map<string, SeriesDescription[]>());
    const together = isExpression(one.metric) ? one.id : billedIdentity(one.metric);
    entryOf(group, together, () => []).push(one);
  }
  return [...groups.values()].flatMap((group) => packed([...group.values()], from, to));
}

function packed(group: readonly (readonly SeriesDescription[])[], from: number, to: number): Plan[] {
  const first = group.flat().at(0);
  if (first === undefined) return [];
  const { periodSeconds } = first;
  const start = Math.floor(from / periodSeconds) * periodSeconds;
  const end = Math.ceil(to / periodSeconds) * periodSeconds;
  const pointsPerQuery = (end - start) / periodSeconds;
  const room = Math.max(1, Math.min(mostQueries, Math.floor(mostDatapoints / pointsPerQuery)));
  const plans: Plan[] = [];
  let bundles: Bundle[] = [];
  let asked = new Set<string>();
  const flush = (): void => {
    if (bundles.length > 0) plans.push({ region: regionOf(first), periodSeconds, from: start, to: end, bundles });
    bundles = [];
    asked = new Set();
  };
  for (const series of group) {
    const own = new Set(
      series.flatMap((one) => [...metricsOf(one).map(seriesId), ...(isExpression(one.metric) ? [one.id] : [])]),
    );
    if (own.size > mostQueries) {
      throw new RangeError(
        `${series[0]?.id ?? ''}: ${own.size} queries, CloudWatch takes ${mostQueries}: name fewer metrics`,
      );
    }
    const added = [...own].filter((id) => !asked.has(id)).length;
    if (asked.size + added > room) flush();
    for (const id of own) asked.add(id);
    bundles.push({ series });
  }
  flush();
  return plans;
}

/**
 * The queries of a plan: each metric and statistic once, returned where a series asks for it, and the expressions over
 * them.
 *
 * @throws RefusedExpression on an expression that cannot share a request with others.
 */
export function queriesOf(plan: Plan): Queries {
  const byMetric = new Map<string, MetricDataQuery & { Id: string }>();
  const expressions: MetricDataQuery[] = [];
  const seriesOf = new Map<string, SeriesDescription>();
  const query = (metric: Metric): MetricDataQuery & { Id: string } =>
    entryOf(byMetric, seriesId(metric), () => ({
      Id: `m${byMetric.size}`,
      ReturnData: false,
      ...(metric.account === undefined ? {} : { AccountId: metric.account }),
      MetricStat: {
        Metric: {
          Namespace: metric.namespace,
          MetricName: metric.name,
          Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: plan.periodSeconds,
        Stat: metric.statistic,
      },
    }));
  for (const series of plan.bundles.flatMap((bundle) => bundle.series)) {
    if (isExpression(series.metric)) {
      const ids = Object.fromEntries(
        Object.entries(series.metric.metrics).map(([name, metric]) => [name, query(metric).Id]),
      );
      const Id = `e${expressions.length}`;
      expressions.push({ Id, Expression: rewriteExpression(series.metric.expression, ids), ReturnData: true });
      seriesOf.set(Id, series);
    } else {
      const asked = query(series.metric);
      asked.ReturnData = true;
      seriesOf.set(asked.Id, series);
    }
  }
  return { queries: [...byMetric.values(), ...expressions], seriesOf, billedMetrics: billed(plan) };
}

function billed(plan: Plan): number {
  const statistics = new Map<string, Set<string>>();
  for (const metric of plan.bundles.flatMap((bundle) => bundle.series.flatMap(metricsOf))) {
    entryOf(statistics, billedIdentity(metric), () => new Set<string>()).add(metric.statistic);
  }
  return [...statistics.values()].reduce((sum, one) => sum + Math.ceil(one.size / statisticsBilledAsOne), 0);
}

/** Whether an expression can be asked at all; the reason where it cannot. */
export function refusalOf(series: SeriesDescription): string | undefined {
  if (!isExpression(series.metric)) return undefined;
  const { expression, metrics } = series.metric;
  const regions = new Set(Object.values(metrics).map((metric) => metric.region));
  if (regions.size > 1)
    return `expression '${expression}' mixes metrics of several regions: CloudWatch computes in one`;
  try {
    rewriteExpression(expression, Object.fromEntries(Object.keys(metrics).map((name) => [name, name])));
    return undefined;
  } catch (error) {
    if (error instanceof RefusedExpression) return error.message;
    throw error;
  }
}

const regionOf = (series: SeriesDescription): string | undefined => metricsOf(series)[0]?.region;

function checkPeriod({ id, periodSeconds }: SeriesDescription): void {
  if ([1, 5, 10, 20, 30].includes(periodSeconds) || (periodSeconds > 0 && periodSeconds % 60 === 0)) return;
  throw new RangeError(
    `${id}: CloudWatch has no period of ${periodSeconds} s: let the watch's "period" be 1, 5, 10, 20, 30 or a multiple of 60 s`,
  );
}

function entryOf<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = create();
  map.set(key, value);
  return value;
}
