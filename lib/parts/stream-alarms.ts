import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Watched } from './watched.ts';

export interface StreamSubjects {
  /** Distributes what was delivered. */
  readonly stream: IFunction;
  readonly deliveries: IQueue;
}

/** What is watched of metric streams, besides errors of the function and dead letters. */
export const streamAlarms = ({ stream, deliveries }: StreamSubjects): readonly Watched[] => [
  {
    id: 'StreamSilent',
    // The last link of the chain: whichever of stream, Firehose, bucket and queue is still, this is.
    metric: stream.metricInvocations({ period: Duration.minutes(5), statistic: 'Sum' }),
    threshold: 1,
    periods: 4,
    below: true,
    missingIsBad: true,
    says: 'For twenty minutes, nothing came from the metric stream: what it should say is asked for, and billed.',
    heading: 'A metric stream is silent',
  },
  {
    id: 'DeliveriesWaiting',
    metric: deliveries.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
    threshold: 600,
    periods: 3,
    says: 'What the metric stream delivered has waited for ten minutes: meanwhile it is asked for, and billed.',
    heading: 'Deliveries of a metric stream wait',
  },
];
