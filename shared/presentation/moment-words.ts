import { durationWords } from './words.ts';

const month = new Intl.DateTimeFormat('en-US', { month: 'short', timeZone: 'UTC' });

/** `09:30 UTC`, or `Nov 20, 23:10 UTC` where that is not the day of `now`. Epoch seconds. */
export function momentWords(seconds: number, now: number): string {
  if (!isTime(seconds)) return 'an unknown time';
  const iso = new Date(seconds * 1000).toISOString();
  const clock = `${iso.slice(-13, -8)} UTC`;
  if (isTime(now) && new Date(now * 1000).toISOString().slice(0, -14) === iso.slice(0, -14)) return clock;
  return `${month.format(seconds * 1000)} ${Number(iso.slice(-16, -14))}, ${clock}`;
}

/** What a date can hold. */
const isTime = (seconds: number): boolean => Math.abs(seconds) <= 8.64e12;

/** `since 09:30 UTC (12 minutes)`; `from 09:30 to 09:43 UTC` of what is over. */
export function sinceWords(since: number, now: number, until?: number): string {
  const lasted = (until ?? now) - since;
  const length = Number.isFinite(lasted) && lasted > 0 ? ` (${durationWords(lasted)})` : '';
  if (until === undefined) return `since ${momentWords(since, now)}${length}`;
  const [from, to] = [momentWords(since, now), momentWords(until, now)];
  return `from ${from.includes(',') ? from : from.replace(' UTC', '')} to ${to}${length}`;
}
