import { createColors } from 'picocolors';
import type { Forecast } from '../forecasters/forecaster.ts';
import type { Outlook } from '../forecasters/outlook.ts';
import type { Series } from '../metrics/series.ts';
import type { ChartSpec } from './chart-spec.ts';
import { glanceValue } from './glance-value.ts';
import { limitInSight, terminalChart, type ChartOptions } from './terminal-chart.ts';
import { timeWords } from './words.ts';
import { wrapWords } from './wrap-words.ts';

/** As a notice's chart is bounded: more would be no clearer. */
const mostPoints = 200;

export interface ForecastChartParts {
  readonly title: string;
  readonly unit: string;
  /** What was measured, its newest slot last; as much of it is drawn as stands well beside the forecast. */
  readonly history: Series;
  /** Its first two bands are drawn, the narrower one darker. */
  readonly forecast?: Forecast;
  readonly outlook?: Pick<Outlook, 'limit' | 'peak'>;
}

/** History and forecast share a picture as four to one: what comes is read from how it went. */
const historyPerHorizon = 4;
const leastHistory = 24;

/** The chart of a series, its forecast with two bands, its limit and the peak, for pictures and terminals alike. */
export function forecastChart({ title, unit, history, forecast, outlook }: ForecastChartParts): ChartSpec {
  const { start, stepSeconds, values } = history;
  const ahead = ((forecast?.mean.length ?? 0) * (forecast?.stepSeconds ?? 0)) / stepSeconds;
  const shown = Math.min(values.length, Math.max(leastHistory, Math.ceil(ahead * historyPerHorizon)));
  const from = values.length - shown;
  const points = thinned(shown).map((index): ChartSpec['points'][number] => {
    const at = from + index;
    return [start + at * stepSeconds, finite(values[at]), null, null];
  });
  return {
    title,
    unit,
    points,
    ...(outlook === undefined ? {} : { limit: outlook.limit.value }),
    ...(forecast === undefined || forecast.bands.length === 0 ? {} : { forecast: courseOf(forecast, outlook?.peak) }),
  };
}

/** Indices of so many that all fit, evenly apart, the last always among them. */
function thinned(count: number): readonly number[] {
  const stride = Math.ceil(count / mostPoints);
  const first = (count - 1) % stride;
  return Array.from({ length: Math.floor((count - 1 - first) / stride) + 1 }, (_, k) => first + k * stride).slice(
    count === 0 ? 1 : 0,
  );
}

/** What is drawn of a forecast: mean and two bands; of a single band twice the same. */
function courseOf(
  { start, stepSeconds, mean, bands }: Forecast,
  peak: Outlook['peak'] | undefined,
): NonNullable<ChartSpec['forecast']> {
  const [narrow, wide = narrow] = [...bands].sort((a, b) => a.level - b.level);
  return {
    levels: [narrow.level, wide.level],
    points: thinned(mean.length).map((step) => [
      start + step * stepSeconds,
      finite(mean[step]),
      finite(narrow.lower[step]),
      finite(narrow.upper[step]),
      finite(wide.lower[step]),
      finite(wide.upper[step]),
    ]),
    ...(peak !== undefined && Number.isFinite(peak.value) ? { peak } : {}),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The same for a terminal: what was measured, then dotted what is expected, with its narrow band, and the limit. */
export function terminalForecastChart(
  { points, unit, limit, forecast }: ChartSpec,
  options: Omit<ChartOptions, 'lanes' | 'aheadFrom' | 'limit'>,
): readonly string[] {
  const colour = createColors(options.colours);
  const ahead = forecast?.points ?? [];
  const number = (value: number | null | undefined): number => value ?? Number.NaN;
  const values = [...points.map(([, value]) => number(value)), ...ahead.map(([, mean]) => number(mean))];
  const none = points.map(() => Number.NaN);
  const lower = [...none, ...ahead.map((point) => number(point[2]))];
  const upper = [...none, ...ahead.map((point) => number(point[3]))];
  const chart = terminalChart(
    { times: [...points, ...ahead].map(([time]) => time), values, lower, upper },
    {
      ...options,
      ...(ahead.length === 0 ? {} : { aheadFrom: ahead[0][0] }),
      ...(limit === undefined ? {} : { limit }),
    },
  );
  const { unicode } = options;
  const finiteValues = [...values, ...lower, ...upper].filter(Number.isFinite);
  if (finiteValues.length === 0) return chart;
  const range: readonly [number, number] = [Math.min(...finiteValues), Math.max(...finiteValues)];
  const legend = [
    ...(forecast === undefined
      ? []
      : [
          colour.magenta(`${unicode ? '⠤⠠⠠' : 'ooo'} forecast`),
          colour.magenta(`${unicode ? '░░' : '::'} ${forecast.levels[0]} % range`),
        ]),
    ...(limit === undefined ? [] : [colour.yellow(limitWords(limit, unit, range, unicode))]),
    ...(forecast?.peak === undefined ? [] : [peakWords(forecast.peak, unit)]),
  ];
  return legend.length === 0 ? chart : [...chart, ...wrapWords(`  ${legend.join('  ')}`, options.width)];
}

function limitWords(limit: number, unit: string, range: readonly [number, number], unicode: boolean): string {
  const words = `limit ${glanceValue(limit, unit)}`;
  if (limitInSight(range, limit) !== undefined) return `${unicode ? '╌╌' : '--'} ${words}`;
  return `${words}, ${limit > range[1] ? 'above' : 'below'} what is shown`;
}

const peakWords = ({ time, value }: { readonly time: number; readonly value: number }, unit: string): string =>
  `peak ${glanceValue(value, unit)} at ${timeWords(time).slice(11, 16)}`;
