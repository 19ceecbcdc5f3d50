import type { Duration } from 'aws-cdk-lib';
import { Metric, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { metricsNamespace } from '../../shared/settings/environment.ts';

/** One alarm on ourselves. */
export interface Watched {
  /** Id of the construct: it stays, whatever else changes. */
  readonly id: string;
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

/** Metrics that we publish, of this deployment. */
export const ownMetric = (
  deployment: string,
  metricName: string,
  more: {
    readonly statistic: string;
    readonly period: Duration;
    readonly dimensions?: Readonly<Record<string, string>>;
  },
): Metric =>
  new Metric({
    namespace: metricsNamespace,
    metricName,
    dimensionsMap: { Deployment: deployment, ...more.dimensions },
    statistic: more.statistic,
    period: more.period,
  });
