import { createColors } from 'picocolors';
import { findingLines } from './finding-lines.ts';
import { terminalForecastChart } from './forecast-chart.ts';
import { isForecast } from './forecast-words.ts';
import { terminalChart } from './terminal-chart.ts';
import type { Change } from './told-changes.ts';
import { durationWords, timeWords } from './words.ts';

export interface TellOptions {
  readonly width: number;
  readonly colours: boolean;
  readonly unicode: boolean;
  /** Rows of the chart; 0 for none. */
  readonly chartRows: number;
}

/** A change as people read it, in lines: when, what, how unusual, why, and a chart where it began. */
export function tellChange({ kind, signal, finding }: Change, options: TellOptions): readonly string[] {
  const colour = createColors(options.colours);
  const time = timeWords(signal.evaluatedAt).slice(11);
  const what = finding.label === signal.entity ? signal.entity : `${signal.entity} ${finding.label}`;
  if (kind === 'ended') {
    return [`${time}  ${colour.green('normal')}   ${what}, after ${durationWords(signal.evaluatedAt - finding.since)}`];
  }
  if (kind === 'lost') return [`${time}  ${colour.yellow('unknown')}  ${what}: ${finding.explanation}`];
  const word = isForecast(finding)
    ? colour.yellow('ahead  ')
    : colour.red(finding.kind === 'rule' ? 'limit  ' : 'unusual');
  const learning = signal.mode === 'shadow' ? colour.dim(' (still learning: would not be told yet)') : '';
  const [headline, ...rest] = findingLines(finding, signal.evaluatedAt);
  return [
    `${time}  ${word}  ${what}${headline.slice(finding.label.length)}${learning}`,
    ...rest.map((line) => `${' '.repeat(19)}${line}`),
    ...chartOf(finding, options).map((line) => `${' '.repeat(10)}${line}`),
  ];
}

function chartOf(
  { points = [], label, unit, forecast }: Change['finding'],
  { width, colours, unicode, chartRows }: TellOptions,
): readonly string[] {
  if (points.length < 3 || chartRows === 0) return [];
  if (forecast !== undefined) {
    const spec = { title: label, unit, points, limit: forecast.limit.value };
    const how = { width: width - 10, height: chartRows, colours, unicode };
    return terminalForecastChart(forecast.course === undefined ? spec : { ...spec, forecast: forecast.course }, how);
  }
  const numbers = (column: 1 | 2 | 3): number[] => points.map((point) => point[column] ?? Number.NaN);
  return terminalChart(
    { times: points.map(([time]) => time), values: numbers(1), lower: numbers(2), upper: numbers(3) },
    { width: width - 10, height: chartRows, colours, unicode },
  );
}
