import type { StoragePorts } from '../models/stored-artefact.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import { dayOf, dayOfHistoryKey, keys } from '../settings/keys.ts';
import { daySeconds, mergeIntoDay, startOfDay } from './history-days.ts';
import { addTick, historyPeriods, listTicks, readAll, readTick } from './history.ts';
import { PointMerger } from './point-merge.ts';

export interface CompactionResult {
  /** Tick objects that were merged and removed. */
  readonly ticks: number;
  /** Day objects that were written. */
  readonly days: number;
  /** Objects that cannot be read; they, and whatever would have gone into them, are left where they are. */
  readonly unreadable: readonly StoredObjectError[];
}

/**
 * Merges the tick objects of all whole UTC days before `before` into one object a day, of each period there is. May be stopped anywhere and
 * repeated, also while others read, append or compact: days are written before ticks are deleted, and a reader that
 * finds a point in both counts it once. A tick that arrives late for a compacted day is merged by the next run.
 *
 * @param before epoch seconds; never later than the last tick whose verdicts are committed, since a run that is
 * repeated needs its chunk.
 */
export async function compactHistory(
  ports: StoragePorts,
  watch: string,
  shard: string,
  before: number,
): Promise<CompactionResult> {
  const unreadable: StoredObjectError[] = [];
  let ticks = 0;
  let days = 0;
  for (const periodSeconds of await historyPeriods(ports, watch, shard)) {
    const byDay = new Map<string, number[]>();
    for await (const tick of listTicks(ports, watch, shard, periodSeconds, -1, startOfDay(dayOf(before)) - 1)) {
      const day = byDay.get(dayOf(tick)) ?? [];
      day.push(tick);
      byDay.set(dayOf(tick), day);
    }
    for (const of of byDay.values()) {
      const done = await compactTicks(ports, watch, shard, periodSeconds, of, unreadable);
      ticks += done.ticks;
      days += done.days;
    }
  }
  return { ticks, days, unreadable };
}

/**
 * Deletes what is older than the UTC day of `before`, of each period there is: days, backfill, and ticks that were never
 * compacted. Of a period that has nothing left nothing is kept.
 */
export async function expireHistory(
  ports: StoragePorts,
  watch: string,
  shard: string,
  before: number,
): Promise<{ readonly objects: number }> {
  const oldest = dayOf(before);
  let objects = 0;
  for (const periodSeconds of await historyPeriods(ports, watch, shard)) {
    const expired = await expiredOf(ports, watch, shard, periodSeconds, oldest);
    await readAll(
      expired,
      (key) => ports.store.delete(key),
      () => undefined,
    );
    objects += expired.length;
    // What says that the days were fetched must not outlive them, or the period would come back to an empty past.
    if (expired.length > 0 && (await hasOnlyProgress(ports, watch, shard, periodSeconds)))
      await ports.store.delete(keys.historyProgress(watch, shard, periodSeconds));
  }
  return { objects };
}

async function expiredOf(
  ports: StoragePorts,
  watch: string,
  shard: string,
  periodSeconds: number,
  oldest: string,
): Promise<readonly string[]> {
  const expired: string[] = [];
  for await (const tick of listTicks(ports, watch, shard, periodSeconds, -1, startOfDay(oldest) - 1)) {
    expired.push(keys.historyTick(watch, shard, periodSeconds, tick));
  }
  for (const prefix of [
    keys.historyDayPrefix(watch, shard, periodSeconds),
    keys.historyBackfillPrefix(watch, shard, periodSeconds),
  ]) {
    for await (const key of ports.store.list(prefix)) {
      const day = dayOfHistoryKey(key);
      if (day !== undefined && day < oldest) expired.push(key);
    }
  }
  return expired;
}

async function hasOnlyProgress(
  ports: StoragePorts,
  watch: string,
  shard: string,
  periodSeconds: number,
): Promise<boolean> {
  const progress = keys.historyProgress(watch, shard, periodSeconds);
  for await (const key of ports.store.list(keys.historyPeriodPrefix(watch, shard, periodSeconds)))
    if (key !== progress) return false;
  return true;
}

/** Merges ticks of one day, all or none of each: a tick is deleted only once every day it has points of holds them. */
async function compactTicks(
  ports: StoragePorts,
  watch: string,
  shard: string,
  periodSeconds: number,
  ticks: readonly number[],
  unreadable: StoredObjectError[],
): Promise<{ readonly ticks: number; readonly days: number }> {
  const merger = new PointMerger();
  const merged: number[] = [];
  await readAll(
    ticks,
    (tick) => orUnreadable(readTick(ports, watch, shard, periodSeconds, tick), unreadable),
    (chunk, tick) => {
      if (chunk === undefined) return;
      addTick(merger, chunk);
      merged.push(tick);
    },
  );
  const days = daysOf(merger);
  for (const day of days) {
    const key = keys.historyDay(watch, shard, periodSeconds, startOfDay(day));
    const written = await orUnreadable(
      mergeIntoDay(ports, key, day, merger).then(() => true),
      unreadable,
    );
    if (written === undefined) return { ticks: 0, days: 0 };
  }
  await readAll(
    merged,
    (tick) => ports.store.delete(keys.historyTick(watch, shard, periodSeconds, tick)),
    () => undefined,
  );
  return { ticks: merged.length, days: days.length };
}

async function orUnreadable<T>(reading: Promise<T>, unreadable: StoredObjectError[]): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof StoredObjectError)) throw error;
    unreadable.push(error);
    return undefined;
  }
}

function daysOf(merger: PointMerger): readonly string[] {
  const numbers = new Set<number>();
  for (const id of merger.ids()) {
    for (const time of merger.points(id).times) numbers.add(Math.floor(time / daySeconds));
  }
  return [...numbers].sort((a, b) => a - b).map((number) => dayOf(number * daySeconds));
}
