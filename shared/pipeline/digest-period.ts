import { epochOfLocal, localTime } from '../metrics/time-zone.ts';
import type { AlertSettings } from '../settings/alert-settings.ts';

export type DigestSettings = Exclude<AlertSettings['digest'], 'off'>;

/** Epoch seconds; `until` is not included. */
export interface DigestPeriod {
  readonly from: number;
  readonly until: number;
}

const daySeconds = 86_400;
/** 1970-01-01 was a Thursday. */
const weekdays = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'] as const;
/** A digest that could not be sent for so long is no news any more. */
const LATEST_SECONDS = daySeconds;

/**
 * The period whose digest is due: the one that ended last, by the wall clock of its time zone, unless that was more than
 * a day ago. A day in which the clock is changed has 23 or 25 hours.
 */
export function digestDue(settings: AlertSettings['digest'], now: number): DigestPeriod | undefined {
  if (settings === 'off') return undefined;
  const toEpoch = epochOfLocal(settings.timezone);
  const clock = clockSeconds(settings.at);
  const today = Math.floor(localTime(settings.timezone)(now) / daySeconds);
  // A beginning later today is not over yet, so one more day than a week.
  for (let day = today; day >= today - 7; day--) {
    const until = toEpoch(day * daySeconds + clock);
    if (until > now || !endsOn(settings, day)) continue;
    const length = settings.every === 'day' ? 1 : 7;
    return now - until > LATEST_SECONDS ? undefined : { from: toEpoch((day - length) * daySeconds + clock), until };
  }
  return undefined;
}

const endsOn = ({ every, day: weekday }: DigestSettings, day: number): boolean =>
  every === 'day' || weekdays[((day % 7) + 7) % 7] === weekday;

/** Seconds since midnight of `09:30`. */
function clockSeconds(at: string): number {
  const [hours, minutes] = at.split(':').map(Number);
  return hours * 3600 + minutes * 60;
}
