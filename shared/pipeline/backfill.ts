import { backfillHistory, type BackfillResult, readProgress } from '../metrics/history-backfill.ts';
import { planShards, readShardInventory } from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { StoragePorts } from '../models/stored-artefact.ts';
import type { MetricSource } from '../ports/metric-source.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import type { Watch } from '../settings/settings.ts';
import { countPast } from './asked-records.ts';
import { type DetectPorts, watchNamed } from './detect-ports.ts';

const DAY = 86_400;

/**
 * How far back points of a period are to be had, in seconds: CloudWatch keeps minutes for 15 days, five minutes for 63
 * and hours for 455. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
export function backfillSpan(periodSeconds: number, retentionSeconds: number): number {
  const kept = periodSeconds < 300 ? 14 * DAY : periodSeconds < 3600 ? 63 * DAY : 455 * DAY;
  return Math.min(kept, retentionSeconds);
}

/**
 * Fetches the past of a shard's series, newest day first, as long as `mayGoOn` says so; whatever is left is fetched by
 * the next call. Series that have all of theirs cost one read of the store.
 *
 * @throws RangeError for a watch that the settings do not have.
 */
export async function backfillShard(
  { watch: name, shard, tick }: ShardMessage,
  ports: Pick<DetectPorts, 'settings' | 'store' | 'bytes' | 'source' | 'log'>,
  mayGoOn: () => boolean,
): Promise<BackfillResult> {
  const watch = watchNamed(ports.settings, name);
  const inventory = await readShardInventory(ports, name, shard);
  const series = planShards(inventory, watch.period).find((one) => one.shard === shard)?.series ?? [];
  const to = Math.floor(tick / watch.period) * watch.period;
  const from = Math.max(0, to - backfillSpan(watch.period, ports.settings.retention));
  if (series.length === 0 || from >= to) return { status: 'done', days: 0, points: 0, billedMetrics: 0 };
  const source = countedFor(ports.source(watch), (metrics) =>
    countPast({ watch: name, shard, time: tick, metrics }, ports),
  );
  const job = { watch: name, shard, periodSeconds: watch.period, series, from, to };
  const result = await backfillHistory({ ...ports, source }, job, mayGoOn);
  if (result.days > 0) ports.log.info('history backfilled', { watch: name, shard, ...result });
  if (result.problem !== undefined)
    ports.log.warn('backfill interrupted', { watch: name, shard, problem: result.problem });
  return result;
}

/** The same source; what it bills is counted before anything is done with its answer. */
const countedFor = (source: MetricSource, count: (metrics: number) => Promise<void>): MetricSource => ({
  discover: (...given) => source.discover(...given),
  read: async (...given) => {
    const reading = await source.read(...given);
    await count(reading.billedMetrics);
    return reading;
  },
});

/** Whether everything that is to be had of these series' past is stored. */
export async function isBackfilled(
  ports: StoragePorts,
  watch: Watch,
  shard: string,
  series: readonly SeriesDescription[],
): Promise<boolean> {
  const { passes } = await readProgress(ports, watch.name, shard, watch.period);
  const done = new Set(passes.filter(({ next, from }) => next <= from).flatMap((pass) => pass.series));
  return series.every(({ id }) => done.has(id));
}
