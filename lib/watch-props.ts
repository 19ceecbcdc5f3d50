import type { Duration, TimeZone } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type * as z from 'zod';
import type { settingsSchema } from '../shared/settings/settings.ts';

type WatchInput = NonNullable<z.input<typeof settingsSchema>['watches'][string]>;

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
  readonly select?: WatchInput['select'];

  /**
   * How often new points are pulled and judged: whole minutes, at least one.
   *
   * @default Duration.minutes(5)
   */
  readonly every?: Duration;

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
}
