import { readOverview } from '../metrics/inventory.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import { forecastEvery } from '../settings/forecast-settings.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import type { TickRequest } from './detect-anomalies.ts';
import { watchNamed } from './detect-ports.ts';
import type { ForecastPorts } from './forecast-ports.ts';
import { forecastShard } from './forecast-shard.ts';
import type { ForecastShardSummary } from './forecast-summary.ts';
import { limitedShards } from './limited-shards.ts';
import { callTheForecastRoll } from './roll-call.ts';
import { stretchedTo } from './polling.ts';
import { forEachWatch } from './watches-in-turn.ts';

export { forecastShard } from './forecast-shard.ts';
export { readForecasts } from './forecast-record.ts';
export type { ForecastPorts } from './forecast-ports.ts';
export type { ForecastShardSummary } from './forecast-summary.ts';

export interface WatchForecasts {
  readonly watch: string;
  /** Shards with series that have a limit, and how many such series. */
  readonly shards: number;
  readonly series: number;
  /** Shards run here; the others went to the queue. */
  readonly ran: readonly ForecastShardSummary[];
  readonly queued: number;
}

export interface ForecastSummary {
  readonly tick: number;
  /** Watches whose forecasts are not off. */
  readonly watches: readonly WatchForecasts[];
}

/**
 * One tick of forecasting: plans the shards that have limits, runs a single one at once and hands more to the queue. An
 * empty request is a tick now, for every watch.
 *
 * @throws RangeError for a watch that the settings do not have, naming those they have.
 * @throws AggregateError after all watches were tried, where some failed: the whole tick may be retried harmlessly.
 */
export async function forecastMetrics(request: TickRequest, ports: ForecastPorts): Promise<ForecastSummary> {
  const tick = request.tick ?? Math.floor(ports.clock.now());
  const { shard } = request;
  if (shard !== undefined && request.watch === undefined)
    throw new RangeError(`shard '${shard}' of which watch? name the watch, too`);
  const watches = request.watch === undefined ? watchesOf(ports.settings) : [watchNamed(ports.settings, request.watch)];
  const forecast = watches.filter((watch) => watch.forecast !== 'off');
  const summaries = await forEachWatch(forecast, tick, ports.log, (watch) =>
    shard === undefined ? tickWatch(watch, tick, ports) : tickShard(watch, shard, tick, ports),
  );
  return { tick, watches: summaries };
}

async function tickWatch(watch: Watch, tick: number, ports: ForecastPorts): Promise<WatchForecasts> {
  const overview = await readOverview(ports, watch.name);
  const busy = await limitedShards(watch, overview, tick, ports);
  await callTheForecastRoll(watch, busy, tick, ports);
  const due = isHourly(tick, forecastEvery(watch))
    ? [...overview.shards.map(({ shard }) => shard), ...overview.idle]
    : busy.map(({ shard }) => shard);
  const every = await stretchedTo(watch, tick, ports);
  const stretched = every === undefined ? {} : { every };
  const messages = due.map((shard): ShardMessage => ({ watch: watch.name, shard, tick, ...stretched }));
  const series = busy.reduce((sum, one) => sum + one.series, 0);
  const head = { watch: watch.name, shards: busy.length, series };
  if (messages.length > 1) {
    await ports.queue.send(messages);
    return { ...head, ran: [], queued: messages.length };
  }
  const ran: ForecastShardSummary[] = [];
  for (const message of messages) {
    const summary = await forecastShard(message, ports);
    if (summary.outcome !== 'empty') ran.push(summary);
  }
  return { ...head, ran, queued: 0 };
}

/** A shard without limits, or without series, has nothing to forecast, and perhaps something to take back. */
const isHourly = (tick: number, every: number): boolean =>
  Math.floor(tick / 3600) !== Math.floor((tick - every) / 3600);

async function tickShard(watch: Watch, shard: string, tick: number, ports: ForecastPorts): Promise<WatchForecasts> {
  const ran = await forecastShard({ watch: watch.name, shard, tick }, ports);
  return { watch: watch.name, shards: 1, series: ran.series, ran: [ran], queued: 0 };
}
