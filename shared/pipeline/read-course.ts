import { historyDayKind } from '../metrics/history-format.ts';
import { addTick, listTicks, readTick } from '../metrics/history.ts';
import { daySeconds, startOfDay } from '../metrics/history-days.ts';
import { firstNotBefore, PointMerger } from '../metrics/point-merge.ts';
import type { Points } from '../metrics/series.ts';
import { readStored, type StoragePorts } from '../models/stored-artefact.ts';
import { dayOf, keys } from '../settings/keys.ts';
import { readSome } from './status-ports.ts';

/** Which points. Times in epoch seconds. */
export interface CourseRequest {
  readonly watch: string;
  readonly shard: string;
  readonly periodSeconds: number;
  readonly series: string;
  /** Series of the shard: days hold all of them. */
  readonly width: number;
  readonly from: number;
  readonly to: number;
  /** Points that are known already, and need not be read: what was judged last lies with the state of its shard. */
  readonly known?: Points | undefined;
}

export interface Course {
  readonly points: Points;
  /** What lies before it was not looked at. */
  readonly from: number;
  readonly unreadable: readonly string[];
}

/** Objects of single pulls that are read for one look. */
const MOST_TICKS = 150;
/** Of so few none is left out: a full shard's take two milliseconds each to fetch, and as long to unpack. */
const FEW_TICKS = 24;
const MOST_DAYS = 14;
/** Values that are unpacked of compacted days: a quarter of a second of one core. */
const MOST_VALUES = 3_000_000;
/** As far back as a pull reaches: what one left out the next one has, as long as they overlap. */
const reachOf = (periodSeconds: number): number => Math.max(900, 3 * periodSeconds);

/**
 * The points of one series in a stretch of time. What is read is bounded, whatever there is: of pulls that were not
 * compacted yet, as many as cover the time, since each brings the last quarter of an hour; of compacted and backfilled
 * days the newest; of what is known already, nothing. The newest part of what was asked for is what comes.
 */
export async function readCourse(ports: StoragePorts, request: CourseRequest): Promise<Course> {
  const { watch, shard, periodSeconds, series, from, to } = request;
  const reach = reachOf(periodSeconds);
  const ticks: number[] = [];
  // A pull of a stretch reaches it until its reach has passed.
  for await (const tick of listTicks(ports, watch, shard, periodSeconds, Math.max(-1, from - 1), to + reach))
    ticks.push(tick);
  const isMissing = missingIn(request);
  // A pull after a pause reaches back to the one before it.
  const needed = ticks.filter((tick, at) => isMissing((ticks[at - 1] ?? tick) - reach, tick));
  const { chosen, complete } = covering(needed, (reach * 2) / 3);
  const { days, since: firstDay } = daysBack(request, isMissing);
  const since = Math.max(from, firstDay, complete ? from : (chosen[0] ?? from) - reach);
  const wanted = new Set([series]);
  const merger = new PointMerger();
  if (request.known !== undefined) merger.add(series, request.known, 0);
  const pulls = await readSome(chosen, (tick) => readTick(ports, watch, shard, periodSeconds, tick));
  for (const pull of pulls.found) if (pull !== undefined) addTick(merger, pull, wanted);
  const wholes = days.flatMap((day) => [
    keys.historyDay(watch, shard, periodSeconds, startOfDay(day)),
    keys.historyBackfill(watch, shard, periodSeconds, startOfDay(day)),
  ]);
  const stored = await readSome(wholes, async (key) => (await readStored(ports, historyDayKind, key))?.value);
  for (const day of stored.found)
    for (const one of day?.series ?? []) if (one.id === series) merger.add(one.id, one, one.ticks);
  return {
    points: merger.points(series, since, to),
    from: since,
    unreadable: [...pulls.unreadable, ...stored.unreadable],
  };
}

/** From the newest on backwards, each the oldest that still overlaps the one before. */
function covering(
  ticks: readonly number[],
  apart: number,
): { readonly chosen: readonly number[]; readonly complete: boolean } {
  if (ticks.length <= FEW_TICKS) return { chosen: ticks, complete: true };
  const chosen: number[] = [];
  let at = ticks.length - 1;
  while (at >= 0 && chosen.length < MOST_TICKS) {
    const newest = ticks[at];
    chosen.unshift(newest);
    let next = at - 1;
    while (next > 0 && newest - ticks[next - 1] <= apart) next--;
    at = next;
  }
  return { chosen, complete: at < 0 };
}

/** Whether a slot that begins in `from <= time < to` was asked for and is not known. */
function missingIn({ from, to, periodSeconds, known }: CourseRequest): (from: number, to: number) => boolean {
  const there = new Set(known?.times);
  const missing: number[] = [];
  for (let time = Math.ceil(from / periodSeconds) * periodSeconds; time < to; time += periodSeconds)
    if (!there.has(time)) missing.push(time);
  return (begin, end) => (missing[firstNotBefore(missing, begin)] ?? Infinity) < end;
}

/**
 * The UTC days of the stretch that have to be read, the newest first, as many as may be; and since when the stretch is
 * whole by that, epoch seconds.
 */
function daysBack(
  { from, to, width, periodSeconds }: CourseRequest,
  isMissing: (from: number, to: number) => boolean,
): { readonly days: readonly string[]; readonly since: number } {
  const values = Math.max(1, width) * (daySeconds / periodSeconds);
  const most = Math.max(1, Math.min(MOST_DAYS, Math.floor(MOST_VALUES / values)));
  const days: string[] = [];
  let time = startOfDay(dayOf(to - 1));
  for (; days.length < most && time + daySeconds > from; time -= daySeconds)
    if (isMissing(time, time + daySeconds)) days.push(dayOf(time));
  return { days, since: time + daySeconds };
}
