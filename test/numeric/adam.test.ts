import { describe, expect, it } from 'vitest';
import { createAdam } from '../../shared/numeric/adam.ts';
import { minMaxOf, scaledBy } from '../../shared/numeric/min-max.ts';
import fc from '../fakes/property.ts';

describe('Adam', () => {
  it('first moves each parameter by the learning rate against its slope, whatever its size', () => {
    const parameters = new Float32Array(3);
    createAdam(3).step(parameters, Float32Array.of(1000, -0.001, 0), 0.1);
    expect(parameters[0]).toBeCloseTo(-0.1, 5);
    expect(parameters[1]).toBeCloseTo(0.1, 4);
    expect(parameters[2]).toBe(0);
  });

  it('finds the bottom of a valley that is a thousand times steeper one way than the other', () => {
    const parameters = Float32Array.of(3, -2);
    const adam = createAdam(2);
    for (let step = 0; step < 2000; step++)
      adam.step(parameters, Float32Array.of(2000 * (parameters[0] - 1), 2 * (parameters[1] - 1)), 0.01);
    expect(parameters[0]).toBeCloseTo(1, 2);
    expect(parameters[1]).toBeCloseTo(1, 2);
  });
});

describe('scaling to a range', () => {
  it('brings all values to 0 … 1 and both ends there', () =>
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e100, max: 1e100, noNaN: true }), { minLength: 1 }), (given) => {
        const values = Float64Array.from(given);
        const scaling = minMaxOf(values);
        const scaled = scaledBy(values, scaling, 10);
        expect(scaled.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(Math.min(...scaled)).toBe(0);
        if (scaling.range > 0) expect(Math.max(...scaled)).toBe(1);
      }),
    ));

  it.each([
    ['gaps stay gaps', [Number.NaN, 1, 3], [1, 3], [Number.NaN, 0, 1]],
    ['what lies further out is as far as is told apart', [-1e9, 5, 1e9], [0, 10], [-10, 0.5, 10]],
    ['without a range all is 0, but for gaps', [7, Number.NaN, 8], [7, 7], [0, Number.NaN, 0]],
    ['of nothing there is no range', [Number.NaN], [Number.NaN], [Number.NaN]],
  ])('%s', (_, values, seen, meant) => {
    expect([...scaledBy(Float64Array.from(values), minMaxOf(seen), 10)]).toEqual(meant);
  });
});
