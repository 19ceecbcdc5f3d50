import { countAsked } from '../metrics/asked-metrics.ts';
import { billedMetrics as billedFor } from '../metrics/billed-metrics.ts';
import { compactHistory, expireHistory } from '../metrics/history-compaction.ts';
import type { HistoryTick } from '../metrics/history-format.ts';
import { reopenBackfill } from '../metrics/history-backfill.ts';
import { listTicks, readTick } from '../metrics/history.ts';
import { type Inventory, planShards, readShardInventory } from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { isStreamable } from '../metrics/stream-batch.ts';
import { readStored, writeStored } from '../models/stored-artefact.ts';
import type { Version } from '../ports/object-store.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import { dayOf, keys } from '../settings/keys.ts';
import type { Watch } from '../settings/settings.ts';
import { limitedSeries } from './advance-forecasts.ts';
import { advanceShard, type ShardAdvance } from './advance-shard.ts';
import { copyAsked } from './asked-records.ts';
import { backfillShard, isBackfilled } from './backfill.ts';
import { renewCalledNormal } from './renew-called-normal.ts';
import { learningWindows } from './learning-windows.ts';
import { championId, loadModel } from './champion.ts';
import { type DetectPorts, watchNamed } from './detect-ports.ts';
import { begins } from './discover-metrics.ts';
import type { EntityState } from './entity-state.ts';
import { staleMetric, tickMetrics } from './own-metrics.ts';
import { recordRanges } from './judged-ranges.ts';
import { pullPoints } from './pull-points.ts';
import { pullWindow } from './pull-window.ts';
import { judgedUntil, type ShardState, shardStateKind, startsAnew } from './shard-state.ts';
import { MOST_ATTEMPTS, reasonToIdle } from './shard-turn.ts';
import { idleSummary, type ShardSummary } from './shard-summary.ts';
import { warmUpEntities } from './warm-up.ts';

/**
 * One shard of a watch at a tick, harmless when it is repeated, doubled, or dies anywhere: load the state; pull, and
 * store the points under the tick's own key, once; judge only what is stored; emit the signals; record what fires,
 * and now and then by which ranges was judged; commit state and tick by compare-and-swap; and only whoever won that publishes metrics and does the housekeeping.
 *
 * Up to the commit every step gives the same result when repeated. What comes after it may be lost with a crash, and
 * then is: metrics of one tick, and housekeeping that the next day catches up on.
 *
 * @throws RangeError for a watch that the settings do not have.
 * @throws StoredObjectError where the shard's state, or points that a run before us stored, cannot be read.
 */
export async function runShard(message: ShardMessage, ports: DetectPorts): Promise<ShardSummary> {
  const own = watchNamed(ports.settings, message.watch);
  // Where polling is stretched, the next tick that pulls is so far away: by that it is late, and its signals grow old.
  const watch = message.every === undefined ? own : { ...own, every: message.every };
  const startedAt = ports.clock.now();
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const stored = await readStored(ports, shardStateKind, keys.state(watch.name, message.shard, 'anomaly'));
    const idle = reasonToIdle(message.tick, stored?.value.tick, watch.every, startedAt);
    if (idle !== undefined) {
      ports.log.info('shard not run', { ...message, reason: idle });
      if (idle === 'too-old')
        await ports.sink.publish([staleMetric({ deployment: ports.settings.name, watch: watch.name }, message.tick)]);
      return idleSummary(watch.name, message.shard, message.tick, attempt > 1 ? 'superseded' : idle);
    }
    const done = await attemptTick(message, watch, stored?.value, stored?.version ?? 'absent', ports);
    if (done === 'conflict') continue;
    if (done.state !== undefined) {
      const elapsed = ports.clock.now() - startedAt;
      await ports.sink.publish(tickMetrics(done.summary, ports.settings.name, elapsed, watch.every));
      await leaveCount(message, watch, stored?.value, done, ports);
      await keepHouse(message, watch, stored?.value, done.state, startedAt, ports);
    }
    ports.log.info('shard judged', { ...done.summary });
    return done.summary;
  }
  throw new Error(
    `state of shard '${message.shard}' of '${watch.name}' changed ${MOST_ATTEMPTS} times while tick ${message.tick} was judged: are many ticks running at once?`,
  );
}

interface Attempt {
  readonly summary: ShardSummary;
  /** What was committed; absent where nothing was to be done. */
  readonly state?: ShardState;
  /** The series that were asked for. */
  readonly asked?: readonly SeriesDescription[];
}

