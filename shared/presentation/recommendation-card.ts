import { createColors } from 'picocolors';
import type { Unforecastable } from '../forecasters/forecaster.ts';
import { recommendations } from '../forecasters/outlook.ts';
import type { Recommendation } from '../forecasters/outlook.ts';
import type { ChartSpec } from './chart-spec.ts';
import { terminalForecastChart } from './forecast-chart.ts';
import { adviceWords, crossingWords, oddsWords, scaleWords, skillWords, type ToldForecast } from './forecast-words.ts';
import { glanceValue } from './glance-value.ts';
import { momentWords } from './moment-words.ts';
import { plainName, plainText } from './plain-text.ts';
import { durationWords } from './words.ts';
import { wrapWords } from './wrap-words.ts';

/** A series with a limit: where it stands, what is expected of it, and what that is worth. Nothing is escaped. */
export interface CardFacts {
  readonly entity: string;
  readonly label: string;
  readonly unit: string;
  /** Epoch seconds: the present of whoever reads it. */
  readonly at: number;
  /** The newest that was measured; undefined where nothing was. */
  readonly newest?: { readonly time: number; readonly value: number };
  /** What is expected, or why nothing can be said. */
  readonly expected: ToldForecast | { readonly unforecastable: Unforecastable | 'not-trained' };
  /** Range in which the worst is expected, in so many of 100 cases. */
  readonly range?: { readonly level: number; readonly lower: number; readonly upper: number };
  /** Who forecast it, such as `automatic`, and at how many origins its skill was measured. */
  readonly forecaster?: string;
  readonly origins?: number;
  /** Where a slow trend leads, days ahead. */
  readonly saturation?: ToldForecast;
  readonly chart?: ChartSpec;
}

export interface CardOptions {
  /** Columns; at least 40. */
  readonly width: number;
  readonly colours: boolean;
  readonly unicode: boolean;
  /** Rows of the chart; 0 for none. */
  readonly chartRows: number;
}

const isTold = (expected: CardFacts['expected']): expected is ToldForecast => 'limit' in expected;

/** What people must know first comes first: the gravest advice, what is beyond its limit, the likeliest, the soonest. */
export function byUrgency(a: CardFacts, b: CardFacts): number {
  const rank = ({ expected }: CardFacts): readonly number[] => {
    if (!isTold(expected)) return [-1, 0, 0, 0];
    const { recommendation, isBeyond, probability, crossesAt } = expected;
    return [recommendations.indexOf(recommendation), Number(isBeyond), number(probability), -(crossesAt ?? Infinity)];
  };
  const [one, other] = [rank(a), rank(b)];
  const differs = one.findIndex((value, index) => value !== other[index]);
  if (differs !== -1) return other[differs] - one[differs];
  return nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0;
}

const number = (value: number | null): number => (value !== null && Number.isFinite(value) ? value : 0);

const nameOf = ({ entity, label }: CardFacts): string =>
  entity === label ? plainName(entity, 80) : `${plainName(entity, 80)} ${plainName(label, 80)}`;

const why: Readonly<Record<Unforecastable | 'not-trained', string>> = {
  'not-trained': 'nothing can be said yet: no forecaster is fitted; it needs a day of history',
  'not-enough-history': 'nothing can be said yet: it needs a day of history',
  'missing-data': 'nothing can be said: its newest points are missing',
};

