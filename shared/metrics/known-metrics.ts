import { matchesGlob } from './glob.ts';
import { computeMetrics } from './known-metrics-compute.ts';
import { messageMetrics } from './known-metrics-messages.ts';
import { networkMetrics } from './known-metrics-network.ts';
import { storeMetrics } from './known-metrics-stores.ts';
import type { KnownMetric, KnownNamespace } from './known-metric.ts';
import {
  entityId,
  isStatistic,
  seriesId,
  type Metric,
  type MetricNature,
  type SeriesDescription,
  type Statistic,
} from './metric.ts';
import type { NamedExpression, NamedMetric, WatchSelection } from './selection.ts';

/** The usual metrics of the usual namespaces. */
export const knownNamespaces: readonly KnownNamespace[] = [
  ...computeMetrics,
  ...networkMetrics,
  ...storeMetrics,
  ...messageMetrics,
];

/** What is taken for granted of a metric that is not known: it is averaged, and any change may be bad news. */
const unknownMetric = {
  statistics: ['Average'],
  unit: 'None',
  bad: 'both',
  gap: 'gap',
} as const satisfies Omit<KnownMetric, 'metric' | 'periodSeconds'>;

const byName = new Map(
  knownNamespaces.map(({ namespace, entityDimensions, metrics }) => [
    namespace,
    { entityDimensions, metrics: new Map(metrics.map((one) => [one.metric, one])) },
  ]),
);

/** What is known of a metric, or undefined. */
export const knownMetric = (namespace: string, metric: string): KnownMetric | undefined =>
  byName.get(namespace)?.metrics.get(metric);

/** Statistics worth asking for, the most telling first. */
export const statisticsOf = (namespace: string, metric: string): readonly [Statistic, ...Statistic[]] =>
  knownMetric(namespace, metric)?.statistics ?? unknownMetric.statistics;

/**
 * What a metric means, under a statistic: a sum is not bound by what bounds its parts, and a sample count counts.
 */
export function natureOf(namespace: string, metric: string, statistic?: Statistic): MetricNature {
  const { unit, bad, gap, lowest, highest }: MetricNature = knownMetric(namespace, metric) ?? unknownMetric;
  if (statistic === 'SampleCount') return { unit: 'Count', lowest: 0, bad: 'both', gap };
  const isSummed = statistic === 'Sum';
  return {
    unit,
    bad,
    gap,
    ...(lowest === undefined ? {} : { lowest }),
    ...(highest === undefined || isSummed ? {} : { highest }),
  };
}

/** What {@link describeSeries} needs of a watch. */
export type DescribingWatch = Pick<WatchSelection, 'period' | 'entityBy' | 'natures'>;

/**
 * What a watch makes of one metric. Its entity is named by the watch's `entityBy`, else by the dimensions that name
 * a thing in its namespace, else by all dimensions. Its label is the metric's name, followed by the statistic where
 * that is not the most telling one, and by the values of dimensions that do not name the entity. Its period is the
 * watch's, or the shortest multiple of it in which the metric is published at all.
 */
export function describeSeries(metric: Metric, watch: DescribingWatch): SeriesDescription {
  const { namespace, name, statistic } = metric;
  const naming = watch.entityBy ?? byName.get(namespace)?.entityDimensions;
  const named = Object.keys(metric.dimensions).filter((dimension) => naming?.includes(dimension) !== false);
  // A metric with none of the dimensions that name a thing is itself a thing: the account's, or a family's sum.
  const entityDimensions = named.length > 0 || watch.entityBy !== undefined ? named : Object.keys(metric.dimensions);
  const parts = Object.keys(metric.dimensions)
    .filter((dimension) => !entityDimensions.includes(dimension))
    .sort()
    .map((dimension) => metric.dimensions[dimension]);
  const label = [name, ...(statistic === statisticsOf(namespace, name)[0] ? [] : [statistic]), ...parts].join(' ');
  const native = knownMetric(namespace, name)?.periodSeconds ?? watch.period;
  return {
    id: seriesId(metric),
    entity: entityId(metric, entityDimensions),
    label,
    metric,
    periodSeconds: Math.ceil(native / watch.period) * watch.period,
    nature: withOverrides(natureOf(namespace, name, statistic), label, watch.natures),
  };
}

/** What a watch makes of an expression over metrics: a series like any other, of the entity that its metrics share. */
export function describeExpression(named: NamedExpression, watch: DescribingWatch): SeriesDescription {
  const metrics = Object.fromEntries(Object.entries(named.metrics).map(([name, one]) => [name, metricOf(one)]));
  const entities = new Set(Object.values(metrics).map((metric) => describeSeries(metric, watch).entity));
  const inputs = Object.entries(metrics)
    .map(([name, metric]) => `${name}=${seriesId(metric)}`)
    .sort();
  return {
    id: `${named.label}=${named.expression}(${inputs.join(';')})`,
    entity: named.entity ?? (entities.size === 1 ? [...entities].join('') : named.label),
    label: named.label,
    metric: { expression: named.expression, metrics },
    periodSeconds: watch.period,
    nature: withOverrides({ unit: named.unit, bad: 'both', gap: 'gap' }, named.label, watch.natures),
  };
}

/** The metric that settings name exactly. @throws RangeError on a statistic that CloudWatch does not know. */
export function metricOf({ namespace, metric, dimensions, statistic, account, region }: NamedMetric): Metric {
  if (!isStatistic(statistic)) {
    throw new RangeError(
      `${namespace} ${metric}: unknown statistic ${JSON.stringify(statistic)}: write Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99`,
    );
  }
  return {
    namespace,
    name: metric,
    dimensions,
    statistic,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
}

/** Later entries win over earlier ones, each only in what it says. */
function withOverrides(nature: MetricNature, label: string, natures: WatchSelection['natures']): MetricNature {
  const said = Object.entries(natures)
    .filter(([glob]) => matchesGlob(glob, label))
    .flatMap(([, override]) => Object.entries(override))
    .filter(([, value]) => value !== undefined);
  return { ...nature, ...Object.fromEntries(said) };
}
