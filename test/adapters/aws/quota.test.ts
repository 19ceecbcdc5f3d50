import { beforeEach, describe, expect, it } from 'vitest';
import { Quota } from '../../../shared/adapters/aws/quota.ts';

describe('our share of the quota', () => {
  const start = 1_794_000_000;
  const clock = { time: start, now: () => clock.time };
  let waited: number[] = [];
  beforeEach(() => {
    clock.time = start;
    waited = [];
  });

  /** What a call waited for is recorded, and time does not pass. */
  const fifth = () =>
    new Quota(0.2, clock, (seconds) => {
      waited.push(seconds);
      return Promise.resolve();
    });

  it('lets one second of it pass at once', async () => {
    const quota = fifth();
    for (let call = 0; call < 10; call++) await quota.get(1, start);
    expect(waited).toEqual([]);
    await quota.get(1, start);
    expect(waited).toEqual([0.1]);
  });

  it('lets a fifth of 25 lists a second pass, then one every fifth of a second', async () => {
    const quota = fifth();
    for (let call = 0; call < 7; call++) await quota.list();
    expect(waited).toEqual([0.2, 0.4]);
  });

  it('makes the next call wait, and no longer than the debt lasts', async () => {
    const quota = fifth();
    await quota.get(36_000, start);
    await quota.get(7_200, start);
    expect(waited).toEqual([0.2]);
  });

  it('counts old points against a larger quota than recent ones', async () => {
    const quota = fifth();
    await quota.get(79_000, start - 4 * 3600);
    expect(waited).toEqual([]);
    await quota.get(36_000 + 7_200, start - 600);
    expect(waited).toEqual([0.2]);
  });

  it('comes back with time, up to one second of it', async () => {
    const quota = fifth();
    await quota.get(36_000, start);
    clock.time = start + 60;
    await quota.get(36_000, start + 60);
    expect(waited).toEqual([]);
    await quota.get(7_200, start + 60);
    expect(waited).toEqual([0.2]);
  });

  it('really waits where nobody hands in a clock of their own', async () => {
    const quota = new Quota(1, { now: () => start });
    const order: string[] = [];
    for (let call = 0; call < 50; call++) await quota.get(1, start);
    const paying = quota.get(1, start).then(() => order.push('paid'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('meanwhile');
    await paying;
    expect(order).toEqual(['meanwhile', 'paid']);
  });

  it.each([0, -1, 1.5, NaN])('refuses a share of %s', (share) => {
    expect(() => new Quota(share, clock)).toThrow('give a number above 0 and at most 1');
  });
});
