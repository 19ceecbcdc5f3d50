import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { queueEncryption } from '../encryption.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { MonitoringFunction } from './monitoring-function.ts';

/** How long the function may take that works on a shard. */
export const shardTimeout = Duration.minutes(5);

export interface ShardQueueProps {
  /** Where a shard goes that failed three times. */
  readonly failed: DeadLetterQueue;
}

/** Shards on their way from whoever plans a tick to the workers. */
export class ShardQueue extends Queue {
  constructor(scope: Construct, id: string, { failed }: ShardQueueProps) {
    super(scope, id, {
      ...queueEncryption(scope),
      enforceSSL: true,
      // AWS asks for six times the function's time, so that no message is seen twice while it is worked on.
      visibilityTimeout: Duration.seconds(6 * shardTimeout.toSeconds()),
      retentionPeriod: Duration.hours(2),
      deadLetterQueue: { queue: failed, maxReceiveCount: 3 },
    });
  }

  /**
   * The planner fills it and the worker empties it. Two functions: Lambda stops a function that feeds itself after 16
   * rounds.
   */
  between(planner: MonitoringFunction, worker: MonitoringFunction, workerConcurrency: number): this {
    this.grantSendMessages(planner);
    planner.addEnvironment('AIOPS_QUEUE_URL', this.queueUrl);
    worker.addEventSource(
      new SqsEventSource(this, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: workerConcurrency }),
    );
    return this;
  }
}
