import { describe, expect, it } from 'vitest';
import { digestDue } from '../../shared/pipeline/digest-period.ts';
import fc from '../fakes/property.ts';

const utc = (text: string): number => Date.parse(`${text}Z`) / 1000;
const weekly = { every: 'week', day: 'mon', at: '09:00', timezone: 'UTC' } as const;
const daily = { every: 'day', day: 'mon', at: '09:00', timezone: 'Europe/Berlin' } as const;

describe('the period whose digest is due', () => {
  it.each([
    ['none when off', 'off' as const, '2026-11-23T09:00', undefined],
    ['the week, at its very end', weekly, '2026-11-23T09:00', ['2026-11-16T09:00', '2026-11-23T09:00']],
    [
      'the week, hours later, for a sweep that was down',
      weekly,
      '2026-11-24T08:59',
      ['2026-11-16T09:00', '2026-11-23T09:00'],
    ],
    ['none a minute before', weekly, '2026-11-23T08:59', undefined],
    ['none when it is no news any more', weekly, '2026-11-24T09:01', undefined],
    ['none in the middle of the week', weekly, '2026-11-26T12:00', undefined],
    ['the day, by its wall clock', daily, '2026-11-21T08:00', ['2026-11-20T08:00', '2026-11-21T08:00']],
    ['the day before, until today’s hour', daily, '2026-11-21T07:59', ['2026-11-19T08:00', '2026-11-20T08:00']],
    ['a day of 25 hours when clocks go back', daily, '2026-10-25T08:00', ['2026-10-24T07:00', '2026-10-25T08:00']],
    ['a day of 23 hours when clocks go forward', daily, '2026-03-29T07:00', ['2026-03-28T08:00', '2026-03-29T07:00']],
  ] as const)('%s', (_, settings, now, period) => {
    expect(digestDue(settings, utc(now))).toEqual(
      period === undefined ? undefined : { from: utc(period[0]), until: utc(period[1]) },
    );
  });

  it('has no gap between one period and the next, and no overlap, in any time zone', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
    const clock = fc.constantFrom('00:00', '00:30', '02:30', '12:00', '23:59');
    const start = fc.integer({ min: utc('2024-01-01T00:00'), max: utc('2027-01-01T00:00') });
    fc.assert(
      fc.property(zone, clock, start, (timezone, at, time) => {
        const settings = { every: 'day', day: 'mon', at, timezone } as const;
        const first = digestDue(settings, time);
        expect(first).toBeDefined();
        const next = digestDue(settings, (first?.until ?? 0) + 25.5 * 3600 - 1);
        expect(next?.from).toBe(first?.until);
      }),
      { numRuns: 200 },
    );
  });
});
