import * as z from 'zod';
import type { ArtefactKind } from '../models/artefact.ts';
import type { RankedPoints } from './point-merge.ts';

/** What kept a source from answering for a series, as {@link ReadProblem} of the metric source names it. */
export interface ChunkProblem {
  readonly kind: string;
  readonly message: string;
}

/** One series in a chunk or in a day. */
export interface StoredSeries extends RankedPoints {
  readonly id: string;
}

/** What one pull brought, stored once and never changed. */
export interface HistoryTick {
  /** The tick's scheduled time, epoch seconds. */
  readonly tick: number;
  /** Ticks stored before but not consumed when this one was pulled: whoever judges this tick judges them with it. */
  readonly previous: readonly number[];
  readonly series: readonly StoredSeries[];
  /** By series id: why points may be missing. */
  readonly problems: ReadonlyMap<string, ChunkProblem>;
}

/** The points of one UTC day, merged from its pulls. */
export interface HistoryDay {
  /** `2026-11-21`. */
  readonly day: string;
  readonly series: readonly StoredSeries[];
}

/**
 * Series as they are stored. Most series of a shard have the same times from the same pulls, so these are stored once
 * and referred to: a day of 500 series is half as large and much faster to write.
 */
interface Block {
  readonly ids: string[];
  /** Per series: the index of its grid. */
  readonly grid: Int32Array;
  readonly grids: { readonly times: Float64Array; readonly ticks: Uint32Array }[];
  /** All values, series after series; each has as many as its grid has times. */
  readonly values: Float64Array;
}

const tickTime = z.int().min(0).max(0xffff_ffff);
const block = {
  ids: z.array(z.string()),
  grid: z.instanceof(Int32Array),
  grids: z.array(z.strictObject({ times: z.instanceof(Float64Array), ticks: z.instanceof(Uint32Array) })),
  values: z.instanceof(Float64Array),
};

const tickPayload = z.strictObject({
  tick: tickTime,
  previous: z.array(tickTime),
  problems: z.array(z.strictObject({ id: z.string(), kind: z.string(), message: z.string() })),
  ...block,
});
const dayPayload = z.strictObject({ day: z.string().regex(/^\d{4}-\d\d-\d\d$/), ...block });

/** The object of one tick, create-only. */
export const historyTickKind: ArtefactKind<HistoryTick> = {
  kind: 'history-tick',
  version: 1,
  upgrades: {},
  payload: ({ tick, previous, series, problems }) => ({
    tick,
    previous: [...previous],
    problems: [...problems].map(([id, { kind, message }]) => ({ id, kind, message })),
    ...toBlock(series),
  }),
  parse: (payload) => {
    const { tick, previous, problems, ...stored } = tickPayload.parse(payload);
    return {
      tick,
      previous,
      problems: new Map(problems.map(({ id, kind, message }) => [id, { kind, message }])),
      series: fromBlock(stored),
    };
  },
};

/** The object of one day, compacted or backfilled. */
export const historyDayKind: ArtefactKind<HistoryDay> = {
  kind: 'history-day',
  version: 1,
  upgrades: {},
  payload: ({ day, series }) => ({ day, ...toBlock(series) }),
  parse: (payload) => {
    const { day, ...stored } = dayPayload.parse(payload);
    return { day, series: fromBlock(stored) };
  },
};

function toBlock(series: readonly StoredSeries[]): Block {
  const grids: Block['grids'] = [];
  const grid = Int32Array.from(series, ({ times, ticks }) => {
    // Almost always the last one, or none: a search through all would be quadratic where every series is irregular.
    const recent = grids.slice(-4).findIndex((one) => sameNumbers(one.times, times) && sameNumbers(one.ticks, ticks));
    return recent < 0 ? grids.push({ times, ticks }) - 1 : Math.max(0, grids.length - 4) + recent;
  });
  const values = new Float64Array(series.reduce((sum, one) => sum + one.values.length, 0));
  let at = 0;
  for (const one of series) {
    values.set(one.values, at);
    at += one.values.length;
  }
  return { ids: series.map(({ id }) => id), grid, grids, values };
}

/** Values and times are views on the shared arrays: a block is read, never written to. */
function fromBlock({ ids, grid, grids, values }: Block): readonly StoredSeries[] {
  if (grid.length !== ids.length) throw new RangeError(`${ids.length} series but ${grid.length} grids named`);
  let at = 0;
  const series = ids.map((id, i) => {
    const found = grids[grid[i] ?? -1] as Block['grids'][number] | undefined;
    if (found === undefined || found.ticks.length !== found.times.length) throw new RangeError(`no grid for '${id}'`);
    const own = values.subarray(at, at + found.times.length);
    at += found.times.length;
    return { id, times: found.times, ticks: found.ticks, values: own };
  });
  if (at !== values.length) throw new RangeError(`${values.length} values where the grids have ${at} times`);
  return series;
}

function sameNumbers(a: Float64Array | Uint32Array, b: Float64Array | Uint32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
