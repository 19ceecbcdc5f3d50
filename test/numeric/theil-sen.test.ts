import { describe, expect, it } from 'vitest';
import { theilSen } from '../../shared/numeric/theil-sen.ts';
import reference from '../fixtures/forecasters/classical.json' with { type: 'json' };

describe('the line of Theil and Sen', () => {
  it.each(reference.theilSen.map((one) => [one.x.length, one] as const))('agrees with scipy on %i points', (_, one) => {
    const line = theilSen(one.x, one.y);
    for (const part of ['slope', 'intercept', 'low', 'high'] as const) expect(line?.[part]).toBeCloseTo(one[part], 10);
  });

  it('is not moved by a wild point, and has no width through points on a line', () => {
    const x = Array.from({ length: 20 }, (_, at) => at);
    const line = theilSen(
      x,
      x.map((at) => (at === 7 ? 1e9 : 2 * at + 1)),
    );
    expect(line).toMatchObject({ slope: 2, low: 2, high: 2 });
  });

  it('is none through no points, or points above each other', () => {
    expect(theilSen([], [])).toBeUndefined();
    expect(theilSen([1, 1], [3, 4])).toBeUndefined();
  });

  it('refuses places and values of different number', () => {
    expect(() => theilSen([1, 2], [1])).toThrow(/2 places and 1 values/);
  });
});
