import { idleShards, planShards, readInventory, updateInventory, type Inventory } from '../metrics/inventory.ts';
import type { LeftOut } from '../ports/metric-source.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { type DetectPorts, watchNamed } from './detect-ports.ts';
import { callTheRoll } from './roll-call.ts';
import { runShard } from './run-shard.ts';
import type { ShardSummary } from './shard-summary.ts';
import { forEachWatch } from './watches-in-turn.ts';

export { runShard } from './run-shard.ts';
export type { DetectPorts } from './detect-ports.ts';
export type { ShardSummary } from './shard-summary.ts';

/** An empty request is a tick now, for every watch. */
export interface TickRequest {
  /** Scheduled time in epoch seconds. @default the clock's whole second */
  readonly tick?: number;
  /** @default all watches */
  readonly watch?: string;
  /** Runs this shard here and now, and plans nothing. Needs `watch`. */
  readonly shard?: string;
}

export interface WatchSummary {
  readonly watch: string;
  readonly shards: number;
  readonly series: number;
  /** Whether this tick looked for new series. */
  readonly discovered: boolean;
  readonly leftOut: readonly LeftOut[];
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
  const tick = request.tick ?? Math.floor(ports.clock.now());
  if (request.shard !== undefined && request.watch === undefined)
    throw new RangeError(`shard '${request.shard}' of which watch? name the watch, too`);
  const watches = request.watch === undefined ? watchesOf(ports.settings) : [watchNamed(ports.settings, request.watch)];
  const { shard } = request;
  const summaries = await forEachWatch(watches, tick, ports.log, (watch) =>
    shard === undefined ? tickWatch(watch, tick, ports) : tickShard(watch, shard, tick, ports),
  );
  return { tick, watches: summaries };
}

async function tickWatch(watch: Watch, tick: number, ports: DetectPorts): Promise<WatchSummary> {
  const { inventory, discovered, leftOut, failure } = await lookAround(watch, tick, ports);
  const shards = planShards(inventory, watch.period);
  const series = shards.reduce((sum, shard) => sum + shard.series.length, 0);
  const head = { watch: watch.name, shards: shards.length, series, discovered, leftOut };
  const lateness = await callTheRoll(watch, shards, tick, ports);
  // After each look around, those with nothing left to ask for, too: what fired there must be taken back.
  const due = [...shards.map(({ shard }) => shard), ...(discovered ? idleShards(inventory, shards) : [])];
  const messages = due.map((shard): ShardMessage => ({ watch: watch.name, shard, tick }));
  const ran: ShardSummary[] = [];
  const isQueued = shards.length > 1;
  if (isQueued) await ports.queue.send(messages);
  else
    for (const message of messages) {
      const summary = await runShard(message, ports);
      if (summary.outcome !== 'empty') ran.push(summary);
    }
  // What is known was watched first; now whoever operates this must hear of it, and a retry may look again.
  if (failure !== undefined) throw failure.error;
  // With workers, those of this tick are not done yet: that all of those before were is known, and soon of these.
  if (lateness?.late.length === 0) await ports.heartbeat?.beat(watch.name);
  return { ...head, ran, queued: isQueued ? messages.length : 0 };
}

async function tickShard(watch: Watch, shard: string, tick: number, ports: DetectPorts): Promise<WatchSummary> {
  const ran = await runShard({ watch: watch.name, shard, tick }, ports);
  return { watch: watch.name, shards: 1, series: ran.series, discovered: false, leftOut: [], ran: [ran], queued: 0 };
}

/** What a look for new series costs is small, but a source lists a new one only after minutes anyhow. */
const DISCOVERY_SECONDS = 3600;

/** At the first tick of an hour, while nothing is known, and where something else is selected than last time. */
const isDiscoveryDue = (watch: Watch, tick: number, inventory: Inventory): boolean =>
  inventory.series.length === 0 ||
  inventory.selection !== selectionOf(watch) ||
  Math.floor(tick / DISCOVERY_SECONDS) !== Math.floor((tick - watch.every) / DISCOVERY_SECONDS);

/**
 * All of a watch that decides what is discovered and how it is described, as text to compare. In the order it was
 * written in: of two natures for one label the later one wins.
 */
function selectionOf(watch: Watch): string {
  const { source, select, metrics, expressions, period, maxSeries, entityBy, natures } = watch;
  return JSON.stringify({ source, select, metrics, expressions, period, maxSeries, entityBy, natures });
}

async function lookAround(
  watch: Watch,
  tick: number,
  ports: DetectPorts,
): Promise<{
  inventory: Inventory;
  discovered: boolean;
  leftOut: WatchSummary['leftOut'];
  failure?: { readonly error: unknown };
}> {
  const known = await readInventory(ports, watch.name);
  if (!isDiscoveryDue(watch, tick, known)) return { inventory: known, discovered: false, leftOut: [] };
  try {
    return await discover(watch, tick, known, ports);
  } catch (error) {
    if (known.series.length === 0) throw error;
    // A source that lists nothing now may still be read: what is known must not go unwatched for it.
    ports.log.error('discovery failed: what is known is watched on', { watch: watch.name, tick, error: String(error) });
    return { inventory: known, discovered: false, leftOut: [], failure: { error } };
  }
}

async function discover(
  watch: Watch,
  tick: number,
  known: Inventory,
  ports: DetectPorts,
): Promise<{ inventory: Inventory; discovered: boolean; leftOut: WatchSummary['leftOut'] }> {
  const watched = new Set(planShards(known, watch.period).flatMap((shard) => shard.series.map(({ id }) => id)));
  const { series, leftOut } = await ports.source(watch).discover(watch, watched);
  const { inventory, changes } = await updateInventory(ports, watch.name, series, tick, selectionOf(watch));
  if (leftOut.length > 0)
    ports.log.warn('series left out: do what the reason says, else raise maxSeries or narrow the pattern', {
      watch: watch.name,
      leftOut,
    });
  if (Object.values(changes).some((count) => count > 0))
    ports.log.info('inventory changed', { watch: watch.name, ...changes });
  return { inventory, discovered: true, leftOut };
}
