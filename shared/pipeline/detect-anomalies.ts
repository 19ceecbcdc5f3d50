import { readOverview, type ShardOverview } from '../metrics/inventory.ts';
import type { LeftOut } from '../ports/metric-source.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { type DetectPorts, watchNamed } from './detect-ports.ts';
import { begins, discoverWatch, isDiscoveryDue } from './discover-metrics.ts';
import { skippedMetric } from './own-metrics.ts';
import { pollingOf } from './polling.ts';
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
  /** Why nothing was run or queued though it was due; absent at a usual tick. */
  readonly skipped?: TickSkipped;
}

/**
 * `late`: it came more than an interval after its time, and the next one pulls the same points. `backlog`: two whole
 * ticks wait in the queue already. `stretched`: the month would cost more than it may, and a later tick pulls what this
 * one would have.
 */
export type TickSkipped = 'late' | 'backlog' | 'stretched';

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
    shard === undefined
      ? tickWatch(watch, tick, request.tick === undefined, ports)
      : tickShard(watch, shard, tick, ports),
  );
  return { tick, watches: summaries };
}

/** @param isAskedFor by somebody, now, and by no schedule: then it pulls, however far polling is stretched. */
async function tickWatch(watch: Watch, tick: number, isAskedFor: boolean, ports: DetectPorts): Promise<WatchSummary> {
  const { known, discovered, leftOut, failure } = await lookAround(watch, tick, ports);
  const series = known.shards.reduce((sum, shard) => sum + shard.series, 0);
  const head = { watch: watch.name, shards: known.shards.length, series, discovered, leftOut };
  const polling = await pollingOf(watch, tick, ports);
  const lateness = await callTheRoll(watch, known.shards, tick, ports, polling.lateAfter);
  if (!polling.isDue && !isAskedFor) {
    if (failure !== undefined) throw failure.error;
    if (lateness?.late.length === 0) await ports.heartbeat?.beat(watch.name);
    return { ...head, ran: [], queued: 0, skipped: 'stretched' };
  }
  // After each look around, those with nothing left to ask for, too: what fired there must be taken back.
  const isLookedAround = discovered || begins(tick, polling.every, watch.discoverEvery);
  const due = [...known.shards.map(({ shard }) => shard), ...(isLookedAround ? known.idle : [])];
  const stretched = polling.every === watch.every ? {} : { every: polling.every };
  const messages = due.map((shard): ShardMessage => ({ watch: watch.name, shard, tick, ...stretched }));
  const ran: ShardSummary[] = [];
  const isQueued = known.shards.length > 1;
  const skipped = isQueued ? await reasonToSkip({ ...watch, every: polling.every }, tick, ports) : undefined;
  if (skipped !== undefined) {
    ports.log.warn('tick skipped', { watch: watch.name, tick, shards: messages.length, reason: skipped });
    await ports.sink.publish([skippedMetric({ deployment: ports.settings.name, watch: watch.name }, tick)]);
  } else if (isQueued) await ports.queue.send(messages);
  else
    for (const message of messages) {
      const summary = await runShard(message, ports);
      if (summary.outcome !== 'empty') ran.push(summary);
    }
  // What is known was watched first; now whoever operates this must hear of it, and a retry may look again.
  if (failure !== undefined) throw failure.error;
  if (skipped !== undefined) return { ...head, ran, queued: 0, skipped };
  // With workers, those of this tick are not done yet: that all of those before were is known, and soon of these.
  if (lateness?.late.length === 0) await ports.heartbeat?.beat(watch.name);
  return { ...head, ran, queued: isQueued ? messages.length : 0 };
}

/**
 * Why the shards of a tick are better not queued. What a slow worker leaves of a tick is dropped when its turn comes
 * (see `reasonToIdle`), so a tick that overruns costs the next one nothing; but where nobody works at all, each tick
 * would only lengthen what must be dropped later.
 *
 * @param watch with the interval in which it is polled now: where that is stretched, the next tick that pulls is far away.
 */
async function reasonToSkip(watch: Watch, tick: number, ports: DetectPorts): Promise<TickSkipped | undefined> {
  if (ports.clock.now() - tick > watch.every) return 'late';
  try {
    const backlog = await ports.queue.backlog();
    if (backlog === 0) return undefined;
    const overviews = await Promise.all(watchesOf(ports.settings).map(({ name }) => readOverview(ports, name)));
    const atATick = overviews.reduce((sum, { shards }) => sum + (shards.length > 1 ? shards.length : 0), 0);
    return backlog >= 2 * atATick ? 'backlog' : undefined;
  } catch (error) {
    // It only spares work: what is queued in vain is dropped when its turn comes, and an end of the workers alarms.
    ports.log.error('backlog not known: the tick is queued', { watch: watch.name, tick, error: String(error) });
    return undefined;
  }
}

async function tickShard(watch: Watch, shard: string, tick: number, ports: DetectPorts): Promise<WatchSummary> {
  const ran = await runShard({ watch: watch.name, shard, tick }, ports);
  return { watch: watch.name, shards: 1, series: ran.series, discovered: false, leftOut: [], ran: [ran], queued: 0 };
}

interface Around {
  readonly known: ShardOverview;
  readonly discovered: boolean;
  readonly leftOut: WatchSummary['leftOut'];
  readonly failure?: { readonly error: unknown };
}

async function lookAround(watch: Watch, tick: number, ports: DetectPorts): Promise<Around> {
  const known = await readOverview(ports, watch.name);
  if (!isDiscoveryDue(watch, tick, known, ports.discovery)) return { known, discovered: false, leftOut: [] };
  try {
    const { leftOut } = await discoverWatch(watch, tick, ports);
    return { known: await readOverview(ports, watch.name), discovered: true, leftOut };
  } catch (error) {
    if (known.isEmpty) throw error;
    // A source that lists nothing now may still be read: what is known must not go unwatched for it.
    ports.log.error('discovery failed: what is known is watched on', { watch: watch.name, tick, error: String(error) });
    return { known, discovered: false, leftOut: [], failure: { error } };
  }
}
