import pLimit from 'p-limit';
import * as z from 'zod';
import { planShards, readShardInventory, type ShardOverview } from '../metrics/inventory.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import { forecastEvery } from '../settings/forecast-settings.ts';
import { keys } from '../settings/keys.ts';
import type { Watch } from '../settings/settings.ts';
import { limitedSeries } from './advance-forecasts.ts';
import type { ForecastPorts } from './forecast-ports.ts';
import { LATE_INTERVALS } from './late-shards.ts';
import { isFirstOfDay } from './model-age.ts';
import { readJson, writeJson } from './stored-json.ts';

/** A shard that has something to forecast. */
export interface LimitedShard {
  readonly shard: string;
  /** How many of its series have a limit. */
  readonly series: number;
  /** Epoch seconds of the tick that found a limit in it first, of an unbroken row of ticks. */
  readonly since: number;
}

type LimitPorts = Pick<ForecastPorts, 'store' | 'bytes' | 'log'>;

const found = z.strictObject({
  version: z.literal(1),
  /** Digest of the settings that decide what has a limit. */
  rules: z.string(),
  /** Epoch seconds of the tick that wrote it. */
  tick: z.number(),
  shards: z.record(z.string(), z.strictObject({ version: z.string(), series: z.int().min(0), since: z.number() })),
});

type Found = z.infer<typeof found>;

const HOUR = 3600;
const SHARDS_AT_ONCE = 16;

/**
 * The shards of a watch that have series with a limit. What was found is kept beside the states, so that a tick reads
 * the inventory of those shards alone that were changed since; once a day all are looked at anew, for another release
 * may give other series a limit. A shard that cannot be read counts as it was known, for its own run to fail by name.
 *
 * @param tick epoch seconds.
 */
export async function limitedShards(
  watch: Watch,
  { shards }: ShardOverview,
  tick: number,
  ports: LimitPorts,
): Promise<readonly LimitedShard[]> {
  const every = forecastEvery(watch);
  const before = await known(watch, ports);
  const rules = rulesOf(watch, ports);
  const isKnown = before?.rules === rules && !isFirstOfDay(tick, every);
  // Where forecasts were off meanwhile, nobody is late of what was not to be done.
  const goesOn = before !== undefined && tick - before.tick <= Math.max(HOUR, every) + LATE_INTERVALS * every;
  const limit = pLimit(SHARDS_AT_ONCE);
  const looked = await limit.map(shards, async ({ shard, version, series: asked }) => {
    const was = before !== undefined && Object.hasOwn(before.shards, shard) ? before.shards[shard] : undefined;
    const counted = isKnown && was?.version === version ? was.series : await countLimited(watch, shard, ports);
    const series = counted ?? was?.series ?? asked;
    const since = goesOn && was !== undefined && was.series > 0 ? was.since : tick;
    return [shard, { version: counted === undefined ? '' : version, series, since: series > 0 ? since : 0 }] as const;
  });
  const now: Found = { version: 1, rules, tick, shards: Object.fromEntries(looked) };
  if (before === undefined || isWorthWriting(before, now))
    await writeJson(ports.store, keys.limitedShards(watch.name), now);
  return looked.flatMap(([shard, { series, since }]) => (series > 0 ? [{ shard, series, since }] : []));
}

/** What changed; and that ticks go on, once an hour. An older tick that comes late says nothing new. */
const isWorthWriting = (before: Found, now: Found): boolean =>
  now.tick > before.tick &&
  (before.rules !== now.rules ||
    Math.floor(before.tick / HOUR) !== Math.floor(now.tick / HOUR) ||
    JSON.stringify(before.shards) !== JSON.stringify(now.shards));

async function known(watch: Watch, { store, log }: LimitPorts): Promise<Found | undefined> {
  try {
    return (await readJson(store, found, keys.limitedShards(watch.name)))?.value;
  } catch (error) {
    // It is found anew from what it was found in, and written over.
    if (!(error instanceof StoredObjectError)) throw error;
    log.warn('what has limits is found anew', { watch: watch.name, error: error.message });
    return undefined;
  }
}

/** All that decides, beside the series themselves, which of them have a limit. */
function rulesOf({ period, limits, forecast }: Watch, { bytes }: LimitPorts): string {
  const usual = forecast === 'off' ? null : forecast.recommendations.monitor;
  return bytes.digest(new TextEncoder().encode(JSON.stringify({ period, limits, usual }))).slice(0, 16);
}

/** Undefined where it cannot be read. */
async function countLimited(watch: Watch, shard: string, ports: LimitPorts): Promise<number | undefined> {
  try {
    const planned = planShards(await readShardInventory(ports, watch.name, shard), watch.period);
    return planned.reduce((sum, { series }) => sum + limitedSeries(series, watch).length, 0);
  } catch (error) {
    if (!(error instanceof StoredObjectError)) throw error;
    ports.log.error('inventory of a shard unreadable', { watch: watch.name, shard, error: error.message });
    return undefined;
  }
}
