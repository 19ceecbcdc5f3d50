import type { Signal } from '../alerting/signal.ts';
import { fillGaps } from '../metrics/gaps.ts';
import type { HistoryTick } from '../metrics/history-format.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { Watch } from '../settings/settings.ts';
import { normalAt } from './called-normal.ts';
import type { EntityModel } from './entity-model.ts';
import { entitySignal, type SignalHead } from './entity-signal.ts';
import { type EntityState, forgetSeries } from './entity-state.ts';
import { mergeHeld } from './held-values.ts';
import { type JudgePolicy, policyOf } from './judge-policy.ts';
import { type EntityWindow, judge, type JudgedRow } from './judge.ts';
import { type PullWindow, pullWindow } from './pull-window.ts';
import { advanceRecent } from './recent-values.ts';
import { retireEntity, toldInEarnest } from './recovered.ts';
import { type EntityMemory, type HeldValues, judgedUntil, type ShardState, startsAnew } from './shard-state.ts';
import { idleSummary, type ShardSummary } from './shard-summary.ts';
import { type Telling, tellEntity } from './tell-entity.ts';

/** Everything that a tick of a shard is decided by: the same step gives the same outcome, bit for bit. */
export interface ShardStep {
  readonly deployment: string;
  readonly watch: Watch;
  readonly shard: string;
  readonly tick: number;
  /** Undefined for a shard that was never judged. */
  readonly state: ShardState | undefined;
  /** The series that are looked after, whole entities. */
  readonly series: readonly SeriesDescription[];
  /** Entities that the last look at the source did not find: their silence is no news. */
  readonly gone: ReadonlySet<string>;
  /** What the pulls that are to be judged brought, oldest first; this tick's is the last. */
  readonly pulls: readonly HistoryTick[];
  readonly model: EntityModel | undefined;
  /** States that were made from backfilled history, up to `state.judgedTo`; they take the place of what is remembered. */
  readonly warmed: ReadonlyMap<string, EntityState>;
  /** See `learningWindows`. @default detectors learn from everything */
  readonly learnsAt?: JudgePolicy['learnsAt'];
}

export interface ShardAdvance {
  /** Without what only storage knows: the next tick's model and feedback, what was asked, and whether the backfill is complete. */
  readonly state: Omit<ShardState, 'model' | 'warmUpDue' | 'calledNormal' | 'asked'>;
  /** One per entity that has something to say. */
  readonly signals: readonly Signal[];
  readonly summary: ShardSummary;
}

/** Merges what was pulled, judges every slot that has settled since the last tick, and says what fires. Pure. */
export function advanceShard(step: ShardStep): ShardAdvance {
  const { watch, shard, tick, pulls, warmed } = step;
  const isAnew = step.state !== undefined && startsAnew(step.state, watch);
  const chunk = pulls.at(-1);
  const window = judgeable(pullWindow(tick, judgedUntil(step.state, watch.period), watch), chunk);
  const ids = step.series.map(({ id }) => id);
  const isSameGrid = step.state?.periodSeconds === watch.period;
  const merged = mergeHeld(isSameGrid ? step.state.held : undefined, pulls, ids, {
    from: window.pullFrom,
    to: window.pullTo,
    periodSeconds: watch.period,
    judgedTo: window.judgeFrom,
  });
  const head: SignalHead = {
    deployment: step.deployment,
    watch: watch.name,
    shard,
    labels: watch.labels,
    evaluatedAt: tick,
    intervalSeconds: watch.every,
  };
  const policy: JudgePolicy = {
    ...policyOf(watch, step.model),
    calledNormal: normalAt(step.state?.calledNormal ?? [], tick),
    ...(step.learnsAt === undefined ? {} : { learnsAt: step.learnsAt }),
  };
  const remembered = new Map((step.state?.entities ?? []).map((one) => [one.judged.entity, one]));
  const held = new Map(merged.held.series.map(({ id, values }) => [id, values]));
  const grid = { judgedTo: window.judgeTo, periodSeconds: watch.period };
  const entities: EntityMemory[] = [];
  const signals: Signal[] = [];
  const count = { points: 0, began: 0, firing: 0, unknown: 0 };

  const say = (entity: string, memory: EntityMemory, telling: Telling): EntityMemory => {
    count.began += telling.began;
    if (isFiring(telling)) count.firing++;
    const signal = entitySignal(head, entity, telling.statements, memory, grid, watch.shadow);
    if (signal !== undefined) signals.push(signal);
    return signal?.mode === 'live' ? { ...memory, told: toldInEarnest(memory.told, signal) } : memory;
  };

  for (const [entity, series] of byEntity(step.series)) {
    const told = remembered.get(entity)?.told ?? [];
    const before = goesOn(remembered.get(entity), isAnew, watch.period);
    remembered.delete(entity);
    const base = (isAnew ? undefined : warmed.get(entity)) ?? before?.judged;
    const rows = entityWindow(entity, series, window, held, chunk, base, watch.period, step.gone.has(entity));
    const kept = base === undefined ? undefined : forgetSeries(base, new Set(series.map(({ id }) => id)));
    const judged = judge(rows, kept, policy, step.model);
    const telling = tellEntity(rows, judged.rows, told);
    const memory = {
      judged: judged.state,
      recent: advanceRecent(before?.recent ?? [], rows, judged.rows),
      told: telling.told,
      warm: (!isAnew && warmed.has(entity)) || (before?.warm === true && knowsAll(before.judged, series)),
    };
    entities.push(say(entity, memory, telling));
    for (const value of rows.values) if (!Number.isNaN(value)) count.points++;
    if (isUnknown(judged.rows) && !isFiring(telling)) count.unknown++;
  }
  for (const [entity, before] of remembered) {
    const telling = retireEntity(before.told);
    const memory = { ...before, told: telling.told };
    const said = say(entity, memory, telling);
    // What is said three times must be remembered twice; then nothing is left to be known of it.
    if (telling.told.length > 0) entities.push(said);
  }

  return {
    state: {
      watch: watch.name,
      shard,
      tick,
      periodSeconds: watch.period,
      timezone: watch.timezone,
      judgedTo: window.judgeTo,
      held: merged.held,
      entities,
    },
    signals,
    summary: {
      ...idleSummary(watch.name, shard, tick, 'judged'),
      ...count,
      entities: entities.length,
      series: ids.length,
      signals: signals.length,
      late: merged.late,
      revised: merged.revised,
      overdue: overdueOf(merged.held, entities),
      lostSlots: window.lostSlots,
      verdictAgeSeconds: Math.max(0, tick - window.judgeTo),
      problems: problemsOf(chunk),
    },
  };
}

