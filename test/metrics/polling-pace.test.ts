import { describe, expect, it } from 'vitest';
import { countAsked } from '../../shared/metrics/asked-metrics.ts';
import { billingMonth } from '../../shared/metrics/billing-month.ts';
import {
  isPullDue,
  isReadingDue,
  lateAfter,
  levelAt,
  type Pace,
  type PaceFacts,
  type PaceLevel,
  pullInterval,
  readMeter,
  wantedLevel,
} from '../../shared/metrics/polling-pace.ts';
import fc from '../fakes/property.ts';

const at = (iso: string): number => Date.parse(iso) / 1000;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** A deployment that asks for so many metrics at each pull, at a cent a thousand. */
class Account {
  pace: Pace | undefined;
  billed = 0;
  past = 0;
  metrics = 1000;
  askedAgain = 1;
  limit: number | null = null;
  rest = 0;
  settings = 'a';
  readonly every: number;
  readonly pulls: number[] = [];
  readonly shares: number[] = [];
  #month = '';

  constructor(every = 300) {
    this.every = every;
  }

  /** Reads the meter where that is due, and pulls where that is due, at each tick. */
  run(from: number, to: number): void {
    for (let tick = from; tick < to; tick += this.every) {
      const month = billingMonth(tick).name;
      if (month !== this.#month) [this.billed, this.past, this.#month] = [0, 0, month];
      if (isReadingDue(this.pace, tick, this.settings)) {
        const { pace, window } = readMeter(this.pace, this.facts(tick));
        this.pace = pace;
        if (typeof window?.share === 'number') this.shares.push(window.share);
      }
      if (!isPullDue(tick, this.every, levelAt(this.pace, tick))) continue;
      this.pulls.push(tick);
      this.billed += this.metrics * this.askedAgain * 1e-5;
    }
  }

  facts(tick: number): PaceFacts {
    const rate = (metrics: number) => (level: PaceLevel) => (metrics * 1e-5) / pullInterval(this.every, level);
    const each = (of: (level: PaceLevel) => number) => [of(0), of(1), of(2)] as const;
    return {
      at: tick,
      countedTo: tick,
      billed: this.billed,
      past: this.past,
      asking: each(rate(this.metrics * this.askedAgain)),
      expecting: each(rate(this.metrics)),
      rest: this.rest,
      limit: this.limit,
      settings: this.settings,
      metrics: { w: this.billed * 1e5 },
    };
  }

  get level(): PaceLevel {
    return this.pace?.levels.at(-1)?.level ?? 0;
  }
}

describe('a month as it is billed', () => {
  it.each([
    ['February of a leap year has 29 days', '2028-02-29T23:59:59Z', '2028-02', 29],
    ['February of another year has 28', '2026-02-01T00:00:00Z', '2026-02', 28],
    ['April has 30', '2026-04-30T12:00:00Z', '2026-04', 30],
    ['December has 31, and ends with the year', '2026-12-31T23:59:59Z', '2026-12', 31],
  ])('%s', (_, time, name, days) => {
    const month = billingMonth(at(time));
    expect(month.name).toBe(name);
    expect((month.to - month.from) / DAY).toBe(days);
    expect(month.from <= at(time) && at(time) < month.to).toBe(true);
  });

  it('ends where the next one begins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (time) => {
        const month = billingMonth(time);
        expect(billingMonth(month.to).from).toBe(month.to);
        expect(billingMonth(month.to - 1).name).toBe(month.name);
      }),
    );
  });
});

describe('what ticks were billed', () => {
  const november = at('2026-11-30T23:55:00Z');

  it('adds up within a month, and begins anew in the next', () => {
    const one = countAsked(null, november - 300, [100]);
    const two = countAsked(one, november, [100, 40]);
    expect(two).toMatchObject({ month: '2026-11', metrics: 240 });
    expect(countAsked(two, november + 300, [100])).toMatchObject({ month: '2026-12', metrics: 100 });
  });

  it('has a mean that follows what a pull is billed, and forgets what was once asked twice', () => {
    let asked = countAsked(null, 0, [100]);
    asked = countAsked(asked, 300, [200]);
    expect(asked.perPull).toBe(112.5);
    for (let k = 0; k < 60; k++) asked = countAsked(asked, 600 + k, [100]);
    expect(asked.perPull).toBeCloseTo(100, 1);
  });
});

