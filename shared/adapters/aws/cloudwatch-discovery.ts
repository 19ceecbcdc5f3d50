import type { ListMetricsCommandInput } from '@aws-sdk/client-cloudwatch';
import { fitsPeriod, leftOutByPeriod, publishedEvery } from '../../metrics/fitting-period.ts';
import { isExact, matchesGlob } from '../../metrics/glob.ts';
import { describeExpression, describeSeries, metricOf, statisticsOf } from '../../metrics/known-metrics.ts';
import { isStatistic, type Metric, type SeriesDescription, type Statistic } from '../../metrics/metric.ts';
import type { MetricSelection, WatchSelection } from '../../metrics/selection.ts';
import { wholeEntities } from '../../metrics/whole-entities.ts';
import type { Log } from '../../ports/log.ts';
import type { Discovery, LeftOut } from '../../ports/metric-source.ts';

/** A metric as listed: no statistic yet. */
export interface ListedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export type ListMetrics = (
  filter: Omit<ListMetricsCommandInput, 'NextToken'>,
  region: string | undefined,
) => Promise<readonly ListedMetric[]>;

/** CloudWatch's `RecentlyActive` knows this one span. */
const recentSeconds = 3 * 3600;
/** Listing a namespace once is cheaper than asking for more names than this one by one. */
const mostNamesAskedSingly = 10;
/** ListMetrics takes no more. */
const mostDimensionFilters = 10;

/**
 * What a watch's selection matches. An entity counts as there while any of its metrics was published in the last three
 * hours, or it has one that is published more rarely than that, such as the size of a bucket; then its rarely published
 * metrics, such as an error count that is published only when it is not zero, belong to it too. Metrics of things long
 * gone, which CloudWatch lists for two weeks, are so left out, and so is, with the
 * reason, what is published too rarely for the watch's period.
 *
 * @throws RangeError on a statistic that CloudWatch does not know.
 */
export async function discoverSeries(
  watch: WatchSelection,
  list: ListMetrics,
  log: Log,
  known: ReadonlySet<string> = new Set(),
): Promise<Discovery> {
  const isSlow = watch.period >= recentSeconds;
  const recent = isSlow ? [] : await listAll(watch, list, true);
  const alive = new Set(recent.flat().map((one) => one.entity));
  const ever = await listAll(watch, list, false);
  for (const one of ever.flat()) if (publishedEvery(one) >= recentSeconds) alive.add(one.entity);
  const inactive = new Set<string>();
  const found = new Map<string, SeriesDescription>();
  const tooRare = new Map<string, SeriesDescription>();
  const fittingOf = (series: readonly SeriesDescription[]): readonly SeriesDescription[] =>
    series.filter((one) => {
      const fits = fitsPeriod(one, watch.period);
      if (!fits) add(tooRare, one);
      return fits;
    });
  const named = [
    ...watch.metrics.map((one) => describeSeries(metricOf(one), watch)),
    ...watch.expressions.map((one) => describeExpression(one, watch)),
  ];
  for (const one of fittingOf(named)) add(found, one);
  const leftOut: LeftOut[] = [];
  for (const [index, selection] of watch.select.entries()) {
    const matching = new Map<string, SeriesDescription>();
    for (const one of recent[index] ?? []) add(matching, one);
    for (const one of ever[index] ?? []) {
      if (isSlow || alive.has(one.entity)) add(matching, one);
      else inactive.add(one.id);
    }
    const { kept, count } = wholeEntities(fittingOf([...matching.values()]), watch.maxSeries, known);
    for (const one of kept) add(found, one);
    if (count > 0) leftOut.push({ pattern: patternOf(selection), count });
  }
  // No fault to be mended, as things come and go every day; but whoever misses one finds it counted.
  if (inactive.size > 0)
    log.info('series of things that published nothing for three hours are left out', {
      watch: watch.name,
      count: inactive.size,
    });
  leftOut.push(...leftOutByPeriod([...tooRare.values()], watch.period));
  return { series: [...found.values()], leftOut };
}

const add = (to: Map<string, SeriesDescription>, one: SeriesDescription): void => {
  if (!to.has(one.id)) to.set(one.id, one);
};

async function listAll(watch: WatchSelection, list: ListMetrics, isRecent: boolean): Promise<SeriesDescription[][]> {
  const all: SeriesDescription[][] = [];
  for (const selection of watch.select) {
    const described = new Map<string, SeriesDescription>();
    for (const filter of filtersOf(selection)) {
      const listed = await list({ ...filter, ...(isRecent ? { RecentlyActive: 'PT3H' } : {}) }, selection.region);
      for (const one of listed) {
        if (!matches(selection, one)) continue;
        for (const statistic of statisticsFor(selection, one))
          add(described, describeSeries(metric(selection, one, statistic), watch));
      }
    }
    all.push([...described.values()]);
  }
  return all;
}

/** One listing per exact name, or one of everything where names are patterns. */
function filtersOf(selection: MetricSelection): Omit<ListMetricsCommandInput, 'NextToken'>[] {
  const names = namesOf(selection);
  const Dimensions = Object.entries(selection.dimensions)
    .slice(0, mostDimensionFilters)
    .map(([Name, glob]) => (isExact(glob) ? { Name, Value: glob } : { Name }));
  const common = {
    ...(isExact(selection.namespace) ? { Namespace: selection.namespace } : {}),
    ...(Dimensions.length === 0 ? {} : { Dimensions }),
    ...(selection.account === undefined ? {} : { IncludeLinkedAccounts: true, OwningAccount: selection.account }),
  };
  if (names.length > mostNamesAskedSingly || !names.every(isExact)) return [common];
  return names.map((MetricName) => ({ ...common, MetricName }));
}

const matches = (selection: MetricSelection, one: ListedMetric): boolean =>
  matchesGlob(selection.namespace, one.namespace) &&
  namesOf(selection).some((glob) => matchesGlob(glob, one.name)) &&
  Object.entries(selection.dimensions).every(
    ([name, glob]) => Object.hasOwn(one.dimensions, name) && matchesGlob(glob, one.dimensions[name] ?? ''),
  );

const namesOf = ({ metric: names }: MetricSelection): readonly string[] =>
  typeof names === 'string' ? [names] : names;

function statisticsFor(selection: MetricSelection, one: ListedMetric): readonly Statistic[] {
  const { statistic } = selection;
  if (statistic === undefined) return statisticsOf(one.namespace, one.name);
  return (typeof statistic === 'string' ? [statistic] : statistic).map((name) => {
    if (isStatistic(name)) return name;
    throw new RangeError(
      `${patternOf(selection)}: unknown statistic '${name}': write Average, Sum, Minimum, Maximum, SampleCount or such as p99`,
    );
  });
}

const metric = ({ account, region }: MetricSelection, one: ListedMetric, statistic: Statistic): Metric => ({
  ...one,
  statistic,
  ...(account === undefined ? {} : { account }),
  ...(region === undefined ? {} : { region }),
});

/** The selection as people wrote it, on one line. */
function patternOf(selection: MetricSelection): string {
  const dimensions = Object.entries(selection.dimensions).map(([name, glob]) => `${name}=${glob}`);
  const where = selection.account === undefined ? '' : `${selection.account} `;
  return `${where}${selection.namespace} ${namesOf(selection).join('|')}${dimensions.length === 0 ? '' : ` {${dimensions.join(',')}}`}`;
}
