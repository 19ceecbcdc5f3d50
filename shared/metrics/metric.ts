/** How CloudWatch sums up a period; percentiles as CloudWatch writes them, such as `p99`. */
export type Statistic = 'Average' | 'Sum' | 'Minimum' | 'Maximum' | 'SampleCount' | `p${number}`;

/** Whether this is one, written as CloudWatch does. */
export const isStatistic = (text: string): text is Statistic =>
  /^(?:Average|Sum|Minimum|Maximum|SampleCount|p(?:\d{1,2}(?:\.\d{1,10})?|100))$/.test(text);

/** Name to value, such as `{ InstanceId: 'i-0abc' }`. Order never matters. */
export type Dimensions = Readonly<Record<string, string>>;

/** One metric of one thing: its identity, never its values. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly statistic: Statistic;
  /** The account that owns it, where it is not our own. */
  readonly account?: string;
  readonly region?: string;
}

/** A series computed by the source from others, such as `errors / requests * 100`. */
export interface MetricExpression {
  /** CloudWatch metric math over the names in `metrics`. */
  readonly expression: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

/** Which deviations are bad news. */
export type BadDirection = 'up' | 'down' | 'both';

/** What the absence of a point says: nothing happened (0), nothing at all, or the thing itself is gone quiet. */
export type GapMeaning = 'zero' | 'gap' | 'silence';

/** What is known of a metric's nature; decides filling, clipping, rules and words. */
export interface MetricNature {
  readonly unit: string;
  readonly lowest?: number;
  readonly highest?: number;
  readonly bad: BadDirection;
  readonly gap: GapMeaning;
}

/** One series a watch looks after: what to ask for, what it belongs to, what it means. */
export interface SeriesDescription {
  /** Stable and unique inside a deployment; see {@link seriesId}. */
  readonly id: string;
  /** The thing it belongs to, such as `InstanceId=i-0abc`; see {@link entityId}. Its series are judged together. */
  readonly entity: string;
  /** What people read, such as `CPUUtilization`. */
  readonly label: string;
  readonly metric: Metric | MetricExpression;
  readonly periodSeconds: number;
  readonly nature: MetricNature;
}

export function isExpression(metric: Metric | MetricExpression): metric is MetricExpression {
  return 'expression' in metric;
}

const sorted = (dimensions: Dimensions): string =>
  Object.keys(dimensions)
    .sort()
    .map((name) => `${name}=${dimensions[name]}`)
    .join(',');

/** `AWS/EC2/CPUUtilization{InstanceId=i-0abc}:Average`, prefixed by `account/region|` where they are not ours. */
export function seriesId(metric: Metric): string {
  const home = [metric.account, metric.region].filter((part) => part !== undefined).join('/');
  return `${home === '' ? '' : `${home}|`}${metric.namespace}/${metric.name}{${sorted(metric.dimensions)}}:${metric.statistic}`;
}

/** The entity of a metric: the values of the dimensions that name a thing, or the namespace where there are none. */
export function entityId(metric: Metric, entityDimensions: readonly string[] = Object.keys(metric.dimensions)): string {
  const named = Object.fromEntries(
    Object.entries(metric.dimensions).filter(([name]) => entityDimensions.includes(name)),
  );
  const thing = Object.keys(named).length === 0 ? metric.namespace : sorted(named);
  return metric.account === undefined ? thing : `${metric.account}|${thing}`;
}
