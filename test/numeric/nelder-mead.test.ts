import { describe, expect, it } from 'vitest';
import { nelderMead } from '../../shared/numeric/nelder-mead.ts';
import fc from '../fakes/property.ts';

const square = { from: -5, to: 5, start: 4 };

describe('a minimum within bounds', () => {
  it('is found on a bent valley (Rosenbrock)', () => {
    const found = nelderMead(([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, [square, square], 800, 1e-14);
    expect(found.at[0]).toBeCloseTo(1, 3);
    expect(found.at[1]).toBeCloseTo(1, 3);
  });

  it('lies on the bound where the function falls beyond it', () => {
    const found = nelderMead(([x, y]) => x + y * y, [square, square], 400, 1e-12);
    expect(found.at[0]).toBeCloseTo(-5, 6);
    expect(found.at[1]).toBeCloseTo(0, 3);
  });

  it('is never worse than the start, never outside, and costs no more than it may, whatever the function', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.integer({ min: 1, max: 60 }), (start, most) => {
        let asked = 0;
        const jagged = ([x, y]: Float64Array): number => {
          asked++;
          return Math.sin(13 * x) * Math.cos(7 * y) + (x > 3 ? NaN : 0);
        };
        const begin = Math.sin(13 * start) * Math.cos(7 * start);
        const found = nelderMead(
          jagged,
          [
            { ...square, start },
            { ...square, start },
          ],
          most,
          1e-9,
        );
        expect(found.value).toBeLessThanOrEqual(start > 3 ? Infinity : begin);
        expect(found.at.every((value) => value >= -5 && value <= 5)).toBe(true);
        expect(asked).toBeLessThanOrEqual(Math.max(most, 3) + 4);
      }),
    );
  });

  it.each([
    ['no parameter', [], /at least one/],
    ['no room', [{ from: 1, to: 1, start: 1 }], /Parameter 0/],
    ['a start outside', [square, { from: 0, to: 1, start: 2 }], /Parameter 1 begins at 2/],
  ])('is not searched with %s', (_, bounds, words) => {
    expect(() => nelderMead(() => 0, bounds, 10, 1e-6)).toThrow(words);
  });
});
