import type { Forecast } from '../shared/forecasters/forecaster.ts';
import type { SeriesDescription } from '../shared/metrics/metric.ts';
import type { Series } from '../shared/metrics/series.ts';
import type { FittedSaturation } from '../shared/pipeline/fitted-shard.ts';
import { bandLevels, type SeriesForecast, type SeriesOutlook } from '../shared/pipeline/forecast-record.ts';
import { forecastChart } from '../shared/presentation/forecast-chart.ts';
import type { ToldForecast } from '../shared/presentation/forecast-words.ts';
import type { CardFacts } from '../shared/presentation/recommendation-card.ts';

/** A series with its limit as this machine knows it after a tick. */
export interface ForecastSeries {
  readonly watch: string;
  readonly description: SeriesDescription;
  readonly made: SeriesForecast;
  /** What was measured lately, for a chart. */
  readonly history: Series;
  /** Where a slow trend leads; undefined where none was looked for. */
  readonly saturation: FittedSaturation | undefined;
}

/** What `made` holds as the forecast it was made from. */
export function forecastOf(
  { start, mean, lower80, upper80, lower95, upper95 }: SeriesForecast,
  step: number,
): Forecast {
  const wide = (values: Float32Array): Float64Array => Float64Array.from(values);
  const [narrow, broad] = bandLevels;
  return {
    start,
    stepSeconds: step,
    mean: wide(mean),
    bands: [
      { level: narrow, lower: wide(lower80), upper: wide(upper80) },
      { level: broad, lower: wide(lower95), upper: wide(upper95) },
    ],
  };
}

/** A card for each limit of a series; one that says why where nothing could be forecast. @param at the present */
export function cardsOf(one: ForecastSeries, at: number): readonly CardFacts[] {
  const { description, made, history, saturation } = one;
  const { entity, label, nature } = description;
  const { current, currentTime, forecaster, missing } = made;
  const head = {
    entity,
    label,
    unit: nature.unit,
    at,
    ...(Number.isFinite(current) ? { newest: { time: currentTime, value: current } } : {}),
  };
  const parts = { title: entity === label ? label : `${entity} ${label}`, unit: nature.unit, history };
  if (missing !== null) return [{ ...head, expected: { unforecastable: missing }, chart: forecastChart(parts) }];
  const forecast = forecastOf(made, description.periodSeconds);
  const until = made.start + made.mean.length * description.periodSeconds;
  return made.outlooks.map((outlook): CardFacts => {
    const range = rangeAt(made, outlook.peak.time, description.periodSeconds);
    const slow = saturation === undefined ? undefined : slowTrend(saturation, outlook, until);
    return {
      ...head,
      expected: toldOf(outlook, made.skill),
      ...(range === undefined ? {} : { range }),
      forecaster,
      ...(slow === undefined ? {} : { saturation: slow }),
      chart: forecastChart({ ...parts, forecast, outlook }),
    };
  });
}

function toldOf(outlook: SeriesOutlook, skill: number | null): ToldForecast {
  const { limit, probability, crossesAt, isBeyond, peak, recommendation, scaleTo, note } = outlook;
  return { limit, probability, crossesAt, isBeyond, peak, recommendation, scaleTo, skill, note };
}

/** The narrow band at a time; undefined where that is none of the forecast's. */
function rangeAt({ start, lower80, upper80 }: SeriesForecast, time: number, step: number): CardFacts['range'] {
  const slot = Math.floor((time - start) / step);
  if (!(slot >= 0 && slot < lower80.length)) return undefined;
  return { level: bandLevels[0], lower: lower80[slot], upper: upper80[slot] };
}

/** Only of the limit's own side, and where the trend gets there after what is forecast point by point. */
function slowTrend(
  { limit, reachesAt, earliest, latest, note }: FittedSaturation,
  outlook: SeriesOutlook,
  until: number,
): ToldForecast | undefined {
  if (reachesAt === null || limit.side !== outlook.limit.side || reachesAt <= until) return undefined;
  return {
    limit,
    probability: null,
    crossesAt: reachesAt,
    ...(earliest === null || latest === null ? {} : { between: [earliest, latest] as [number, number] }),
    isBeyond: false,
    recommendation: 'MONITOR',
    scaleTo: null,
    skill: null,
    note,
  };
}
