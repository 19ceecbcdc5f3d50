import type { BadDirection, GapMeaning, MetricNature, Statistic } from './metric.ts';

/** What is known of one metric of one namespace. */
export interface KnownMetric extends MetricNature {
  readonly metric: string;
  /** The ones worth asking for, the most telling first. */
  readonly statistics: readonly [Statistic, ...Statistic[]];
  /** The shortest period in seconds that the service publishes it in. */
  readonly periodSeconds: number;
  /** Of a utilisation that is no plain percentage of 100: the value at which all is used. */
  readonly full?: number;
}

export interface KnownNamespace {
  readonly namespace: string;
  /** Dimensions that name a thing; any other tells apart metrics of the same thing, such as `Operation`. */
  readonly entityDimensions: readonly string[];
  readonly metrics: readonly KnownMetric[];
}

interface Details {
  readonly statistics?: readonly [Statistic, ...Statistic[]];
  readonly gap?: GapMeaning;
  readonly highest?: number;
  readonly lowest?: number;
  readonly full?: number;
  readonly periodSeconds?: number;
}

const minute = 60;

const known = (
  metric: string,
  unit: string,
  bad: BadDirection,
  statistics: readonly [Statistic, ...Statistic[]],
  gap: GapMeaning,
  { lowest = 0, highest, full, periodSeconds = minute, ...details }: Details,
): KnownMetric => ({
  metric,
  unit,
  bad,
  lowest,
  ...(highest === undefined ? {} : { highest }),
  ...(full === undefined ? {} : { full }),
  statistics: details.statistics ?? statistics,
  gap: details.gap ?? gap,
  periodSeconds,
});

/** A share of something, 0 to 100; averaged; absent means not measured. */
export const percentage = (metric: string, bad: BadDirection, details: Details = {}): KnownMetric =>
  known(metric, 'Percent', bad, ['Average'], 'gap', { highest: 100, ...details });

/** How often something happened that should not; summed; absent means it did not happen. */
export const failures = (metric: string, details: Details = {}): KnownMetric =>
  known(metric, 'Count', 'up', ['Sum'], 'zero', details);

/** How often something happened that is the work itself; summed; absent means there was none. */
export const traffic = (metric: string, details: Details = {}): KnownMetric =>
  known(metric, 'Count', 'both', ['Sum'], 'zero', details);

/** Bytes moved in a period; summed; absent means none where work is counted by the request. */
export const bytesMoved = (metric: string, details: Details = {}): KnownMetric =>
  known(metric, 'Bytes', 'both', ['Sum'], 'gap', details);

/** How long something took; nothing took any time where there was no work. */
export const duration = (
  metric: string,
  unit: 'Seconds' | 'Milliseconds' | 'Microseconds',
  details: Details = {},
): KnownMetric => known(metric, unit, 'up', ['Average', 'p99'], 'gap', details);

/** How many there are at a time; averaged; absent means not measured. */
export const level = (metric: string, unit: string, bad: BadDirection, details: Details = {}): KnownMetric =>
  known(metric, unit, bad, ['Average'], 'gap', details);

/** The worst of a period; absent means not measured. */
export const peak = (metric: string, unit: string, bad: BadDirection, details: Details = {}): KnownMetric =>
  known(metric, unit, bad, ['Maximum'], 'gap', details);

/** The least of a period, for what must not run out; absent means not measured. */
export const trough = (metric: string, unit: string, details: Details = {}): KnownMetric =>
  known(metric, unit, 'down', ['Minimum'], 'gap', details);
