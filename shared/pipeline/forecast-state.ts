import * as z from 'zod';
import type { CoverageState } from '../forecasters/adaptive-intervals.ts';
import type { ArtefactKind } from '../models/artefact.ts';
import { pack, type Packed, unpack } from './columnar.ts';
import type { HeldValues, Told } from './shard-state.ts';

/** A forecast whose time has not come yet. Times are beginnings of slots in epoch seconds. */
export interface OpenForecast {
  readonly tick: number;
  /** The slot that is compared half an hour ahead, and what was said of it. */
  readonly due: number;
  readonly mean: number;
  readonly lower80: number;
  readonly upper80: number;
  readonly lower95: number;
  readonly upper95: number;
  /** What persistence said: the newest value that was known. */
  readonly last: number;
  /** The slots that crossings were forecast for: `start <= slot < end`. */
  readonly start: number;
  readonly end: number;
  readonly crossings: readonly {
    readonly value: number;
    readonly side: 'above' | 'below';
    readonly probability: number;
  }[];
}

/** What became of a forecast, kept for an hour. */
export interface ScoredForecast {
  readonly due: number;
  readonly error: number;
  /** Of persistence. */
  readonly lastError: number;
  /** Absolute value of what came. */
  readonly size: number;
  readonly inside80: boolean;
  readonly inside95: boolean;
}

/** What became of a forecast crossing, kept for an hour. */
export interface ScoredCrossing {
  readonly end: number;
  /** Squared difference of the probability and what came, 0 or 1. */
  readonly brier: number;
}

/** What a shard remembers of one series that it forecasts. */
export interface SeriesMemory {
  readonly id: string;
  /** Of the band of 80, and of 95 %: how wide it must be asked for to hold as often as it says. */
  readonly coverage80: CoverageState;
  readonly coverage95: CoverageState;
  readonly open: readonly OpenForecast[];
  readonly scored: readonly ScoredForecast[];
  readonly crossings: readonly ScoredCrossing[];
  /** Absolute errors half an hour ahead, old ones fading over a day, of the forecaster fitted at `fittedAt`. */
  readonly fittedAt: number;
  readonly error: number;
  readonly lastError: number;
  readonly weight: number;
  /** Sides on which a limit is in danger: it was foreseen to be crossed, and that has not passed. */
  readonly danger: readonly ('above' | 'below')[];
  /** The newest tick whose forecast could say whether one is; absent from states of before, and of what is new. */
  readonly sureAt?: number;
}

/** What was told of an entity. */
export interface ForecastTold {
  readonly entity: string;
  readonly told: readonly Told[];
}

/** Where in the store the forecasters lie that a tick works with. */
export interface FittedPlace {
  readonly place: 'a' | 'b';
  readonly trainedAt: number;
}

/** All that forecasting remembers of a shard between two ticks; replaced as a whole, under compare-and-swap. */
export interface ForecastState {
  readonly watch: string;
  readonly shard: string;
  readonly tick: number;
  readonly periodSeconds: number;
  /** The newest tick of history whose points are in `recent`. */
  readonly consumed: number;
  /** Decided a tick ahead, like a model: a run and its repetition must not meet different ones. */
  readonly fitted: FittedPlace | null;
  /** Values since the forecasters were fitted; what was before lies with them. */
  readonly recent: HeldValues;
  readonly series: readonly SeriesMemory[];
  readonly told: readonly ForecastTold[];
  /** Series whose forecasts have become clearly worse than they were when they were fitted. */
  readonly drifted: readonly string[];
}

const packed = z.custom<Packed>((value) => typeof value === 'object' && value !== null && 'is' in value);
const stored = z.strictObject({
  watch: z.string(),
  shard: z.string(),
  tick: z.int(),
  periodSeconds: z.number().positive(),
  consumed: z.number(),
  fitted: z.strictObject({ place: z.enum(['a', 'b']), trainedAt: z.number() }).nullable(),
  recentStart: z.number(),
  recentCount: z.int().nonnegative(),
  recent: packed,
  seriesCount: z.int().nonnegative(),
  series: packed,
  toldCount: z.int().nonnegative(),
  told: packed,
  drifted: z.array(z.string()),
});

export const forecastStateKind: ArtefactKind<ForecastState> = {
  kind: 'forecast-state',
  version: 1,
  upgrades: {},
  payload: ({ recent, series, told, ...rest }) => ({
    ...rest,
    recentStart: recent.start,
    recentCount: recent.series.length,
    recent: pack(recent.series),
    seriesCount: series.length,
    series: pack(series),
    toldCount: told.length,
    told: pack(told),
  }),
  parse: (payload) => {
    const { recentStart, recentCount, recent, seriesCount, series, toldCount, told, ...rest } = stored.parse(payload);
    return {
      ...rest,
      recent: { start: recentStart, series: unpack(recent, recentCount) as HeldValues['series'] },
      series: unpack(series, seriesCount) as SeriesMemory[],
      told: unpack(told, toldCount) as ForecastTold[],
    };
  },
};