async function attemptTick(
  { shard, tick }: ShardMessage,
  watch: Watch,
  state: ShardState | undefined,
  version: Version | 'absent',
  ports: DetectPorts,
): Promise<Attempt | 'conflict'> {
  const inventory = await readShardInventory(ports, watch.name, shard);
  const asked = planShards(inventory, watch.period).find((one) => one.shard === shard)?.series ?? [];
  if (asked.length === 0 && (state === undefined || state.entities.length === 0))
    return { summary: idleSummary(watch.name, shard, tick, 'empty') };

  const window = pullWindow(tick, judgedUntil(state, watch.period), watch);
  if (window.lostSlots > 0)
    ports.log.warn('slots lost: the outage was longer than a pull reaches', { watch: watch.name, shard, ...window });
  const { chunk, billedMetrics, isOurs } = await pullPoints(
    { ...ports, source: ports.source(watch, shard) },
    {
      watch: watch.name,
      shard,
      periodSeconds: watch.period,
      tick,
      series: asked,
      from: window.pullFrom,
      to: window.pullTo,
      previous: () => unconsumed(ports, watch, shard, state, tick),
    },
  );
  const pulls = [...(await readPrevious(ports, watch, shard, state, chunk)), chunk];
  const series = seriesOf(asked, chunk);
  const learnsAt = learningWindows(ports.settings.alerts.quiet, watch);
  const model =
    state === undefined || state.model === null ? undefined : await loadModel(ports, watch.name, state.model);
  const isAnew = state !== undefined && startsAnew(state, watch);
  const warmed =
    state?.warmUpDue === true && !isAnew
      ? await warmUpEntities(ports, watch, state, series, ports.settings.retention, model, learnsAt)
      : new Map<string, EntityState>();
  const head = { deployment: ports.settings.name, watch, shard, tick };
  const step = { ...head, state, series, pulls, model, warmed, ...(learnsAt === undefined ? {} : { learnsAt }) };
  const advance = advanceShard({ ...step, gone: goneEntities(inventory, shard, tick - longestSilence(watch)) });

  if (advance.signals.length > 0) {
    await ports.bus.publish(advance.signals);
    await recordAnomalies(ports, advance, watch.name, shard, tick);
  }
  await recordRanges(ports, isAnew ? undefined : state, advance.state);
  if (isAnew) {
    ports.log.info('shard starts anew: the period or the time zone was changed', { watch: watch.name, shard, tick });
    if (state.periodSeconds !== watch.period)
      await reopenBackfill(ports, { watch: watch.name, shard, periodSeconds: watch.period }, state.tick);
  }
  const next: ShardState = {
    ...advance.state,
    model: (await championId(ports, watch.name, model?.id)) ?? null,
    calledNormal: await renewCalledNormal(state?.calledNormal ?? [], { watch: watch.name, shard }, ports),
    asked: countAsked(state?.asked ?? null, tick, pullsOf(pulls, isOurs ? chunk : undefined, billedMetrics, asked)),
    warmUpDue: advance.state.entities.some(({ warm }) => !warm) && (await isBackfilled(ports, watch, shard, series)),
  };
  const outcome = await writeStored(ports, shardStateKind, keys.state(watch.name, shard, 'anomaly'), next, version);
  return outcome === 'conflict' ? 'conflict' : { summary: { ...advance.summary, billedMetrics }, state: next, asked };
}

/**
 * What each pull that a tick consumes was billed: our own as the provider said; of another run, which died or was
 * quicker, what its series are billed. Each pull is consumed by one commit, so that each is counted once.
 */
function pullsOf(
  pulls: readonly HistoryTick[],
  own: HistoryTick | undefined,
  billed: number,
  asked: readonly SeriesDescription[],
): readonly number[] {
  const described = new Map(asked.map((one) => [one.id, one]));
  const counts = pulls.map((pull) =>
    pull === own ? billed : billedFor(pull.series.flatMap(({ id }) => described.get(id) ?? [])),
  );
  // We asked, too, though another run was quicker to store.
  return own === undefined && billed > 0 ? [...counts, billed] : counts;
}

