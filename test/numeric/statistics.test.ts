import { describe, expect, it } from 'vitest';
import { mean, median, quantile } from '../../shared/numeric/statistics.ts';
import fc from '../fakes/property.ts';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });

describe('statistics', () => {
  // numpy: np.mean, np.median, np.quantile of [3, 1, 4, 1, 5, 9, 2, 6]
  it('agree with numpy', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    expect(mean(values)).toBe(3.875);
    expect(median(values)).toBe(3.5);
    expect(quantile(values, 0.9)).toBeCloseTo(6.9, 12);
  });

  it('find quantiles between the extremes, never falling as the share rises, and touch nothing', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const before = [...values];
        const found = quantile(values, share);
        expect(found).toBeGreaterThanOrEqual(Math.min(...values));
        expect(found).toBeLessThanOrEqual(Math.max(...values));
        expect(quantile(values, share / 2)).toBeLessThanOrEqual(found + 1e-9 * Math.abs(found));
        expect(values).toEqual(before);
      }),
    );
  });

  it('are NaN of nothing', () => {
    expect([mean([]), median([])]).toEqual([NaN, NaN]);
  });

  it.each([-0.1, 1.1, NaN])('refuse the share %s', (share) => {
    expect(() => quantile([1], share)).toThrow(/share is/);
  });
});
