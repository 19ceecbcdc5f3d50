import { describe, expect, it } from 'vitest';
import type { Mute, QuietWindow } from '../../shared/alerting/alert-policy.ts';
import { muteSchema, openMute } from '../../shared/alerting/mute.ts';
import { openWindow } from '../../shared/alerting/quiet-window.ts';
import { cronProblem, nextCronTime } from '../../shared/metrics/cron.ts';
import { day, hour, minute, t0 } from './told.ts';
import fc from '../fakes/property.ts';

const facts = { severity: 'HIGH', watch: 'web', entity: 'web-1', labels: { team: 'blue' } } as const;
const at = (iso: string): number => Date.parse(iso) / 1000;
const window = (more: Partial<QuietWindow> = {}): QuietWindow => ({
  name: 'night',
  at: '0 22 * * *',
  for: 8 * hour,
  timezone: 'UTC',
  match: {},
  alert: false,
  learn: true,
  ...more,
});
const isOpen = (given: QuietWindow, now: number): boolean => openWindow([given], facts, now) !== undefined;
/** From when until when it is open within two days of `from`, to the minute. */
function openTimes(given: QuietWindow, from: string): readonly string[] {
  const found: string[] = [];
  let was = isOpen(given, at(from) - minute);
  for (let now = at(from); now < at(from) + 2 * day; now += minute) {
    const is = isOpen(given, now);
    if (is !== was) found.push(`${is ? 'open' : 'shut'} ${new Date(now * 1000).toISOString().slice(8, 16)}`);
    was = is;
  }
  return found;
}

describe('openWindow', () => {
  it.each([
    ['a second before it begins', '2026-11-20T21:59:59Z', false],
    ['when it begins', '2026-11-20T22:00:00Z', true],
    ['a second before it ends', '2026-11-21T05:59:59Z', true],
    ['when it ends', '2026-11-21T06:00:00Z', false],
  ])('%s', (_title, now, open) => expect(isOpen(window(), at(now))).toBe(open));

  it.each([
    ['windows that overlap are open as one', { at: '0 * * * *', for: 90 * minute }, '2026-11-21T00:30Z', true],
    ['a window of seconds is as long as it says', { at: '0 9 * * *', for: 1 }, '2026-11-21T09:00:01Z', false],
    [
      'weekdays are those of the time zone',
      { at: '0 0 * * sun', for: hour, timezone: 'Asia/Tokyo' },
      '2026-11-21T15:10Z',
      true,
    ],
    ['what it is not for is not quiet', { match: { watch: ['db'] } }, '2026-11-20T23:00Z', false],
    ['what it is for is', { match: { labels: { team: ['bl*'] } } }, '2026-11-20T23:00Z', true],
    ['in a window that alerts people are told', { alert: true, learn: false }, '2026-11-20T23:00Z', false],
  ] as const)('%s', (_title, more, now, open) =>
    expect(isOpen(window(more as Partial<QuietWindow>), at(now))).toBe(open),
  );

  it('keeps apart that nobody is told and that nothing is learned', () => {
    const night = at('2026-11-20T23:00Z');
    const load = window({ name: 'load test', alert: true, learn: false });
    expect(openWindow([window(), load], facts, night)?.name).toBe('night');
    expect(openWindow([window(), load], facts, night, 'learn')?.name).toBe('load test');
    const { severity: _severity, ...judged } = facts;
    expect(_severity).toBe('HIGH');
    expect(openWindow([load], judged, night, 'learn')?.name).toBe('load test');
  });

  describe('when the clocks change in Berlin', () => {
    const berlin = (cron: string, length: number): QuietWindow =>
      window({ at: cron, for: length, timezone: 'Europe/Berlin' });
    it.each([
      [
        'a window over the skipped hour is as long as any other',
        '0 1 * * *',
        3 * hour,
        '2026-03-28T12:00Z',
        ['open 29T00:00', 'shut 29T03:00', 'open 29T23:00', 'shut 30T02:00'],
      ],
      [
        'a beginning in the skipped hour comes when the clocks jump',
        '30 2 * * *',
        hour,
        '2026-03-28T12:00Z',
        ['open 29T01:00', 'shut 29T02:00', 'open 30T00:30', 'shut 30T01:30'],
      ],
      [
        'a beginning at the end of the skipped hour is where it is',
        '0 3 * * *',
        hour,
        '2026-03-28T12:00Z',
        ['open 29T01:00', 'shut 29T02:00', 'open 30T01:00', 'shut 30T02:00'],
      ],
      [
        'a window over the doubled hour is as long as any other',
        '0 1 * * *',
        3 * hour,
        '2026-10-24T12:00Z',
        ['open 24T23:00', 'shut 25T02:00', 'open 26T00:00', 'shut 26T03:00'],
      ],
      [
        'a beginning in the doubled hour comes once, the first time',
        '30 2 * * *',
        hour,
        '2026-10-24T12:00Z',
        ['open 25T00:30', 'shut 25T01:30', 'open 26T01:30', 'shut 26T02:30'],
      ],
      [
        'every hour means both of the doubled hours',
        '0 * * * *',
        10 * minute,
        '2026-10-24T23:30Z',
        ['open 25T00:00', 'shut 25T00:10', 'open 25T01:00', 'shut 25T01:10', 'open 25T02:00'],
      ],
    ])('%s', (_title, cron, length, from, times) => {
      expect(openTimes(berlin(cron, length), from).slice(0, times.length)).toEqual(times);
    });
  });

  it('does not mind in which order it is asked: what it remembers is no more than what is so', () => {
    const shared = window({ at: '*/40 3-9 * * mon,sat', for: 25 * minute, timezone: 'America/New_York' });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: at('2026-03-01T00:00Z'), max: at('2026-11-30T00:00Z') }), {
          minLength: 1,
          maxLength: 8,
        }),
        (times) => {
          for (const now of times) expect(isOpen(shared, now)).toBe(isOpen({ ...shared }, now));
        },
      ),
    );
  });
});

