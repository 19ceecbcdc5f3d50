import type { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';
import type { ObjectAccess } from './object-access.ts';
import { ShardQueue, shardTimeout } from './shard-queue.ts';

export interface DetectionProps {
  readonly surroundings: Surroundings;
  readonly longestInterval: Duration;
  /** Each has a schedule of its own: so many ticks may run at once. */
  readonly watches: number;
  readonly workerConcurrency: number;
}

/** What judging a shard needs. Anomalies are recorded once and never read back. */
const judging: ObjectAccess = {
  read: ['settings', 'inventory', 'history', 'models', 'state', 'feedback'],
  write: ['history', 'state', 'anomalies'],
  // Compaction replaces a day's ticks by one object, and history expires.
  delete: ['history'],
};

/** Tick → shards: one shard runs at once, more go through the queue to the workers. */
export class Detection extends Construct {
  readonly anomaly: MonitoringFunction;
  readonly worker: MonitoringFunction;
  readonly queue: ShardQueue;
  readonly failedShards: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: DetectionProps) {
    super(scope, id);
    const { surroundings, longestInterval, watches, workerConcurrency } = props;
    const sizing = {
      surroundings,
      bundle: 'anomaly',
      // A shard of 500 series is 3 MB of state and under 2 s of one core; 1 GB buys 0.6 of one, and room to backfill.
      memorySize: 1024,
      timeout: shardTimeout,
    } as const;
    this.failedShards = new DeadLetterQueue(this, 'FailedShards');
    this.anomaly = new MonitoringFunction(this, 'Anomaly', {
      ...sizing,
      handler: 'handler',
      // It also looks for new series.
      access: { ...judging, write: [...judging.write, 'inventory'] },
      description: 'Every tick: new points of a watch, judged; signals to the bus.',
      maxEventAge: longestInterval,
    });
    this.worker = new MonitoringFunction(this, 'Worker', {
      ...sizing,
      handler: 'worker',
      access: judging,
      description: 'One shard of a watch at a tick, where a watch has more than one.',
      maxEventAge: longestInterval,
    });
    this.queue = new ShardQueue(this, 'Shards', { failed: this.failedShards });
    this.queue.between(this.anomaly, this.worker, workerConcurrency);
    // Ticks and workers run at the same time and do not know of each other: half of the quota share each.
    this.anomaly.addEnvironment('AIOPS_QUOTA_PART', String(1 / (2 * watches)));
    this.worker.addEnvironment('AIOPS_QUOTA_PART', String(1 / (2 * workerConcurrency)));
    for (const one of [this.anomaly, this.worker]) {
      one.readMetrics().publishOwnMetrics();
      surroundings.bus.grantPutEventsTo(one);
    }
  }
}
