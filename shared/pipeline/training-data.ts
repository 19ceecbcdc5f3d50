import { fillGaps } from '../metrics/gaps.ts';
import { readDays } from '../metrics/history.ts';
import type { Shard } from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { emptySeries, placePoints, type Series } from '../metrics/series.ts';
import type { StoragePorts } from '../models/stored-artefact.ts';

/** What one entity's series were on the grid, from its first value on. */
export interface EntityPast {
  readonly entity: string;
  readonly series: readonly SeriesDescription[];
  /** Epoch seconds. */
  readonly times: Float64Array;
  /** Row-major, one number per series, NaN where missing. */
  readonly values: Float64Array;
}

/**
 * The stored past of some entities of a watch. Needs 8 bytes a slot and series, so ask for as many as training reads.
 *
 * @param wanted names of entities. @param from and @param to epoch seconds on the grid.
 */
export async function readPast(
  ports: StoragePorts,
  watch: string,
  shards: readonly Shard[],
  wanted: ReadonlySet<string>,
  from: number,
  to: number,
  periodSeconds: number,
): Promise<readonly EntityPast[]> {
  const found: EntityPast[] = [];
  for (const { shard, series } of shards) {
    const own = series.filter(({ entity }) => wanted.has(entity));
    if (own.length === 0) continue;
    const columns = new Map(own.map(({ id }) => [id, emptySeries(periodSeconds, from, to)]));
    for await (const { points } of readDays(ports, watch, shard, periodSeconds, new Set(columns.keys()), from, to)) {
      for (const [id, column] of columns) {
        const own = points.get(id);
        if (own !== undefined) placePoints(own, column);
      }
    }
    for (const entity of new Set(own.map((one) => one.entity))) {
      const members = own.filter((one) => one.entity === entity);
      found.push(onGrid(entity, members, columns, from, to, periodSeconds));
    }
  }
  return found;
}

function onGrid(
  entity: string,
  series: readonly SeriesDescription[],
  columns: ReadonlyMap<string, Series>,
  from: number,
  to: number,
  periodSeconds: number,
): EntityPast {
  const filled = series.map(({ id, nature }) => {
    return fillGaps(columns.get(id) ?? emptySeries(periodSeconds, from, to), nature, to).series.values;
  });
  const slots = filled[0].length;
  let first = 0;
  while (first < slots && filled.every((values) => Number.isNaN(values[first]))) first++;
  const rows = slots - first;
  const values = new Float64Array(rows * series.length);
  filled.forEach((own, column) => {
    for (let row = 0; row < rows; row++) values[row * series.length + column] = own[first + row];
  });
  const times = Float64Array.from({ length: rows }, (_, row) => from + (first + row) * periodSeconds);
  return { entity, series, times, values };
}

/** The past without the rows that are not to be learned from; what is left keeps its order and its times. */
export function rowsToLearnFrom(past: EntityPast, learnsAt: (entity: string, time: number) => boolean): EntityPast {
  const { entity, series, times, values } = past;
  const kept = Array.from(times.keys()).filter((row) => learnsAt(entity, times[row]));
  if (kept.length === times.length) return past;
  const width = series.length;
  const left = new Float64Array(kept.length * width);
  kept.forEach((row, place) => left.set(values.subarray(row * width, (row + 1) * width), place * width));
  return { entity, series, times: Float64Array.from(kept, (row) => times[row]), values: left };
}
