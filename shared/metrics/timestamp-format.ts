import { epochOfLocal } from './time-zone.ts';

/** How the stamps of one column are read. */
export interface TimestampFormat {
  /** In words, such as `day/month/year`. */
  readonly name: string;
  /** What was decided that the stamps alone did not settle. */
  readonly note?: string;
  /** Day and month could be exchanged without anything in the sample to tell: a larger sample may. */
  readonly undecided?: true;
  /** Epoch seconds, or NaN for what is not a time in this format. */
  read(text: string): number;
}

type FieldOrder = 'day-first' | 'month-first';

interface Reader {
  readonly name: string;
  read(text: string): number;
}

/** Longer than any stamp; patterns are not tried on more, since some would take a time that grows with its square. */
const longestStamp = 64;

const guarded = (reader: Reader): Reader => ({
  name: reader.name,
  read: (text) => (text.length > longestStamp ? Number.NaN : reader.read(text)),
});

/**
 * The format that reads most of `samples`; undefined if none reads even half of them. Understood are ISO 8601 and
 * its relatives (any of `-`, `/`, `.` between, `T` or a space, fractions, `Z` or an offset, basic form), epochs in s,
 * ms, µs and ns, day/month/year in either order with two or four digits of year or a month's name, and 12 h clocks.
 * Whether day or month comes first is settled by the whole sample: by values beyond 12, then by the order that runs
 * more smoothly. A time without a zone is read in `timezone`.
 */
export function timestampFormat(samples: readonly string[], timezone = 'UTC'): TimestampFormat | undefined {
  const given = samples.map((text) => text.trim()).filter((text) => text !== '');
  if (given.length === 0) return undefined;
  const toEpoch = epochOfLocal(timezone);
  const readers: Reader[] = [
    isoReader(toEpoch),
    compactReader(toEpoch),
    ...epochReaders(given),
    dayMonthReader('month-first', toEpoch),
    dayMonthReader('day-first', toEpoch),
  ].map(guarded);
  const counts = readers.map((reader) => countRead(reader, given));
  const most = Math.max(...counts);
  if (most * 2 < given.length) return undefined;
  const monthFirst = readers.length - 2;
  const best = counts.indexOf(most);
  return best >= monthFirst ? orderedFormat(readers[monthFirst], readers[monthFirst + 1], given) : readers[best];
}

const countRead = (reader: Reader, given: readonly string[]): number =>
  given.reduce((sum, text) => sum + (Number.isNaN(reader.read(text)) ? 0 : 1), 0);

function orderedFormat(monthFirst: Reader, dayFirst: Reader, given: readonly string[]): TimestampFormat {
  const dayScore = smoothness(dayFirst, given);
  const monthScore = smoothness(monthFirst, given);
  const better =
    dayScore.read - monthScore.read || monthScore.backward - dayScore.backward || monthScore.path - dayScore.path;
  const dayIsBetter = better > 0 || (better === 0 && !(given[0] ?? '').includes('/'));
  const [chosen, other] = dayIsBetter ? [dayFirst, monthFirst] : [monthFirst, dayFirst];
  if (dayScore.read !== monthScore.read || given.every((text) => monthName.test(text))) return chosen;
  return better === 0
    ? {
        ...chosen,
        undecided: true,
        note: `times are read as ${chosen.name}: ${other.name} is possible too, but less usual with this separator`,
      }
    : { ...chosen, note: `times are read as ${chosen.name}: as ${other.name} they would run less evenly` };
}

/** How many stamps can be read, how often time runs backward, and how far it travels in all. */
function smoothness(reader: Reader, given: readonly string[]): { read: number; backward: number; path: number } {
  const times = given.map((text) => reader.read(text)).filter((time) => !Number.isNaN(time));
  let backward = 0;
  let path = 0;
  for (let i = 1; i < times.length; i += 1) {
    const step = (times[i] ?? 0) - (times[i - 1] ?? 0);
    if (step < 0) backward += 1;
    path += Math.abs(step);
  }
  return { read: times.length, backward, path };
}

type ToEpoch = (localSeconds: number) => number;

const zero = 48;

