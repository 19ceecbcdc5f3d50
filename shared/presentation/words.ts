import type { Rarity } from '../alerting/signal.ts';

const minute = 60;
const hour = 3600;
const day = 86_400;

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** A length of time as people say it, one unit: `45 seconds`, `12 minutes`, `5 hours`, `43 days`. */
export function durationWords(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'an unknown time';
  if (seconds < 90) return plural(Math.round(seconds), 'second');
  if (seconds < 90 * minute) return plural(Math.round(seconds / minute), 'minute');
  if (seconds < 36 * hour) return plural(Math.round(seconds / hour), 'hour');
  return plural(Math.round(seconds / day), 'day');
}

/** The same for narrow columns: `45s`, `12m`, `5h`, `43d`. */
export function shortDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 90) return `${Math.round(seconds)}s`;
  if (seconds < 90 * minute) return `${Math.round(seconds / minute)}m`;
  if (seconds < 36 * hour) return `${Number((seconds / hour).toFixed(1))}h`;
  return `${Math.round(seconds / day)}d`;
}

/** How unusual something is, never beyond its evidence. */
export function rarityWords(rarity: Rarity | null): string {
  if (rarity === null) return 'no history to compare with yet';
  return rarity.unseen
    ? `not seen in the last ${durationWords(rarity.evidenceSeconds)}`
    : `once in ${durationWords(rarity.onceInSeconds)}`;
}

/** CloudWatch writes its units out; a line has room for less. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const shortUnits: Readonly<Partial<Record<string, string>>> = {
  None: '',
  Count: '',
  Percent: '%',
  Seconds: 's',
  Milliseconds: 'ms',
  Microseconds: 'µs',
  Bytes: 'B',
  Kilobytes: 'kB',
  Megabytes: 'MB',
  Gigabytes: 'GB',
  Terabytes: 'TB',
};

/** `Megabytes/Second` is `MB/s`, `Count/Second` is `/s`; a unit that is not CloudWatch's stays as it is. */
export function shortUnit(unit: string): string {
  const [of, per = ''] = unit.split('/');
  // Units are what somebody wrote: `toString` is one, and none of ours.
  const short = Object.hasOwn(shortUnits, of) ? shortUnits[of] : undefined;
  if (short === undefined) return unit;
  return per === '' ? short : per === 'Second' ? `${short}/s` : unit;
}

/** A value as people read it: four significant digits, no trailing zeros, the unit in short where it helps. */
export function valueWords(value: number | null, unit = ''): string {
  if (value === null || !Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  const digits =
    size !== 0 && (size >= 1e15 || size < 1e-4) ? value.toExponential(2) : Number(value.toPrecision(4)).toString();
  const short = shortUnit(unit);
  return short === '' ? digits : short === '/s' ? `${digits}/s` : `${digits} ${short}`;
}

/** `2026-11-21 09:30:00`, UTC, without the zone: say once per output that it is UTC. */
export const timeWords = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
