import type { Duration, TimeZone } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { SettingsInput } from '../shared/settings/settings.ts';

/** A pattern over metrics; names and values may be globs (`*`, `?`). */
export interface SelectionProps {
  /** Such as `AWS/EC2`. */
  readonly namespace: string;
  /**
   * Metric name or names.
   *
   * @default - all
   */
  readonly metric?: string | readonly string[];
  /**
   * Dimension name to value.
   *
   * @default - any dimensions; one that is not named may have any value
   */
  readonly dimensions?: Readonly<Record<string, string>>;
  /**
   * Statistic or statistics.
   *
   * @default - what is known of the metric, else `Average`
   */
  readonly statistic?: string | readonly string[];
  /**
   * A linked account that owns the metrics.
   *
   * @default - this account
   */
  readonly account?: string;
}

type WatchInput = SettingsInput['watches'][string];

/** What to look after, and how. The words are those of `aiops.yaml`. */
export interface WatchProps {
  /**
   * Metrics of this app's own constructs, such as `fn.metricErrors()`, or a `MathExpression` over some. Their period
   * becomes the watch's.
   *
   * @default - none; `select` says what to look after
   */
  readonly metrics?: readonly IMetric[];

  /**
   * Namespaces, or patterns over namespace, metric and dimensions, looked up again and again: new things join by
   * themselves.
   *
   * @default - none; `metrics` says what to look after
   */
  readonly select?: string | SelectionProps | readonly (string | SelectionProps)[];

  /**
   * How often new points are pulled and judged: whole minutes, at least one.
   *
   * @default Duration.minutes(5)
   */
  readonly every?: Duration;

  /**
   * How points come: `poll` asks for them at each tick, `stream` has them pushed by a metric stream of this stack.
   *
   * @default 'poll'
   */
  readonly collect?: WatchInput['collect'];

  /**
   * How often new series are looked for, and vanished ones noticed: whole minutes, five at least.
   *
   * @default Duration.hours(1)
   */
  readonly discoverEvery?: Duration;

  /**
   * Length of one point.
   *
   * @default - the period of `metrics`, else five minutes
   */
  readonly period?: Duration;

  /**
   * How long after its end a point is judged: CloudWatch still changes what is younger.
   *
   * @default - one minute after one period
   */
  readonly settle?: Duration;

  /**
   * At most so many series per pattern; what is left out is said.
   *
   * @default 500
   */
  readonly maxSeries?: number;

  /**
   * Dimensions that name a thing; its metrics are judged together.
   *
   * @default - all dimensions of a metric
   */
  readonly entityBy?: readonly string[];

  /**
   * Rules calendars and daily profiles.
   *
   * @default TimeZone.ETC_UTC
   */
  readonly timezone?: TimeZone;

  /**
   * An alert budget such as `3 per week`, a fixed `{ threshold }` or a `{ contamination }`.
   *
   * @default - the detector's own threshold
   */
  readonly sensitivity?: WatchInput['sensitivity'];

  /**
   * Deviations to tell of; `known`: the bad direction of each metric.
   *
   * @default 'both'
   */
  readonly direction?: WatchInput['direction'];

  /**
   * Deviations smaller than both of these are not told of: an amount in the metric's unit, and a part of what was
   * expected.
   *
   * @default - none
   */
  readonly floor?: WatchInput['floor'];

  /**
   * So many of so many points must be strange before an alert counts.
   *
   * @default - one of one
   */
  readonly confirm?: WatchInput['confirm'];

  /**
   * Static limits, jumps, stuck and silent metrics, beside the models.
   *
   * @default - none
   */
  readonly rules?: WatchInput['rules'];

  /**
   * Flags of their own that every percentage carries, and which of them people are told of.
   *
   * @default - above 90, below 5 and jumps of 30 are flagged; nobody is told
   */
  readonly percentages?: WatchInput['percentages'];

  /**
   * What a metric means, by label glob: unit, bounds, bad direction, and what a gap says.
   *
   * @default - what is known of the usual AWS metrics
   */
  readonly natures?: WatchInput['natures'];

  /**
   * Judge and record, and tell nobody.
   *
   * @default false
   */
  readonly shadow?: boolean;

  /**
   * What makes one incident: an entity, the watch, everything, or what has the same label.
   *
   * @default - what `alerts` says, else 'entity'
   */
  readonly groupBy?: WatchInput['groupBy'];

  /**
   * What to do when it is strange: an address that stands in every notice of this watch.
   *
   * @default - that of `alerts`, else none
   */
  readonly runbook?: string;

  /**
   * Go with every signal, for routing.
   *
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * The model of a thing's metrics together.
   *
   * @default - isolation forest, 100 trees
   */
  readonly forest?: WatchInput['forest'];

  /**
   * Lines that series are not to cross, by label glob: `{ metric, above }` or `{ metric, below }`. What has one is
   * forecast.
   *
   * @default - 80 for percentages of which high values are bad
   */
  readonly limits?: WatchInput['limits'];

  /**
   * How often and how far ahead it is forecast, by what, and what is advised from which expected peak on; or 'off'.
   *
   * @default - every five minutes, 45 minutes ahead, by the forecaster that is best on each series
   */
  readonly forecast?: WatchInput['forecast'];
}
