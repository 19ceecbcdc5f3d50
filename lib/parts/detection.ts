import { Annotations, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Settings, type Watch, watchesOf } from '../../shared/settings/settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';
import type { ObjectAccess } from './object-access.ts';
import { ShardQueue, shardTimeout } from './shard-queue.ts';

export interface DetectionProps {
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  readonly workerConcurrency: number;
}

/** Between two beginnings; one takes less, so that two never run at once. */
export const backfillEvery = Duration.minutes(5);
/** GetMetricData's default quota. */
const callsPerSecond = 50;

/** What judging a shard needs. Anomalies are recorded once and never read back. */
const judging: ObjectAccess = {
  read: ['settings', 'inventory', 'history', 'models', 'state', 'feedback'],
  write: ['history', 'state', 'anomalies', 'meter'],
  // Compaction replaces a day's ticks by one object, and history expires.
  delete: ['history'],
};

/** Looking for series takes a while in a large account: 100,000 are 400 pages, at a few pages a second. */
const discoveryTimeout = Duration.minutes(15);

/**
 * How much of `quotaShare` one process of each function may use; all that may run at once come to 1 together, for
 * reading as for listing. A tick reads only where its watch has one shard, and lists only where nothing is known yet.
 */
export const quotaParts = (watches: number, workers: number) => ({
  tick: 1 / (4 * watches),
  worker: 1 / (2 * workers),
  backfill: 1 / 4,
  discovery: 3 / (4 * watches),
});

/**
 * Tick → shards: one shard runs at once, more go through the queue to the workers. Beside them, at a pace of their own,
 * the look for new series, and the past of watches that have several shards.
 */
export class Detection extends Construct {
  readonly anomaly: MonitoringFunction;
  readonly worker: MonitoringFunction;
  readonly discovery: MonitoringFunction;
  readonly backfill: MonitoringFunction;
  readonly queue: ShardQueue;
  readonly failedShards: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: DetectionProps) {
    super(scope, id);
    const { surroundings, settings, workerConcurrency } = props;
    const watches = watchesOf(settings);
    const longest = (of: (watch: Watch) => number): Duration => Duration.seconds(Math.max(...watches.map(of)));
    const longestInterval = longest(({ every }) => every);
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
      // At first, and where something else is selected, it also looks for series.
      access: {
        ...judging,
        // And it reads the meter.
        read: [...judging.read, 'meter'],
        write: [...judging.write, 'inventory'],
        delete: [...judging.delete, 'inventory'],
      },
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
    this.discovery = new MonitoringFunction(this, 'Discovery', {
      ...sizing,
      handler: 'discover',
      // It holds the whole inventory: 100,000 series, as they were and as they are.
      memorySize: 1769,
      timeout: discoveryTimeout,
      access: { read: ['settings', 'inventory', 'meter'], write: ['inventory', 'meter'], delete: ['inventory'] },
      description: 'Every hour: new series of a watch, and those that are gone.',
      maxEventAge: longest(({ discoverEvery }) => discoverEvery),
    });
    this.backfill = new MonitoringFunction(this, 'Backfill', {
      ...sizing,
      handler: 'backfill',
      access: { read: ['settings', 'inventory', 'history', 'meter'], write: ['history', 'meter'], delete: [] },
      description: 'The past of watches of several shards, newest day first.',
      maxEventAge: backfillEvery,
    });
    const parts = quotaParts(watches.length, workerConcurrency);
    this.anomaly.readMetrics().listMetrics().addEnvironment('AIOPS_QUOTA_PART', String(parts.tick));
    this.worker.readMetrics().addEnvironment('AIOPS_QUOTA_PART', String(parts.worker));
    this.discovery.listMetrics().addEnvironment('AIOPS_QUOTA_PART', String(parts.discovery));
    this.backfill.readMetrics().addEnvironment('AIOPS_QUOTA_PART', String(parts.backfill));
    for (const one of [this.anomaly, this.worker]) {
      one.publishOwnMetrics();
      surroundings.bus.grantPutEventsTo(one);
    }
    if (workerConcurrency > callsPerSecond * settings.quotaShare) {
      Annotations.of(this).addWarningV2(
        'aiops:more-workers-than-calls',
        `${workerConcurrency} workers share ${callsPerSecond * settings.quotaShare} calls a second to GetMetricData ` +
          `(quotaShare ${settings.quotaShare} of ${callsPerSecond}): they would wait for each other, and begin each tick ` +
          'with a burst → lower workerConcurrency, or raise quotaShare together with the quota of the account',
      );
    }
  }

  get functions(): readonly MonitoringFunction[] {
    return [this.anomaly, this.worker, this.discovery, this.backfill];
  }
}
