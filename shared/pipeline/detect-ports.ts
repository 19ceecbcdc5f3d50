import type { Bytes } from '../ports/bytes.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { Heartbeat } from '../ports/heartbeat.ts';
import type { Log } from '../ports/log.ts';
import type { MetricSink } from '../ports/metric-sink.ts';
import type { MetricSource } from '../ports/metric-source.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { WorkQueue } from '../ports/work-queue.ts';
import type { WrittenTimes } from '../ports/written-times.ts';
import { type Settings, type Watch, watchesOf } from '../settings/settings.ts';

/** All that detection needs from outside. */
export interface DetectPorts {
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly bytes: Bytes;
  /** The source that the watch names; for the points of a tick also its shard, which a stream is read by. */
  readonly source: (watch: Watch, shard?: string) => MetricSource;
  readonly bus: EventBus;
  readonly sink: MetricSink;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** Who of the shards answers; absent where nobody looks. */
  readonly written?: WrittenTimes;
  /** Told of every complete tick; absent where nobody listens. */
  readonly heartbeat?: Heartbeat;
  /** Who looks for new series: `apart` has a schedule of its own, and ticks look only where nothing else would do. @default the ticks */
  readonly discovery?: 'apart' | 'with-ticks';
  /**
   * What is held against `maxMonthlyUsd`: all that a deployment costs, or what is asked of CloudWatch alone, as on a
   * machine that costs nothing. @default 'requests'
   */
  readonly billing?: 'deployment' | 'requests';
  /** Who fetches the past: `apart` has a function, and a share of the quotas, of its own. @default whoever runs the shard */
  readonly backfill?: 'apart' | 'with-ticks';
}

/** @throws RangeError for a name that the settings do not have, naming those they have. */
export function watchNamed(settings: Settings, name: string): Watch {
  const found = watchesOf(settings).find((watch) => watch.name === name);
  if (found !== undefined) return found;
  const known = watchesOf(settings).map((watch) => watch.name);
  throw new RangeError(`there is no watch '${name}': the settings have ${known.join(', ')}`);
}
