import type { ChartColours } from './chart-colours.ts';
import type { LegendEntry } from './chart-legend.ts';
import type { ChartRow } from './chart-points.ts';
import type { ChartSpec } from './chart-spec.ts';
import { clockWords, dateWords, furthestTime } from './time-axis.ts';
import { axisNumber, type ValueAxis } from './value-axis.ts';
import { shortUnit, valueWords } from './words.ts';

/** What words of a chart are made from. */
export interface ChartFacts {
  readonly spec: ChartSpec;
  readonly rows: readonly ChartRow[];
  /** Of the forecast. */
  readonly ahead: readonly ChartRow[];
  /** The newest that was measured. */
  readonly newest: ChartRow | undefined;
  /** Whether something of what is drawn is unusual. */
  readonly hasUnusual: boolean;
  /** Local wall-clock seconds of epoch seconds. */
  readonly local: (time: number) => number;
}

/** Longer units would leave no room for the chart. */
const longestUnit = 8;

/** A number as axes write it with its unit: `1.2 GB`, `12k/s`, `90 %`. Bytes take the prefix of their number. */
export function withUnit(label: string, unit: string): string {
  const short = shortUnit(unit);
  if (short === '' || short.length > longestUnit) return label;
  if (short.startsWith('B')) return label.replace(/([kMGT])?$/, ` $1${short}`);
  return short === '/s' ? `${label}/s` : `${label} ${short}`;
}

/** A value in a chart's words: large ones as on its axis, to four digits. */
export const chartValue = (value: number, unit = ''): string =>
  Number.isFinite(value) && Math.abs(value) >= 1e5 ? withUnit(axisNumber(value, 4), unit) : valueWords(value, unit);

/** `09:30`, with its date where that is not the newest point's. */
export function momentWords(time: number, { local, newest }: Pick<ChartFacts, 'local' | 'newest'>): string {
  const at = local(time);
  if (!(Math.abs(at) <= furthestTime)) return 'an unknown time';
  const isSameDay = newest !== undefined && dateWords(local(newest.time)) === dateWords(at);
  return isSameDay ? clockWords(at) : `${dateWords(at)} ${clockWords(at)}`;
}

function unusualWords(facts: ChartFacts): string {
  const { since, until, earlier = [] } = facts.spec;
  if (since === undefined) return earlier.length === 0 ? '' : 'unusual';
  // One stretch is told by its times; several are seen.
  if (earlier.length > 0) return until === undefined ? `unusual, again since ${momentWords(since, facts)}` : 'unusual';
  const began = momentWords(since, facts);
  return until === undefined ? `unusual since ${began}` : `unusual ${began} to ${momentWords(until, facts)}`;
}

/** `limit 90 %` */
export const limitWords = ({ limit, unit }: ChartSpec): string =>
  limit === undefined || !Number.isFinite(limit) ? '' : `limit ${chartValue(limit, unit)}`;

/** `peak 93 % at 10:45` */
export const peakWords = (peak: { readonly time: number; readonly value: number }, facts: ChartFacts): string =>
  `peak ${chartValue(peak.value, facts.spec.unit)} at ${momentWords(peak.time, facts)}`;

/** The legend, what matters most first: where there is little room, the rest is left out. */
export function chartEntries(facts: ChartFacts, axis: ValueAxis, colours: ChartColours): readonly LegendEntry[] {
  const { spec, rows, ahead, hasUnusual } = facts;
  const entries: LegendEntry[] = [];
  const { limit } = spec;
  if (hasUnusual) entries.push({ sign: 'dot', colour: colours.unusual, text: unusualWords(facts) });
  if (limit !== undefined && Number.isFinite(limit) && (limit < axis.low || limit > axis.high)) {
    const where = limit > axis.high ? 'above' : 'below';
    entries.push({ sign: 'dashes', colour: colours.limit, text: `${limitWords(spec)}, ${where} what is shown` });
  }
  if (rows.some(({ numbers }) => Number.isFinite(numbers[1]) && Number.isFinite(numbers[2])))
    entries.push({ sign: 'area', colour: colours.line, text: 'usual range' });
  if (ahead.length > 0 && spec.forecast !== undefined) {
    const [narrow, wide] = spec.forecast.levels;
    entries.push({ sign: 'dashes', colour: colours.forecast, text: `forecast, ${narrow} and ${wide} % ranges` });
  }
  entries.push({ sign: 'line', colour: colours.line, text: 'measured' });
  return entries;
}

/** The chart in a sentence, for those who do not see it. Not escaped. */
export function summaryOf(facts: ChartFacts): string {
  const { spec, newest, hasUnusual } = facts;
  const [value, lower, upper] = newest?.numbers ?? [];
  const isRanged = Number.isFinite(lower) && Number.isFinite(upper);
  const peak = spec.forecast?.peak;
  return [
    newest === undefined ? 'no values' : `${chartValue(value, spec.unit)} at ${momentWords(newest.time, facts)}`,
    isRanged ? `usual ${chartValue(lower)} to ${chartValue(upper, spec.unit)}` : '',
    hasUnusual ? unusualWords(facts) : '',
    limitWords(spec),
    peak === undefined ? '' : `forecast ${peakWords(peak, facts)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
