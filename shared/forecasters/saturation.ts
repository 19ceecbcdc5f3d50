import type { Series } from '../metrics/series.ts';
import { quantile } from '../numeric/statistics.ts';
import { theilSen } from '../numeric/theil-sen.ts';
import type { Limit } from './outlook.ts';
import { checkStep } from './recent-window.ts';
import { type Blocks, type Break, breaksIn, dayBlocks, hourBlocks } from './saturation-blocks.ts';

/** When a slow metric reaches its limit if it goes on as it does. Times are epoch seconds. */
export interface Saturation {
  /** Null where it is not to be expected, or cannot be told: `note` says why. */
  readonly reachesAt: number | null;
  /** With the fastest and the slowest trend that the days allow (90 %), the latter without the daily rhythm; null: never. */
  readonly earliest: number | null;
  readonly latest: number | null;
  /** The trend in the metric's unit per day, below 0 where it falls; 0 where there is none to speak of. */
  readonly perDay: number;
  /** Why there is no time, or what it rests on. */
  readonly note: string;
}

const SECONDS_A_DAY = 86_400;
const DAYS_NEEDED = 3;
/** From so many days on a trend is that of daily medians, below that it is of the same hours of the days. */
const DAILY_FROM = 6;
/** What the newest week does overrides what all days did. */
const NEWEST_DAYS = 7;
/** No claim reaches further than so many times the days it rests on. */
const FURTHEST = 4;
/** More changes against the trend than this probability allows for chance, and there is none. */
const CHANCE = 0.07;
/** So many hours of a day must lie beyond the same hours of the day before. */
const HOURS_AGREEING = 0.75;
/** A rhythm is as high as its highest three hours in a row. */
const HOURS_TOGETHER = 3;

/**
 * Days until a metric that fills slowly (disk, memory, a queue of numbers) reaches its limit, by a straight line through
 * the medians of days (Theil-Sen), since the last jump or change of course. A daily rhythm, noise and gaps make no
 * trend, a metric that wanders makes none (its days must rise more often than chance lets them), nor does one that is
 * cleaned before it gets there.
 *
 * @param history as long as there is, 3 days at least; 6 and more are judged by whole days.
 * @throws RangeError on a limit or a step that is none.
 */
export function saturationOf(history: Series, limit: Limit): Saturation {
  checkStep(history.stepSeconds);
  if (!Number.isFinite(limit.value)) throw new RangeError(`A limit of ${limit.value} is none: give a finite number.`);
  const sign = limit.side === 'above' ? 1 : -1;
  const rising = sign === 1 ? history : { ...history, values: history.values.map((value) => -value) };
  const found = whenReached(rising, sign * limit.value);
  return sign === 1 || found.perDay === 0 ? found : { ...found, perDay: -found.perDay };
}

const never = (note: string, perDay = 0): Saturation => ({
  reachesAt: null,
  earliest: null,
  latest: null,
  perDay,
  note,
});

/** For a limit above; what falls towards its limit was turned over before. */
function whenReached(history: Series, limit: number): Saturation {
  const days = dayBlocks(history);
  const hours = hourBlocks(history);
  const end = history.start + history.values.length * history.stepSeconds;
  if (days.medians.length < DAYS_NEEDED)
    return never(`only ${days.medians.length} whole days of history, and ${DAYS_NEEDED} are needed`);
  const now = newest(hours);
  if (now === undefined) return never('nothing was measured in the last hours');
  // That it is there is no trend: whoever watches the limit says so.
  if (now >= limit) return never('it is there already');
  const breaks = breaksIn(days.medians);
  const since = breaks.at(-1)?.block ?? 0;
  const course = trendSince(days, hours, since);
  if (course === undefined) {
    const ago = days.medians.length - since;
    return never(
      breaks.length > 0 && ago < DAYS_NEEDED
        ? `it jumped ${ago} days ago, and ${DAYS_NEEDED} days are needed since`
        : 'no trend that is more than chance',
    );
  }
  const { perDay, low, high, level, span } = course;
  if (!(perDay > 0)) return never('it does not move towards the limit', perDay);
  const left = Math.max(0, limit - level - rhythm(days, hours, since));
  const away = left / perDay;
  if (away > FURTHEST * span)
    return never(`further away than ${Math.round(span)} days of history can speak for`, perDay);
  const period = cleanedEvery(breaks, days.medians.length);
  if (period !== undefined && away > period - (days.medians.length - since))
    return never(`it falls again every ${Math.round(period)} days, before it gets there`, perDay);
  // The rhythm gets there first, the days themselves last.
  const slowest = low > 0 ? (limit - level) / low : Infinity;
  const time = (inDays: number): number => Math.round(end + inDays * SECONDS_A_DAY);
  return {
    reachesAt: time(away),
    earliest: time(left / high),
    latest: slowest > 2 * FURTHEST * span ? null : time(Math.max(away, slowest)),
    perDay,
    note: `a steady trend over ${Math.round(span)} days`,
  };
}

interface Course {
  readonly perDay: number;
  readonly low: number;
  readonly high: number;
  /** Where the line stands at the end of history. */
  readonly level: number;
  /** Days it rests on. */
  readonly span: number;
}

/** The newest of the last three hours that is known. */
const newest = ({ medians }: Blocks): number | undefined => medians.slice(-3).findLast((value) => !Number.isNaN(value));