describe('the meter', () => {
  const start = at('2026-11-01T00:00:00Z');

  it('projects what was billed and the present rate for the rest of the month, and the rest of the bill', () => {
    const account = new Account();
    account.rest = 10 / (30 * DAY);
    account.run(start, start + 10 * DAY);
    expect(account.pace?.projected).toBeCloseTo(86.4 + 10, 1);
    expect(account.pace?.expected).toBeCloseTo(account.pace?.billed ?? 0, 1);
  });

  it('projects the same on the first day as on the last, and of a deployment only what is left of its month', () => {
    const account = new Account();
    account.run(start, start + HOUR + 300);
    expect(account.pace?.projected).toBeCloseTo(86.4, 0);
    const late = new Account();
    late.rest = 10 / (30 * DAY);
    late.run(start + 20 * DAY, start + 21 * DAY);
    expect(late.pace?.projected).toBeCloseTo((86.4 + 10) / 3, 0);
  });

  it('does not take the past, which is fetched once, for the rate of the month', () => {
    const account = new Account();
    account.run(start, start + HOUR);
    account.billed += 0.6;
    account.past += 0.6;
    account.run(start + HOUR, start + DAY);
    expect(account.pace?.projected).toBeCloseTo(86.4 + 0.6, 1);
    expect(account.pace?.expected).toBeCloseTo(account.pace?.billed ?? 0, 1);
  });

  it('reads anew where settings have changed, by what they are now', () => {
    const account = new Account();
    account.run(start, start + HOUR + 300);
    account.metrics = 2000;
    account.settings = 'b';
    account.run(start + HOUR + 300, start + HOUR + 600);
    expect(account.pace?.projected).toBeCloseTo(2 * 86.4, 0);
  });

  it('is read once an hour, and never where time goes back', () => {
    const account = new Account();
    account.run(start, start + 300);
    const { pace } = account;
    expect(isReadingDue(undefined, start, 'a')).toBe(true);
    expect(isReadingDue(pace, start, 'a')).toBe(false);
    expect(isReadingDue(pace, start + 3599, 'a')).toBe(false);
    expect(isReadingDue(pace, start + 3600, 'a')).toBe(true);
    expect(isReadingDue(pace, start - 86_400, 'a')).toBe(false);
    expect(isReadingDue(pace, start - 1, 'b')).toBe(false);
  });

  it('compares what was billed with what was to be expected every six hours', () => {
    const account = new Account();
    account.run(start, start + DAY);
    expect(account.shares).toHaveLength(3);
    for (const share of account.shares) expect(share).toBeCloseTo(1, 2);
    account.askedAgain = 1.5;
    account.run(start + DAY, start + 2 * DAY);
    expect(account.shares.slice(4)).toEqual([1, 2, 3].map(() => expect.closeTo(1.5, 1) as number));
  });

  it('takes a pace that was changed within the six hours for no sign that too much is asked', () => {
    for (const hour of [1, 2, 3, 4, 5]) {
      const account = new Account();
      account.run(start, start + DAY + hour * HOUR);
      account.limit = 20;
      account.run(start + DAY + hour * HOUR, start + 2 * DAY);
      account.limit = null;
      account.run(start + 2 * DAY, start + 3 * DAY);
      expect(new Set(account.pulls.map((tick, k) => tick - (account.pulls[k - 1] ?? tick)))).toContain(3600);
      for (const share of account.shares) expect(share).toBeCloseTo(1, 0.7);
    }
  });
});