/** What was asked is counted in the state; the meter reads a copy, left once an hour and when a month is over. */
async function leaveCount(
  { shard, tick }: ShardMessage,
  watch: Watch,
  before: ShardState | undefined,
  { state, asked = [] }: Attempt,
  ports: DetectPorts,
): Promise<void> {
  if (state === undefined || state.asked === null) return;
  const of = {
    watch: watch.name,
    shard,
    expected: billedFor(watch.collect === 'stream' ? asked.filter((one) => !isStreamable(one)) : asked),
    watched: billedFor(asked),
    series: asked.length,
    limited: watch.forecast === 'off' ? 0 : limitedSeries(asked, watch).length,
  };
  const earlier = before?.asked ?? null;
  if (before !== undefined && earlier !== null && earlier.month !== state.asked.month)
    await copyAsked(earlier, { ...of, tick: before.tick }, ports);
  if (earlier === null || begins(tick, watch.every, COPY_SECONDS)) await copyAsked(state.asked, { ...of, tick }, ports);
}

const COPY_SECONDS = 3600;

/** Ticks that were pulled and never committed, because their runs died. The usual tick follows its forerunner. */
async function unconsumed(
  ports: DetectPorts,
  watch: Watch,
  shard: string,
  state: ShardState | undefined,
  tick: number,
): Promise<readonly number[]> {
  if (state === undefined || state.tick >= tick - watch.every) return [];
  const found: number[] = [];
  for await (const earlier of listTicks(ports, watch.name, shard, watch.period, state.tick, tick - 1))
    found.push(earlier);
  return found;
}

async function readPrevious(
  ports: DetectPorts,
  watch: Watch,
  shard: string,
  state: ShardState | undefined,
  chunk: HistoryTick,
): Promise<readonly HistoryTick[]> {
  const found: HistoryTick[] = [];
  for (const tick of chunk.previous) {
    if (state !== undefined && tick <= state.tick) continue;
    const earlier = await readTick(ports, watch.name, shard, watch.period, tick);
    if (earlier !== undefined) found.push(earlier);
  }
  return found;
}

/** Those that the tick was pulled for: a series that was discovered since belongs to the next tick. */
function seriesOf(asked: readonly SeriesDescription[], chunk: HistoryTick): readonly SeriesDescription[] {
  const pulled = new Set(chunk.series.map(({ id }) => id));
  return asked.filter(({ id }) => pulled.has(id));
}

/** A source stops to list what is silent: only what is not listed for longer than any rule waits is gone, not silent. */
const longestSilence = ({ rules }: Watch): number =>
  Math.max(0, ...rules.map((rule) => (rule.kind === 'silent' && rule.for > LISTED_SECONDS ? rule.for : 0)));

/** How long CloudWatch lists what is silent: a rule that waits no longer has fired by then. */
const LISTED_SECONDS = 3 * 3600;

/** Entities of which no series was found by any look at the source since `since`, epoch seconds. */
function goneEntities(inventory: Inventory, shard: string, since: number): ReadonlySet<string> {
  const absent = new Set<string>();
  const present = new Set<string>();
  for (const { shard: home, absentSince, description } of inventory.series)
    if (home === shard) (absentSince !== null && absentSince <= since ? absent : present).add(description.entity);
  return new Set([...absent].filter((entity) => !present.has(entity)));
}

async function recordAnomalies(
  ports: DetectPorts,
  { signals }: ShardAdvance,
  watch: string,
  shard: string,
  tick: number,
): Promise<void> {
  const lines = signals.map((signal) => `${JSON.stringify(signal)}\n`).join('');
  // A run before us wrote the same lines: nothing is to be done about a conflict.
  await ports.store.put(keys.anomalies(tick, watch, shard), new TextEncoder().encode(lines), 'absent');
}

/** A part of each tick's time goes to the past, until it is all there. */
const LONGEST_BACKFILL_SECONDS = 120;

async function keepHouse(
  { shard, tick }: ShardMessage,
  watch: Watch,
  before: ShardState | undefined,
  after: ShardState,
  startedAt: number,
  ports: DetectPorts,
): Promise<void> {
  if (ports.backfill !== 'apart' && !after.warmUpDue && after.entities.some(({ warm }) => !warm)) {
    const until = startedAt + Math.min(watch.every / 2, LONGEST_BACKFILL_SECONDS);
    await backfillShard({ watch: watch.name, shard, tick }, ports, () => ports.clock.now() < until);
  }
  if (before === undefined || dayOf(before.tick) === dayOf(tick)) return;
  const compacted = await compactHistory(ports, watch.name, shard, tick);
  const expired = await expireHistory(ports, watch.name, shard, tick - ports.settings.retention);
  ports.log.info('history compacted', {
    watch: watch.name,
    shard,
    ticks: compacted.ticks,
    days: compacted.days,
    expired: expired.objects,
  });
  for (const error of compacted.unreadable) ports.log.error('history object unreadable', { error: error.message });
}
