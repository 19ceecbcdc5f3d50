import type { ArtefactKind } from '../models/artefact.ts';
import { readStored, type StoragePorts, writeStored } from '../models/stored-artefact.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import { dayOf, dayOfHistoryKey, keys, periodOfHistoryKey, tickOfHistoryKey } from '../settings/keys.ts';
import { historyDayKind, type HistoryTick, historyTickKind } from './history-format.ts';
import { daySeconds, startOfDay } from './history-days.ts';
import { PointMerger } from './point-merge.ts';
import type { Points } from './series.ts';

export type HistoryPorts = StoragePorts;

/**
 * How long after its day a pull may still bring a point that readers see at once; a later one is seen as soon as its
 * pull has been compacted. Bounds what a reader must look through.
 */
export const latenessSeconds = daySeconds;

/** Objects read at once: enough to hide the store's latency, few enough to hold in memory. */
const readAhead = 8;

/**
 * Stores what a tick's run pulled, unless a run before us has: then nothing is changed and the caller gets what that
 * run pulled, and must judge that, for the source may have answered differently.
 *
 * @param periodSeconds length of the points: history of each period is kept apart from that of any other.
 * @throws StoredObjectError if a run before us left an object that cannot be read.
 */
export async function appendTick(
  ports: HistoryPorts,
  watch: string,
  shard: string,
  periodSeconds: number,
  chunk: HistoryTick,
): Promise<'stored' | HistoryTick> {
  checkTick(chunk.tick);
  const key = keys.historyTick(watch, shard, periodSeconds, chunk.tick);
  if ((await writeStored(ports, historyTickKind, key, chunk, 'absent')) === 'stored') return 'stored';
  const existing = await readTick(ports, watch, shard, periodSeconds, chunk.tick);
  if (existing === undefined) throw new Error(`object '${key}' was there and is gone: was its day compacted too soon?`);
  return existing;
}

/** What was pulled at a tick; undefined where nothing was, or where its day has been compacted since. */
export async function readTick(
  ports: HistoryPorts,
  watch: string,
  shard: string,
  periodSeconds: number,
  tick: number,
): Promise<HistoryTick | undefined> {
  checkTick(tick);
  return (await readStored(ports, historyTickKind, keys.historyTick(watch, shard, periodSeconds, tick)))?.value;
}

/**
 * The periods of which a shard has history, in seconds; more than one where the watch's period was changed. One request
 * for each and one more.
 */
export async function historyPeriods(ports: HistoryPorts, watch: string, shard: string): Promise<readonly number[]> {
  const prefix = keys.historyPrefix(watch, shard);
  const found: number[] = [];
  for (let after: string | undefined; ;) {
    const key = await firstKey(ports, prefix, after);
    if (key === undefined) return found;
    const periodSeconds = periodOfHistoryKey(key);
    if (periodSeconds !== undefined) found.push(periodSeconds);
    // '0' follows '/': the next key that is not below the same folder, or is no folder's.
    after =
      periodSeconds === undefined ? key : `${keys.historyPeriodPrefix(watch, shard, periodSeconds).slice(0, -1)}0`;
  }
}

async function firstKey(ports: HistoryPorts, prefix: string, after: string | undefined): Promise<string | undefined> {
  for await (const key of ports.store.list(prefix, after)) return key;
  return undefined;
}

/** The ticks stored with `after < tick <= upto` that no compaction has merged yet, ascending. */
export async function* listTicks(
  ports: HistoryPorts,
  watch: string,
  shard: string,
  periodSeconds: number,
  after: number,
  upto = Infinity,
): AsyncIterable<number> {
  const prefix = keys.historyPeriodPrefix(watch, shard, periodSeconds);
  const start = after < 0 ? undefined : keys.historyTick(watch, shard, periodSeconds, Math.floor(after));
  for await (const key of ports.store.list(prefix, start)) {
    const tick = tickOfHistoryKey(key);
    // Days and backfill sort after all hours.
    if (tick === undefined || tick > upto) return;
    if (tick > after) yield tick;
  }
}

export function addTick(merger: PointMerger, chunk: HistoryTick, wanted?: ReadonlySet<string>): void {
  for (const series of chunk.series) {
    if (wanted === undefined || wanted.has(series.id)) merger.add(series.id, series, chunk.tick);
  }
}

export interface DayOfPoints {
  /** `2026-11-21`, UTC. */
  readonly day: string;
  /** By series id; a series without points that day is left out. */
  readonly points: ReadonlyMap<string, Points>;
}

