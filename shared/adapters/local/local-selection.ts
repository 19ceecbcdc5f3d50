import { matchesGlob } from '../../metrics/glob.ts';
import { describeSeries } from '../../metrics/known-metrics.ts';
import type { Dimensions, MetricNature, SeriesDescription } from '../../metrics/metric.ts';
import type { MetricSelection, WatchSelection } from '../../metrics/selection.ts';
import type { Discovery } from '../../ports/metric-source.ts';

/** One series that a local source could give. */
export interface LocalSeries {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly entity: string;
  readonly nature: MetricNature;
}

/**
 * What a watch selects of what there is: everything, where it names no pattern and no metric. Patterns and limits mean
 * the same as in CloudWatch; a metric named by itself is taken beyond any limit.
 *
 * @param known ids of the series that are looked after already: a limit leaves out others first.
 */
export function selectLocally(
  watch: WatchSelection,
  available: readonly LocalSeries[],
  known: ReadonlySet<string> = new Set(),
): Discovery {
  const selected = new Set<LocalSeries>();
  const leftOut: { pattern: string; count: number }[] = [];
  for (const named of watch.metrics) {
    const { namespace, metric, dimensions } = named;
    const exact = { namespace, metric, dimensions };
    const match = available.filter((one) => matches(exact, one) && sameSize(dimensions, one.dimensions));
    if (match.length === 0) leftOut.push({ pattern: `${namespace} ${metric} (there is no such metric)`, count: 1 });
    for (const one of match) selected.add(one);
  }
  const everything = watch.select.length === 0 && watch.metrics.length === 0;
  const patterns = everything ? [{ namespace: '*', metric: '*', dimensions: {} }] : watch.select;
  for (const pattern of patterns) {
    const match = available.filter((one) => matches(pattern, one));
    const isKnown = (one: LocalSeries): boolean => known.has(described(one, watch).id);
    // Only where something is left out does it matter who came first.
    const first = match.length > watch.maxSeries && known.size > 0 ? match.filter(isKnown) : [];
    const ordered = [...new Set([...first, ...match])];
    for (const one of ordered.slice(0, watch.maxSeries)) selected.add(one);
    if (match.length > watch.maxSeries) {
      leftOut.push({ pattern: nameOf(pattern), count: match.length - watch.maxSeries });
    }
  }
  for (const { label } of watch.expressions) {
    leftOut.push({ pattern: `${label} (only CloudWatch computes expressions)`, count: 1 });
  }
  return { series: available.filter((one) => selected.has(one)).map((one) => described(one, watch)), leftOut };
}

function described(one: LocalSeries, watch: WatchSelection): SeriesDescription {
  const { namespace, name, dimensions, entity, nature } = one;
  const natures = { ...watch.natures, '*': { ...nature, ...watch.natures['*'] } };
  // First, so that whatever the watch says of this label comes later and wins.
  const ordered = Object.fromEntries(Object.entries(natures).sort(([a], [b]) => Number(b === '*') - Number(a === '*')));
  const series = describeSeries({ namespace, name, dimensions, statistic: 'Average' }, { ...watch, natures: ordered });
  return { ...series, entity, periodSeconds: watch.period };
}

function matches(pattern: Pick<MetricSelection, 'namespace' | 'metric' | 'dimensions'>, one: LocalSeries): boolean {
  const names = typeof pattern.metric === 'string' ? [pattern.metric] : pattern.metric;
  return (
    matchesGlob(pattern.namespace, one.namespace) &&
    names.some((name) => matchesGlob(name, one.name)) &&
    Object.entries(pattern.dimensions).every(
      ([dimension, glob]) => dimension in one.dimensions && matchesGlob(glob, one.dimensions[dimension]),
    )
  );
}

const sameSize = (a: Dimensions, b: Dimensions): boolean => Object.keys(a).length === Object.keys(b).length;

const nameOf = ({ namespace, metric }: Pick<MetricSelection, 'namespace' | 'metric'>): string =>
  `${namespace} ${typeof metric === 'string' ? metric : metric.join(', ')}`;
