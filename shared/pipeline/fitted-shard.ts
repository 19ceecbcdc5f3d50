import * as z from 'zod';
import { type StoredForecaster } from '../forecasters/catalogue.ts';
import type { Limit } from '../forecasters/outlook.ts';
import type { ArtefactKind } from '../models/artefact.ts';
import { readStored, type StoragePorts, writeStored } from '../models/stored-artefact.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { Version } from '../ports/object-store.ts';
import type { Log } from '../ports/log.ts';
import { keys } from '../settings/keys.ts';
import { usuallyBehind } from './behind-line.ts';
import { pack, type Packed, unpack } from './columnar.ts';
import type { KeptWindow } from './kept-window.ts';
import type { FittedPlace } from './forecast-state.ts';
import { readJson, writeJson } from './stored-json.ts';

/** When something that fills slowly will be full. Times in epoch seconds. */
export interface FittedSaturation {
  /** The end of what there is: 100 %, nothing left, or the limit where no such end is known. */
  readonly limit: Limit;
  readonly reachesAt: number | null;
  readonly earliest: number | null;
  readonly latest: number | null;
  /** In the series' unit. */
  readonly perDay: number;
  readonly note: string;
  /** How far on the good side of its line the series was at most in its newest two days, in its unit. */
  readonly usual: number;
}

/** The forecaster of one series. */
export interface SeriesFit {
  readonly id: string;
  /** Null where none could be fitted. */
  readonly forecaster: StoredForecaster | null;
  /** 1 − error / error of persistence on a backtest; null where it was not measured. */
  readonly skill: number | null;
  readonly hasSkill: boolean;
  /** Why this one, for people. */
  readonly reason: string;
  /** When it was fitted, epoch seconds. */
  readonly fittedAt: number;
  /** When a network competed last, epoch seconds; undefined where none ever has. */
  readonly networkAt?: number | undefined;
  /** Epoch seconds of the first value that is known; NaN where none is. */
  readonly since: number;
  readonly saturation: FittedSaturation | null;
}

/** The forecaster of one series, and what it needs to have seen: ticks read no history for it. */
export interface FittedSeries extends SeriesFit {
  /** On the grid, up to the shard's `to`. */
  readonly window: KeptWindow;
}

/** What training leaves for the ticks of a shard. */
export interface FittedShard {
  readonly watch: string;
  readonly shard: string;
  readonly periodSeconds: number;
  readonly trainedAt: number;
  /** End of the values of every series, epoch seconds on the grid. */
  readonly to: number;
  readonly series: readonly FittedSeries[];
}

const packed = z.custom<Packed>((value) => typeof value === 'object' && value !== null && 'is' in value);
const stored = z.strictObject({
  watch: z.string(),
  shard: z.string(),
  periodSeconds: z.number().positive(),
  trainedAt: z.number(),
  to: z.number(),
  count: z.int().nonnegative(),
  series: packed,
  /** By forecaster: states of one shape, in the order of the series that have it. */
  states: z.record(z.string(), z.strictObject({ count: z.int().positive(), states: packed })),
});

type Flat = Omit<FittedSeries, 'forecaster'> & { readonly name: string };

export const fittedShardKind: ArtefactKind<FittedShard> = {
  kind: 'fitted-forecasters',
  version: 2,
  upgrades: { 1: withWindows },
  payload: ({ series, ...rest }) => {
    const flat = series.map(({ forecaster, ...one }): Flat => ({ ...one, name: forecaster?.name ?? '' }));
    const byName = new Map<string, unknown[]>();
    for (const { forecaster } of series)
      if (forecaster !== null) byName.set(forecaster.name, [...(byName.get(forecaster.name) ?? []), forecaster.state]);
    const states = [...byName].map(([name, of]) => [name, { count: of.length, states: pack(of) }] as const);
    return { ...rest, count: series.length, series: pack(flat), states: Object.fromEntries(states) };
  },
  parse: (payload) => {
    const { count, series, states, ...rest } = stored.parse(payload);
    const unused = new Map(Object.entries(states).map(([name, of]) => [name, unpack(of.states, of.count)]));
    const fitted = (unpack(series, count) as Flat[]).map(({ name, ...one }): FittedSeries => {
      if (name === '') return { ...one, forecaster: null };
      const state = unused.get(name)?.shift();
      if (state === undefined) throw new RangeError(`${one.id} has a forecaster '${name}' without a state`);
      return { ...one, forecaster: { name, state } };
    });
    return { ...rest, series: fitted };
  },
};

