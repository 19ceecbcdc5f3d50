import { levelAt, type Pace, stretchedSeconds } from '../metrics/polling-pace.ts';
import { dollars } from '../numeric/dollars.ts';
import { momentWords } from './moment-words.ts';
import { durationWords } from './words.ts';

/**
 * What the meter shows, as sentences: what was billed this month for asking, what the month comes to, and how far
 * polling is stretched, since when and why.
 *
 * @param now epoch seconds.
 */
export function meterSentences(pace: Pace, now: number, timezone: string): readonly string[] {
  const { billed, expected, projected, projectedAsItIs, limit, metrics, readAt, month } = pace;
  const asked = Object.values(metrics).reduce((sum, one) => sum + one, 0);
  const head = `Billed in ${month}, by ${momentWords(readAt, now, timezone)}: ${whole(asked)} metrics, ${dollars(billed)}`;
  const level = levelAt(pace, now);
  return [
    `${head}; ${dollars(expected)} were to be expected.`,
    ...(limit === null ? [] : [projection(level === 0 ? projected : projectedAsItIs, limit)]),
    ...stretched(pace, now, timezone),
  ];
}

const projection = (dollarsOfMonth: number, limit: number): string =>
  `The month is projected at ${dollars(dollarsOfMonth)}, of the ${dollars(limit)} that it may cost.`;

function stretched(pace: Pace, now: number, timezone: string): readonly string[] {
  const { levels, since, projected, limit } = pace;
  const level = levelAt(pace, now);
  const why = `without that the month would cost ${dollars(projected)}${limit === null ? '' : ` of ${dollars(limit)}`}`;
  if (level > 0 && since !== null)
    return [
      `Polling is stretched to every ${durationWords(stretchedSeconds[level])}, since ${momentWords(since, now, timezone)}: ${why}.`,
    ];
  const next = levels.at(-1);
  if (next === undefined || next.from <= now || next.level === 0) return [];
  return [
    `From ${momentWords(next.from, now, timezone)} on polling is stretched to every ${durationWords(stretchedSeconds[next.level])}: ${why}.`,
  ];
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
