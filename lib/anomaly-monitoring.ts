import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Dashboard as CloudWatchDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { forecastEvery } from '../shared/settings/forecast-settings.ts';
import { watchesOf, type Settings } from '../shared/settings/settings.ts';
import type { AnomalyMonitoringProps } from './anomaly-monitoring-props.ts';
import { bindChannels } from './bind-channels.ts';
import { checkProps } from './check-props.ts';
import { encryptBelow } from './encryption.ts';
import { MonitoringAccess } from './monitoring-access.ts';
import { Alarms } from './parts/alarms.ts';
import { grantSecrets } from './parts/alert-secrets.ts';
import { Alerting } from './parts/alerting.ts';
import { Dashboard } from './parts/dashboard.ts';
import { DeadLetterQueue } from './parts/dead-letter-queue.ts';
import { backfillEvery, Detection } from './parts/detection.ts';
import { Forecasting } from './parts/forecasting.ts';
import type { Surroundings } from './parts/monitoring-function.ts';
import { MetricStreams, streamedWatches } from './parts/metric-streams.ts';
import { Schedules } from './parts/schedules.ts';
import { SignalBus } from './parts/signal-bus.ts';
import { Storage } from './parts/storage.ts';
import { StoredSettings } from './parts/stored-settings.ts';
import { sayWhatItCosts } from './parts/cost-table.ts';
import { Training } from './parts/training.ts';
import { Widgets } from './parts/widgets.ts';
import { refuseNameOfMain, refuseSameName } from './unique-name.ts';

/**
 * Looks after CloudWatch metrics: every tick it pulls the newest points, judges them, and puts what it finds on a bus,
 * from which people are told. Everything that is remembered lies in one bucket. Read `parts/` in the order in which they are made here.
 *
 * @throws SettingsError that lists everything that is wrong with the props, with value and remedy.
 */
export class AnomalyMonitoring extends MonitoringAccess {
  /** State, history, models, anomalies and incidents. */
  readonly bucket: IBucket;
  /** Signals: anybody may put a rule on it. */
  readonly bus: EventBus;
  readonly anomalyFunction: IFunction;
  readonly workerFunction: IFunction;
  readonly trainFunction: IFunction;
  /** Forecasts what has a limit; undefined where no watch is forecast. */
  readonly forecastFunction: IFunction | undefined;
  /** Tells people. */
  readonly routerFunction: IFunction;
  readonly sweepFunction: IFunction;
  /** Where trouble of the monitoring itself goes: `addSubscription` is one way to hear of it. */
  readonly alarmTopic: ITopic;
  /** Where links in notices lead; undefined where actions are off. */
  readonly actionsUrl: string | undefined;
  /** What is looked at; undefined where it is off. Give whoever looks at it the rights of `grantView`. */
  readonly dashboard: CloudWatchDashboard | undefined;
  /** Draws the dashboard's widgets; undefined where it is off. */
  readonly widgetFunction: IFunction | undefined;
  /** The settings as deployed, complete with defaults. */
  readonly settings: Settings;
  readonly #widgets: Widgets | undefined;

