import * as z from 'zod';
import type { Finding } from '../alerting/signal.ts';
import type { AskedMetrics } from '../metrics/asked-metrics.ts';
import type { ArtefactKind } from '../models/artefact.ts';
import { type CalledNormal, calledNormalSchema } from './called-normal.ts';
import { pack, type Packed, unpack } from './columnar.ts';
import { checkEntityState } from './entity-state-shape.ts';
import type { EntityState } from './entity-state.ts';
import type { PullTiming } from './pull-window.ts';

/** What was last said of one thing, to be repeated while it lasts and taken back when it is over. */
export interface Told {
  readonly finding: Omit<Finding, 'points'>;
  /** How often it was said to be normal again; 0 while it fires. */
  readonly normalTicks: number;
  /** It was told in earnest: then so is its end, whatever is known of the series by then. */
  readonly live?: boolean;
  /** Of forecasts: what is told has come without having been foreseen. */
  readonly isUnforeseen?: boolean;
}

/** The newest values of one series on the grid, the last one at the slot before the shard's `judgedTo`. */
export interface RecentValues {
  readonly id: string;
  readonly values: Float32Array;
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

/** What a shard remembers of one of its entities. */
export interface EntityMemory {
  readonly judged: EntityState;
  readonly recent: readonly RecentValues[];
  readonly told: readonly Told[];
  /** Whether its stored history was judged before it was judged live, or there was none. */
  readonly warm: boolean;
}

/** Values that pulls brought, on the grid: what is not settled yet, and enough before it to know a correction. */
export interface HeldValues {
  /** Epoch seconds of the first slot. */
  readonly start: number;
  readonly series: readonly { readonly id: string; readonly values: Float64Array }[];
}

/** All that a shard remembers between two ticks; replaced as a whole, under compare-and-swap. */
export interface ShardState {
  readonly watch: string;
  readonly shard: string;
  /** The last tick that was consumed: its points, and those of every tick before it, are in here. */
  readonly tick: number;
  readonly periodSeconds: number;
  /** What the entities' days and hours are counted in; null where it was not yet written down. */
  readonly timezone: string | null;
  /** Epoch seconds: every slot that begins before it was judged, once. */
  readonly judgedTo: number;
  /** The champion that the next tick judges with: a run and its repetition must not meet different ones. */
  readonly model: string | null;
  /**
   * The backfill is complete: the next tick begins by judging the history of what is not warm. Decided a tick ahead, so
   * that a run and its repetition do the same.
   */
  readonly warmUpDue: boolean;
  /** What people called normal, as the next tick heeds it; decided a tick ahead, like its model. */
  readonly calledNormal: readonly CalledNormal[];
  /** What its ticks were billed for asking; null where it was not yet counted. */
  readonly asked: AskedMetrics | null;
  readonly held: HeldValues;
  readonly entities: readonly EntityMemory[];
}

const packed = z.custom<Packed>((value) => typeof value === 'object' && value !== null && 'is' in value);
const stored = z.strictObject({
  watch: z.string(),
  shard: z.string(),
  tick: z.int(),
  periodSeconds: z.number().positive(),
  timezone: z.string().nullable(),
  judgedTo: z.number(),
  model: z.string().nullable(),
  warmUpDue: z.boolean(),
  calledNormal: z.array(calledNormalSchema),
  asked: z
    .strictObject({ month: z.string(), metrics: z.number().nonnegative(), perPull: z.number().nonnegative() })
    .nullable(),
  heldStart: z.number(),
  heldCount: z.int().nonnegative(),
  held: packed,
  entityCount: z.int().nonnegative(),
  entities: packed,
});

/** One object per shard: the states of all its entities as few long arrays. Bits survive the store. */
export const shardStateKind: ArtefactKind<ShardState> = {
  kind: 'anomaly-state',
  version: 4,
  upgrades: {
    1: (payload) => ({ ...(payload as object), timezone: null }),
    2: (payload) => ({ ...(payload as object), calledNormal: [] }),
    3: (payload) => ({ ...(payload as object), asked: null }),
  },
  payload: ({ held, entities, ...rest }) => ({
    ...rest,
    heldStart: held.start,
    heldCount: held.series.length,
    held: pack(held.series),
    entityCount: entities.length,
    entities: pack(entities),
  }),
  parse: (payload) => {
    const { heldStart, heldCount, held, entityCount, entities, ...rest } = stored.parse(payload);
    const memories = unpack(entities, entityCount) as EntityMemory[];
    for (const { judged } of memories) checkEntityState(judged);
    return {
      ...rest,
      held: { start: heldStart, series: unpack(held, heldCount) as HeldValues['series'] },
      entities: memories,
    };
  },
};

/** What of a watch decides whether what a shard remembers can be gone on with. */
export type StateGrid = Pick<PullTiming, 'period'> & { readonly timezone: string };

/**
 * Whether a watch has another period, or counts its days in another time zone, than the state was made with. Then nothing
 * that was learned holds, for it was learned of other points or of other hours: every entity starts from nothing and
 * is made anew from stored history, as after a first deployment. What was told stays, to be repeated or taken back.
 */
export const startsAnew = (state: ShardState, { period, timezone }: StateGrid): boolean =>
  state.periodSeconds !== period || (state.timezone !== null && state.timezone !== timezone);

/**
 * Epoch seconds on the grid of this period: no slot before it is to be judged any more; undefined for a shard that was
 * never judged. Under another period it is the slot in which the old one had come to its end, so that nothing is left out.
 */
export function judgedUntil(state: ShardState | undefined, period: number): number | undefined {
  return state === undefined ? undefined : Math.floor(state.judgedTo / period) * period;
}
