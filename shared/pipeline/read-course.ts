import { historyDayKind } from '../metrics/history-format.ts';
import { addTick, listTicks, readTick } from '../metrics/history.ts';
import { daySeconds, startOfDay } from '../metrics/history-days.ts';
import { PointMerger } from '../metrics/point-merge.ts';
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
}

export interface Course {
  readonly points: Points;
  /** What lies before it was not looked at. */
  readonly from: number;
  readonly unreadable: readonly string[];
}

/** Objects of single pulls that are read for one look. */
const MOST_TICKS = 150;
/** Of so few none is left out: a full shard's take two milliseconds each to unpack. */
const FEW_TICKS = 60;
const MOST_DAYS = 14;
/** Values that are unpacked of compacted days: a quarter of a second of one core. */
const MOST_VALUES = 3_000_000;
/** As far back as a pull reaches: what one left out the next one has, as long as they overlap. */
const reachOf = (periodSeconds: number): number => Math.max(900, 3 * periodSeconds);

/**
 * The points of one series in a stretch of time. What is read is bounded, whatever there is: of pulls that were not
 * compacted yet, as many as cover the time, since each brings the last quarter of an hour; of compacted and backfilled
 * days the newest. The newest part of what was asked for is what comes.
 */
export async function readCourse(ports: StoragePorts, request: CourseRequest): Promise<Course> {
  const { watch, shard, periodSeconds, series, from, to } = request;
  const reach = reachOf(periodSeconds);
  const ticks: number[] = [];
  // A pull of a stretch reaches it until its reach has passed.
  for await (const tick of listTicks(ports, watch, shard, periodSeconds, Math.max(-1, from - 1), to + reach))
    ticks.push(tick);
  const { chosen, complete } = covering(ticks, (reach * 2) / 3);
  const days = daysBack(request);
  const since = Math.max(
    from,
    startOfDay(days[days.length - 1] ?? dayOf(from)),
    complete ? from : (chosen[0] ?? from) - reach,
  );
  const wanted = new Set([series]);
  const merger = new PointMerger();
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

/** The UTC days of the stretch, the newest first, as many as may be read. */
function daysBack({ from, to, width, periodSeconds }: CourseRequest): readonly string[] {
  const values = Math.max(1, width) * (daySeconds / periodSeconds);
  const most = Math.max(1, Math.min(MOST_DAYS, Math.floor(MOST_VALUES / values)));
  const days: string[] = [];
  for (let time = startOfDay(dayOf(to - 1)); days.length < most && time + daySeconds > from; time -= daySeconds)
    days.push(dayOf(time));
  return days;
}