  constructor(scope: Construct, id: string, props: AnomalyMonitoringProps) {
    super(scope, id);
    const { trainEvery = Duration.days(1), workerConcurrency = 10 } = props;
    encryptBelow(this, props.encryptionKey);
    const channels = bindChannels(this, props.channels);
    this.settings = checkProps(this, props, channels, trainEvery, workerConcurrency);

    const { bucket } = new Storage(this, 'Storage', {
      existing: props.bucket as IBucket | undefined,
      retentionSeconds: this.settings.retention,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      encryptionKey: props.encryptionKey,
      serverAccessLogsBucket: props.serverAccessLogsBucket,
    });
    const stored = new StoredSettings(this, 'Settings', { bucket, settings: this.settings });
    const { bus } = new SignalBus(this, 'Signals');
    const surroundings: Surroundings = {
      bucket,
      bus,
      settingsKey: stored.key,
      failedInvocations: new DeadLetterQueue(this, 'FailedInvocations'),
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      // Logs expire by themselves; a bucket that is kept does not need them.
      logRemovalPolicy: RemovalPolicy.DESTROY,
    };
    const { settings } = this;
    const detection = new Detection(this, 'Detection', { surroundings, settings, workerConcurrency });
    const streams =
      streamedWatches(settings).length === 0
        ? undefined
        : new MetricStreams(this, 'Streams', {
            surroundings,
            settings,
            readers: [detection.anomaly, detection.worker],
          });
    const foreseen = watchesOf(this.settings).filter(({ forecast }) => forecast !== 'off');
    const forecasting =
      foreseen.length === 0
        ? undefined
        : new Forecasting(this, 'Forecasting', {
            surroundings,
            longestInterval: Duration.seconds(Math.max(...foreseen.map(forecastEvery))),
            workerConcurrency,
          });
    if (this.settings.heartbeatUrl !== undefined)
      grantSecrets(detection.anomaly, [this.settings.heartbeatUrl], props.secretKeys ?? []);
    const { train } = new Training(this, 'Training', { surroundings });
    const alerting = new Alerting(this, 'Alerting', {
      surroundings,
      settings: this.settings,
      secretKeys: [...(props.secretKeys ?? []), ...channels.encryptionKeys],
      grantChannels: channels.grant,
      muteDuring: props.muteDuring ?? [],
      signalsTo: (props.signalsTo as IEventBus | undefined) ?? this.busNamed(settings.signalsTo),
    });
    const undelivered = new DeadLetterQueue(this, 'UndeliveredRuns');
    const schedules = new Schedules(this, 'Schedules', {
      settings: this.settings,
      anomaly: detection.anomaly,
      discovery: detection.discovery,
      backfill: detection.backfill,
      backfillEvery,
      forecast: forecasting?.forecast,
      train,
      sweep: alerting.sweep,
      trainEvery,
      bus,
      undelivered,
    });
    const isShown = this.settings.dashboard === 'on';
    this.#widgets = isShown ? new Widgets(this, 'Widgets', { surroundings }) : undefined;
    const alarms = new Alarms(this, 'Alarms', {
      topic: props.alarmTopic,
      settings: this.settings,
      trainEvery,
      functions: {
        Anomaly: detection.anomaly,
        Worker: detection.worker,
        Discovery: detection.discovery,
        Backfill: detection.backfill,
        ...(streams === undefined ? {} : { Stream: streams.stream }),
        ...(forecasting === undefined ? {} : { Forecast: forecasting.forecast, Foreseer: forecasting.worker }),
        Train: train,
        Chart: alerting.chart,
        ...(alerting.actions === undefined ? {} : { Api: alerting.actions.handler }),
        ...(this.#widgets === undefined ? {} : { Widget: this.#widgets.widget }),
      },
      urgent: [detection.anomaly, alerting.router],
      shards: {
        ShardsWaiting: { queue: detection.queue, seconds: Math.max(...watchesOf(settings).map(({ every }) => every)) },
        ...(forecasting === undefined
          ? {}
          : { ForecastsWaiting: { queue: forecasting.queue, seconds: Math.max(...foreseen.map(forecastEvery)) } }),
      },
      channelKinds: [...new Set(Object.values(this.settings.alerts.channels).map(({ kind }) => kind))],
      router: alerting.router,
      sweep: alerting.sweep,
      signals: alerting.signals,
      streams,
      deadLetters: {
        UndeliveredRuns: undelivered,
        FailedInvocations: surroundings.failedInvocations,
        FailedShards: detection.failedShards,
        ...(forecasting === undefined ? {} : { FailedForecasts: forecasting.failedShards }),
        ...(streams === undefined ? {} : { FailedDeliveries: streams.failedDeliveries }),
        UndeliveredSignals: alerting.undeliveredSignals,
        FailedAlerts: alerting.failedAlerts,
      },
    });
    const foreseers = forecasting === undefined ? [] : [forecasting.forecast, forecasting.worker];
    const widget = this.#widgets === undefined ? [] : [this.#widgets.widget];
    const streaming = streams === undefined ? [] : [streams.stream];
    const functions = [...detection.functions, ...streaming, ...foreseers, train, ...alerting.functions, ...widget];
    for (const one of [...functions, schedules]) one.node.addDependency(stored);
    const shown = widget.map((drawing) => {
      const { settings } = this;
      return new Dashboard(this, 'Dashboard', { settings, widget: drawing, alarms, functions }).dashboard;
    });

    sayWhatItCosts(this, this.settings);

    this.bucket = bucket;
    this.bus = bus;
    this.anomalyFunction = detection.anomaly;
    this.workerFunction = detection.worker;
    this.trainFunction = train;
    this.forecastFunction = forecasting?.forecast;
    this.routerFunction = alerting.router;
    this.sweepFunction = alerting.sweep;
    this.alarmTopic = alarms.topic;
    this.actionsUrl = alerting.actions?.api.apiEndpoint;
    this.widgetFunction = this.#widgets?.widget;
    [this.dashboard] = shown;
    refuseSameName(this);
    refuseNameOfMain(this, props.signalsTo as IEventBus | undefined);
  }

  private busNamed(arn: string | undefined): IEventBus | undefined {
    return arn === undefined ? undefined : EventBus.fromEventBusArn(this, 'SignalsTo', arn);
  }

  /**
   * Lets somebody see the dashboard's own widgets, and press their buttons: they call a function in the name of whoever
   * looks. To see dashboards at all takes `cloudwatch:GetDashboard` and rights to read metrics besides.
   *
   * @throws Error where the dashboard is off.
   */
  grantView(grantee: IGrantable): void {
    if (this.#widgets === undefined)
      throw new Error("There is nothing to view: dashboard is 'off' → leave it out, or take grantView away.");
    this.#widgets.grantView(grantee);
  }
}
