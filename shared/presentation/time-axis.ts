const minute = 60;
const hour = 3600;
const day = 86_400;

const steps = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 7, 14].map((days) => days * day),
];

/** What calendars here can say: the years -9999 to 9999 and some. */
export const furthestTime = 2.5e11;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `09:30` of local wall-clock seconds. */
export const clockWords = (local: number): string => new Date(local * 1000).toISOString().slice(-13, -8);
/** `21 Nov` of local wall-clock seconds. */
export function dateWords(local: number): string {
  const date = new Date(local * 1000);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
}
/** `Sat 21 Nov` of local wall-clock seconds. */
export const dayWords = (local: number): string =>
  `${weekdays[new Date(local * 1000).getUTCDay()]} ${dateWords(local)}`;

/** One mark of a time axis. */
export interface TimeMark {
  /** Epoch seconds. */
  readonly time: number;
  readonly label: string;
  /** What holds from here on, until the next mark that says so: the day, or the year. */
  readonly under?: string;
}

/**
 * Marks at round times of a time zone: on the quarter hour, the hour, the day there, also where clocks change within.
 * The first says its day, and so does each that begins another (its year, where marks are days).
 *
 * @param first, last epoch seconds, at most {@link furthestTime} from the epoch, first ≤ last.
 * @param most marks at most, 1 or more.
 * @param local local wall-clock seconds of epoch seconds, see `localTime`.
 */
export function timeMarks(
  first: number,
  last: number,
  most: number,
  local: (epochSeconds: number) => number,
): readonly TimeMark[] {
  const step = steps.find((one) => (last - first) / one < most) ?? Math.ceil((last - first) / day / most) * day;
  const isDays = step >= day;
  // Weeks begin on Mondays: the epoch began on a Thursday.
  const origin = step >= 7 * day ? 4 * day : 0;
  const marks: TimeMark[] = [];
  let said: string | undefined;
  const take = (time: number): void => {
    if (time < first || time > last || (marks[marks.length - 1]?.time ?? -Infinity) >= time) return;
    const at = local(time);
    const under = isDays ? String(new Date(at * 1000).getUTCFullYear()) : dayWords(at);
    marks.push({ time, label: isDays ? dateWords(at) : clockWords(at), ...(under === said ? {} : { under }) });
    said = under;
  };
  const offset = (time: number): number => local(time) - time;
  const from = Math.floor((local(first) - hour - origin) / step) * step + origin;
  for (let wall = from; wall <= local(last) + hour; wall += step) {
    // A local time comes twice where clocks go back, and never where they go forward: there the offsets of both sides
    // give two candidates, or none that is that time.
    const offsets = [offset(wall - day), offset(wall + day)];
    const times = offsets.map((one) => wall - one).filter((time) => local(time) === wall);
    for (const time of times.sort((a, b) => a - b)) take(time);
  }
  return marks;
}
