import { describe, expect, it, vi } from 'vitest';
import { epochOfLocal, isTimeZone, localOffset, localTime } from '../../shared/metrics/time-zone.ts';
import fc from '../fakes/property.ts';

const at = (iso: string): number => Date.parse(iso) / 1000;
const hour = 3600;

/** The obvious way: ask the platform for every single time. */
function plainOffset(timezone: string, time: number): number {
  const text = new Date(time * 1000).toLocaleString('sv-SE', { timeZone: timezone });
  return Date.parse(`${text.replace(' ', 'T')}Z`) / 1000 - Math.floor(time);
}

describe('the offset of a time zone', () => {
  it.each([
    ['Berlin in winter', 'Europe/Berlin', '2026-01-15T12:00:00Z', hour],
    ['Berlin in summer', 'Europe/Berlin', '2026-07-15T12:00:00Z', 2 * hour],
    ['Berlin, the last second before clocks go forward', 'Europe/Berlin', '2026-03-29T00:59:59Z', hour],
    ['Berlin, the first second after', 'Europe/Berlin', '2026-03-29T01:00:00Z', 2 * hour],
    ['Berlin, the last second before clocks go back', 'Europe/Berlin', '2026-10-25T00:59:59Z', 2 * hour],
    ['Berlin, the first second after', 'Europe/Berlin', '2026-10-25T01:00:00Z', hour],
    ['New York, the last second before clocks go forward', 'America/New_York', '2026-03-08T06:59:59Z', -5 * hour],
    ['New York, the first second after', 'America/New_York', '2026-03-08T07:00:00Z', -4 * hour],
    ['New York, the last second before clocks go back', 'America/New_York', '2026-11-01T05:59:59Z', -4 * hour],
    ['New York, the first second after', 'America/New_York', '2026-11-01T06:00:00Z', -5 * hour],
    ['Lord Howe moves by half an hour', 'Australia/Lord_Howe', '2026-04-04T15:00:00Z', 10.5 * hour],
    ['Kolkata is half an hour off', 'Asia/Kolkata', '2026-06-01T00:00:00Z', 5.5 * hour],
    ['Kathmandu three quarters', 'Asia/Kathmandu', '2026-06-01T00:00:00Z', 5.75 * hour],
    ['Samoa skipped a day', 'Pacific/Apia', '2011-12-30T10:00:00Z', 14 * hour],
    ['before the epoch', 'Europe/Berlin', '1960-01-01T00:00:00Z', hour],
    ['UTC', 'UTC', '2026-03-29T01:00:00Z', 0],
  ])('%s', (_title, timezone, iso, offset) => {
    expect(localOffset(timezone)(at(iso))).toBe(offset);
  });

  it('is what the platform says, at any time in any order', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo'];
    const cached = new Map(zones.map((zone) => [zone, localOffset(zone)]));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('1975-01-01'), max: at('2036-01-01') }),
        (zone, time) => {
          expect(cached.get(zone)!(time)).toBe(plainOffset(zone, time));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is exact in every minute of the days of both changes', () => {
    const offset = localOffset('Europe/Berlin');
    for (const day of ['2026-03-29', '2026-10-25']) {
      for (let time = at(day) - hour; time < at(day) + 25 * hour; time += 300) {
        expect(offset(time), new Date(time * 1000).toISOString()).toBe(plainOffset('Europe/Berlin', time));
      }
    }
  });

  it('of no time is NaN', () => {
    for (const zone of ['UTC', 'Europe/Berlin']) {
      for (const time of [Number.NaN, Infinity, -Infinity, 1e300]) expect(localOffset(zone)(time)).toBeNaN();
    }
  });

  it('of fractions of a second is that of the second', () => {
    expect(localOffset('Europe/Berlin')(at('2026-03-29T00:59:59Z') + 0.999)).toBe(hour);
  });

  it('a zone that does not exist is refused by its name', () => {
    expect(() => localOffset('Mars/Olympus')).toThrow(/unknown time zone "Mars\/Olympus".*Europe\/Berlin/);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
    expect(isTimeZone('')).toBe(false);
    expect(isTimeZone('Europe/Berlin')).toBe(true);
  });

  it('asks the platform twice a day of data, not once a point', () => {
    const asked = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
    const offset = localOffset('Europe/Berlin');
    const start = at('2026-01-01');
    for (let i = 0; i < 28_800; i += 1) offset(start + i * 30);
    expect(asked).toHaveBeenCalledTimes(20);
    asked.mockRestore();
  });
});

describe('local time', () => {
  it('keeps nine in the morning nine in the morning, all year', () => {
    const local = localTime('Europe/Berlin');
    for (const iso of ['2026-03-28T08:00Z', '2026-03-29T07:00Z', '2026-10-24T07:00Z', '2026-10-25T08:00Z']) {
      expect((local(at(iso)) % 86_400) / hour).toBe(9);
    }
  });

  it('skips the hour that does not exist and repeats the one that comes twice', () => {
    const hourOf = (iso: string) => (localTime('Europe/Berlin')(at(iso)) % 86_400) / hour;
    expect(['2026-03-29T00:00Z', '2026-03-29T01:00Z'].map(hourOf)).toEqual([1, 3]);
    expect(['2026-10-25T00:00Z', '2026-10-25T01:00Z'].map(hourOf)).toEqual([2, 2]);
  });
});

describe('the epoch of a local time', () => {
  it.each([
    ['in winter', '2026-01-15T12:00:00', '2026-01-15T11:00:00Z'],
    ['in summer', '2026-07-15T12:00:00', '2026-07-15T10:00:00Z'],
    ['just before clocks go forward', '2026-03-29T01:59:59', '2026-03-29T00:59:59Z'],
    ['that never happened, by the offset before', '2026-03-29T02:30:00', '2026-03-29T01:30:00Z'],
    ['just after clocks go forward', '2026-03-29T03:00:00', '2026-03-29T01:00:00Z'],
    ['that happened twice, the first', '2026-10-25T02:30:00', '2026-10-25T00:30:00Z'],
    ['just after clocks went back', '2026-10-25T03:00:00', '2026-10-25T02:00:00Z'],
  ])('%s', (_title, local, utc) => {
    expect(epochOfLocal('Europe/Berlin')(at(`${local}Z`))).toBe(at(utc));
  });

  it('leads back to the local time, wherever that exists', () => {
    const toLocal = localTime('America/New_York');
    const toEpoch = epochOfLocal('America/New_York');
    fc.assert(
      fc.property(fc.integer({ min: at('2000-01-01'), max: at('2036-01-01') }), (time) => {
        expect(toLocal(toEpoch(toLocal(time)))).toBe(toLocal(time));
      }),
    );
  });
});
