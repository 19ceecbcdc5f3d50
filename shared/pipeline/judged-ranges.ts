import * as z from 'zod';
import type { ArtefactKind } from '../models/artefact.ts';
import { readStored, type StoragePorts, writeStored } from '../models/stored-artefact.ts';
import { keys, tickOfRangesKey } from '../settings/keys.ts';
import { RECENT_SLOTS } from './recent-values.ts';
import type { ShardState } from './shard-state.ts';
import { readSome } from './status-ports.ts';

/** The usual ranges of a shard's series over the newest slots that were judged by a tick; NaN where there was none. */
export interface JudgedRanges {
  readonly watch: string;
  readonly shard: string;
  readonly tick: number;
  readonly periodSeconds: number;
  /** Epoch seconds of the first slot. */
  readonly start: number;
  readonly slots: number;
  readonly ids: readonly string[];
  /** Series after series, `slots` numbers each. */
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

const stored = z.strictObject({
  watch: z.string(),
  shard: z.string(),
  tick: z.int(),
  periodSeconds: z.number().positive(),
  start: z.number(),
  slots: z.int().positive(),
  ids: z.array(z.string()),
  lower: z.instanceof(Float32Array),
  upper: z.instanceof(Float32Array),
});

export const judgedRangesKind: ArtefactKind<JudgedRanges> = {
  kind: 'judged-ranges',
  version: 1,
  upgrades: {},
  payload: ({ ids, ...rest }) => ({ ...rest, ids: [...ids] }),
  parse: (payload) => {
    const ranges = stored.parse(payload);
    for (const side of ['lower', 'upper'] as const)
      if (ranges[side].length !== ranges.ids.length * ranges.slots)
        throw new RangeError(
          `${side} has ${ranges[side].length} numbers, and ${ranges.ids.length} series have ${ranges.slots} slots each`,
        );
    return ranges;
  },
};

/** So many slots apart ranges are stored: fewer than are kept, so that none falls between two. */
const APART_SLOTS = 45;
/** Of one look: 45 hours of five minutes, a tenth of a second of one core for a full shard. */
const MOST_OBJECTS = 12;

/**
 * Stores what a shard's ranges were, every so often, under the tick's own key: a state keeps the newest only. The same
 * again when the tick is repeated, and then nothing is changed.
 *
 * @param before the state that the tick began with.
 */
export async function recordRanges(
  ports: StoragePorts,
  before: Pick<ShardState, 'tick'> | undefined,
  {
    watch,
    shard,
    tick,
    periodSeconds,
    judgedTo,
    entities,
  }: Omit<ShardState, 'model' | 'calledNormal' | 'warmUpDue' | 'asked'>,
): Promise<void> {
  const part = (time: number): number => Math.floor(time / (APART_SLOTS * periodSeconds));
  const recent = entities.flatMap((one) => one.recent);
  if (before === undefined || part(before.tick) === part(tick) || recent.length === 0) return;
  const ranges: JudgedRanges = {
    watch,
    shard,
    tick,
    periodSeconds,
    start: judgedTo - RECENT_SLOTS * periodSeconds,
    slots: RECENT_SLOTS,
    ids: recent.map(({ id }) => id),
    lower: concatenated(recent.map(({ lower }) => lower)),
    upper: concatenated(recent.map(({ upper }) => upper)),
  };
  await writeStored(ports, judgedRangesKind, keys.ranges(watch, shard, tick), ranges, 'absent');
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.length * RECENT_SLOTS).fill(Number.NaN);
  parts.forEach((one, index) => {
    whole.set(one, index * RECENT_SLOTS);
  });
  return whole;
}

/** By the beginning of each slot that has one; a side is null where it is open. */
export type Bands = Map<number, { readonly lower: number | null; readonly upper: number | null }>;

/**
 * The usual ranges of one series as they were when it was judged: the newest part of what was asked for, 45 hours of
 * five minutes. What cannot be read is left out.
 *
 * @param request times in epoch seconds.
 */
export async function readRanges(
  ports: StoragePorts,
  request: {
    readonly watch: string;
    readonly shard: string;
    readonly periodSeconds: number;
    readonly series: string;
    readonly from: number;
    readonly to: number;
  },
): Promise<Bands> {
  const { watch, shard, periodSeconds, series, from, to } = request;
  const found: number[] = [];
  for await (const key of ports.store.list(keys.rangesPrefix(watch, shard), keys.ranges(watch, shard, from))) {
    const tick = tickOfRangesKey(key);
    if (tick === undefined) continue;
    if (tick > to + RECENT_SLOTS * periodSeconds) break;
    found.push(tick);
  }
  const read = await readSome(found.slice(-MOST_OBJECTS), async (tick) => {
    const { value } = (await readStored(ports, judgedRangesKind, keys.ranges(watch, shard, tick))) ?? {};
    return value;
  });
  const bands: Bands = new Map();
  for (const ranges of read.found) {
    const at = ranges === undefined ? -1 : ranges.ids.indexOf(series);
    if (ranges === undefined || at < 0 || ranges.periodSeconds !== periodSeconds) continue;
    addBands(bands, ranges, at);
  }
  return bands;
}

/** Where there was none, another object may know one: a shard that started anew has forgotten what it said before. */
function addBands(bands: Bands, { start, slots, periodSeconds, lower, upper }: JudgedRanges, at: number): void {
  const own = (side: Float32Array): Float32Array => side.subarray(at * slots, (at + 1) * slots);
  for (const [time, band] of bandsFrom(start, periodSeconds, own(lower), own(upper))) bands.set(time, band);
}

/** The ranges of slots that have one. */
export function bandsFrom(start: number, periodSeconds: number, lower: Float32Array, upper: Float32Array): Bands {
  const bands: Bands = new Map();
  lower.forEach((low, slot) => {
    const band = { lower: finite(low), upper: finite(upper[slot]) };
    if (band.lower !== null || band.upper !== null) bands.set(start + slot * periodSeconds, band);
  });
  return bands;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
