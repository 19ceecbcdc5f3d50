import { describe, expect, it } from 'vitest';
import { createRandom } from '../../shared/numeric/random.ts';
import { lstmOutputs } from '../../shared/numeric/wasm/lstm-outputs.ts';
import { lstmLayout, type LstmShape } from '../../shared/numeric/wasm/lstm-shape.ts';
import fc from '../fakes/property.ts';
import { lstmReference } from './lstm-reference.ts';

const shapes: readonly LstmShape[] = [
  { lookback: 1, horizon: 3, units: [8], head: 'last-state' },
  { lookback: 7, horizon: 12, units: [16, 8], head: 'last-state' },
  { lookback: 6, horizon: 6, units: [8, 24, 16], head: 'per-step' },
  { lookback: 9, horizon: 4, units: [24, 8], head: 'per-step' },
];

const weightsOf = (shape: LstmShape, seed: number): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: lstmLayout(shape).length }, () => random.normal() * 0.4);
};

const windowsOf = (shape: LstmShape, count: number, seed: number): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count * shape.lookback }, () => random.normal());
};

describe('what an LSTM says', () => {
  it('is what a plain reference says within 1e-5, of none, one or many windows', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...shapes),
        fc.nat(1e6),
        fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 31, max: 35 })),
        (shape, seed, count) => {
          const parameters = weightsOf(shape, seed);
          const windows = windowsOf(shape, count, seed + 1);
          const starts = Array.from({ length: count }, (_, row) => row * shape.lookback);
          const { outputs } = lstmReference(shape, parameters, windows, [], starts, 1);
          const found = lstmOutputs(shape, parameters, windows);
          expect(found).toHaveLength(count * shape.horizon);
          expect(Math.max(0, ...found.map((value, at) => Math.abs(value - outputs[at])))).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 20 },
    ));

  it.each(shapes)('is the same to the bit alone and in company: $lookback → $horizon, $head', (shape) => {
    const parameters = weightsOf(shape, 1);
    const windows = windowsOf(shape, 37, 2);
    const together = lstmOutputs(shape, parameters, windows);
    for (const row of [0, 31, 32, 36]) {
      const alone = lstmOutputs(shape, parameters, windows.subarray(row * shape.lookback, (row + 1) * shape.lookback));
      expect(alone).toEqual(together.subarray(row * shape.horizon, (row + 1) * shape.horizon));
    }
  });

  it('forgets the network before, whatever its shape', () => {
    const said = shapes.map((shape) => lstmOutputs(shape, weightsOf(shape, 3), windowsOf(shape, 5, 4)));
    shapes
      .map((shape, at) => ({ shape, at }))
      .reverse()
      .forEach(({ shape, at }) =>
        expect(lstmOutputs(shape, weightsOf(shape, 3), windowsOf(shape, 5, 4))).toEqual(said[at]),
      );
  });

  it.each([
    ['weights of another shape', 99, 7, 'There are 99 weights, but a network of this shape has'],
    ['half a window', undefined, 10, '10 numbers are no windows of 7'],
  ])('refuses %s', (_, weights, numbers, said) => {
    const [, shape] = shapes;
    const parameters = weights === undefined ? weightsOf(shape, 1) : new Float32Array(weights);
    expect(() => lstmOutputs(shape, parameters, new Float32Array(numbers))).toThrow(said);
  });
});
