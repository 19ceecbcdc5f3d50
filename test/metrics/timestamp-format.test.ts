import { describe, expect, it } from 'vitest';
import { timestampFormat } from '../../shared/metrics/timestamp-format.ts';
import fc from '../fakes/property.ts';

const noon = Date.parse('2026-11-21T09:05:00Z') / 1000;
const readAll = (stamps: readonly string[], timezone?: string) => {
  const format = timestampFormat(stamps, timezone);
  return { name: format?.name, note: format?.note, times: stamps.map((stamp) => format?.read(stamp)) };
};

describe('a timestamp', () => {
  it.each([
    ['ISO with Z', '2026-11-21T09:05:00Z', noon],
    ['ISO with a small z', '2026-11-21t09:05:00z', noon],
    ['ISO with an offset', '2026-11-21T10:05:00+01:00', noon],
    ['ISO with an offset without colon', '2026-11-21T04:05:00-0500', noon],
    ['ISO with an offset in hours', '2026-11-21T10:05:00+01', noon],
    ['ISO with milliseconds', '2026-11-21T09:05:00.250Z', noon + 0.25],
    ['ISO with nanoseconds', '2026-11-21T09:05:00.250000000Z', noon + 0.25],
    ['ISO with a comma before the fraction', '2026-11-21 09:05:00,250', noon + 0.25],
    ['ISO with the zone’s name behind', '2026-11-21T10:05:00+01:00[Europe/Berlin]', noon],
    ['naive', '2026-11-21 09:05:00', noon],
    ['naive with T', '2026-11-21T09:05:00', noon],
    ['without seconds', '2026-11-21 09:05', noon],
    ['with UTC behind', '2026-11-21 09:05:00 UTC', noon],
    ['with slashes', '2026/11/21 09:05:00', noon],
    ['with dots', '2026.11.21 09:05', noon],
    ['with single digits', '2026-11-21 9:05', noon],
    ['a day alone', '2026-11-21', Date.parse('2026-11-21') / 1000],
    ['basic form', '20261121T090500Z', noon],
    ['fourteen digits', '20261121090500', noon],
    ['twelve digits', '202611210905', noon],
    ['eight digits', '20261121', Date.parse('2026-11-21') / 1000],
    ['epoch seconds', '1795251900', 1_795_251_900],
    ['epoch seconds with a fraction', '1795251900.5', 1_795_251_900.5],
    ['epoch seconds as a spreadsheet writes them', '1.7952519E9', 1_795_251_900],
    ['epoch milliseconds', '1795251900000', 1_795_251_900],
    ['epoch microseconds', '1795251900000000', 1_795_251_900],
    ['epoch nanoseconds', '1795251900000000000', 1_795_251_900],
    ['month first', '11/21/2026 09:05', noon],
    ['month first, 12 h clock', '11/21/2026 9:05:00 AM', noon],
    ['month first, with a comma', '11/21/2026, 9:05:00 AM', noon],
    ['day first', '21/11/2026 09:05:00', noon],
    ['day first with dots', '21.11.2026 09:05', noon],
    ['day first with hyphens', '21-11-2026 09:05', noon],
    ['a year of two digits', '21.11.26 09:05', noon],
    ['a month’s name', '21-Nov-2026 09:05:00', noon],
    ['a month’s name in front', 'Nov 21, 2026 09:05', noon],
    ['as a web server logs', '21/Nov/2026:09:05:00 +0000', noon],
    ['the end of a day', '2026-11-20T24:00:00Z', Date.parse('2026-11-21') / 1000],
    ['a leap second', '2016-12-31T23:59:60Z', Date.parse('2017-01-01') / 1000],
    ['a leap day', '2024-02-29 00:00:00', Date.parse('2024-02-29') / 1000],
    ['before the epoch', '1969-12-31T23:59:59Z', -1],
    ['noon on a 12 h clock', '11/21/2026 12:00 PM', noon + 10_500],
    ['midnight on a 12 h clock', '11/21/2026 12:00 AM', Date.parse('2026-11-21') / 1000],
  ])('%s: %s', (_title, stamp, time) => {
    expect(readAll([stamp]).times).toEqual([time]);
  });

  it.each([
    ['of no kind', 'yesterday'],
    ['with a month too many', '2026-13-01 00:00:00'],
    ['of a day that month does not have', '2026-02-30 00:00:00'],
    ['of a leap day in another year', '2025-02-29'],
    ['with an hour too many', '2026-11-21 25:00:00'],
    ['with a minute too many', '2026-11-21 09:60:00'],
    ['thirteen o’clock in the morning', '11/21/2026 13:00 AM'],
    ['with mixed separators', '2026-11/21 09:05'],
    ['with something behind', '2026-11-21 09:05:00 and more'],
    ['that is a number too large for any unit', '1'.repeat(25)],
    ['that is empty', '  '],
    ['longer than any', `2026-11-21 09:05${' '.repeat(1_000_000)}x`],
  ])('%s is none', (_title, stamp) => {
    expect(timestampFormat([stamp])).toBeUndefined();
    expect(timestampFormat(['2026-11-21 09:05:00', '2026-11-21 09:10:00'])?.read(stamp)).toBeNaN();
  });

  it('without a zone is meant where the settings say', () => {
    expect(readAll(['2026-11-21 10:05:00'], 'Europe/Berlin').times).toEqual([noon]);
    expect(readAll(['2026-07-21 11:05:00'], 'Europe/Berlin').times).toEqual([Date.parse('2026-07-21T09:05Z') / 1000]);
    expect(readAll(['2026-11-21T09:05:00Z'], 'Europe/Berlin').times).toEqual([noon]);
  });
});

