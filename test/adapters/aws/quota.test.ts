import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Quota } from '../../../shared/adapters/aws/quota.ts';

describe('our share of the quota', () => {
  const start = 1_794_000_000;
  beforeEach(() => void vi.useFakeTimers({ now: start * 1000, toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());
  const clock = { now: () => Date.now() / 1000 };

  /** How long calls take that come as fast as they may. */
  const elapsed = async (run: () => Promise<void>): Promise<number> => {
    const before = performance.now();
    await run();
    return (performance.now() - before) / 1000;
  };

  it('lets one second of it pass at once', async () => {
    const quota = new Quota(0.2, clock);
    expect(
      await elapsed(async () => {
        for (let call = 0; call < 10; call++) await quota.get(1, start);
      }),
    ).toBeLessThan(0.1);
  });

  it('makes the next call wait, and no longer than the debt lasts', async () => {
    const quota = new Quota(0.2, clock);
    await quota.get(36_000, start);
    const wait = await elapsed(() => quota.get(7_200, start));
    expect(wait).toBeGreaterThan(0.15);
    expect(wait).toBeLessThan(1);
  });

  it('counts old points against a larger quota than recent ones', async () => {
    const quota = new Quota(0.2, clock);
    expect(await elapsed(() => quota.get(79_000, start - 4 * 3600))).toBeLessThan(0.1);
    expect(await elapsed(() => quota.get(36_000 + 7_200, start - 600))).toBeGreaterThan(0.15);
  });

  it('comes back with time, up to one second of it', async () => {
    const quota = new Quota(0.2, clock);
    await quota.get(36_000, start);
    vi.setSystemTime((start + 60) * 1000);
    expect(await elapsed(() => quota.get(36_000, start + 60))).toBeLessThan(0.1);
    expect(await elapsed(() => quota.get(7_200, start + 60))).toBeGreaterThan(0.15);
  });

  it.each([0, -1, 1.5, NaN])('refuses a share of %s', (share) => {
    expect(() => new Quota(share, clock)).toThrow('give a number above 0 and at most 1');
  });
});