/** The card of a series: a headline, a line per fact, and a chart. Lines without breaks; nothing in them can steer a terminal. */
export function recommendationCard(facts: CardFacts, options: CardOptions): readonly string[] {
  const { width, colours, unicode, chartRows } = options;
  const colour = createColors(colours);
  const { expected, unit, at, chart } = facts;
  const head = isTold(expected)
    ? `${painted(expected.recommendation, colour)}  ${colour.bold(nameOf(facts))} ${crossing(expected, unit, at)}`.trimEnd()
    : `${colour.dim('UNKNOWN')}  ${colour.bold(nameOf(facts))}`;
  const rows = isTold(expected)
    ? toldRows(facts, expected)
    : [nowRow(facts), ['forecast', why[expected.unforecastable]]];
  const shown = rows.filter((row): row is readonly [string, string] => row !== undefined && row[1] !== '');
  const column = Math.max(...shown.map(([name]) => name.length)) + 2;
  const lines = shown.flatMap(([name, words]) => {
    const [first = '', ...rest] = wrapWords(words, Math.max(20, width - column - 2));
    return [`  ${colour.dim(name.padEnd(column))}${first}`, ...rest.map((line) => `  ${' '.repeat(column)}${line}`)];
  });
  const drawn =
    chart === undefined || chartRows === 0
      ? []
      : terminalForecastChart(chart, { width: width - 2, height: chartRows, colours, unicode });
  return [...wrapWords(head, width), ...lines, ...drawn.map((line) => `  ${line}`.trimEnd())];
}

type Row = readonly [name: string, words: string] | undefined;

const nowRow = ({ newest, unit, at }: CardFacts): Row =>
  newest === undefined || !Number.isFinite(newest.value)
    ? ['now', 'unknown']
    : ['now', `${glanceValue(newest.value, unit)} at ${momentWords(newest.time, at)}`];

function toldRows(facts: CardFacts, told: ToldForecast): readonly Row[] {
  const { unit, at, range, forecaster, origins, saturation } = facts;
  const { limit, peak, isBeyond, probability, crossesAt, scaleTo, skill, note } = told;
  const worst = limit.side === 'above' ? 'predicted peak' : 'predicted low';
  const odds = oddsWords(probability);
  const percent = probability === null || odds === '' ? '' : ` (${Math.round(probability * 100)} %)`;
  const when = crossesAt === null || isBeyond ? '' : `, about ${momentWords(crossesAt, at)}`;
  const measured = forecaster === undefined ? '' : ` (${plainText(forecaster, 40)}${originWords(origins)})`;
  return [
    nowRow(facts),
    peak === undefined || !Number.isFinite(peak.value)
      ? undefined
      : [worst, `${glanceValue(peak.value, unit)} at ${momentWords(peak.time, at)}${untilWords(peak.time - at)}`],
    range === undefined || !Number.isFinite(range.lower) || !Number.isFinite(range.upper)
      ? undefined
      : [`${range.level} % range`, `${glanceValue(range.lower, '')} to ${glanceValue(range.upper, unit)} then`],
    ['limit', `${limit.side} ${glanceValue(limit.value, unit)}${isBeyond ? ', crossed already' : ''}`],
    isBeyond ? undefined : ['crossing', odds === '' ? 'cannot be told' : `${odds}${percent}${when}`],
    ['recommendation', adviceWords({ recommendation: told.recommendation, scaleTo: null })],
    ['scale to', scaleWords(scaleTo)],
    ['slow trend', saturation === undefined ? '' : crossingWords(saturation, unit, at)],
    ['forecasts were', `${skillWords(skill)}${measured}`],
    ['note', skillWords(skill) === note ? '' : plainText(note, 300)],
  ];
}

const originWords = (origins: number | undefined): string =>
  origins === undefined ? '' : `, measured at ${origins} times of its history`;

const untilWords = (seconds: number): string => (seconds >= 30 ? `, in ${durationWords(seconds)}` : '');

/** Below a limit there is nothing to say in a headline; what is not to be raised is not said there either. */
const crossing = (told: ToldForecast, unit: string, at: number): string =>
  told.isBeyond || told.recommendation !== 'NONE' ? crossingWords(told, unit, at) : '';

function painted(recommendation: Recommendation, colour: ReturnType<typeof createColors>): string {
  switch (recommendation) {
    case 'SCALE_IMMEDIATELY':
    case 'SCALE_SOON':
      return colour.red(recommendation);
    case 'PREPARE_SCALING':
      return colour.yellow(recommendation);
    case 'MONITOR':
      return colour.cyan(recommendation);
    case 'NONE':
      return colour.green(recommendation);
  }
}
