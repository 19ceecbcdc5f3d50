import { matchesGlob } from '../metrics/glob.ts';
import { localTime } from '../metrics/time-zone.ts';
import type { AlertFacts, Match, Weekday } from './alert-policy.ts';
import { compareSeverities } from './severities.ts';

/** What is matched; without a severity where none is known yet, and then nothing holds that asks for one. */
export type MatchFacts = Omit<AlertFacts, 'severity'> & Partial<Pick<AlertFacts, 'severity'>>;

/** Whether all that is named holds. @param now epoch seconds. @throws RangeError on a time zone that does not exist. */
export function matches(match: Match | undefined, facts: MatchFacts, now: number): boolean {
  if (match === undefined) return true;
  const { severity, watch, entity, labels, time } = match;
  return (
    (severity === undefined || isWithin(facts.severity, severity)) &&
    (watch === undefined || isOneOf(watch, facts.watch)) &&
    (entity === undefined || isOneOf(entity, facts.entity)) &&
    (labels === undefined ||
      Object.entries(labels).every(
        ([name, globs]) => Object.hasOwn(facts.labels, name) && isOneOf(globs, facts.labels[name]),
      )) &&
    (time === undefined || isTime(time, now))
  );
}

const isOneOf = (globs: readonly string[], text: string): boolean => globs.some((glob) => matchesGlob(glob, text));

const isWithin = (given: AlertFacts['severity'] | undefined, range: NonNullable<Match['severity']>): boolean =>
  given !== undefined && compareSeverities(given, range.atLeast) >= 0 && compareSeverities(given, range.atMost) <= 0;

const daySeconds = 86_400;
/** 1 January 1970 was a Thursday. */
const weekdays: readonly Weekday[] = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'];

/** On the wall clock: a time that begins before midnight belongs to the day on which it begins. */
function isTime({ days, from, to, timezone }: NonNullable<Match['time']>, now: number): boolean {
  const local = clockOf(timezone)(now);
  const today = Math.floor(local / daySeconds);
  const seconds = local - today * daySeconds;
  const begin = secondsOf(from);
  const end = secondsOf(to);
  const isOn = (day: number): boolean => days.includes(weekdays[((day % 7) + 7) % 7]);
  if (begin < end) return isOn(today) && seconds >= begin && seconds < end;
  return (isOn(today) && seconds >= begin) || (isOn(today - 1) && seconds < end);
}

/** Seconds after midnight of `HH:MM`. */
const secondsOf = (clock: string): number => Number(clock.slice(0, 2)) * 3600 + Number(clock.slice(3, 5)) * 60;

/** The platform is asked for each day of a time zone once: settings name a handful of them. */
const clocks = new Map<string, (epochSeconds: number) => number>();

function clockOf(timezone: string): (epochSeconds: number) => number {
  const known = clocks.get(timezone) ?? localTime(timezone);
  clocks.set(timezone, known);
  return known;
}
