import { describe, expect, it } from 'vitest';
import { pushValue, windowStatistics } from '../../shared/features/windows.ts';
import fc from '../fakes/property.ts';

describe('rolling statistics', () => {
  it.each([
    ['three values', [1, 2, 6], 3, 3, Math.sqrt(14 / 3)],
    ['the newest three of five', [100, -100, 1, 2, 6], 3, 3, Math.sqrt(14 / 3)],
    ['one value', [7], 1, 7, 0],
    ['a constant', [0.1, 0.1, 0.1], 3, 0.1, 0],
  ])('of %s', (_, values, length, mean, deviation) => {
    const found = windowStatistics(Float64Array.from(values), length);
    expect(found.mean).toBeCloseTo(mean, 12);
    expect(found.deviation).toBeCloseTo(deviation, 12);
  });

  it('are exact at an offset of 1e9: the deviation is that without the offset', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(values, (small) => {
        const plain = windowStatistics(Float64Array.from(small), 10);
        const far = windowStatistics(
          Float64Array.from(small, (value) => value + 1e9),
          10,
        );
        expect(far.deviation).toBe(plain.deviation);
        expect(far.mean).toBeCloseTo(plain.mean + 1e9, 6);
      }),
    );
  });

  it('agree with the definition in two passes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 5, maxLength: 5 }),
        (values) => {
          const mean = values.reduce((sum, value) => sum + value, 0) / 5;
          const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5);
          const found = windowStatistics(Float64Array.from(values), 5);
          expect(found.mean).toBeCloseTo(mean, 6);
          expect(found.deviation).toBeCloseTo(deviation, 6);
        },
      ),
    );
  });

  it('are not a number while a value is missing, and again one as soon as it has left', () => {
    const window = Float64Array.of(1, Number.NaN, 3);
    expect(windowStatistics(window, 3).mean).toBeNaN();
    expect(windowStatistics(window, 3).deviation).toBeNaN();
    pushValue(window, 5);
    pushValue(window, 7);
    expect(windowStatistics(window, 3)).toEqual({ mean: 5, deviation: Math.sqrt(8 / 3) });
  });

  it.each([0, 4, 1.5, -1, Number.NaN])('refuse a length of %s over three values', (length) => {
    expect(() => windowStatistics(new Float64Array(3), length)).toThrow(/points, the window has 3/);
  });
});
