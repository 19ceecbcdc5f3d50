import {
  addScored,
  type ForecastSums,
  joinSums,
  measuresOf,
  startForecastSums,
} from '../evaluation/forecast-measures.ts';
import type { ForecastStanding } from './forecast-record.ts';
import type { ForecastState, ScoredForecast, SeriesMemory } from './forecast-state.ts';

/** How good the forecasts of a shard were that came due in the last hour; null where none came due. */
export interface ForecastQuality {
  /** 100 × (1 − WAPE) half an hour ahead, of each series by itself, not below 0; the mean of all. */
  readonly accuracy: number | null;
  /** 1 − WAPE / that of persistence, over all series; null also where persistence made no mistake. */
  readonly skill: number | null;
  /** Percent of values that lay in the band. */
  readonly coverage80: number | null;
  readonly coverage95: number | null;
  /** Mean squared difference of the probability of crossing and what came. */
  readonly brier: number | null;
}

/** What {@link ForecastQuality} follows from: those of several shards may be added up. */
export interface QualitySums {
  /** Series of which a forecast came due, and the sums of their accuracies and of their relative errors. */
  readonly series: number;
  readonly accuracy: number;
  readonly relative: number;
  readonly lastRelative: number;
  /** Forecasts that came due, and how many of their values lay in each band. */
  readonly count: number;
  readonly inside80: number;
  readonly inside95: number;
  readonly crossings: number;
  readonly brier: number;
}

/** How a shard stands by what it remembers; nothing is remembered before its first tick. */
export function standingOf(state: Pick<ForecastState, 'series' | 'drifted'> | undefined): ForecastStanding {
  const series = state?.series ?? [];
  const fits = series.flatMap(({ fittedAt }) => (fittedAt > 0 ? [fittedAt] : []));
  return {
    oldestFit: fits.length === 0 ? null : Math.min(...fits),
    drifted: state?.drifted.length ?? 0,
    quality: qualitySumsOf(series),
  };
}

/** @param memories what the shard's series remember. */
export function qualitySumsOf(memories: readonly SeriesMemory[]): QualitySums {
  const each = memories.map(({ scored }) => sumsOf(scored)).filter(({ count }) => count > 0);
  const measured = each.map(measuresOf);
  const { count, inside } = each.reduce(joinSums, startForecastSums(2));
  const briers = memories.flatMap(({ crossings }) => crossings.map(({ brier }) => brier));
  return {
    series: each.length,
    accuracy: sum(measured.map(({ accuracy }) => accuracy ?? 0)),
    relative: sum(measured.map(({ wape }) => Math.min(wape ?? 0, 1))),
    lastRelative: sum(each.map(({ lastError, size }) => (lastError === 0 ? 0 : Math.min(lastError / size, 1)))),
    count,
    inside80: inside[0],
    inside95: inside[1],
    crossings: briers.length,
    brier: sum(briers),
  };
}

/** Of one shard, or of several together. */
export function qualityOf(shards: readonly QualitySums[]): ForecastQuality {
  const of = (name: keyof QualitySums): number => sum(shards.map((one) => one[name]));
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  const percent = (inside: number): number | null => share(100 * inside, of('count'));
  return {
    accuracy: share(of('accuracy'), of('series')),
    skill: of('lastRelative') === 0 ? null : 1 - of('relative') / of('lastRelative'),
    coverage80: percent(of('inside80')),
    coverage95: percent(of('inside95')),
    brier: share(of('brier'), of('crossings')),
  };
}

const sumsOf = (scored: readonly ScoredForecast[]): ForecastSums =>
  scored.reduce(
    (sums, { inside80, inside95, ...one }) => addScored(sums, { ...one, inside: [inside80, inside95] }),
    startForecastSums(2),
  );

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
