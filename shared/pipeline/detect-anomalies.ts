import type { Bytes } from '../ports/bytes.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { Log } from '../ports/log.ts';
import type { MetricSink } from '../ports/metric-sink.ts';
import type { MetricSource } from '../ports/metric-source.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { ShardMessage, WorkQueue } from '../ports/work-queue.ts';
import type { Settings, Watch } from '../settings/settings.ts';

export interface DetectPorts {
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly bytes: Bytes;
  /** The source that the watch names. */
  readonly source: (watch: Watch) => MetricSource;
  readonly bus: EventBus;
  readonly sink: MetricSink;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly log: Log;
}

/** An empty request is a tick now, for every watch. */
export interface TickRequest {
  /** Scheduled time in epoch seconds. @default the clock's whole second */
  readonly tick?: number;
  /** @default all watches */
  readonly watch?: string;
  /** Runs this shard here and now, and plans nothing. Needs `watch`. */
  readonly shard?: string;
}

/** What a run did with a shard's tick. Only `judged` changed anything. */
export type ShardOutcome =
  | 'judged'
  /** This tick was committed before. */
  | 'already-judged'
  /** Older than the shard's state, or than the tick after it. */
  | 'too-old'
  /** Another run of the same tick committed first. */
  | 'superseded'
  /** Nothing in the inventory belongs to it any more. */
  | 'empty';

export interface ShardSummary {
  readonly watch: string;
  readonly shard: string;
  readonly tick: number;
  readonly outcome: ShardOutcome;
  readonly entities: number;
  readonly series: number;
  /** Values judged, gaps not counted. */
  readonly points: number;
  /** Entities firing now, those in shadow included. */
  readonly firing: number;
  /** Entities whose newest row could not be judged. */
  readonly unknown: number;
  readonly signals: number;
  /** Metrics billed by the provider for this run. */
  readonly billedMetrics: number;
  /** Values that came after their slot was judged, and values that replaced another. */
  readonly late: number;
  readonly revised: number;
  /** Series that the source could not read, by problem. */
  readonly problems: Readonly<Record<string, number>>;
}

export interface WatchSummary {
  readonly watch: string;
  readonly shards: number;
  readonly series: number;
  /** Whether this tick looked for new series. */
  readonly discovered: boolean;
  readonly leftOut: readonly { readonly pattern: string; readonly count: number }[];
  /** Shards run here; the others went to the queue. */
  readonly ran: readonly ShardSummary[];
  readonly queued: number;
}

export interface TickSummary {
  readonly tick: number;
  readonly watches: readonly WatchSummary[];
}

/**
 * One tick: finds what is to be looked after, plans the shards, runs a single one at once and hands more to the queue.
 *
 * @throws RangeError for a watch that the settings do not have, naming those they have.
 * @throws AggregateError after all watches were tried, where some failed: the whole tick may be retried harmlessly.
 */
export async function detectAnomalies(request: TickRequest, ports: DetectPorts): Promise<TickSummary> {
  throw new Error(`detectAnomalies is being built: ${JSON.stringify(request)} ${ports.settings.name}`);
}

/** One shard of a watch at a tick: what a worker does with a message of the queue. Harmless when repeated. */
export async function runShard(message: ShardMessage, ports: DetectPorts): Promise<ShardSummary> {
  throw new Error(`runShard is being built: ${message.shard} ${ports.settings.name}`);
}
