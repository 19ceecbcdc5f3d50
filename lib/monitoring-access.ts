import { Stack } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats, type IMetric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { metricsNamespace } from '../shared/settings/environment.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { refuse } from './refuse.ts';

export interface WatchMetricOptions extends MetricOptions {
  /**
   * Name of one watch.
   *
   * @default - all watches together
   */
  readonly watch?: string;
}

export interface AlertMetricOptions extends MetricOptions {
  /**
   * One severity.
   *
   * @default - all severities together
   */
  readonly severity?: Severity;
}

const severities = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
type Severity = (typeof severities)[number];

/** What other constructs of an app do with the monitoring: rights on it, and metrics of it. */
export abstract class MonitoringAccess extends Construct {
  abstract readonly bucket: IBucket;
  abstract readonly bus: EventBus;
  abstract readonly anomalyFunction: IFunction;
  abstract readonly trainFunction: IFunction;
  abstract readonly forecastFunction: IFunction | undefined;
  abstract readonly sweepFunction: IFunction;
  abstract readonly settings: Settings;

  /** Reading everything that is remembered, such as for a notebook or `npx aiops incidents --bucket`; nothing is written. */
  grantRead(grantee: IGrantable): Grant {
    return this.bucket.grantRead(grantee);
  }

  /** A tick, a training, forecasts and a sweep by hand: invoke the function with `{}`. */
  grantInvoke(grantee: IGrantable): Grant {
    const functions = [this.anomalyFunction, this.trainFunction, this.forecastFunction, this.sweepFunction];
    const resourceArns = functions.flatMap((one) => (one === undefined ? [] : [one.functionArn]));
    return Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns });
  }

  /** Putting events of any kind on the bus, such as signals of a detector of your own. */
  grantPutEvents(grantee: IGrantable): Grant {
    return this.bus.grantPutEventsTo(grantee);
  }

  /** Telling people nothing for a while, by an event of detail type `Mute` on the bus, and no other event. */
  grantMute(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['events:PutEvents'],
      resourceArns: [this.bus.eventBusArn],
      conditions: { StringEquals: { 'events:detail-type': 'Mute' } },
    });
  }

  /**
   * One of our own metrics, which docs/runbook.md lists, of this deployment.
   *
   * @param dimensions beside `Deployment`: `Watch` for those of ticks, trainings and forecasts.
   */
  metric(metricName: string, dimensions: Readonly<Record<string, string>> = {}, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: metricsNamespace,
      metricName,
      dimensionsMap: { Deployment: this.settings.name, ...dimensions },
      account: Stack.of(this).account,
      region: Stack.of(this).region,
      ...options,
    }).attachTo(this);
  }

  /** Findings that began to fire. @default the sum over five minutes */
  metricAnomaliesDetected(options: WatchMetricOptions = {}): IMetric {
    return this.ofWatches('AnomaliesDetected', Stats.SUM, options);
  }

  /** Seconds since the newest verdict of the shard that is furthest behind: grows while one is not judged. @default the maximum over five minutes */
  metricOldestVerdictAge(options: WatchMetricOptions = {}): IMetric {
    return this.ofWatches('OldestVerdictAge', Stats.MAXIMUM, options);
  }

  /** Metrics that CloudWatch bills for reading. @default the sum over five minutes */
  metricMetricsBilled(options: WatchMetricOptions = {}): IMetric {
    return this.ofWatches('MetricsBilled', Stats.SUM, options);
  }

  /**
   * 100 × (1 − WAPE) half an hour ahead, of one watch; read it beside {@link metricPredictionSkill}. Percentages of
   * several watches add up to nothing, so that one has to be named where there are several.
   *
   * @default the average over five minutes
   * @throws SettingsError where no watch is named and there are several.
   */
  metricPredictionAccuracy(options: WatchMetricOptions = {}): IMetric {
    return this.ofOneWatch('PredictionAccuracy', options);
  }

  /** 1 − WAPE / that of saying that nothing changes: 0 is no better. Of one watch. @default the average over five minutes */
  metricPredictionSkill(options: WatchMetricOptions = {}): IMetric {
    return this.ofOneWatch('PredictionSkill', options);
  }

  /** Notices that were decided on. @default the sum over five minutes */
  metricAlertsGenerated({ severity, ...options }: AlertMetricOptions = {}): IMetric {
    const one = (Severity: string): Metric =>
      this.metric('AlertsGenerated', { Severity }, { statistic: Stats.SUM, ...options });
    return severity === undefined ? together(severities.map(one), Stats.SUM, 'AlertsGenerated') : one(severity);
  }

  /** Age in seconds of the oldest page that could not be delivered; 0 where none is owed. @default the maximum over a minute */
  metricOwedPageSeconds(options: MetricOptions = {}): Metric {
    return this.metric('OwedPageSeconds', {}, { statistic: Stats.MAXIMUM, ...options });
  }

  private ofWatches(name: string, statistic: string, { watch, ...options }: WatchMetricOptions): IMetric {
    const watches = watch === undefined ? Object.keys(this.settings.watches) : [this.known(watch)];
    return together(
      watches.map((Watch) => this.metric(name, { Watch }, { statistic, ...options })),
      statistic,
      name,
    );
  }

  private ofOneWatch(name: string, { watch, ...options }: WatchMetricOptions): IMetric {
    const [only, ...others] = Object.keys(this.settings.watches);
    if (watch === undefined && others.length > 0) {
      refuse(
        'watch',
        `is missing, and ${name} of several watches is no number`,
        `write ${[only, ...others].join(', or ')}`,
      );
    }
    return this.metric(
      name,
      { Watch: watch === undefined ? only : this.known(watch) },
      { statistic: 'Average', ...options },
    );
  }

  private known(watch: string): string {
    if (Object.hasOwn(this.settings.watches, watch)) return watch;
    return refuse('watch', 'is no watch', `write ${Object.keys(this.settings.watches).join(', or ')}`, watch);
  }
}

/** Several metrics as one: CloudWatch adds them up, or takes the largest. */
function together(metrics: readonly Metric[], statistic: string, label: string): IMetric {
  const [first] = metrics;
  if (metrics.length === 1) return first;
  const byId = Object.fromEntries(metrics.map((one, k) => [`m${k + 1}`, one]));
  const of = statistic === Stats.MAXIMUM ? 'MAX' : 'SUM';
  // An alarm takes expressions over metrics that it lists; a metric without points would make the sum of none.
  const filled = Object.keys(byId).map((id) => `FILL(${id}, 0)`);
  return new MathExpression({
    expression: `${of}([${filled.join(', ')}])`,
    usingMetrics: byId,
    label,
    period: first.period,
  });
}
