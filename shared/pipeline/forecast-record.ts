import * as z from 'zod';
import type { Unforecastable } from '../forecasters/forecaster.ts';
import type { SeriesLimit } from '../forecasters/limits.ts';
import type { Outlook } from '../forecasters/outlook.ts';
import type { ArtefactKind } from '../models/artefact.ts';
import { readStored, type StoragePorts } from '../models/stored-artefact.ts';
import { keys } from '../settings/keys.ts';
import { pack, type Packed, unpack } from './columnar.ts';
import type { FittedSaturation } from './fitted-shard.ts';
import type { QualitySums } from './forecast-quality.ts';

/** Percent: the bands that every forecast has, the narrow one first. */
export const bandLevels = [80, 95] as const;

/** An outlook on one limit of a series, and where the limit comes from. */
export type SeriesOutlook = Outlook & Pick<SeriesLimit, 'isAsked' | 'severity'>;

/** What was forecast of one series at a tick. Arrays have one number per step, in the precision they are stored in. */
export interface SeriesForecast {
  readonly id: string;
  /** Why there is no forecast; then the arrays are empty. `not-trained`: none is fitted yet, or none that can be read. */
  readonly missing: Unforecastable | 'not-trained' | null;
  /** Name of the forecaster; empty where there is none. */
  readonly forecaster: string;
  /** 1 − error / error of persistence on its backtest; null where that was not measured. */
  readonly skill: number | null;
  /** Whether it is better than persistence by enough to raise anything. */
  readonly hasSkill: boolean;
  /** It has learned from three days of history or more: before, nobody is told. */
  readonly isMature: boolean;
  /** The newest value that was known, NaN where there is none, and the beginning of its slot. */
  readonly current: number;
  readonly currentTime: number;
  /** Epoch seconds of the first slot that is forecast. */
  readonly start: number;
  readonly mean: Float32Array;
  readonly lower80: Float32Array;
  readonly upper80: Float32Array;
  readonly lower95: Float32Array;
  readonly upper95: Float32Array;
  /** One per limit of the series; empty where nothing could be forecast. */
  readonly outlooks: readonly SeriesOutlook[];
  /** When its slow trend fills it up; null where it has none, absent where that was not known. */
  readonly saturation?: FittedSaturation | null;
}

/** All that a tick forecast of a shard. Written once: whoever repeats the tick says what is in it. */
export interface ForecastRecord {
  readonly watch: string;
  readonly shard: string;
  readonly tick: number;
  readonly periodSeconds: number;
  /** The newest tick of history whose points are in it, and those that were read by themselves. */
  readonly consumed: number;
  readonly ticks: readonly number[] | null;
  /** How the shard's forecasters stood when the tick began; null in what an earlier release wrote. */
  readonly standing: ForecastStanding | null;
  readonly series: readonly SeriesForecast[];
}

/** How the forecasters of a shard stand: for those who look, and need not read all that it remembers. */
export interface ForecastStanding {
  /** When the oldest of them was fitted, epoch seconds; null where none is. */
  readonly oldestFit: number | null;
  /** Series whose forecasts have become clearly worse than when they were fitted. */
  readonly drifted: number;
  /** Of the forecasts that came due in the last hour. */
  readonly quality: QualitySums;
}

const packed = z.custom<Packed>((value) => typeof value === 'object' && value !== null && 'is' in value);
const stored = z.strictObject({
  watch: z.string(),
  shard: z.string(),
  tick: z.int(),
  periodSeconds: z.number().positive(),
  consumed: z.number(),
  ticks: z.array(z.number()).nullable(),
  standing: z
    .strictObject({
      oldestFit: z.number().nullable(),
      drifted: z.int().nonnegative(),
      quality: z.strictObject({
        series: z.int().nonnegative(),
        accuracy: z.number(),
        relative: z.number(),
        lastRelative: z.number(),
        count: z.int().nonnegative(),
        inside80: z.int().nonnegative(),
        inside95: z.int().nonnegative(),
        crossings: z.int().nonnegative(),
        brier: z.number(),
      }),
    })
    .nullable(),
  count: z.int().nonnegative(),
  series: packed,
});

export const forecastRecordKind: ArtefactKind<ForecastRecord> = {
  kind: 'forecasts',
  version: 2,
  upgrades: { 1: (payload) => ({ ...(payload as object), standing: null }) },
  payload: ({ series, ...rest }) => ({ ...rest, count: series.length, series: pack(series) }),
  parse: (payload) => {
    const { count, series, ...rest } = stored.parse(payload);
    return { ...rest, series: (unpack(series, count) as SeriesForecast[]).map(checked) };
  },
};

function checked(one: SeriesForecast): SeriesForecast {
  const steps = one.mean.length;
  for (const name of ['lower80', 'upper80', 'lower95', 'upper95'] as const)
    if (one[name].length !== steps)
      throw new RangeError(`${one.id}: ${name} has ${one[name].length} steps, and mean has ${steps}`);
  return one;
}

/** What was forecast of a shard at a tick; undefined where nothing was, or where it has expired. */
export async function readForecasts(
  ports: StoragePorts,
  watch: string,
  shard: string,
  tick: number,
): Promise<ForecastRecord | undefined> {
  return (await readStored(ports, forecastRecordKind, keys.forecasts(watch, shard, tick)))?.value;
}

/** So long forecasts are looked at; they are scored within a day. */
const KEPT_SECONDS = 8 * 86_400;

/** Deletes what was forecast of a shard more than eight days before `now`, epoch seconds. @returns how many ticks. */
export async function expireForecasts(
  { store }: Pick<StoragePorts, 'store'>,
  watch: string,
  shard: string,
  now: number,
): Promise<number> {
  const oldest = keys.forecasts(watch, shard, Math.max(0, now - KEPT_SECONDS));
  let deleted = 0;
  for await (const key of store.list(keys.forecastsPrefix(watch, shard))) {
    if (key >= oldest) break;
    await store.delete(key);
    deleted++;
  }
  return deleted;
}
