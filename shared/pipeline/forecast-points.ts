import { type HistoryTick } from '../metrics/history-format.ts';
import { listTicks, readDays, readTick } from '../metrics/history.ts';
import type { StoragePorts } from '../models/stored-artefact.ts';
import { dayOf } from '../settings/keys.ts';

/** Which points are new to whoever forecasts a shard. Times in epoch seconds. */
export interface NewPointsRequest {
  readonly watch: string;
  readonly shard: string;
  readonly periodSeconds: number;
  /** The tick that is forecast at. */
  readonly tick: number;
  /** The newest tick of history that was read before; undefined where nothing was, or what was is of no use. */
  readonly after: number | undefined;
  /** What a run before us had read that has forecast: no more and no less is read now. @default everything */
  readonly earlier?: ReadTicks;
  /** From where on points are needed where not only the newest ticks are read. */
  readonly from: number;
}

/** Which pulls points were read from. */
export interface ReadTicks {
  /** The newest tick of history that was read, or was before. */
  readonly consumed: number;
  /** Those that were read by themselves; null where the days were. */
  readonly ticks: readonly number[] | null;
}

export interface NewPoints extends ReadTicks {
  readonly pulls: readonly HistoryTick[];
}

/** A value may still change so long after its time; a reader who begins anew reads as far back. */
const REVISED_SECONDS = 3600;

/**
 * The points that history has got since they were read last: the newest ticks, one object each. After midnight, when
 * those of the day before may be compacted, and after a pause, from the days: of what is not compacted yet no pull that
 * is newer than `consumed`, so that a run of the same tick that comes later reads the same.
 *
 * @throws StoredObjectError where history cannot be read.
 */
export async function readNewPoints(ports: StoragePorts, request: NewPointsRequest): Promise<NewPoints> {
  const { watch, shard, periodSeconds, tick, after, from } = request;
  const { earlier } = request;
  const upto = earlier?.consumed ?? tick;
  const isRecent = earlier === undefined ? after !== undefined && dayOf(after) === dayOf(tick) : earlier.ticks !== null;
  if (isRecent) {
    // A pull that was late may have come since: what was forecast knows nothing of it.
    const ticks = earlier?.ticks ?? (await collected(listTicks(ports, watch, shard, periodSeconds, after ?? 0, upto)));
    const pulls: HistoryTick[] = [];
    for (const one of ticks) {
      const pull = await readTick(ports, watch, shard, periodSeconds, one);
      if (pull !== undefined) pulls.push(pull);
    }
    return { pulls, ticks, consumed: ticks.at(-1) ?? after ?? upto };
  }
  const since = Math.min(from, upto - REVISED_SECONDS) - 1;
  let consumed = earlier?.consumed ?? after ?? 0;
  if (earlier === undefined)
    for await (const one of listTicks(ports, watch, shard, periodSeconds, since, upto)) consumed = one;
  const pulls: HistoryTick[] = [];
  const bounds = { pulledUntil: consumed };
  const none = { previous: [], problems: new Map<string, never>() };
  for await (const { points } of readDays(ports, watch, shard, periodSeconds, undefined, from, tick, bounds))
    pulls.push({ ...none, tick, series: [...points].map(([id, one]) => ({ id, ...one, ticks: new Uint32Array(0) })) });
  return { pulls, ticks: null, consumed };
}

async function collected(ticks: AsyncIterable<number>): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const one of ticks) all.push(one);
  return all;
}
