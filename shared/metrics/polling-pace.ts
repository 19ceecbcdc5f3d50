import { billingMonth } from './billing-month.ts';

/** The least seconds between two pulls at each level of stretching: as the watch asks, then 15 minutes, then 60. */
export const stretchedSeconds = [0, 900, 3600] as const;
export type PaceLevel = 0 | 1 | 2;

/** From this share of the limit on people are told. */
export const TELLING_SHARE = 0.8;
/** Below this share of it the next quicker pace must fit, before it is gone back to: a pace that fits stays. */
const FITTING_SHARE = 0.95;

const HOUR = 3600;
/** How long one comparison of what was billed with what was to be expected takes. */
export const WINDOW_SECONDS = 6 * HOUR;
/** A deployment that was not there for longer begins its month when it comes back. */
const LONGEST_ABSENCE = 2 * 86_400;

/** Dollars a second, at each level. */
export type AtEachLevel = readonly [number, number, number];

/** What is known at one reading of the meter. Dollars, epoch seconds. */
export interface PaceFacts {
  readonly at: number;
  /** What was asked until then is counted; the mean of all shards. */
  readonly countedTo: number;
  /** Billed for asking, this month so far; and what of it was for the past, which is fetched once. */
  readonly billed: number;
  readonly past: number;
  /** What asking costs, as the last pulls went, and as the inventory lets expect. */
  readonly asking: AtEachLevel;
  readonly expecting: AtEachLevel;
  /** Dollars a second of everything else that is held against the limit. */
  readonly rest: number;
  /** Dollars a month; null for none. */
  readonly limit: number | null;
  /** Stands for all settings that any of this depends on. */
  readonly settings: string;
  /** Metrics billed of each watch this month so far. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What the meter shows, and the pace of polling that follows from it. Dollars, epoch seconds. */
export interface Pace {
  readonly month: string;
  /** When counting began in that month: its beginning, or the deployment. */
  readonly from: number;
  readonly readAt: number;
  readonly countedTo: number;
  readonly settings: string;
  /** Which level holds from when on, ascending; the last one goes on. */
  readonly levels: readonly { readonly from: number; readonly level: PaceLevel }[];
  /** Since when pulls are stretched without a break; null where they are not. */
  readonly since: number | null;
  readonly billed: number;
  readonly past: number;
  /** What asking should have cost so far, by what was watched. */
  readonly expected: number;
  /** Of the whole month: everything, were polling not stretched; and as it is. */
  readonly projected: number;
  readonly projectedAsItIs: number;
  readonly limit: number | null;
  readonly metrics: Readonly<Record<string, number>>;
  /** Where the window of comparison began. */
  readonly mark: {
    readonly at: number;
    readonly billed: number;
    readonly expected: number;
    readonly metrics: Readonly<Record<string, number>>;
  };
}

/** What was billed in the window that has just ended, by watch, and that as a share of what was to be expected. */
export interface PaceWindow {
  readonly metrics: Readonly<Record<string, number>>;
  /** Null where nothing was to be expected, or the window is too short to tell. */
  readonly share: number | null;
}

/** Whether the meter is to be read again: once an hour, and where settings have changed. Never where time goes back. */
export const isReadingDue = (pace: Pace | undefined, at: number, settings: string): boolean =>
  pace === undefined ||
  (at > pace.readAt && (hourOf(at) !== hourOf(pace.readAt) || pace.settings !== settings)) ||
  (at === pace.readAt && pace.settings !== settings);

/**
 * Reads the meter: projects the month, as what was billed so far and the present rate for the rest of it, and decides
 * how far polling is stretched: one level further where the month would cost more than the limit, one level back where
 * that would fit with some room, and not at all at the beginning of a month. Slower holds from the next full hour on, so
 * that each watch has pulled at the pace it promised; quicker at once.
 */
export function readMeter(
  before: Pace | undefined,
  facts: PaceFacts,
): { readonly pace: Pace; readonly window: PaceWindow | null } {
  const { at, billed, past, rest, limit, settings, metrics } = facts;
  const month = billingMonth(at);
  const earlier = before !== undefined && before.month === month.name ? before : undefined;
  const goesOn = before !== undefined && at - before.readAt < LONGEST_ABSENCE;
  const from = earlier?.from ?? (goesOn ? month.from : at);
  const now = levelAt(before, at);
  const fixed = rest * (month.to - from);
  const projections = facts.asking.map((rate) => billed + rate * Math.max(0, month.to - at) + fixed);
  const level = before !== undefined && earlier === undefined ? 0 : wantedLevel(now, projections, limit);
  const levels = changed(before?.levels ?? [], now, level, at);
  const countedTo = Math.max(facts.countedTo, earlier?.countedTo ?? 0);
  const expected = expectedBy(before, earlier, { ...facts, countedTo }, month.from);
  const mark = earlier?.mark ?? {
    at: goesOn ? month.from : at,
    billed: 0,
    expected: goesOn ? 0 : expected,
    metrics: {},
  };
  const start = earlier === undefined && !goesOn ? { ...mark, billed, metrics } : mark;
  const isOver = Math.floor(at / WINDOW_SECONDS) !== Math.floor(start.at / WINDOW_SECONDS);
  const pace: Pace = {
    month: month.name,
    from,
    readAt: at,
    countedTo,
    settings,
    levels,
    since: level === 0 ? null : (before?.since ?? levels.at(-1)?.from ?? at),
    billed,
    past,
    expected,
    projected: projections[0],
    projectedAsItIs: projections[level],
    limit,
    metrics,
    mark: isOver ? { at, billed, expected, metrics } : start,
  };
  return { pace, window: isOver ? windowOf(start, pace) : null };
}

/** One step at a time, so that one odd reading does no more than that. */
export function wantedLevel(now: PaceLevel, projections: readonly number[], limit: number | null): PaceLevel {
  if (limit === null) return 0;
  if (projections[now] > limit) return Math.min(2, now + 1) as PaceLevel;
  if (now > 0 && projections[now - 1] <= FITTING_SHARE * limit) return (now - 1) as PaceLevel;
  return now;
}

/** The level that holds at a time. */
export const levelAt = (pace: Pick<Pace, 'levels'> | undefined, time: number): PaceLevel =>
  pace?.levels.findLast(({ from }) => from <= time)?.level ?? 0;

/** Seconds between two pulls of a watch that asks for one every so often. */
export const pullInterval = (every: number, level: PaceLevel): number => Math.max(every, stretchedSeconds[level]);

/** Whether a tick pulls: each does where nothing is stretched, else the first of each interval. */
export function isPullDue(tick: number, every: number, level: PaceLevel): boolean {
  const interval = pullInterval(every, level);
  return interval === every || Math.floor(tick / interval) !== Math.floor((tick - every) / interval);
}

/**
 * After so many seconds without a verdict something is late: three intervals; and while a quicker pace is new, three of
 * the one before, for that was promised.
 */
export function lateAfter(pace: Pick<Pace, 'levels'> | undefined, every: number, time: number, intervals = 3): number {
  const present = intervals * pullInterval(every, levelAt(pace, time));
  const former = intervals * pullInterval(every, levelAt(pace, time - present));
  return Math.max(present, former);
}

function changed(levels: Pace['levels'], now: PaceLevel, level: PaceLevel, at: number): Pace['levels'] {
  // Of what is over only the last is needed: whoever ticks late asks for it.
  const held = levels.filter(({ from }) => from <= at).slice(-3);
  if (level === now) return held;
  const from = level > now ? (Math.floor(at / HOUR) + 1) * HOUR : at;
  return [...held.filter((one) => one.from < from), { from, level }];
}

/** What asking should have cost: by the inventory for as long as was counted, and the past as it came. */
function expectedBy(
  before: Pace | undefined,
  earlier: Pace | undefined,
  { billed, past, countedTo, expecting }: PaceFacts,
  monthFrom: number,
): number {
  // What a deployment asked before its first reading is taken for what was to be expected.
  if (before === undefined) return billed;
  const since = earlier?.countedTo ?? Math.max(monthFrom, before.countedTo);
  const pastNow = Math.max(0, past - (earlier?.past ?? 0));
  return (earlier?.expected ?? 0) + expectedIn(before.levels, expecting, since, countedTo) + pastNow;
}

/** Of a span, at the levels that held in it: at its end a slower one may just have begun. */
function expectedIn(levels: Pace['levels'], expecting: AtEachLevel, from: number, to: number): number {
  const changes = [from, ...levels.map((one) => one.from).filter((time) => time > from && time < to), to];
  return changes.slice(1).reduce((sum, end, index) => {
    const begin = changes[index];
    return sum + expecting[levelAt({ levels }, begin)] * Math.max(0, end - begin);
  }, 0);
}

function windowOf(mark: Pace['mark'], pace: Pace): PaceWindow {
  const expected = pace.expected - mark.expected;
  const names = Object.keys(pace.metrics);
  return {
    metrics: Object.fromEntries(
      names.map((name) => [name, Math.max(0, pace.metrics[name] - (mark.metrics[name] ?? 0))]),
    ),
    share:
      expected > 0 && pace.readAt - mark.at >= WINDOW_SECONDS / 2
        ? Math.max(0, pace.billed - mark.billed) / expected
        : null,
  };
}

const hourOf = (time: number): number => Math.floor(time / HOUR);
