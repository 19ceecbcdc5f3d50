import { matchesGlob } from '../metrics/glob.ts';
import { knownNamespaces, statisticsOf } from '../metrics/known-metrics.ts';
import type { Watch } from './settings.ts';

/** A graph of CloudWatch's own over what a watch looks after. */
export interface WatchGraph {
  readonly title: string;
  readonly periodSeconds: number;
  /** Where the metrics lie, where that is not here. */
  readonly region?: string;
  readonly draws:
    | { readonly search: string }
    | { readonly metrics: readonly NamedMetric[] }
    | { readonly expression: Watch['expressions'][number] };
}

type NamedMetric = Watch['metrics'][number];
type Selection = Watch['select'][number];

/** More lines than these nobody tells apart. */
const MOST_LINES = 20;
/** Of one namespace that is watched whole: the most telling of its metrics. */
const MOST_OF_A_NAMESPACE = 3;
const MOST_GRAPHS = 9;

export interface WatchGraphs {
  readonly graphs: readonly WatchGraph[];
  /** What has no graph, a sentence each. */
  readonly leftOut: readonly string[];
}

/**
 * Graphs of what a watch looks after, resolved whenever they are looked at: new things join by themselves. A search of
 * CloudWatch knows whole names only; patterns are those known metrics that they match, or are left out.
 */
export function watchGraphs(watch: Watch): WatchGraphs {
  if (watch.source.kind !== 'cloudwatch') return { graphs: [], leftOut: ['Its points do not come from CloudWatch.'] };
  const leftOut: string[] = [];
  const graphs = [
    ...watch.select.flatMap((selection) => searches(selection, watch.period, leftOut)),
    ...named(watch),
    ...watch.expressions.map((expression) => ({
      title: expression.label,
      periodSeconds: watch.period,
      draws: { expression },
    })),
  ];
  if (graphs.length > MOST_GRAPHS) leftOut.push(`${graphs.length - MOST_GRAPHS} more graphs are left out.`);
  return { graphs: graphs.slice(0, MOST_GRAPHS), leftOut };
}

const isPattern = (text: string): boolean => /[*?]/.test(text);
/** Quotes end a term of a search, and nothing escapes them. */
const isSearchable = (text: string): boolean => !isPattern(text) && !/["'\\]/.test(text);

function searches(selection: Selection, periodSeconds: number, leftOut: string[]): readonly WatchGraph[] {
  const { namespace, dimensions, region } = selection;
  if (!isSearchable(namespace)) {
    leftOut.push(`CloudWatch cannot search for namespaces like ${namespace}.`);
    return [];
  }
  const unknown = Object.entries(dimensions).filter((pair) => !pair.every(isSearchable));
  if (unknown.some(([, value]) => value !== '*'))
    leftOut.push(`The graphs of ${namespace} are of more than is watched: CloudWatch cannot search for patterns.`);
  return metricsOf(selection).map((metric) => ({
    title: metric === '*' ? `${namespace}, all metrics` : `${namespace} ${metric}`,
    periodSeconds,
    ...(region === undefined ? {} : { region }),
    draws: { search: searchFor(selection, metric, periodSeconds) },
  }));
}

/** Whole names; `*` where nothing is known of the namespace. */
function metricsOf({ namespace, metric }: Selection): readonly string[] {
  const known = knownNamespaces.find((one) => one.namespace === namespace)?.metrics.map((one) => one.metric) ?? [];
  const names = [metric].flat().flatMap((one) => {
    if (isSearchable(one)) return [one];
    const matching = known.filter((name) => matchesGlob(one, name));
    return matching.length > 0 ? matching.slice(0, MOST_OF_A_NAMESPACE) : ['*'];
  });
  return [...new Set(names)];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html */
function searchFor({ namespace, dimensions, statistic, account }: Selection, metric: string, period: number): string {
  const [usual] = metric === '*' ? (['Average'] as const) : statisticsOf(namespace, metric);
  const [chosen = usual] = [statistic ?? []].flat();
  const name = (text: string): string => (/^\w+$/.test(text) ? text : `"${text}"`);
  const terms = [
    `Namespace="${namespace}"`,
    ...(metric === '*' ? [] : [`MetricName="${metric}"`]),
    ...Object.entries(dimensions)
      .filter((pair) => pair.every(isSearchable))
      .map(([dimension, value]) => `${name(dimension)}="${value}"`),
    ...(account === undefined ? [] : [`:aws.AccountId="${account}"`]),
  ];
  return `SLICE(SORT(SEARCH('${terms.join(' ')}', '${chosen}', ${period}), MAX, DESC), 0, ${MOST_LINES})`;
}

/** Metrics that are named one by one: those of one name are of one unit, and share a graph. */
function named({ metrics, period }: Watch): readonly WatchGraph[] {
  const byName = new Map<string, NamedMetric[]>();
  for (const one of metrics) {
    const key = `${one.namespace} ${one.metric}`;
    byName.set(key, [...(byName.get(key) ?? []), one]);
  }
  return [...byName].map(([title, all]) => ({
    title: all.length > MOST_LINES ? `${title}, ${MOST_LINES} of ${all.length}` : title,
    periodSeconds: period,
    draws: { metrics: all.slice(0, MOST_LINES) },
  }));
}
