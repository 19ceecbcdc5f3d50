import { Duration, Stack } from 'aws-cdk-lib';
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { EventBridgePutEvents, LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { forecastEvery } from '../../shared/settings/forecast-settings.ts';
import type { AlertTestSettings } from '../../shared/settings/self-settings.ts';
import { grantQueueKey } from '../encryption.ts';
import { watchesOf, type Settings } from '../../shared/settings/settings.ts';
import { testSchedule } from './test-schedule.ts';

export interface SchedulesProps {
  readonly settings: Settings;
  readonly anomaly: IFunction;
  readonly discovery: IFunction;
  readonly backfill: IFunction;
  readonly backfillEvery: Duration;
  /** Undefined where no watch is forecast. */
  readonly forecast: IFunction | undefined;
  readonly train: IFunction;
  readonly sweep: IFunction;
  readonly trainEvery: Duration;
  /** Where tests of ourselves begin. */
  readonly bus: EventBus;
  /** Where a run goes that Scheduler could not hand over. */
  readonly undelivered: IQueue;
}

const longestEventAge = Duration.hours(24);
const everyMinute = Duration.minutes(1);

/**
 * One schedule per watch and function, so that a watch in trouble is retried, and fails, by itself; the sweep of
 * incidents every minute; and tests of ourselves. The payload carries the time that was scheduled, never the one at which
 * it arrives: a retried tick is the same tick.
 */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    const { anomaly, discovery, backfill, forecast, train, sweep, trainEvery, undelivered } = props;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    // By hand: the target's own grant covers every version of a function, which nothing here calls.
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [anomaly, discovery, backfill, ...(forecast === undefined ? [] : [forecast]), train, sweep].map(
          ({ functionArn }) => functionArn,
        ),
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }));
    grantQueueKey(role, undelivered);

    const every = (id: string, rate: Duration, target: IFunction, description: string, input: object): void => {
      new Schedule(this, id, {
        description,
        schedule: ScheduleExpression.rate(rate),
        target: new LambdaInvoke(target, {
          role: role.withoutPolicyUpdates(),
          input: ScheduleTargetInput.fromObject({ ...input, scheduledTime: ContextAttribute.scheduledTime }),
          deadLetterQueue: undelivered,
          // Later than the next run it would find its points already judged.
          maxEventAge: rate.toSeconds() < longestEventAge.toSeconds() ? rate : longestEventAge,
          retryAttempts: 1,
        }),
      });
    };
    for (const one of watchesOf(props.settings)) {
      const { name: watch } = one;
      every(`Tick-${watch}`, Duration.seconds(one.every), anomaly, `Tick of watch ${watch}`, { watch });
      every(`Discovery-${watch}`, Duration.seconds(one.discoverEvery), discovery, `Discovery of watch ${watch}`, {
        watch,
      });
      if (forecast !== undefined && one.forecast !== 'off') {
        const rate = Duration.seconds(forecastEvery(one));
        every(`Forecast-${watch}`, rate, forecast, `Forecast of watch ${watch}`, { watch });
      }
      every(`Training-${watch}`, trainEvery, train, `Training of watch ${watch}`, { watch });
    }
    every('Backfill', props.backfillEvery, backfill, 'Backfill of the past', {});
    every('Sweep', everyMinute, sweep, 'Sweep of incidents', {});
    if (props.settings.alertTestEvery !== 'off') this.testAlerts(props.settings.alertTestEvery, role, props);
  }

  /** Straight onto the bus, as signals are put there: nothing of ours lies before it. */
  private testAlerts(test: AlertTestSettings, role: Role, { bus, undelivered }: SchedulesProps): void {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [bus.eventBusArn],
        conditions: { StringEquals: { 'events:detail-type': 'AlertTest' } },
      }),
    );
    const detail = ScheduleTargetInput.fromObject({ scheduledTime: ContextAttribute.scheduledTime });
    new Schedule(this, 'AlertTest', {
      description: 'Test of the way from the bus to the channels',
      schedule: testSchedule(test),
      target: new EventBridgePutEvents(
        // The class says of a property that it may be undefined, where the interface says that it may be missing.
        { eventBus: bus as IEventBus, source: 'aiops.monitoring', detailType: 'AlertTest', detail },
        {
          role: role.withoutPolicyUpdates(),
          deadLetterQueue: undelivered,
          // Later it is told to nobody.
          maxEventAge: Duration.hours(1),
          retryAttempts: 3,
        },
      ),
    });
  }
}
