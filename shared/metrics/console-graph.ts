/** What a graph in the CloudWatch console is to show. */
export interface ConsoleGraph {
  /** Ids of series, see {@link seriesId}; those of expressions have no graph of their own. */
  readonly series: readonly string[];
  readonly region: string;
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
}

interface Plotted {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
  readonly statistic: string;
  readonly account?: string;
  readonly region?: string;
}

/**
 * Address of that graph; undefined where none of the series is a metric of CloudWatch.
 * The console keeps a graph in its address as JSURL (https://github.com/Sage/jsurl), with `*` and `!` as escapes.
 */
export function consoleGraph({ series, region, from, to }: ConsoleGraph): string | undefined {
  const metrics = series.flatMap((id) => plotted(id) ?? []);
  if (metrics.length === 0) return undefined;
  const lines = metrics.map(({ namespace, name, dimensions, statistic, account, region: elsewhere }) => {
    const options = [
      `stat~${text(statistic)}`,
      ...(account === undefined ? [] : [`accountId~${text(account)}`]),
      ...(elsewhere === undefined ? [] : [`region~${text(elsewhere)}`]),
    ];
    return `~(${[namespace, name, ...dimensions].map((one) => `~${text(one)}`).join('')}~(${options.join('~')}))`;
  });
  const graph =
    `~(metrics~(${lines.join('')})~view~'timeSeries~stacked~false~region~${text(region)}` +
    `~start~${text(isoTime(from))}~end~${text(isoTime(to))})`;
  return `https://${consoleOf(region)}/cloudwatch/home?region=${encodeURIComponent(region)}#metricsV2:graph=${graph}`;
}

function consoleOf(region: string): string {
  if (region.startsWith('cn-')) return `${region}.console.amazonaws.cn`;
  if (region.startsWith('us-gov-')) return `${region}.console.amazonaws-us-gov.com`;
  return `${region}.console.aws.amazon.com`;
}

const isoTime = (seconds: number): string => new Date(Math.round(seconds) * 1000).toISOString();

/** The parts of `account/region|namespace/name{dimension=value,…}:statistic`. */
function plotted(id: string): Plotted | undefined {
  const match = /^(?:(\d{12})?\/?([a-z]{2}(?:-[a-z]+)+-\d)?\|)?(.+)\/([^/{]+)\{(.*)\}:([\w.]+)$/.exec(id);
  if (match === null) return undefined;
  const [, account, region, namespace, name, inner, statistic] = match as unknown as [
    string,
    string | undefined,
    string | undefined,
    string,
    string,
    string,
    string,
  ];
  // A value may hold a comma: only one that a name and an equals sign follow ends it.
  const dimensions = inner === '' ? [] : inner.split(/,(?=[\w .:#/-]+=)/).flatMap(nameAndValue);
  return {
    namespace,
    name,
    dimensions,
    statistic,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
}

const nameAndValue = (pair: string): [string, string] => {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
};

function text(value: string): string {
  const escaped = [...value.matchAll(/[^]/g)].map(([unit]) => {
    if (/[\w.-]/.test(unit)) return unit;
    if (unit === '$') return '!';
    const code = unit.charCodeAt(0);
    return code < 0x100 ? `*${code.toString(16).padStart(2, '0')}` : `**${code.toString(16).padStart(4, '0')}`;
  });
  return `'${escaped.join('')}`;
}
