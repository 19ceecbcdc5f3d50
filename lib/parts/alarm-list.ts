import { Duration } from 'aws-cdk-lib';
import { MathExpression, type IMetric, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Settings } from '../../shared/settings/settings.ts';
import { budgetAlarms } from './budget-alarms.ts';
import { streamAlarms, type StreamSubjects } from './stream-alarms.ts';
import { watchAlarms } from './watch-alarms.ts';
import { ownMetric, type Watched } from './watched.ts';

export interface AlarmSubjects {
  readonly settings: Settings;
  /** Functions by the name under which people find them, but for the sweep and the router. */
  readonly functions: Readonly<Record<string, IFunction>>;
  readonly router: IFunction;
  readonly sweep: IFunction;
  /** Functions without which nothing is found or told: throttled, they are late. */
  readonly urgent: readonly IFunction[];
  readonly signals: IQueue;
  /** Queues of shards, by name, and how many seconds a message is worth anything. */
  readonly shards: Readonly<Record<string, { readonly queue: IQueue; readonly seconds: number }>>;
  /** By the name under which the runbook speaks of them. */
  readonly deadLetters: Readonly<Record<string, IQueue>>;
  /** Kinds of channels that people are told by. */
  readonly channelKinds: readonly string[];
  readonly trainEvery: Duration;
  /** Only where a watch streams. */
  readonly streams: StreamSubjects | undefined;
}

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);
const quarterHour = Duration.minutes(15);

/** Everything that is watched about ourselves: what each metric costs is in `shared/settings/monthly-bill.ts`. */
export const alarmList = (subjects: AlarmSubjects): readonly Watched[] => [
  ...alertingAlarms(subjects),
  ...functionAlarms(subjects),
  ...queueAlarms(subjects),
  ...(subjects.streams === undefined ? [] : streamAlarms(subjects.streams)),
  ...watchAlarms(subjects.settings, subjects.trainEvery),
  ...budgetAlarms(subjects.settings),
];

/** A test that is so late has not arrived; clocks on walls are an hour late once a year. */
const TEST_LATE_SECONDS = 2 * 3600;

function alertingAlarms({ settings, router, sweep, signals, channelKinds }: AlarmSubjects): readonly Watched[] {
  const own = (name: string): Metric => ownMetric(settings.name, name, { statistic: 'Maximum', period: minute });
  const failures = (kind: string): Metric =>
    ownMetric(settings.name, 'DeliveryFailures', {
      statistic: 'Sum',
      period: quarterHour,
      dimensions: { Channel: kind },
    });
  return [
    {
      id: 'OwedPages',
      metric: own('OwedPageSeconds'),
      threshold: 600,
      periods: 1,
      says: 'A page could not be delivered for ten minutes: somebody should be awake and is not.',
      heading: 'A page is owed',
    },
    {
      id: 'UntoldNotices',
      metric: own('NoticesUntold'),
      threshold: 1,
      periods: 1,
      says: 'A notice was refused by every channel that it was for: nobody knows of it.',
      heading: 'A notice reached nobody',
    },
    {
      id: 'UnreadableRecords',
      metric: own('UnreadableRecords'),
      threshold: 1,
      periods: 1,
      says: 'A record of an incident cannot be read: nobody is told how it goes on.',
      heading: 'A record cannot be read',
    },
    ...(settings.alertTestEvery === 'off'
      ? []
      : [
          {
            id: 'AlertTestMissing',
            metric: ownMetric(settings.name, 'AlertTestAge', { statistic: 'Maximum', period: fiveMinutes }),
            threshold: settings.alertTestEvery.every + TEST_LATE_SECONDS,
            periods: 3,
            missingIsBad: true,
            says: 'A scheduled alert test did not arrive on every channel that it is for: an alert might not, either.',
            heading: 'An alert test did not arrive',
          },
        ]),
    {
      id: 'SweepMissing',
      metric: new MathExpression({
        expression: 'FILL(runs, 0) - FILL(errors, 0)',
        label: 'sweeps that succeeded',
        usingMetrics: {
          runs: sweep.metricInvocations({ period: minute, statistic: 'Sum' }),
          errors: sweep.metricErrors({ period: minute, statistic: 'Sum' }),
        },
        period: minute,
      }),
      threshold: 1,
      periods: 10,
      below: true,
      missingIsBad: true,
      says: 'No sweep has succeeded for ten minutes: reminders, ends and what is owed are not delivered.',
      heading: 'The sweep does not run',
    },
    {
      id: 'RouterErrors',
      metric: router.metricErrors({ period: fiveMinutes, statistic: 'Sum' }),
      threshold: 1,
      periods: 3,
      of: 2,
      says: 'The alert router fails again and again: signals wait in the queue.',
      heading: 'The alert router fails',
    },
    {
      id: 'SignalsWaiting',
      metric: signals.metricApproximateAgeOfOldestMessage({ period: minute, statistic: 'Maximum' }),
      threshold: 900,
      periods: 3,
      says: 'Signals have waited for fifteen minutes to be routed.',
      heading: 'The alert router fails',
    },
    ...(channelKinds.length === 0
      ? []
      : [
          {
            id: 'DeliveryFailures',
            metric: summed(
              'deliveries that failed',
              quarterHour,
              Object.fromEntries(channelKinds.map((kind) => [kind, failures(kind)])),
            ),
            threshold: 3,
            periods: 1,
            says: 'Channels did not take what they were told, three times in a quarter of an hour.',
            heading: 'Slack or PagerDuty refuses what it is told',
          },
        ]),
  ];
}

function functionAlarms({ functions, urgent }: AlarmSubjects): readonly Watched[] {
  const throttles = urgent.map((one, index): [string, IMetric] => [
    `f${index}`,
    one.metricThrottles({ period: fiveMinutes, statistic: 'Sum' }),
  ]);
  return [
    ...Object.entries(functions).map(([name, one]): Watched => ({
      id: `${name}Errors`,
      metric: one.metricErrors({ period: quarterHour, statistic: 'Sum' }),
      // A run that failed and the one that repeated it.
      threshold: 2,
      periods: 1,
      says: `The ${name} function failed, or ran into its time-out, twice in a quarter of an hour.`,
      heading: 'A function fails',
    })),
    {
      id: 'Throttles',
      metric: summed('runs that had to wait', fiveMinutes, Object.fromEntries(throttles)),
      threshold: 1,
      periods: 3,
      of: 2,
      says: 'Functions are throttled again and again: the concurrency of the account is used up.',
      heading: 'Functions are throttled',
    },
  ];
}

function queueAlarms({ shards, deadLetters }: AlarmSubjects): readonly Watched[] {
  return [
    ...Object.entries(shards).map(([id, { queue, seconds }]): Watched => ({
      id,
      metric: queue.metricApproximateAgeOfOldestMessage({ period: minute, statistic: 'Maximum' }),
      threshold: seconds,
      periods: 3,
      says: 'Shards have waited for longer than an interval: the workers do not keep up, and what is older is dropped.',
      heading: 'Shards wait for workers',
    })),
    ...Object.entries(deadLetters).map(([name, queue]): Watched => ({
      id: name,
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes, statistic: 'Maximum' }),
      threshold: 1,
      periods: 1,
      says: 'Something was put aside because it could not be handled.',
      heading: `There are messages in ${name}`,
    })),
  ];
}

/** Of metrics that are not there while nothing happens. */
const summed = (label: string, period: Duration, metrics: Readonly<Record<string, IMetric>>): IMetric =>
  new MathExpression({
    expression: Object.keys(metrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(' + '),
    label,
    usingMetrics: { ...metrics },
    period,
  });
