import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import type { HistoryTick, StoredSeries } from '../../shared/metrics/history-format.ts';
import { type HistoryPorts, readDays, type ReadOptions } from '../../shared/metrics/history.ts';
import { PointMerger } from '../../shared/metrics/point-merge.ts';
import type { Points } from '../../shared/metrics/series.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

export const memoryPorts = () => ({ store: new MemoryObjectStore(), bytes: nodeBytes });

export async function keysBelow(store: ObjectStore, prefix = ''): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const key of store.list(prefix)) found.push(key);
  return found;
}

/** A chunk whose series hold the given `[time, value]` pairs. */
export function chunkOf(
  tick: number,
  points: Readonly<Record<string, readonly (readonly [number, number])[]>>,
  previous: readonly number[] = [],
): HistoryTick {
  const series = Object.entries(points).map(([id, pairs]): StoredSeries => ({
    id,
    times: Float64Array.from(pairs, ([time]) => time),
    values: Float64Array.from(pairs, ([, value]) => value),
    ticks: new Uint32Array(pairs.length).fill(tick),
  }));
  return { tick, previous, series, problems: new Map() };
}

export const pairsOf = (points: Points | undefined): readonly (readonly [number, number])[] =>
  points === undefined ? [] : Array.from(points.times, (time, i) => [time, points.values[i]] as const);

/** A store whose calls can be made to fail or never to return, by the number of the call. */
export function interrupted(store: ObjectStore, before: (call: number, what: string) => void): ObjectStore {
  let call = 0;
  return {
    get: async (key) => {
      before(++call, `get ${key}`);
      return store.get(key);
    },
    put: async (key, body, expected) => {
      before(++call, `put ${key}`);
      return store.put(key, body, expected);
    },
    list: (prefix, startAfter) => {
      before(++call, `list ${prefix}`);
      return store.list(prefix, startAfter);
    },
    delete: async (key) => {
      before(++call, `delete ${key}`);
      return store.delete(key);
    },
  };
}

/** What a reader of several ticks must see: for one time, the value of the latest of them. */
export function mergeTicks(chunks: Iterable<HistoryTick>): ReadonlyMap<string, Points> {
  const merger = new PointMerger();
  for (const { series, tick } of chunks) for (const one of series) merger.add(one.id, one, tick);
  return new Map(merger.ids().map((id) => [id, merger.points(id)]));
}

/** All days of a window at once, by series id; every asked series is answered. */
export async function readWindow(
  ports: HistoryPorts,
  watch: string,
  shard: string,
  periodSeconds: number,
  seriesIds: Iterable<string>,
  from: number,
  to: number,
  options: ReadOptions = {},
): Promise<ReadonlyMap<string, Points>> {
  const wanted = new Set(seriesIds);
  const pieces = new Map<string, Points[]>([...wanted].map((id) => [id, []]));
  for await (const { points } of readDays(ports, watch, shard, periodSeconds, wanted, from, to, options)) {
    for (const [id, piece] of points) pieces.get(id)?.push(piece);
  }
  return new Map([...pieces].map(([id, parts]) => [id, concatenate(parts)]));
}

function concatenate(parts: readonly Points[]): Points {
  const length = parts.reduce((sum, part) => sum + part.times.length, 0);
  const joined = { times: new Float64Array(length), values: new Float64Array(length) };
  let at = 0;
  for (const part of parts) {
    joined.times.set(part.times, at);
    joined.values.set(part.values, at);
    at += part.times.length;
  }
  return joined;
}
