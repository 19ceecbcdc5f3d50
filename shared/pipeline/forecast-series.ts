import type { CoverageState } from '../forecasters/adaptive-intervals.ts';
import { adaptedLevel } from '../forecasters/adaptive-intervals.ts';
import { chanceBeyond, crossingOf } from '../forecasters/crossing.ts';
import type { FittedForecaster, Forecast, ForecastBand } from '../forecasters/forecaster.ts';
import type { SeriesLimit } from '../forecasters/limits.ts';
import { outlookOf, type RecommendationPolicy } from '../forecasters/recommendation.ts';
import { withinBounds } from '../forecasters/within-bounds.ts';
import type { MetricNature } from '../metrics/metric.ts';
import type { Series } from '../metrics/series.ts';
import { bandLevels, type SeriesForecast } from './forecast-record.ts';

/** Nobody is told of what was learned in less time. */
const MATURE_SECONDS = 3 * 86_400;

/** All that the forecast of one series follows from. */
export interface SeriesQuestion {
  readonly id: string;
  readonly nature: MetricNature;
  readonly limits: readonly SeriesLimit[];
  /** Everything known of it up to the newest settled slot; NaN is a gap. */
  readonly recent: Series;
  /** Undefined where none is fitted, or none that can be read. */
  readonly forecaster:
    | {
        readonly name: string;
        readonly fitted: FittedForecaster<unknown>;
        readonly skill: number | null;
        readonly hasSkill: boolean;
        /** Epoch seconds of the first value it knows of the series. */
        readonly since: number;
      }
    | undefined;
  /** How wide its bands must be asked for to hold as often as they say. */
  readonly coverage80: CoverageState;
  readonly coverage95: CoverageState;
  /** Epoch seconds to which it is looked ahead. */
  readonly until: number;
  readonly policy: RecommendationPolicy;
}

/**
 * The forecast of one series and what it means for each of its limits. Pure: the same question gives the same answer,
 * in the precision it is stored in. Where nothing can be said it says why, and no more.
 */
export function forecastSeries(question: SeriesQuestion): SeriesForecast {
  const { id, recent, forecaster, limits, nature, until, policy } = question;
  const newest = newestOf(recent);
  const silent = (missing: NonNullable<SeriesForecast['missing']>): SeriesForecast => ({
    ...blank,
    id,
    missing,
    ...newest,
    forecaster: forecaster?.name ?? '',
    skill: forecaster?.skill ?? null,
    start: recent.start + recent.values.length * recent.stepSeconds,
  });
  if (forecaster === undefined) return silent('not-trained');
  const end = recent.start + recent.values.length * recent.stepSeconds;
  const horizon = Math.max(1, Math.ceil((until - end) / recent.stepSeconds));
  const levels = levelsFor(question);
  const given = forecaster.fitted.forecast(recent, horizon, levels);
  if ('unforecastable' in given) return silent(given.unforecastable);
  const answer = withinBounds(given, nature);
  const [narrow, wide] = nested(answer);
  return {
    id,
    missing: null,
    forecaster: forecaster.name,
    skill: forecaster.skill,
    hasSkill: forecaster.hasSkill,
    isMature: end - forecaster.since >= MATURE_SECONDS,
    ...newest,
    start: answer.start,
    mean: Float32Array.from(answer.mean),
    lower80: narrow.lower,
    upper80: narrow.upper,
    lower95: wide.lower,
    upper95: wide.upper,
    outlooks: limits.map((limit) => {
      const { severity, isAsked, side } = limit;
      const facts = {
        current: newest.current,
        nature,
        hasSkill: forecaster.hasSkill,
        policy,
        chanceBeyond: (value: number) => chanceBeyond(answer, { value, side }),
      };
      const outlook = outlookOf(crossingOf(answer, limit, recent), limit, facts);
      return { ...outlook, isAsked, ...(severity === undefined ? {} : { severity }) };
    }),
  };
}

const none = new Float32Array(0);
const blank = {
  forecaster: '',
  skill: null,
  hasSkill: false,
  isMature: false,
  mean: none,
  lower80: none,
  upper80: none,
  lower95: none,
  upper95: none,
  outlooks: [],
} as const;

/** Adapted apart from each other, the two may have changed places: the wide one stays the wider one. */
function levelsFor({ coverage80, coverage95 }: SeriesQuestion): readonly number[] {
  const [narrow, wide] = bandLevels;
  const asked = [adaptedLevel(coverage80, narrow), adaptedLevel(coverage95, wide)];
  return asked.sort((a, b) => a - b);
}

interface Band {
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

function nested({ bands }: Forecast): readonly [Band, Band] {
  const short = ({ lower, upper }: ForecastBand): Band => ({
    lower: Float32Array.from(lower),
    upper: Float32Array.from(upper),
  });
  return [short(bands[0]), short(bands[1])];
}

function newestOf({ start, stepSeconds, values }: Series): Pick<SeriesForecast, 'current' | 'currentTime'> {
  const at = values.findLastIndex((value) => !Number.isNaN(value));
  return at === -1
    ? { current: Number.NaN, currentTime: start }
    : { current: values[at], currentTime: start + at * stepSeconds };
}
