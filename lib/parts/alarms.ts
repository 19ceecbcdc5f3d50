import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { metricsNamespace } from '../../shared/settings/environment.ts';
import type { SelfAlarms } from '../../shared/settings/self-settings.ts';
import { AlarmTopic } from './alarm-topic.ts';

export interface AlarmsProps {
  /** Where alarms go; that of `selfAlarms`, or one of ours, where there is none. */
  readonly topic: ITopic | undefined;
  readonly selfAlarms: SelfAlarms | undefined;
  /** Name of the deployment: another one in the account has alarms, and metrics, of its own. */
  readonly deployment: string;
  readonly router: IFunction;
  readonly sweep: IFunction;
  readonly signals: IQueue;
  /** By the name under which the runbook speaks of them. */
  readonly deadLetters: Readonly<Record<string, IQueue>>;
}

interface Watched {
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods that must all, or `of` which so many, break the limit. */
  readonly periods: number;
  readonly of?: number;
  readonly below?: boolean;
  readonly missingIsBad?: boolean;
  readonly says: string;
  /** Heading of docs/runbook.md. */
  readonly heading: string;
}

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);

/**
 * When we cannot do our work, people hear it from CloudWatch, straight to SNS: nothing of ours lies on that way. Every
 * alarm says what to do, as a heading of the runbook.
 */
export class Alarms extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { deployment, router, sweep, signals, deadLetters } = props;
    const own = (metricName: string): Metric =>
      new Metric({
        namespace: metricsNamespace,
        metricName,
        dimensionsMap: { Deployment: deployment },
        statistic: 'Maximum',
        period: minute,
      });
    const { topic } = new AlarmTopic(this, 'Destination', { topic: props.topic, selfAlarms: props.selfAlarms });
    this.topic = topic;

    this.alarm('OwedPages', {
      metric: own('OwedPageSeconds'),
      threshold: 600,
      periods: 1,
      says: 'A page could not be delivered for ten minutes: somebody should be awake and is not.',
      heading: 'A page is owed',
    });
    this.alarm('UntoldNotices', {
      metric: own('NoticesUntold'),
      threshold: 1,
      periods: 1,
      says: 'A notice was refused by every channel that it was for: nobody knows of it.',
      heading: 'A notice reached nobody',
    });
    this.alarm('UnreadableRecords', {
      metric: own('UnreadableRecords'),
      threshold: 1,
      periods: 1,
      says: 'A record of an incident cannot be read: nobody is told how it goes on.',
      heading: 'A record cannot be read',
    });
    this.alarm('SweepMissing', {
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
    });
    this.alarm('RouterErrors', {
      metric: router.metricErrors({ period: fiveMinutes, statistic: 'Sum' }),
      threshold: 1,
      periods: 3,
      of: 2,
      says: 'The alert router fails again and again: signals wait in the queue.',
      heading: 'The alert router fails',
    });
    this.alarm('SignalsWaiting', {
      metric: signals.metricApproximateAgeOfOldestMessage({ period: minute, statistic: 'Maximum' }),
      threshold: 900,
      periods: 3,
      says: 'Signals have waited for fifteen minutes to be routed.',
      heading: 'The alert router fails',
    });
    for (const [name, queue] of Object.entries(deadLetters)) {
      this.alarm(name, {
        metric: queue.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes, statistic: 'Maximum' }),
        threshold: 1,
        periods: 1,
        says: `Something was put aside because it could not be handled.`,
        heading: `There are messages in ${name}`,
      });
    }
  }

  private alarm(id: string, watched: Watched): void {
    const { metric, threshold, periods, of = periods, below = false, missingIsBad = false } = watched;
    const anchor = watched.heading.toLowerCase().replaceAll(' ', '-');
    new Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: of,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: missingIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${watched.says} What to do: docs/runbook.md#${anchor}`,
    }).addAlarmAction(new SnsAction(this.topic));
  }
}
