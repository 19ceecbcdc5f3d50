import type { SeriesDescription } from '../metrics/metric.ts';
import type { Rule } from './rule.ts';

/** What a sentence about a rule is made of. */
export interface Said {
  readonly time: number;
  readonly value: number;
  readonly present: boolean;
  readonly gone: boolean;
  /** The value that a jump left. */
  readonly base: number;
  readonly since: number;
  readonly sameSince: number;
  /** When there was a point at last; NaN where there never was one. */
  readonly lastTime: number;
}

/** One sentence on what a rule makes of a point. */
export function ruleSentence(
  rule: Rule,
  series: SeriesDescription,
  status: 'firing' | 'normal' | 'unknown',
  said: Said,
): string {
  const { label } = series;
  const unit = unitOf(series);
  if (status === 'unknown')
    return said.gone && rule.kind === 'silent'
      ? `${label} belongs to something that is gone: its silence is no news`
      : `${label} has no value: whether it is ${asked(rule, unit)} cannot be said`;
  const now = said.present ? `${label} is ${digits(said.value)}${unit}` : `${label} has no value`;
  if (status === 'normal') return `${now}, not ${asked(rule, unit)}`;
  switch (rule.kind) {
    case 'above':
    case 'below': {
      // It fires until enough points are within: the newest may be already.
      const beyond = rule.kind === 'above' ? said.value > rule.limit : said.value < rule.limit;
      const limit = `${rule.kind} its limit of ${digits(rule.limit)}${unit}`;
      return beyond ? `${now}, ${limit}` : `${now}, it was ${limit} just before`;
    }
    case 'jump':
      return `${now} after a jump from ${digits(said.base)}${unit}, more than ${digits(rule.by)}${unit} at once`;
    case 'stuck':
      return `${now} and has not changed for ${duration(said.time - said.sameSince)}`;
    case 'silent':
      return Number.isNaN(said.lastTime)
        ? `${label} has never had a value`
        : `${label} has had no value for ${duration(said.time - said.lastTime)}`;
  }
}

function asked(rule: Rule, unit: string): string {
  switch (rule.kind) {
    case 'above':
    case 'below':
      return `${rule.kind} ${digits(rule.limit)}${unit}`;
    case 'jump':
      return `more than ${digits(rule.by)}${unit} off at once`;
    case 'stuck':
      return `stuck for ${duration(rule.for)}`;
    case 'silent':
      return `silent for ${duration(rule.for)}`;
  }
}

const digits = (value: number): string => String(Number(value.toPrecision(4)));

function unitOf(series: SeriesDescription): string {
  const { unit } = series.nature;
  if (unit === 'Percent' || unit === '%') return ' %';
  return unit === '' || unit === 'None' || unit === 'Count' ? '' : ` ${unit}`;
}

function duration(seconds: number): string {
  const [count, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5400
        ? [seconds / 60, 'minute']
        : seconds < 129_600
          ? [seconds / 3600, 'hour']
          : [seconds / 86_400, 'day'];
  const whole = Math.round(count);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
