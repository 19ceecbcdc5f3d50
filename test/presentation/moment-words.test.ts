import { describe, expect, it } from 'vitest';
import { momentWords, sinceWords } from '../../shared/presentation/moment-words.ts';
import fc from '../fakes/property.ts';

const at = (iso: string): number => Date.parse(iso) / 1000;

describe('a moment', () => {
  it.each([
    ['of today is a time', '2026-11-21T09:30Z', '2026-11-21T23:00Z', 'UTC', '09:30 UTC'],
    ['of another day has its date', '2026-11-20T23:10Z', '2026-11-21T00:10Z', 'UTC', 'Nov 20, 23:10 UTC'],
    [
      'is said in a time zone, with its distance',
      '2026-11-21T09:30Z',
      '2026-11-21T10:00Z',
      'Europe/Berlin',
      '10:30 UTC+1',
    ],
    ['in summer is an hour ahead of that', '2026-07-21T09:30Z', '2026-07-21T10:00Z', 'Europe/Berlin', '11:30 UTC+2'],
    ['west of Greenwich is behind', '2026-11-21T09:30Z', '2026-11-21T10:00Z', 'America/St_Johns', '06:00 UTC-3:30'],
    ['where the zone is that of Greenwich', '2026-11-21T09:30Z', '2026-11-21T10:00Z', 'Europe/London', '09:30 UTC'],
    ['of today there, though not here', '2026-11-20T23:30Z', '2026-11-21T00:10Z', 'Europe/Berlin', '00:30 UTC+1'],
    [
      'of yesterday there, though not here',
      '2026-11-21T01:00Z',
      '2026-11-21T09:00Z',
      'America/New_York',
      'Nov 20, 20:00 UTC-5',
    ],
  ])('%s', (_, moment, now, timezone, words) => {
    expect(momentWords(at(moment), at(now), timezone)).toBe(words);
  });

  it.each([Number.NaN, Infinity, 8.64e12, -8.64e12])('that is none is not said: %s', (seconds) => {
    expect(momentWords(seconds, 0, 'Pacific/Kiritimati')).toBe('an unknown time');
  });

  it('that is named in a zone nobody knows says what to write', () => {
    expect(() => momentWords(0, 0, 'Mars')).toThrow(/write an IANA name/);
  });

  it('never throws for a time, whatever it is', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Apia', 'America/St_Johns');
    // Times of our days, and whatever else a number can be.
    const time = fc.oneof(fc.integer({ min: -1e10, max: 1e10 }), fc.double());
    const words = /^(?:an unknown time|(?:\w+ \d+, )?\d\d:\d\d UTC\S*)$/;
    fc.assert(
      fc.property(time, time, zone, (seconds, now, timezone) => {
        expect(momentWords(seconds, now, timezone)).toMatch(words);
      }),
    );
  });
});

describe('a stretch of time', () => {
  const [from, to] = [at('2026-03-29T00:30Z'), at('2026-03-29T01:30Z')];
  it.each([
    ['says its zone once', from, to, 'UTC', 'from 00:30 to 01:30 UTC (60 minutes)'],
    [
      'over which the clocks change says both',
      from,
      to,
      'Europe/Berlin',
      'from 01:30 UTC+1 to 03:30 UTC+2 (60 minutes)',
    ],
    ['that goes on says since when', from, undefined, 'Asia/Kolkata', 'since 06:00 UTC+5:30 (60 minutes)'],
    [
      'of two days says both, each with its zone',
      at('2026-03-27T23:00Z'),
      to,
      'UTC',
      'from Mar 27, 23:00 UTC to 01:30 UTC (27 hours)',
    ],
  ])('%s', (_, since, until, timezone, words) => {
    expect(sinceWords(since, to, until, timezone)).toBe(words);
  });
});