describe('cron expressions', () => {
  it.each([
    ['too few fields', '0 22 * *', /five fields/],
    ['seconds', '0 0 22 * * *', /five fields/],
    ['a nickname', '@daily', /five fields/],
    ['a minute that there is not', '61 * * * *', /minute: 61/],
    ['a day that there is not', '0 22 * * foo', /illegal/],
    ['a date that never comes', '0 0 30 2 *', /never/],
    ['a step of nothing', '*/0 * * * *', /step/i],
  ])('%s: says what is wrong', (_title, expression, problem) => {
    expect(cronProblem(expression)).toMatch(problem);
  });

  it.each(['0 22 * * fri', '*/5 * * * *', '0 0 29 2 *', '0 9 * * mon-fri', '30 2 1 * *', '0 22 * * 7'])(
    '%s is fine',
    (expression) => {
      expect(cronProblem(expression)).toBe(undefined);
    },
  );

  it('what is none, or of no time zone, is refused by name', () => {
    expect(() => nextCronTime('nonsense', 'UTC', t0)).toThrow(/"nonsense" is no cron expression/);
    expect(() => nextCronTime('0 9 * * *', 'Mars/Base', t0)).toThrow(/unknown time zone "Mars\/Base"/);
    expect(nextCronTime('0 0 30 2 *', 'UTC', t0)).toBe(undefined);
  });

  it('comes after the time that is asked for, never at it', () => {
    expect(nextCronTime('0 9 * * *', 'UTC', t0)).toBe(t0 + day);
    expect(nextCronTime('0 9 * * *', 'UTC', t0 - 1)).toBe(t0);
  });
});

describe('openMute', () => {
  const mute: Mute = {
    version: 1,
    id: 'm1',
    why: 'deployment',
    by: 'ci',
    from: t0,
    until: t0 + hour,
    match: { watch: ['web'] },
  };
  it.each([
    ['not before it begins', t0 - 1, {}, false],
    ['from its beginning on', t0, {}, true],
    ['no more at its end', t0 + hour, {}, false],
    ['not for what it is not for', t0, { match: { watch: ['db'] } }, false],
    ['for everything, where it names nothing', t0, { match: {} }, true],
  ] as const)('holds %s', (_title, now, more, open) => {
    expect(openMute([{ ...mute, ...(more as Partial<Mute>) }], facts, now)).toEqual(
      open ? { ...mute, ...more } : undefined,
    );
  });

  it('is stored as it is, and nothing else is taken for one', () => {
    expect(muteSchema.parse(JSON.parse(JSON.stringify(mute)))).toEqual(mute);
    expect(muteSchema.safeParse({ ...mute, until: 'tomorrow' }).success).toBe(false);
    expect(muteSchema.safeParse({ ...mute, match: { watch: [] } }).success).toBe(false);
  });
});
