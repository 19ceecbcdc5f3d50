import { describe, expect, it } from 'vitest';
import { absoluteError, absoluteErrorSlope } from '../../shared/numeric/absolute-error.ts';
import fc from '../fakes/property.ts';

const anyError = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('the size of an error that training sees', () => {
  it('is nought for none, and its true size within a thousandth', () => {
    expect(absoluteError(0)).toBe(0);
    fc.assert(
      fc.property(anyError, (error) => {
        expect(Math.abs(absoluteError(error) - Math.abs(error))).toBeLessThanOrEqual(0.001 + 1e-9);
      }),
    );
  });

  it('grows as its slope says, by finite differences, and never faster than the error', () =>
    fc.assert(
      fc.property(fc.double({ min: -0.1, max: 0.1, noNaN: true }), (error) => {
        const step = 1e-6;
        const measured = (absoluteError(error + step) - absoluteError(error - step)) / (2 * step);
        expect(Math.abs(absoluteErrorSlope(error) - measured)).toBeLessThan(1e-5);
        expect(Math.abs(absoluteErrorSlope(error))).toBeLessThanOrEqual(1);
      }),
    ));

  it('is least, summed over several, at their median', () => {
    const values = [1, 2, 3, 10, 1000];
    const sumAt = (guess: number) => values.reduce((sum, value) => sum + absoluteError(value - guess), 0);
    for (const other of [2, 2.9, 3.1, 10, 203.2]) expect(sumAt(3)).toBeLessThan(sumAt(other));
  });
});