describe('the pace', () => {
  const start = at('2026-11-01T00:00:00Z');

  it('is as asked without a limit, and within one', () => {
    const account = new Account();
    account.run(start, start + 3 * DAY);
    account.limit = 100;
    account.settings = 'b';
    account.run(start + 3 * DAY, start + 6 * DAY);
    expect(account.pulls).toHaveLength(6 * 288);
    expect(account.pace?.since).toBeNull();
  });

  it('is stretched to 15 minutes from the next full hour on, then to 60 where that is not enough, and no further', () => {
    const account = new Account();
    account.limit = 20;
    account.run(start, start + DAY);
    const gaps = account.pulls.map((tick, k) => tick - (account.pulls[k - 1] ?? tick - 300));
    // Nothing at all was known of it before the first reading.
    expect(gaps.slice(0, 12).every((gap) => gap === 300)).toBe(true);
    expect(account.pulls[12]).toBe(start + HOUR);
    expect(gaps.slice(13, 17)).toEqual([900, 900, 900, 900]);
    expect(new Set(gaps.slice(17))).toEqual(new Set([3600]));
    expect(account.pace?.since).toBe(start + HOUR);
  });

  it('goes back to 5 minutes when the month fits again with some room, and does not flap', () => {
    const account = new Account();
    account.limit = 80;
    account.run(start, start + 30 * DAY);
    const levels = account.pulls.map((tick, k) => tick - (account.pulls[k - 1] ?? tick - 300));
    const changes = levels.filter((gap, k) => k > 0 && gap !== levels[k - 1]).length;
    expect(new Set(levels)).toEqual(new Set([300, 900]));
    expect(changes).toBe(2);
    expect(levels.at(-1)).toBe(300);
    expect(account.billed).toBeLessThanOrEqual(80);
  });

  it('is as asked at the beginning of a month, whatever was before', () => {
    const account = new Account();
    account.limit = 1;
    account.run(start, start + 31 * DAY);
    const ticks = account.pulls.filter((tick) => tick >= start + 30 * DAY);
    // From the first of December: an hour of five minutes, then 15, then 60.
    expect(ticks.slice(0, 12).map((tick) => tick - start - 30 * DAY)).toEqual(
      Array.from({ length: 12 }, (_, k) => k * 300).slice(0, 12),
    );
    expect(ticks.at(-1)).toBe(start + 31 * DAY - HOUR);
  });

  it('is quick again at once where the limit is taken away', () => {
    const account = new Account();
    account.limit = 1;
    account.run(start, start + DAY);
    expect(account.level).toBe(2);
    account.limit = null;
    account.settings = 'b';
    account.run(start + DAY + 300, start + DAY + HOUR);
    expect(account.level).toBe(0);
    expect(account.pulls.slice(-11)).toEqual(Array.from({ length: 11 }, (_, k) => start + DAY + 300 + k * 300));
  });

  it('leaves a watch that asks more rarely as it is', () => {
    const account = new Account(7200);
    account.limit = 0.01;
    account.run(start, start + 2 * DAY);
    expect(account.level).toBe(2);
    expect(account.pulls).toHaveLength(24);
  });

  it.each([80, 20])('calls nothing late because of it, at no tick of a month of $%i', (limit) => {
    const account = new Account();
    account.limit = limit;
    const late: number[] = [];
    const seen = new Set<PaceLevel>();
    for (let tick = start; tick < start + 30 * DAY; tick += 300) {
      const last = account.pulls.at(-1) ?? tick;
      account.run(tick, tick + 300);
      seen.add(levelAt(account.pace, tick));
      if (tick - last >= lateAfter(account.pace, 300, tick)) late.push(tick);
    }
    expect(late).toEqual([]);
    expect(seen.size).toBe(limit === 80 ? 2 : 3);
    account.limit = null;
    account.settings = 'b';
    account.run(start + 30 * DAY, start + 31 * DAY);
    expect(lateAfter(account.pace, 300, start + 31 * DAY)).toBe(900);
    expect(lateAfter(undefined, 300, start)).toBe(900);
  });
});