/** Two digits at `at`, or NaN. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero;
  const ones = text.charCodeAt(at + 1) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const isoPattern =
  /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:(?:[T ]|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(am|pm)?)?\s*(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?(?:\s*\[[\w/+-]+\])?$/i;

function isoReader(toEpoch: ToEpoch): Reader {
  let day = '';
  let midnight = Number.NaN;
  const slow = (text: string): number => {
    const match = isoPattern.exec(text);
    if (match === null) return Number.NaN;
    const [, year, , month, dayOfMonth, ...time] = match;
    return instant(dayStart(Number(year), Number(month), Number(dayOfMonth)), time, toEpoch);
  };
  return {
    name: 'year-month-day',
    // Nearly all files write 2026-11-21 09:05:00, with T or Z: those are read without a regular expression.
    read: (given) => {
      const text = given.trim();
      const zoned = text.length === 20 && text.charCodeAt(19) === 90;
      const gap = text.charCodeAt(10);
      if ((text.length !== 19 && !zoned) || (gap !== 32 && gap !== 84)) return slow(text);
      if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return slow(text);
      const clock = clockSeconds(two(text, 11), two(text, 14), two(text, 17));
      const date = text.slice(0, 10);
      if (date !== day) {
        day = date;
        midnight = slow(`${date}Z`);
      }
      return zoned ? midnight + clock : toEpoch(midnight + clock);
    },
  };
}

const compactPattern = /^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(?:(\d{2})(?:\.(\d+))?)?\s*(z|[+-]\d{2}:?\d{2})?)?$/i;

function compactReader(toEpoch: ToEpoch): Reader {
  return {
    name: 'yearmonthday without separators',
    read: (text) => {
      const match = compactPattern.exec(text.trim());
      if (match === null) return Number.NaN;
      const [, year, month, day, hour, minute, second, fraction, zone] = match;
      if (Number(year) < 1970 || Number(year) > 2199) return Number.NaN;
      return instant(
        dayStart(Number(year), Number(month), Number(day)),
        [hour, minute, second, fraction, undefined, zone],
        toEpoch,
      );
    },
  };
}

const epochUnits = [
  { name: 'epoch seconds', perSecond: 1, below: 1e11 },
  { name: 'epoch milliseconds', perSecond: 1e3, below: 1e14 },
  { name: 'epoch microseconds', perSecond: 1e6, below: 1e17 },
  { name: 'epoch nanoseconds', perSecond: 1e9, below: 1e20 },
] as const;

const numberPattern = /^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;
const plainNumber = (text: string): number => (numberPattern.test(text) ? Number(text) : Number.NaN);

/** One unit for the whole column, by its largest stamp: small numbers alone could be any of them. */
function epochReaders(given: readonly string[]): readonly Reader[] {
  const sizes = given.map((text) => Math.abs(plainNumber(text))).filter((size) => !Number.isNaN(size));
  if (sizes.length === 0) return [];
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const unit = epochUnits.find(({ below }) => largest < below);
  if (unit === undefined) return [];
  const { name, perSecond, below } = unit;
  return [
    {
      name,
      read: (text) => {
        const number = plainNumber(text.trim());
        return Math.abs(number) < below ? number / perSecond : Number.NaN;
      },
    },
  ];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName = /[a-z]{3}/i;
const dayMonthPattern =
  /^(\d{1,2}|[a-z]{3,9})([-/. ])(\d{1,2}|[a-z]{3,9})(?:\2|, ?)(\d{4}|\d{2})(?:(?:T|,? +|:)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(am|pm)?)?\s*(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?$/i;

function dayMonthReader(order: FieldOrder, toEpoch: ToEpoch): Reader {
  return {
    name: order === 'day-first' ? 'day/month/year' : 'month/day/year',
    read: (text) => {
      const match = dayMonthPattern.exec(text.trim());
      if (match === null) return Number.NaN;
      const [, first = '', , second = '', writtenYear = '', ...time] = match;
      const year = writtenYear.length === 4 ? Number(writtenYear) : fullYear(Number(writtenYear));
      const monthIsFirst = monthName.test(first) || (order === 'month-first' && !monthName.test(second));
      const [month, day] = monthIsFirst ? [first, second] : [second, first];
      return instant(dayStart(year, monthNumber(month), Number(day)), time, toEpoch);
    },
  };
}

/** As spreadsheets read them: 69 is 1969, 68 is 2068. */
const fullYear = (twoDigits: number): number => twoDigits + (twoDigits >= 69 ? 1900 : 2000);

function monthNumber(text: string): number {
  if (!monthName.test(text)) return Number(text);
  const index = months.indexOf(text.slice(0, 3).toLowerCase());
  return index < 0 ? Number.NaN : index + 1;
}

/** Epoch seconds of a UTC midnight, or NaN for a day that no calendar has. */
function dayStart(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day ? date.getTime() / 1000 : Number.NaN;
}

/** Seconds since midnight, or NaN; 24:00:00 and a leap second are allowed, as ISO 8601 does. */
function clockSeconds(hour: number, minute: number, second: number): number {
  const isTime = hour <= 23 && minute <= 59 && second <= 60;
  const isEndOfDay = hour === 24 && minute === 0 && second === 0;
  return isTime || isEndOfDay ? hour * 3600 + minute * 60 + second : Number.NaN;
}

/** `time` is hour, minute, second, fraction, am or pm, zone: the groups that every pattern above ends with. */
function instant(midnight: number, time: readonly (string | undefined)[], toEpoch: ToEpoch): number {
  const [hour = '0', minute = '0', second = '0', fraction, half, zone] = time;
  const clock = clockSeconds(hourOfDay(Number(hour), half?.toLowerCase()), Number(minute), Number(second));
  const local = midnight + clock + (fraction === undefined ? 0 : Number(`0.${fraction}`));
  return zone === undefined ? toEpoch(local) : local - zoneSeconds(zone);
}

function hourOfDay(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return hour >= 1 && hour <= 12 ? (hour % 12) + (half === 'pm' ? 12 : 0) : Number.NaN;
}

function zoneSeconds(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return 0;
  const [, sign, hours, minutes = '0'] = match;
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  return sign === '-' ? -seconds : seconds;
}