export interface ReadOptions {
  /**
   * Told of an object that cannot be read; then it is passed over and everything else is read. Without it, such an
   * object ends the reading with its error.
   */
  readonly onUnreadable?: ((error: StoredObjectError) => void) | undefined;
  /** Pulls of later ticks that no compaction has merged yet are left out. @default none is */
  readonly pulledUntil?: number;
}

/**
 * History day by day, ascending: points with `from <= time < to` of the wanted series (all where none are named), from
 * compacted days, backfill and ticks alike, each time once. Holds about two days in memory, whatever the window.
 */
export async function* readDays(
  ports: HistoryPorts,
  watch: string,
  shard: string,
  periodSeconds: number,
  wanted: ReadonlySet<string> | undefined,
  from: number,
  to: number,
  options: ReadOptions = {},
): AsyncIterable<DayOfPoints> {
  const newest = Math.min(to + latenessSeconds, options.pulledUntil ?? Infinity);
  const ticks = await collect(listTicks(ports, watch, shard, periodSeconds, Math.max(-1, from - 1), newest));
  const merger = new PointMerger();
  let nextTick = 0;
  for (const day of await daysWithin(ports, watch, shard, periodSeconds, ticks, from, to)) {
    const start = startOfDay(day);
    // Ticks before the day's own object: a compaction in between deletes a tick only after the day holds its points.
    const due = ticks.slice(nextTick).filter((tick) => tick < start + daySeconds + latenessSeconds);
    nextTick += due.length;
    await readAll(
      due,
      (tick) => readKnown(ports, historyTickKind, keys.historyTick(watch, shard, periodSeconds, tick), options),
      (chunk) => {
        if (chunk !== undefined) addTick(merger, chunk, wanted);
      },
    );
    for (const key of [
      keys.historyDay(watch, shard, periodSeconds, start),
      keys.historyBackfill(watch, shard, periodSeconds, start),
    ]) {
      const stored = await readKnown(ports, historyDayKind, key, options);
      for (const series of stored?.series ?? []) {
        if (wanted === undefined || wanted.has(series.id)) merger.add(series.id, series, series.ticks);
      }
    }
    const points = new Map<string, Points>();
    for (const id of merger.ids()) {
      const found = merger.points(id, Math.max(from, start), Math.min(to, start + daySeconds));
      if (found.times.length > 0) points.set(id, found);
    }
    merger.forgetBefore(start + daySeconds);
    if (points.size > 0) yield { day, points };
  }
}

/** @throws RangeError unless the tick is a whole number of epoch seconds, as the scheduler gives it. */
export function checkTick(tick: number): void {
  if (!Number.isInteger(tick) || tick < 0 || tick > 0xffff_ffff) {
    throw new RangeError(`tick ${tick} is not a time; give whole epoch seconds`);
  }
}

/** Days of the window that may hold points, ascending. */
async function daysWithin(
  ports: HistoryPorts,
  watch: string,
  shard: string,
  periodSeconds: number,
  ticks: readonly number[],
  from: number,
  to: number,
): Promise<readonly string[]> {
  const days = new Set<string>();
  for (const tick of ticks) {
    for (let back = 0; back <= latenessSeconds; back += daySeconds) days.add(dayOf(Math.max(0, tick - back)));
  }
  for (const prefix of [
    keys.historyDayPrefix(watch, shard, periodSeconds),
    keys.historyBackfillPrefix(watch, shard, periodSeconds),
  ]) {
    for await (const key of ports.store.list(prefix)) {
      const day = dayOfHistoryKey(key);
      if (day !== undefined) days.add(day);
    }
  }
  return [...days].filter((day) => startOfDay(day) + daySeconds > from && startOfDay(day) < to).sort();
}

async function readKnown<T>(
  ports: HistoryPorts,
  kind: ArtefactKind<T>,
  key: string,
  { onUnreadable }: ReadOptions,
): Promise<T | undefined> {
  try {
    return (await readStored(ports, kind, key))?.value;
  } catch (error) {
    if (onUnreadable === undefined || !(error instanceof StoredObjectError)) throw error;
    onUnreadable(error);
    return undefined;
  }
}

/** Runs `read` for all of `items`, a few at a time, and hands on the answers in order. */
export async function readAll<I, O>(
  items: readonly I[],
  read: (item: I) => Promise<O>,
  take: (answer: O, item: I) => void,
): Promise<void> {
  for (let i = 0; i < items.length; i += readAhead) {
    const group = items.slice(i, i + readAhead);
    const answers = await Promise.all(group.map((item) => read(item)));
    group.forEach((item, k) => take(answers[k], item));
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