function trendSince(days: Blocks, hours: Blocks, since: number): Course | undefined {
  const span = days.medians.length - since;
  if (span < DAYS_NEEDED) return undefined;
  if (span < DAILY_FROM) return trendOfHours(hours, span);
  const whole = trendOfDays(days, since);
  if (span <= NEWEST_DAYS) return whole;
  const recent = trendOfDays(days, days.medians.length - NEWEST_DAYS);
  if (whole === undefined || (recent !== undefined && recent.low > whole.high)) return recent;
  // What rose for weeks and stands still since: the line through all days would go on rising.
  const line = lineOfDays(days, days.medians.length - NEWEST_DAYS);
  return recent === undefined && line !== undefined && line.high < whole.perDay / 2 ? undefined : whole;
}

function lineOfDays({ medians }: Blocks, from: number): Omit<Course, 'span'> | undefined {
  const places: number[] = [];
  const values: number[] = [];
  for (let block = from; block < medians.length; block++) {
    if (Number.isNaN(medians[block])) continue;
    // The middle of a day, as days before the end of history.
    places.push(block - medians.length + 0.5);
    values.push(medians[block]);
  }
  const line = theilSen(places, values);
  return line === undefined || values.length < DAYS_NEEDED
    ? undefined
    : { perDay: line.slope, low: line.low, high: line.high, level: line.intercept };
}

/** Undefined where the line may as well be level, or days rise and fall as chance has it. */
function trendOfDays(days: Blocks, from: number): Course | undefined {
  const line = lineOfDays(days, from);
  if (line === undefined || line.low * line.high <= 0) return undefined;
  let along = 0;
  let against = 0;
  let before = Number.NaN;
  for (const value of days.medians.subarray(from)) {
    if (Number.isNaN(value)) continue;
    const change = (value - before) * Math.sign(line.perDay);
    if (change > 0) along++;
    else if (change < 0) against++;
    before = value;
  }
  return chanceOfAtMost(against, along + against) > CHANCE ? undefined : { ...line, span: days.medians.length - from };
}

/** Of so many tails at most in so many tosses. A metric that wanders rises and falls like a coin. */
function chanceOfAtMost(tails: number, tosses: number): number {
  let ways = 1;
  let sum = 0;
  for (let k = 0; k <= tails; k++) {
    sum += ways;
    ways = (ways * (tosses - k)) / (k + 1);
  }
  return sum / 2 ** tosses;
}

/** A trend of few days: each hour against the same hour of the days before, so that no rhythm makes one. */
function trendOfHours({ medians, seconds }: Blocks, span: number): Course | undefined {
  const aDay = Math.max(1, Math.round(SECONDS_A_DAY / seconds));
  const first = medians.length - span * aDay;
  const slopes: number[] = [];
  const signs = { up: 0, down: 0 };
  for (let day = 1; day < span; day++) {
    let up = 0;
    let known = 0;
    for (let hour = first + day * aDay; hour < first + (day + 1) * aDay; hour++) {
      for (let back = 1; back <= day; back++) {
        const change = medians[hour] - medians[hour - back * aDay];
        if (Number.isNaN(change)) continue;
        slopes.push(change / back);
        if (back > 1) continue;
        known++;
        if (change > 0) up++;
        if (change < 0) up--;
      }
    }
    if (known < aDay / 4) return undefined;
    const agreeing = (1 + up / known) / 2;
    if (agreeing >= HOURS_AGREEING) signs.up++;
    if (agreeing <= 1 - HOURS_AGREEING) signs.down++;
  }
  if (signs.up !== span - 1 && signs.down !== span - 1) return undefined;
  const perDay = quantile(slopes, 0.5);
  const level = quantile(
    [...medians.subarray(-aDay)].flatMap((value, hour) =>
      Number.isNaN(value) ? [] : [value + (perDay * (aDay - hour - 0.5)) / aDay],
    ),
    0.5,
  );
  return { perDay, low: quantile(slopes, 0.05), high: quantile(slopes, 0.95), level, span };
}

/**
 * How far the highest hours of a day usually lie above its median: what reaches the limit first. Usual is what the same
 * hours do on most days, so that noise makes no rhythm.
 */
function rhythm(days: Blocks, hours: Blocks, since: number): number {
  const aDay = Math.max(1, Math.round(SECONDS_A_DAY / hours.seconds));
  if (aDay < HOURS_TOGETHER) return 0;
  const first = hours.medians.length - (days.medians.length - since) * aDay;
  const usual = Float64Array.from({ length: aDay }, (_, hour) => {
    const above: number[] = [];
    for (let day = since; day < days.medians.length; day++) {
      const away = hours.medians[first + (day - since) * aDay + hour] - days.medians[day];
      if (!Number.isNaN(away)) above.push(away);
    }
    return above.length === 0 ? 0 : quantile(above, 0.5);
  });
  let most = 0;
  for (let hour = 0; hour < aDay; hour++) {
    let sum = 0;
    for (let next = 0; next < HOURS_TOGETHER; next++) sum += usual[(hour + next) % aDay];
    most = Math.max(most, sum / HOURS_TOGETHER);
  }
  return most;
}

/** Days between falls, where there were two or more; undefined where it was not cleaned that often. */
function cleanedEvery(breaks: readonly Break[], days: number): number | undefined {
  const falls = breaks.filter(({ jump }) => jump < 0).map(({ block }) => block);
  if (falls.length < 2) return undefined;
  const pauses = falls.slice(1).map((block, at) => block - falls[at]);
  return Math.max(...pauses, days - falls[falls.length - 1]);
}
