import { describe, expect, it } from 'vitest';
import { createRandom } from '../../shared/numeric/random.ts';
import { nowhere, openLstmKernel } from '../../shared/numeric/wasm/lstm-kernel.ts';
import fc from '../fakes/property.ts';

function opened() {
  const kernel = openLstmKernel();
  kernel.clear(8_000_000);
  return {
    ...kernel,
    put: (numbers: readonly number[]) => kernel.placeCopy(Float32Array.from(numbers)),
    room: (count: number) => kernel.place(count * 4),
    read: (at: number, count: number) => new Float32Array(kernel.memory.buffer, at, count),
  };
}

/** tanh and the sigmoid, as they come out of the gates. */
function gatesOf(values: readonly number[]) {
  const { exports, put, room, read } = opened();
  const units = Math.ceil(values.length / 8) * 8;
  const padded = [...values, ...new Array<number>(units - values.length).fill(0)];
  const gates = put([...padded, ...padded, ...padded, ...padded]);
  exports.gates(gates, nowhere, room(units), room(units), room(units), 1, units);
  return { sigmoid: read(gates, values.length), tanh: read(gates + 2 * units * 4, values.length) };
}

describe('the kernels of the LSTM', () => {
  it('bend numbers as tanh and the sigmoid do, within 1e-6, from the smallest to infinity', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.float({ noNaN: true }), fc.float({ noNaN: true, min: -10, max: 10 }), fc.constantFrom(0, -0)),
          { minLength: 1, maxLength: 64 },
        ),
        (values) => {
          const { sigmoid, tanh } = gatesOf(values);
          const wrong = values.map((value, at) =>
            Math.max(Math.abs(tanh[at] - Math.tanh(value)), Math.abs(sigmoid[at] - 1 / (1 + Math.exp(-value)))),
          );
          expect(Math.max(...wrong)).toBeLessThan(1e-6);
        },
      ),
    ));

  it('pass on what is no number: it never looks like one', () => {
    const { sigmoid, tanh } = gatesOf([Number.NaN]);
    expect([sigmoid[0], tanh[0]]).toEqual([Number.NaN, Number.NaN]);
  });

  it('leave out as large a part as they are told, and make up for it', () => {
    for (const rate of [0, 0.1, 0.2, 0.5, 0.9]) {
      const { exports, memory, put, room, read } = opened();
      const count = 100_000;
      const x = put(new Array<number>(count).fill(2));
      const [mask, kept] = [room(count), room(count)];
      const random = createRandom(1);
      const words = room(16);
      new Uint32Array(memory.buffer, words, 16).set(Uint32Array.from({ length: 16 }, () => random.integer(2 ** 32)));
      exports.dropout(x, mask, kept, count, rate, words);
      const left = Array.from(read(mask, count), (factor) => factor === 0);
      const share = left.filter(Boolean).length / count;
      // Five standard errors of a fair draw.
      expect(Math.abs(share - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / count) + 1e-9);
      for (const apart of [1, 2, 4, 8, 128]) {
        const both = left.filter((is, at) => is && left[at + apart]).length / count;
        expect(Math.abs(both - rate * rate)).toBeLessThan(0.008);
      }
      const factor = Math.fround(1 / (1 - rate));
      const factors = read(mask, count);
      expect(factors.every((value) => value === 0 || Math.abs(value / factor - 1) < 1e-6)).toBe(true);
      expect(read(kept, count).every((value, at) => value === Math.fround(2 * factors[at]))).toBe(true);
    }
  });
});