describe('a column of timestamps', () => {
  it.each([
    ['month first, shown by a value', ['01/02/2026', '01/13/2026'], 'month/day/year', undefined],
    ['day first, shown by a value', ['01/02/2026', '13/02/2026'], 'day/month/year', undefined],
    ['day first, shown by its order', ['01/02/2026', '02/02/2026', '03/02/2026'], 'day/month/year', /less evenly/],
    ['month first, shown by its order', ['01/02/2026', '01/03/2026', '01/04/2026'], 'month/day/year', /less evenly/],
    [
      'shown by nothing: slashes are month first',
      ['01/02/2026 10:00', '01/02/2026 11:00'],
      'month/day/year',
      /possible too/,
    ],
    [
      'shown by nothing: dots are day first',
      ['01.02.2026 10:00', '01.02.2026 11:00'],
      'day/month/year',
      /possible too/,
    ],
    ['with names there is nothing to decide', ['01-Feb-2026', '02-Feb-2026'], 'day/month/year', undefined],
    ['of small numbers is in seconds', ['0', '300', '600'], 'epoch seconds', undefined],
    ['of small and large numbers has one unit', ['0', '1795251900000'], 'epoch milliseconds', undefined],
    ['with some that are none', ['x', '2026-11-21', '2026-11-22'], 'year-month-day', undefined],
  ])('%s', (_title, stamps, name, note) => {
    const read = readAll(stamps);
    expect(read.name).toBe(name);
    if (note === undefined) expect(read.note).toBeUndefined();
    else expect(read.note).toMatch(note);
  });

  it.each([
    ['mostly text', ['a', 'b', '2026-11-21']],
    ['only gaps', ['', ' ']],
    ['nothing', []],
  ])('%s is none', (_title, stamps) => {
    expect(timestampFormat(stamps)).toBeUndefined();
  });

  it('is read as the platform reads ISO, at any time', () => {
    const times = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), (dates) => {
        const expected = dates.map((date) => date.getTime() / 1000);
        const written = (write: (iso: string) => string) => dates.map((date) => write(date.toISOString()));
        expect(readAll(written((iso) => iso)).times).toEqual(expected);
        expect(readAll(written((iso) => iso.slice(0, 19).replace('T', ' '))).times).toEqual(expected);
        expect(readAll(written((iso) => `${iso.slice(0, 19)}Z`)).times).toEqual(expected);
        expect(readAll(written((iso) => iso.slice(0, 19).replace(/[-:T]/g, ''))).times).toEqual(expected);
        expect(readAll(written((iso) => iso.replace(/(\d+)-(\d+)-(\d+)T(.{8}).*/, '$3.$2.$1 $4'))).name).toMatch(
          /year/,
        );
      }),
    );
  });
});
