import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmList, type AlarmSubjects } from './alarm-list.ts';
import { AlarmTopic } from './alarm-topic.ts';
import type { Watched } from './watched.ts';

export interface AlarmsProps extends AlarmSubjects {
  /** Where alarms go; that of `selfAlarms`, or one of ours, where there is none. */
  readonly topic: ITopic | undefined;
}

/**
 * When we cannot do our work, people hear it from CloudWatch, straight to SNS: nothing of ours lies on that way. Every
 * alarm says what to do, as a heading of the runbook.
 */
export class Alarms extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { topic } = new AlarmTopic(this, 'Destination', {
      topic: props.topic,
      selfAlarms: props.settings.selfAlarms,
    });
    this.topic = topic;
    const action = new SnsAction(topic);
    for (const one of alarmList(props)) this.alarm(one).addAlarmAction(action);
  }

  private alarm(watched: Watched): Alarm {
    const { metric, threshold, periods, of = periods, below = false, missingIsBad = false } = watched;
    const anchor = watched.heading.toLowerCase().replaceAll(' ', '-');
    return new Alarm(this, watched.id, {
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: of,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: missingIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${watched.says} What to do: docs/runbook.md#${anchor}`,
    });
  }
}
