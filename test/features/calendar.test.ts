import { describe, expect, it } from 'vitest';
import { calendarFeatures } from '../../shared/features/calendar.ts';
import { localOffset } from '../../shared/metrics/time-zone.ts';

const at = (iso: string, timezone: string) => {
  const time = Date.parse(iso) / 1000;
  return calendarFeatures(time, localOffset(timezone)(time));
};

describe('the calendar', () => {
  it.each([
    ['Monday morning opens at nine', '2026-11-23T09:00:00Z', 'UTC', 9, 0, 1],
    ['a minute before, it has not', '2026-11-23T08:59:00Z', 'UTC', 8 + 59 / 60, 0, 0],
    ['Friday ends at five', '2026-11-27T17:00:00Z', 'UTC', 17, 4, 0],
    ['Saturday is no working day', '2026-11-28T12:00:00Z', 'UTC', 12, 5, 0],
    ['Sunday is the last day', '2026-11-29T12:00:00Z', 'UTC', 12, 6, 0],
    ['Sunday night in UTC is Monday in Tokyo', '2026-11-29T23:00:00Z', 'Asia/Tokyo', 8, 0, 0],
    ['Monday in UTC is still Sunday in New York', '2026-11-30T02:00:00Z', 'America/New_York', 21, 6, 0],
    ['before Berlin puts the clock forward', '2026-03-29T00:59:00Z', 'Europe/Berlin', 1 + 59 / 60, 6, 0],
    ['after Berlin put the clock forward', '2026-03-29T01:00:00Z', 'Europe/Berlin', 3, 6, 0],
    ['the first two o’clock of the night it goes back', '2026-10-25T00:30:00Z', 'Europe/Berlin', 2.5, 6, 0],
    ['the second one', '2026-10-25T01:30:00Z', 'Europe/Berlin', 2.5, 6, 0],
    ['half-hour zones have half hours', '2026-11-23T04:00:00Z', 'Asia/Kolkata', 9.5, 0, 1],
    ['before 1970', '1969-12-31T12:00:00Z', 'UTC', 12, 2, 1],
  ])('%s', (_, iso, timezone, hour, dayOfWeek, businessHours) => {
    const found = at(iso, timezone);
    expect(found.hour).toBeCloseTo(hour, 9);
    expect(found).toMatchObject({ dayOfWeek, businessHours });
  });

  it('knows nothing of a time that is none', () => {
    expect(calendarFeatures(Number.NaN, 0)).toEqual({ hour: NaN, dayOfWeek: NaN, businessHours: NaN });
  });
});