describe('the law of the pace', () => {
  const rate = fc.double({ min: 0, max: 1e-3, noNaN: true });
  const facts = fc.record({
    at: fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2029-01-01T00:00:00Z') }),
    back: fc.integer({ min: -40 * DAY, max: 40 * DAY }),
    billed: fc.double({ min: 0, max: 1000, noNaN: true }),
    past: fc.double({ min: 0, max: 100, noNaN: true }),
    quick: rate,
    expecting: rate,
    rest: rate,
    limit: fc.option(fc.double({ min: 0.01, max: 1000, noNaN: true })),
  });
  type Drawn = typeof facts extends fc.Arbitrary<infer T> ? T : never;
  const factsOf = ({ quick, expecting, ...one }: Drawn): PaceFacts => ({
    ...one,
    countedTo: one.at,
    asking: [quick, quick / 3, quick / 12],
    expecting: [expecting, expecting / 3, expecting / 12],
    settings: String(one.limit),
    metrics: { w: one.billed },
  });

  it('holds after any readings: nothing negative, levels in order, one step at a time, as asked without a limit', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 12 }), (drawn) => {
        let pace: Pace | undefined;
        let now = drawn[0].at;
        for (const one of drawn) {
          now += one.back;
          const given = factsOf({ ...one, at: now });
          if (!isReadingDue(pace, now, given.settings)) continue;
          const before = levelAt(pace, now);
          const isNewMonth = pace !== undefined && pace.month !== billingMonth(now).name;
          pace = readMeter(pace, given).pace;
          const after = pace.levels.at(-1)?.level ?? 0;
          for (const value of [pace.projected, pace.projectedAsItIs, pace.expected, pace.billed])
            expect(value).toBeGreaterThanOrEqual(0);
          expect(pace.levels.map(({ from }) => from)).toEqual(
            [...pace.levels.map(({ from }) => from)].sort((a, b) => a - b),
          );
          expect(pace.levels.length).toBeLessThanOrEqual(4);
          if (isNewMonth || given.limit === null) expect(levelAt(pace, now)).toBe(0);
          else expect(Math.abs(after - before)).toBeLessThanOrEqual(1);
          expect(pace.since === null).toBe(after === 0);
        }
      }),
    );
  });

  it('stretches no less where the month would cost more', () => {
    const level = fc.constantFrom<PaceLevel>(0, 1, 2);
    const dollars = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(level, dollars, dollars, dollars, dollars, (now, a, b, c, more) => {
        const [quick, slow, slowest] = [a + b + c, b + c, c];
        const least = wantedLevel(now, [quick, slow, slowest], 100);
        const most = wantedLevel(now, [quick + more, slow + more, slowest + more], 100);
        expect(most).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  it('settles: with rates that stay, it goes up, then down, and changes no more within the month', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 5000 }), fc.integer({ min: 5, max: 400 }), (metrics, limit) => {
        const account = new Account(900);
        account.metrics = metrics;
        account.limit = limit;
        const start = at('2026-02-01T00:00:00Z');
        const seen: PaceLevel[] = [];
        for (let day = 0; day < 28; day++) {
          account.run(start + day * DAY, start + (day + 1) * DAY);
          if (seen.at(-1) !== account.level) seen.push(account.level);
        }
        const top = Math.max(...seen);
        const up = seen.slice(0, seen.indexOf(top as PaceLevel) + 1);
        const down = seen.slice(seen.indexOf(top as PaceLevel));
        expect(up).toEqual([...up].sort((a, b) => a - b));
        expect(down).toEqual([...down].sort((a, b) => b - a));
      }),
      { numRuns: 30 },
    );
  });

  it('pulls at every interval at least once, whatever the interval of the ticks', () => {
    const every = fc.integer({ min: 30, max: 4000 });
    const level = fc.constantFrom<PaceLevel>(0, 1, 2);
    fc.assert(
      fc.property(every, level, fc.integer({ min: 0, max: 3600 }), (seconds, now, phase) => {
        let last: number | undefined;
        for (let tick = phase; tick < 40_000; tick += seconds) {
          if (!isPullDue(tick, seconds, now)) continue;
          if (last !== undefined) expect(tick - last).toBeLessThan(pullInterval(seconds, now) + seconds);
          last = tick;
        }
        expect(last).toBeDefined();
      }),
    );
  });
});
