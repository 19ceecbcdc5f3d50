import type { Severity } from '../alerting/severities.ts';
import type { SilenceReason } from '../alerting/notice-reason.ts';
import type { Channel } from '../ports/channel.ts';
import type { MetricDatum } from '../ports/metric-sink.ts';

/** What we say of telling people: their number is bounded by names that are ours. */
export const alertMetricNames = [
  'AlertsGenerated',
  'AlertsSuppressed',
  'DeliveryFailures',
  'NoticesUntold',
  'OwedPageSeconds',
  'UnreadableRecords',
  'AlertTestAge',
] as const;

export interface AlertCounts {
  /** Notices that were decided on, by severity. */
  readonly generated: ReadonlyMap<Severity, number>;
  /** Silences that began, by reason. */
  readonly suppressed: ReadonlyMap<SilenceReason, number>;
  /** Attempts that did not deliver, by kind of channel. */
  readonly failures: ReadonlyMap<Channel['kind'], number>;
  /** Notices that every channel they were for refused for good: nobody knows. */
  readonly untold: number;
  /** Age of the oldest page that is still owed; published while one is, and 0 a few times a day. */
  readonly owedPageSeconds?: number;
  /** Stored records that a sweep could not read. */
  readonly unreadable?: number;
  /** Seconds since a scheduled test arrived; only where there are some. */
  readonly alertTestAge?: number;
}

/**
 * What two deployments in one account say of themselves is told apart by their names, for alarms act on it.
 *
 * @param time epoch seconds.
 */
export function alertMetrics(counts: AlertCounts, deployment: string, time: number): readonly MetricDatum[] {
  const own = { Deployment: deployment };
  const troubles = { NoticesUntold: counts.untold, UnreadableRecords: counts.unreadable ?? 0 };
  const by = (
    name: (typeof alertMetricNames)[number],
    dimension: string,
    values: ReadonlyMap<string, number>,
  ): readonly MetricDatum[] =>
    [...values].map(([value, count]) => ({
      name,
      dimensions: { ...own, [dimension]: value },
      value: count,
      unit: 'Count',
      time,
    }));
  return [
    ...by('AlertsGenerated', 'Severity', counts.generated),
    ...by('AlertsSuppressed', 'Reason', counts.suppressed),
    ...by('DeliveryFailures', 'Channel', counts.failures),
    ...Object.entries(troubles).flatMap(([name, value]): MetricDatum[] =>
      value === 0 ? [] : [{ name, dimensions: own, value, unit: 'Count', time }],
    ),
    ...Object.entries({ OwedPageSeconds: counts.owedPageSeconds, AlertTestAge: counts.alertTestAge }).flatMap(
      ([name, value]): MetricDatum[] =>
        value === undefined ? [] : [{ name, dimensions: own, value, unit: 'Seconds', time }],
    ),
  ];
}
