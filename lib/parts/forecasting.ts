import type { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';
import type { ObjectAccess } from './object-access.ts';
import { ShardQueue, shardTimeout } from './shard-queue.ts';

export interface ForecastingProps {
  readonly surroundings: Surroundings;
  readonly longestInterval: Duration;
  readonly workerConcurrency: number;
}

/** What forecasting a shard needs. It asks nobody for metrics: detection has stored them. */
const foreseeing: ObjectAccess = {
  read: ['settings', 'inventory', 'history', 'models', 'state', 'forecasts'],
  // A tick also fits what has no forecaster yet.
  write: ['forecasts', 'models', 'state'],
  delete: ['forecasts'],
};

/**
 * Tick → shards that have limits: one runs at once, more go through a queue to workers. A queue of its own: no shard of
 * detection waits behind ten thousand forecasts.
 */
export class Forecasting extends Construct {
  readonly forecast: MonitoringFunction;
  readonly worker: MonitoringFunction;
  readonly queue: ShardQueue;
  readonly failedShards: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: ForecastingProps) {
    super(scope, id);
    const { surroundings, longestInterval, workerConcurrency } = props;
    const sizing = {
      surroundings,
      bundle: 'forecast',
      // One whole core: forecasts are arithmetic, and so is fitting them. Three weeks of 500 series are 24 MB.
      memorySize: 1769,
      timeout: shardTimeout,
      maxEventAge: longestInterval,
      access: foreseeing,
    } as const;
    this.failedShards = new DeadLetterQueue(this, 'FailedShards');
    this.forecast = new MonitoringFunction(this, 'Forecast', {
      ...sizing,
      handler: 'handler',
      // How old the newest values may be, for which polling may be stretched.
      access: { ...foreseeing, read: [...foreseeing.read, 'meter'] },
      description: 'Every five minutes: what is expected of series that have a limit; signals to the bus.',
    });
    this.worker = new MonitoringFunction(this, 'Foreseer', {
      ...sizing,
      handler: 'worker',
      description: 'Forecasts of one shard of a watch at a tick, where a watch has more than one.',
    });
    for (const one of [this.forecast, this.worker]) {
      one.publishOwnMetrics();
      surroundings.bus.grantPutEventsTo(one);
    }
    this.queue = new ShardQueue(this, 'Shards', { failed: this.failedShards });
    this.queue.between(this.forecast, this.worker, workerConcurrency);
  }
}
