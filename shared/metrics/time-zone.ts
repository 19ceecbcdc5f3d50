const daySeconds = 86_400;
/** Two centuries of days; beyond that the memory starts anew rather than grow with hostile times. */
const rememberedDays = 80_000;
/** What a JavaScript date can hold. */
const furthestSeconds = 8.64e12;

/** The offsets at both ends of a UTC day; where they differ, the clock changes at `change`. */
interface ZoneDay {
  readonly before: number;
  readonly after: number;
  readonly change: number;
}

const MOST_KNOWN_ZONES = 1000;
/** Names that the platform knew before: asking it takes a third of a millisecond, and each tick asks several times. */
const knownZones = new Set<string>();

/** Whether the platform knows this IANA time zone, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    // Every spelling in upper and lower case is known: without an end, whoever sends them would fill the memory.
    if (knownZones.size < MOST_KNOWN_ZONES) knownZones.add(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Seconds to add to an epoch second to get local wall-clock time; NaN for what is not a time. Fast after the first
 * call of each day: the platform's calendar is asked twice a day of data, not once a point.
 *
 * @throws RangeError on a time zone that the platform does not know.
 */
export function localOffset(timezone: string): (epochSeconds: number) => number {
  if (!isTimeZone(timezone)) {
    throw new RangeError(`unknown time zone ${JSON.stringify(timezone)}: write an IANA name such as Europe/Berlin`);
  }
  if (isUtc(timezone)) return (time) => (isTime(time) ? 0 : Number.NaN);
  const ask = platformOffset(timezone);
  const days = new Map<number, ZoneDay>();
  let lastDay = Number.NaN;
  let last: ZoneDay = { before: 0, after: 0, change: Infinity };
  return (time) => {
    if (!isTime(time)) return Number.NaN;
    const day = Math.floor(time / daySeconds);
    if (day !== lastDay) {
      let known = days.get(day);
      if (known === undefined) {
        if (days.size >= rememberedDays) days.clear();
        known = zoneDay(ask, day * daySeconds);
        days.set(day, known);
      }
      lastDay = day;
      last = known;
    }
    return time < last.change ? last.before : last.after;
  };
}

/** Local wall-clock seconds of an epoch second: what calendars and daily profiles are indexed by. */
export function localTime(timezone: string): (epochSeconds: number) => number {
  const offset = localOffset(timezone);
  return (time) => time + offset(time);
}

/**
 * Epoch seconds of local wall-clock seconds. A time that happens twice, when clocks go back, is the first of the two;
 * one that never happens, when they go forward, is read with the offset that was valid before.
 */
export function epochOfLocal(timezone: string): (localSeconds: number) => number {
  const offset = localOffset(timezone);
  if (isUtc(timezone)) return (local) => local;
  return (local) => {
    const earlier = offset(local - daySeconds);
    const later = offset(local + daySeconds);
    if (earlier === later) return local - earlier;
    const first = local - earlier;
    if (offset(first) === earlier) return first;
    const second = local - later;
    return offset(second) === later ? second : first;
  };
}

const isUtc = (timezone: string): boolean => /^(?:etc\/)?(?:utc|gmt)$/i.test(timezone);

const isTime = (time: number): boolean => Math.abs(time) <= furthestSeconds - 2 * daySeconds;

function zoneDay(ask: (time: number) => number, start: number): ZoneDay {
  const end = start + daySeconds - 1;
  const before = ask(start);
  const after = ask(end);
  if (before === after) return { before, after, change: Infinity };
  let low = start;
  let high = end;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (ask(middle) === before) low = middle;
    else high = middle;
  }
  return { before, after, change: high };
}

function platformOffset(timezone: string): (epochSeconds: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (time) => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(time * 1000)) part[type] = value;
    const number = (type: string) => Number(part[type]);
    const year = part['era'] === 'BC' ? 1 - number('year') : number('year');
    const wall = new Date(0);
    wall.setUTCFullYear(year, number('month') - 1, number('day'));
    wall.setUTCHours(number('hour'), number('minute'), number('second'));
    return wall.getTime() / 1000 - Math.floor(time);
  };
}