/** Where the source could not answer for anything at all, nothing is judged: our own outage is not their silence. */
function judgeable(window: PullWindow, chunk: HistoryTick | undefined): PullWindow {
  const silenced =
    chunk !== undefined &&
    chunk.series.length > 0 &&
    chunk.series.every(({ id, times }) => times.length === 0 && chunk.problems.has(id));
  return silenced ? { ...window, judgeTo: window.judgeFrom } : window;
}

/** What an entity goes on from; undefined where it starts anew. */
const goesOn = (before: EntityMemory | undefined, isAnew: boolean, period: number): EntityMemory | undefined =>
  !isAnew && before?.judged.stepSeconds === period ? before : undefined;

/** A series that joins has a past of its own that was not judged yet. */
function knowsAll(judged: EntityState, series: readonly SeriesDescription[]): boolean {
  const known = new Set(judged.series.map(({ id }) => id));
  return series.every(({ id }) => known.has(id));
}

function byEntity(series: readonly SeriesDescription[]): ReadonlyMap<string, readonly SeriesDescription[]> {
  const found = new Map<string, SeriesDescription[]>();
  for (const one of series) {
    const of = found.get(one.entity);
    if (of === undefined) found.set(one.entity, [one]);
    else of.push(one);
  }
  return found;
}

function entityWindow(
  entity: string,
  series: readonly SeriesDescription[],
  window: PullWindow,
  held: ReadonlyMap<string, Float64Array>,
  chunk: HistoryTick | undefined,
  base: EntityState | undefined,
  periodSeconds: number,
  gone: boolean,
): EntityWindow {
  const rows = Math.max(0, Math.round((window.judgeTo - window.judgeFrom) / periodSeconds));
  const skip = Math.round((window.judgeFrom - window.pullFrom) / periodSeconds);
  const values = new Float64Array(rows * series.length).fill(Number.NaN);
  series.forEach((one, column) => {
    const own = held.get(one.id) ?? new Float64Array(0);
    const firstTime = base?.series.find(({ id }) => id === one.id)?.firstTime;
    // What the source could not read is no gap of the series: it means nothing, whatever its gaps mean.
    const meaning = chunk?.problems.has(one.id) === true ? 'gap' : one.nature.gap;
    const first = firstTime === undefined || Number.isNaN(firstTime) ? undefined : firstTime;
    const onGrid = { start: window.pullFrom, stepSeconds: periodSeconds, values: own };
    const filled = fillGaps(onGrid, meaning, window.judgeTo, first).series.values;
    for (let row = 0; row < rows; row++) values[row * series.length + column] = filled[skip + row];
  });
  const times = Float64Array.from({ length: rows }, (_, row) => window.judgeFrom + row * periodSeconds);
  return { entity, series, stepSeconds: periodSeconds, times, values, gone };
}

const isFiring = ({ statements }: Telling): boolean => statements.some(({ status }) => status === 'firing');

const isUnknown = (rows: readonly JudgedRow[]): boolean => rows.at(-1)?.entity.status === 'unknown';

function overdueOf(held: HeldValues, entities: readonly EntityMemory[]): number {
  const spoke = new Set<string>();
  for (const { judged } of entities) for (const { id, judged: values } of judged.series) if (values > 0) spoke.add(id);
  return held.series.filter(({ id, values }) => spoke.has(id) && values.every(Number.isNaN)).length;
}

function problemsOf(chunk: HistoryTick | undefined): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { kind } of chunk?.problems.values() ?? []) found[kind] = (found[kind] ?? 0) + 1;
  return found;
}
