const hourSeconds = 3_600;
const daySeconds = 86_400;

/** Morning, afternoon and evening: centre and width in hours, and height, of a weekday and of a weekend day. */
const weekdayBumps = [
  [10.5, 2.6, 0.5],
  [15.3, 3, 0.55],
  [20.5, 1.8, 0.28],
] as const;
const weekendBumps = [
  [12.5, 3.5, 0.28],
  [19.5, 3, 0.34],
] as const;
const nightFloor = 0.22;
/** How long the change between a weekday and a weekend takes around midnight, in hours. */
const turnHours = 3;

/** How busy people keep a site at a time, about 0.2 at night to 0.9 on a weekday afternoon; UTC. */
export function busyness(time: number): number {
  const hour = (time % daySeconds) / hourSeconds;
  const weekend = weekendShare(time);
  const weekday = weekend === 1 ? 0 : bumps(weekdayBumps, hour);
  const restDay = weekend === 0 ? 0 : bumps(weekendBumps, hour);
  return nightFloor + weekday * (1 - weekend) + restDay * weekend;
}

function bumps(all: readonly (readonly [number, number, number])[], hour: number): number {
  let sum = 0;
  for (const [centre, width, height] of all) {
    // Around the clock: what is late in the evening reaches past midnight.
    const raw = Math.abs(hour - centre);
    const away = Math.min(raw, 24 - raw) / width;
    sum += height * Math.exp(-0.5 * away * away);
  }
  return sum;
}

/** 0 on a weekday, 1 on a weekend, in between around the midnights that part them. */
function weekendShare(time: number): number {
  const middle = (turnHours / 2) * hourSeconds;
  const now = isWeekend(time) ? 1 : 0;
  const intoDay = time % daySeconds;
  if (intoDay < middle) {
    const before = isWeekend(time - daySeconds) ? 1 : 0;
    return before + (now - before) * (0.5 + intoDay / (2 * middle));
  }
  if (daySeconds - intoDay < middle) {
    const after = isWeekend(time + daySeconds) ? 1 : 0;
    return now + (after - now) * (0.5 - (daySeconds - intoDay) / (2 * middle));
  }
  return now;
}

/** The first of January 1970 was a Thursday. */
const isWeekend = (time: number): boolean => [2, 3].includes(Math.floor(time / daySeconds) % 7);