/** Before, all values lay with a forecaster, and how far a series usually is from its line was looked up among them. */
function withWindows(payload: unknown): unknown {
  const before = payload as z.output<typeof stored>;
  type Before = Omit<Flat, 'window' | 'saturation'> & {
    readonly values: Float64Array;
    readonly saturation: Omit<FittedSaturation, 'usual'> | null;
  };
  const { to, periodSeconds, count } = before;
  const series = (unpack(before.series, count) as Before[]).map(({ values, saturation, ...one }): Flat => {
    const known = { start: to - values.length * periodSeconds, stepSeconds: periodSeconds, values };
    return {
      ...one,
      saturation: saturation && { ...saturation, usual: usuallyBehind(saturation, known, one.fittedAt) },
      window: { far: new Float32Array(0), near: values },
    };
  });
  return { ...before, series: pack(series) };
}

/** The forecasters in use, as the pointer to them says. */
export interface FittedPointer extends FittedPlace {
  readonly by: string;
  readonly why: string;
}

const pointerSchema = z.object({
  version: z.literal(1),
  place: z.enum(['a', 'b']),
  trainedAt: z.number(),
  by: z.string(),
  why: z.string(),
});

/** The pointer to what is in use, with the version to replace it by. */
export interface InUse {
  readonly value: FittedPointer;
  readonly version: Version;
}

/** Which forecasters are in use; undefined before the first training. @throws StoredObjectError where it is damaged. */
export const readInUse = (
  { store }: Pick<StoragePorts, 'store'>,
  watch: string,
  shard: string,
): Promise<InUse | undefined> => readJson(store, pointerSchema, keys.forecastersInUse(watch, shard));

/** What was in use when a fitting began, and the version of the object that its outcome is to replace. */
export interface FittingStart {
  readonly inUse: InUse | undefined;
  readonly spare: Version | 'absent';
}

const spareOf = (inUse: InUse | undefined): FittedPlace['place'] => (inUse?.value.place === 'a' ? 'b' : 'a');

/** To be asked before anything is read that is fitted on. @throws StoredObjectError where the pointer is damaged. */
export async function beginFitting(
  { store }: Pick<StoragePorts, 'store'>,
  watch: string,
  shard: string,
): Promise<FittingStart> {
  const inUse = await readInUse({ store }, watch, shard);
  const spare = await store.get(keys.forecasters(watch, shard, spareOf(inUse)));
  return { inUse, spare: spare?.version ?? 'absent' };
}

/**
 * The forecasters of a place. Undefined where there are none, or none that can be read: then nothing is forecast until
 * they are fitted anew, and whoever operates this is told.
 */
export async function loadFitted(
  ports: StoragePorts & { readonly log: Log },
  watch: string,
  shard: string,
  { place }: FittedPlace,
): Promise<FittedShard | undefined> {
  const key = keys.forecasters(watch, shard, place);
  try {
    return (await readStored(ports, fittedShardKind, key))?.value;
  } catch (error) {
    if (!(error instanceof StoredObjectError)) throw error;
    ports.log.error('forecasters unreadable: they are fitted anew', { watch, shard, error: error.message });
    return undefined;
  }
}

/**
 * Puts new forecasters into the place that is not in use, and into use. A tick that is repeated meanwhile still finds
 * the ones it began with.
 *
 * @param begun what was there when the fitting began.
 * @returns `overtaken` where others were put into use in between: then these are not.
 */
export async function storeFitted(
  ports: StoragePorts,
  fitted: FittedShard,
  origin: { readonly by: string; readonly why: string },
  { inUse, spare }: FittingStart,
): Promise<'stored' | 'overtaken'> {
  const { watch, shard, trainedAt } = fitted;
  const place = spareOf(inUse);
  if ((await readInUse(ports, watch, shard))?.version !== inUse?.version) return 'overtaken';
  // Another that was quicker may have put this very place into use since.
  const written = await writeStored(ports, fittedShardKind, keys.forecasters(watch, shard, place), fitted, spare);
  if (written === 'conflict') return 'overtaken';
  const pointer = { version: 1, place, trainedAt, ...origin };
  const key = keys.forecastersInUse(watch, shard);
  const outcome = await writeJson(ports.store, key, pointer, inUse?.version ?? 'absent');
  return outcome === 'stored' ? 'stored' : 'overtaken';
}
