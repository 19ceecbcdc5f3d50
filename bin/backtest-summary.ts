import { crossingMeasures, type CrossingMeasures } from '../shared/evaluation/forecast-measures.ts';
import { mean } from '../shared/numeric/statistics.ts';
import { textTable } from '../shared/presentation/text-table.ts';
import type { ScaledErrors, SeriesBacktest } from './backtest-series.ts';

/** One series, or the mean of several. */
export interface BacktestLine {
  readonly name: string;
  readonly origins: number;
  /** Origins at which nothing could be said. */
  readonly unforecastable: number;
  readonly errors: ScaledErrors;
  readonly naive: ScaledErrors;
  readonly seasonalNaive: ScaledErrors;
  readonly coverageHour: readonly (number | null)[];
  readonly coverageDay: readonly (number | null)[];
  /** Null where no limit was asked about. */
  readonly crossings: CrossingMeasures | null;
  readonly fitMilliseconds: number | null;
  readonly forecastMilliseconds: number | null;
}

/** A crossing counts as foreseen from this probability on. */
const FORESEEN = 0.5;
const SHOWN = 40;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Means over series, each counting as much as another; crossings are pooled. */
export function backtestLine(name: string, all: readonly SeriesBacktest[]): BacktestLine {
  const means = (of: (one: SeriesBacktest) => readonly (number | null)[]): (number | null)[] => {
    const lists = all.map(of);
    return (lists[0] ?? []).map((_, at) => {
      const known = lists.flatMap((list) => list[at] ?? []);
      return known.length === 0 ? null : mean(known);
    });
  };
  const perCall = (of: (one: SeriesBacktest) => SeriesBacktest['fit']): number | null => {
    const times = sum(all.map((one) => of(one).times));
    return times === 0 ? null : sum(all.map((one) => of(one).milliseconds)) / times;
  };
  return {
    name,
    origins: sum(all.map(({ origins }) => origins)),
    unforecastable: sum(all.flatMap(({ unforecastable }) => Object.values(unforecastable))),
    errors: means(({ errors }) => errors),
    naive: means(({ naive }) => naive),
    seasonalNaive: means(({ seasonalNaive }) => seasonalNaive),
    coverageHour: means(({ coverage }) => coverage.hour),
    coverageDay: means(({ coverage }) => coverage.day),
    crossings:
      crossingMeasures(
        all.flatMap(({ crossings }) => crossings),
        FORESEEN,
      ) ?? null,
    fitMilliseconds: perCall(({ fit }) => fit),
    forecastMilliseconds: perCall(({ forecast }) => forecast),
  };
}

const number = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined ? '' : value.toFixed(digits);

/** A table of the series, the first forty, and of all of them together. */
export function backtestTable(
  forecaster: string,
  lines: readonly BacktestLine[],
  overall: BacktestLine,
): readonly string[] {
  const right = { align: 'right' } as const;
  const row = ({ name, origins, errors, naive, seasonalNaive, coverageHour, coverageDay, crossings }: BacktestLine) => [
    name,
    String(origins),
    ...[0, 1, 2, 3].map((at) => number(errors[at], 3)),
    `${number(naive[2], 3)} / ${number(naive[3], 3)}`,
    `${number(seasonalNaive[2], 3)} / ${number(seasonalNaive[3], 3)}`,
    coverageHour.map((part) => number(part, 0)).join(' / '),
    coverageDay.map((part) => number(part, 0)).join(' / '),
    crossings === null
      ? ''
      : `${number(crossings.brier, 3)} (${number(crossings.baseRate * (1 - crossings.baseRate), 3)})`,
  ];
  const headings = [
    { heading: 'series' },
    { heading: 'origins', ...right },
    { heading: '30 min', ...right },
    { heading: '45 min', ...right },
    { heading: '60 min', ...right },
    { heading: '24 h', ...right },
    { heading: 'naive 60 min / 24 h', ...right },
    { heading: 'a day before', ...right },
    { heading: 'in 80 / 95 %', ...right },
    { heading: '24 h', ...right },
    { heading: 'Brier (base)', ...right },
  ];
  const { crossings, fitMilliseconds, forecastMilliseconds, unforecastable } = overall;
  return [
    `${forecaster}: mean absolute error in units of the change from one day to the next`,
    '',
    ...textTable(headings, [...lines.slice(0, SHOWN).map(row), row(overall)]),
    ...(lines.length > SHOWN ? [`… and ${lines.length - SHOWN} more series; --json has all`] : []),
    '',
    ...(crossings === null
      ? []
      : [
          `Crossings of a limit within 45 min: ${crossings.count} asked about, ${number(100 * crossings.baseRate, 0)} % came; Brier ${number(crossings.brier, 3)}, AUC-PR ${number(crossings.averagePrecision, 2)}; from a probability of 50 % on precision ${number(crossings.precision, 2)}, recall ${number(crossings.recall, 2)}, ${number((crossings.lead ?? Number.NaN) / 60, 0)} min before`,
        ]),
    `${number(fitMilliseconds, 1)} ms a fit, ${number(forecastMilliseconds, 1)} ms a forecast of 24 h`,
    ...(unforecastable === 0 ? [] : [`Nothing could be said at ${unforecastable} of ${overall.origins} moments`]),
  ];
}
