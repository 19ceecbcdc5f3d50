import pLimit from 'p-limit';
import type { ShardOverview } from '../metrics/inventory.ts';
import type { MetricDatum } from '../ports/metric-sink.ts';
import type { WrittenTimes } from '../ports/written-times.ts';
import { keys } from '../settings/keys.ts';
import type { Watch } from '../settings/settings.ts';

/** A shard that was not judged for so many intervals is late. */
export const LATE_INTERVALS = 3;
/** Enough to hide the store's latency where all of a large watch is late. */
const SHARDS_AT_ONCE = 16;

/** How long ago the shards of a watch were judged, as a tick finds them before it judges them anew. */
export interface Lateness {
  /** Shards not judged for three intervals. */
  readonly late: readonly string[];
  /** Series in them: nobody would be told what they do. */
  readonly seriesOverdue: number;
  /** Seconds since the verdict that is oldest; about one interval where all is well, 0 where there is no shard. */
  readonly oldestVerdictAge: number;
}

/** A shard, and how many series of it are to be judged. */
type CountedShard = Pick<ShardOverview['shards'][number], 'shard' | 'series'>;

/**
 * Looks when the state of each planned shard was written last, which is when it was judged: one list for hundreds of
 * shards. A shard that was never judged is as old as the inventory that has it, or younger than that.
 *
 * @param now epoch seconds, of the clock that dates objects.
 * @param toJudge how many series of a shard there are to judge, asked of those that seem late: one whose points come too
 * rarely for the watch's period of today has none, and nobody is to judge it until it fits again or is retired.
 */
export async function lateShards(
  { name: watch, every }: Pick<Watch, 'name' | 'every'>,
  shards: readonly CountedShard[],
  now: number,
  store: WrittenTimes,
  toJudge: (shard: CountedShard) => Promise<number>,
): Promise<Lateness> {
  const judged = await writtenTimes(store, keys.statePrefix(watch));
  const judgedAt = shards.map(({ shard }) => judged.get(keys.state(watch, shard, 'anomaly')));
  const key = keys.inventory(watch);
  const planned = judgedAt.includes(undefined) ? ((await writtenTimes(store, key)).get(key) ?? now) : now;
  const aged = shards.map((one, index) => ({ ...one, age: Math.max(0, now - (judgedAt[index] ?? planned)) }));
  const [late, inTime] = partition(aged, ({ age }) => age >= LATE_INTERVALS * every);
  const limit = pLimit(SHARDS_AT_ONCE);
  const counted = await limit.map(late, async (one) => ({ ...one, series: await toJudge(one) }));
  return latenessOf(
    counted.filter(({ series }) => series > 0),
    inTime,
  );
}

/**
 * The same for forecasts: of shards that have series with a limit, by when what forecasting remembers of them was
 * written. A shard is not late of what it was not yet to be forecast.
 *
 * @param shards with the epoch seconds since which each is to be forecast.
 * @param every seconds between two forecasts.
 */
export async function lateForecasts(
  watch: string,
  every: number,
  shards: readonly (CountedShard & { readonly since: number })[],
  now: number,
  store: WrittenTimes,
): Promise<Lateness> {
  const made = shards.length === 0 ? new Map<string, number>() : await writtenTimes(store, keys.statePrefix(watch));
  const aged = shards.map(({ since, ...one }) => {
    const madeAt = made.get(keys.state(watch, one.shard, 'forecast')) ?? since;
    return { ...one, age: Math.max(0, now - Math.max(madeAt, since)) };
  });
  return latenessOf(...partition(aged, ({ age }) => age >= LATE_INTERVALS * every));
}

interface AgedShard extends CountedShard {
  readonly age: number;
}

const latenessOf = (late: readonly AgedShard[], inTime: readonly AgedShard[]): Lateness => ({
  late: late.map(({ shard }) => shard),
  seriesOverdue: late.reduce((sum, { series }) => sum + series, 0),
  oldestVerdictAge: [...late, ...inTime].reduce((oldest, { age }) => Math.max(oldest, age), 0),
});

const partition = <T>(all: readonly T[], is: (one: T) => boolean): [readonly T[], readonly T[]] => [
  all.filter(is),
  all.filter((one) => !is(one)),
];

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

/** What a tick of forecasts says of whether its watch is forecast. */
export const forecastLivenessMetricNames = ['ForecastsOverdue'] as const;

/** @param tick epoch seconds. */
export const forecastLivenessMetrics = (
  deployment: string,
  watch: string,
  { seriesOverdue }: Lateness,
  tick: number,
): readonly MetricDatum[] => [
  {
    name: 'ForecastsOverdue',
    dimensions: { Deployment: deployment, Watch: watch },
    value: seriesOverdue,
    unit: 'Count',
    time: tick,
  },
];
