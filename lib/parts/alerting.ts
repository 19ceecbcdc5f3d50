import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import { Rule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../../shared/settings/settings.ts';
import { queueEncryption } from '../encryption.ts';
import { ActionsApi } from './actions-api.ts';
import { actionSecrets, channelSecrets, grantSecrets } from './alert-secrets.ts';
import { ChartFunction } from './chart-function.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';
import { MuteRules, type MuteDuring } from './mute-rules.ts';
import type { ObjectAccess } from './object-access.ts';

export interface AlertingProps {
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  readonly secretKeys: readonly IKey[];
  readonly muteDuring: readonly MuteDuring[];
  /** Of another deployment, whose router tells of our signals, too. */
  readonly signalsTo: IEventBus | undefined;
  /** Grants whoever tells what channels of the app's own take. */
  readonly grantChannels: (teller: IGrantable) => void;
}

/** What deciding and telling needs. Pictures are read by those who are told: the links are signed in our name. */
const telling: ObjectAccess = {
  read: ['settings', 'incidents', 'state', 'charts'],
  write: ['incidents', 'audit'],
  // Incidents are forgotten when nothing of them can arrive any more, and mutes when they have ended.
  delete: ['incidents'],
};

/** What is older says nothing that the record of its incident does not know better. */
const kept = Duration.hours(24);
const timeout = Duration.minutes(2);

/** Bus → rule → queue → router; and every minute a sweep for what no signal brings: reminders, ends, what is owed. */
export class Alerting extends Construct {
  readonly router: MonitoringFunction;
  readonly sweep: MonitoringFunction;
  readonly chart: MonitoringFunction;
  readonly signals: Queue;
  readonly failedAlerts: DeadLetterQueue;
  readonly undeliveredSignals: DeadLetterQueue;
  /** Only where actions are on. */
  readonly actions: ActionsApi | undefined;

  constructor(scope: Construct, id: string, props: AlertingProps) {
    super(scope, id);
    const { surroundings, settings, secretKeys, signalsTo } = props;
    this.failedAlerts = new DeadLetterQueue(this, 'FailedAlerts');
    this.undeliveredSignals = new DeadLetterQueue(this, 'UndeliveredSignals');
    this.signals = new Queue(this, 'Signals', {
      ...queueEncryption(this),
      enforceSSL: true,
      // AWS asks for six times the function's time, so that no message is seen twice while it is worked on.
      visibilityTimeout: Duration.minutes(12),
      retentionPeriod: kept,
      deadLetterQueue: { queue: this.failedAlerts, maxReceiveCount: 3 },
    });
    const toQueue = { deadLetterQueue: this.undeliveredSignals, maxEventAge: kept };
    new Rule(this, 'SignalRule', {
      description: 'Signals, and tests, to the alert router',
      eventBus: surroundings.bus,
      // Tests of ourselves go the way that signals go; somebody may send one by hand.
      eventPattern: { source: ['aiops.monitoring'], detailType: ['Signal', 'AlertTest'] },
      targets: [new SqsQueue(this.signals, toQueue)],
    });
    new Rule(this, 'MuteRule', {
      description: 'Mutes to the alert router, whoever asks',
      eventBus: surroundings.bus,
      eventPattern: { detailType: ['Mute'] },
      targets: [new SqsQueue(this.signals, toQueue)],
    });
    if (signalsTo !== undefined) {
      const { account, region } = Stack.of(this);
      new Rule(this, 'SignalsElsewhere', {
        description: 'Signals to the router of another deployment',
        eventBus: surroundings.bus,
        // Only what was found here: of two deployments that name each other, neither sends back what it hears.
        eventPattern: { source: ['aiops.monitoring'], detailType: ['Signal'], account: [account], region: [region] },
        targets: [new EventBusTarget(signalsTo, { deadLetterQueue: this.undeliveredSignals })],
      });
    }
    new MuteRules(this, 'MuteDuring', {
      muteDuring: props.muteDuring,
      queue: this.signals,
      undelivered: this.undeliveredSignals,
      maxEventAge: kept,
    });

    const sizing = { surroundings, bundle: 'alert-router', memorySize: 1024, timeout } as const;
    this.router = new MonitoringFunction(this, 'Router', {
      ...sizing,
      handler: 'handler',
      description: 'Signals become incidents, and people are told.',
      maxEventAge: Duration.hours(6),
      access: telling,
    });
    this.sweep = new MonitoringFunction(this, 'Sweep', {
      ...sizing,
      handler: 'sweep',
      description: 'Every minute: what is due or owed is told, and what is over is closed.',
      // The next one does the same.
      maxEventAge: Duration.minutes(1),
      // It also writes the digest, out of the audit.
      access: {
        ...telling,
        read: [...telling.read, 'audit', 'reports'],
        write: [...telling.write, 'reports'],
      },
    });
    this.router.addEventSource(
      new SqsEventSource(this.signals, {
        batchSize: 100,
        // Whatever begins together is handled together; people wait for the group wait anyhow.
        maxBatchingWindow: Duration.seconds(5),
        reportBatchItemFailures: true,
        // More would meet each other at the same records.
        maxConcurrency: 5,
      }),
    );

    const charts = new ChartFunction(this, 'Charts', { surroundings });
    this.chart = charts.chart;
    this.actions =
      settings.alerts.actions === 'off'
        ? undefined
        : new ActionsApi(this, 'Actions', { surroundings, settings, secretKeys });
    for (const one of [this.router, this.sweep]) {
      one.publishOwnMetrics();
      grantSecrets(one, [...channelSecrets(settings), ...actionSecrets(settings)], secretKeys);
      props.grantChannels(one);
      charts.grantPaint(one);
      if (this.actions !== undefined) one.addEnvironment('AIOPS_ACTIONS_URL', this.actions.api.apiEndpoint);
    }
    if (Object.keys(settings.alerts.channels).length === 0 && signalsTo === undefined) {
      Annotations.of(this).addWarningV2(
        'aiops:nobody-is-told',
        'There is no channel: incidents are kept, and nobody is told of them → name one under alerts.channels',
      );
    }
  }

  /** What runs, and must not before its settings are there. */
  get functions(): readonly MonitoringFunction[] {
    return [this.router, this.sweep, this.chart, ...(this.actions === undefined ? [] : [this.actions.handler])];
  }
}
