import type { ShardOverview } from '../metrics/inventory.ts';
import type { MetricDatum } from '../ports/metric-sink.ts';
import type { WrittenTimes } from '../ports/written-times.ts';
import { keys } from '../settings/keys.ts';
import type { Watch } from '../settings/settings.ts';

/** A shard that was not judged for so many intervals is late. */
export const LATE_INTERVALS = 3;

/** How long ago the shards of a watch were judged, as a tick finds them before it judges them anew. */
export interface Lateness {
  /** Shards not judged for three intervals. */
  readonly late: readonly string[];
  /** Series in them: nobody would be told what they do. */
  readonly seriesOverdue: number;
  /** Seconds since the verdict that is oldest; about one interval where all is well, 0 where there is no shard. */
  readonly oldestVerdictAge: number;
}

/**
 * Looks when the state of each planned shard was written last, which is when it was judged: one list for hundreds of
 * shards. A shard that was never judged is as old as the inventory that has it, or younger than that.
 *
 * @param now epoch seconds, of the clock that dates objects.
 */
export async function lateShards(
  { name: watch, every }: Pick<Watch, 'name' | 'every'>,
  shards: ShardOverview['shards'],
  now: number,
  store: WrittenTimes,
): Promise<Lateness> {
  const judged = await writtenTimes(store, keys.statePrefix(watch));
  const judgedAt = shards.map(({ shard }) => judged.get(keys.state(watch, shard, 'anomaly')));
  const key = keys.inventory(watch);
  const planned = judgedAt.includes(undefined) ? ((await writtenTimes(store, key)).get(key) ?? now) : now;
  const late: string[] = [];
  let seriesOverdue = 0;
  let oldestVerdictAge = 0;
  shards.forEach(({ shard, series }, index) => {
    const age = Math.max(0, now - (judgedAt[index] ?? planned));
    oldestVerdictAge = Math.max(oldestVerdictAge, age);
    if (age < LATE_INTERVALS * every) return;
    late.push(shard);
    seriesOverdue += series;
  });
  return { late, seriesOverdue, oldestVerdictAge };
}

async function writtenTimes(store: WrittenTimes, prefix: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for await (const { key, writtenAt } of store.written(prefix)) found.set(key, writtenAt);
  return found;
}

/** What each tick says of whether its watch is looked after: an alarm acts on it, and on its absence. */
export const livenessMetricNames = ['SeriesOverdue', 'OldestVerdictAge'] as const;

/** @param tick epoch seconds. */
export function livenessMetrics(
  deployment: string,
  watch: string,
  { seriesOverdue, oldestVerdictAge }: Lateness,
  tick: number,
): readonly MetricDatum[] {
  const dimensions = { Deployment: deployment, Watch: watch };
  return [
    { name: 'SeriesOverdue', dimensions, value: seriesOverdue, unit: 'Count', time: tick },
    { name: 'OldestVerdictAge', dimensions, value: oldestVerdictAge, unit: 'Seconds', time: tick },
  ];
}
