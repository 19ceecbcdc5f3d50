import { localOffset } from '../metrics/time-zone.ts';
import { durationWords } from './words.ts';

const month = new Intl.DateTimeFormat('en-US', { month: 'short', timeZone: 'UTC' });

/**
 * `09:30 UTC`, or `Nov 20, 23:10 UTC+1` where that is not the day of `now` in the time zone. Epoch seconds.
 *
 * @param timezone IANA name.
 */
export function momentWords(seconds: number, now: number, timezone = 'UTC'): string {
  if (!isTime(seconds)) return 'an unknown time';
  const offset = localOffset(timezone);
  const iso = localIso(seconds + offset(seconds));
  const clock = `${iso.slice(-13, -8)} ${zoneWords(offset(seconds))}`;
  if (isTime(now) && localIso(now + offset(now)).slice(0, -14) === iso.slice(0, -14)) return clock;
  return `${month.format((seconds + offset(seconds)) * 1000)} ${Number(iso.slice(-16, -14))}, ${clock}`;
}

const localIso = (local: number): string => new Date(local * 1000).toISOString();

/** `UTC`, `UTC+1`, `UTC-3:30`: understood everywhere, and never the wrong one of two that share a name. */
function zoneWords(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60);
  if (minutes === 0) return 'UTC';
  const rest = minutes % 60 === 0 ? '' : `:${String(minutes % 60).padStart(2, '0')}`;
  return `UTC${offset < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${rest}`;
}

/** What a date can hold, in every time zone. */
const isTime = (seconds: number): boolean => Math.abs(seconds) <= 8.64e12 - 86_400;

/** `since 09:30 UTC (12 minutes)`; `from 09:30 to 09:43 UTC` of what is over. @param timezone IANA name. */
export function sinceWords(since: number, now: number, until?: number, timezone = 'UTC'): string {
  const lasted = (until ?? now) - since;
  const length = Number.isFinite(lasted) && lasted > 0 ? ` (${durationWords(lasted)})` : '';
  if (until === undefined) return `since ${momentWords(since, now, timezone)}${length}`;
  const [from, to] = [momentWords(since, now, timezone), momentWords(until, now, timezone)];
  const zone = / UTC\S*$/.exec(to)?.[0] ?? '';
  const isSame = !from.includes(',') && zone !== '' && from.endsWith(zone);
  return `from ${isSame ? from.slice(0, -zone.length) : from} to ${to}${length}`;
}
