import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../shared/numeric/random.ts';
import { openLstmGradients, sliceRows } from '../../shared/numeric/wasm/lstm-gradients.ts';
import { openLstmKernel } from '../../shared/numeric/wasm/lstm-kernel.ts';
import { initialLstmParameters, lstmLayout, type LstmShape } from '../../shared/numeric/wasm/lstm-shape.ts';
import fc from '../fakes/property.ts';
import { lstmReference, type Mask } from './lstm-reference.ts';

const anyShape: fc.Arbitrary<LstmShape> = fc
  .record({
    lookback: fc.integer({ min: 1, max: 6 }),
    horizon: fc.integer({ min: 1, max: 7 }),
    units: fc.array(fc.constantFrom(8, 8, 16), { minLength: 1, maxLength: 3 }),
    head: fc.constantFrom('last-state' as const, 'per-step' as const),
  })
  .map((shape) => (shape.head === 'per-step' ? { ...shape, horizon: Math.min(shape.horizon, shape.lookback) } : shape));

/** Weights of any size, the head's too, and a series with gaps in what is to be said. */
function lessonOf(shape: LstmShape, seed: number, rows: number) {
  const random = createRandom(seed);
  const layout = lstmLayout(shape);
  const parameters = initialLstmParameters(layout, random);
  const { weights, length } = { ...layout.head, ...layout };
  for (let at = weights; at < length; at++) parameters[at] = random.normal() * 0.3;
  const slots = rows + shape.lookback + shape.horizon;
  const inputs = Float32Array.from({ length: slots }, () => random.normal());
  const targets = inputs.map((value) => (random.next() < 0.1 ? Number.NaN : value));
  const starts = Int32Array.from({ length: rows }, () => random.integer(rows + 1));
  return { parameters, inputs, targets, starts, weight: 1 / (rows * shape.horizon) };
}

const furthestApart = (found: ArrayLike<number>, meant: ArrayLike<number>): number => {
  let furthest = found.length === meant.length ? 0 : Infinity;
  for (let at = 0; at < meant.length; at++) furthest = Math.max(furthest, Math.abs(found[at] - meant[at]));
  return furthest;
};

/** What the kernel leaves out, drawn as it draws. */
function masksOf({ units, lookback }: LstmShape, rows: number, rate: number, seed: number): Mask {
  const random: Random = createRandom(seed);
  const words = Uint32Array.from({ length: 16 }, () => random.integer(2 ** 32));
  const kernel = openLstmKernel();
  const filled = Math.ceil(rows / 4) * 4;
  kernel.clear(1_000_000);
  const wordsAt = kernel.place(64);
  new Uint32Array(kernel.memory.buffer, wordsAt, 16).set(words);
  const masks = units.slice(0, -1).map((count) => {
    const size = lookback * filled * count;
    const [x, mask, kept] = [0, 1, 2].map(() => kernel.place(size * 4));
    kernel.exports.dropout(x, mask, kept, size, rate, wordsAt);
    return new Float32Array(kernel.memory.buffer, mask, size);
  });
  return (layer, step, row, unit) => masks[layer][(step * filled + row) * units[layer] + unit];
}

describe('the slopes of an LSTM', () => {
  it('are those of a plain reference within 1e-5, whatever the shape, the rows, the gaps and what is left out', () =>
    fc.assert(
      fc.property(
        anyShape,
        fc.nat(1e6),
        fc.integer({ min: 1, max: sliceRows }),
        fc.constantFrom(0, 0.2, 0.5),
        (shape, seed, rows, dropout) => {
          const { parameters, inputs, targets, starts, weight } = lessonOf(shape, seed, rows);
          const gradients = openLstmGradients({ shape, dropout, inputs, targets });
          const found = gradients.slopes(parameters, { starts, seed, weight });
          const mask = dropout > 0 ? masksOf(shape, rows, dropout, seed) : undefined;
          const meant = lstmReference(shape, parameters, inputs, targets, starts, weight, mask);
          expect(Math.abs(found.loss - meant.loss)).toBeLessThan(1e-5 * Math.max(1, meant.loss));
          expect(furthestApart(found.slopes, meant.slopes)).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 20 },
    ));

  it.each(['last-state', 'per-step'] as const)(
    'of the head %s are how the loss changes: by finite differences',
    (head) => {
      const shape: LstmShape = { lookback: 7, horizon: 5, units: [8, 8], head };
      const { parameters, inputs, targets, starts, weight } = lessonOf(shape, 3, 4);
      const { slopes } = openLstmGradients({ shape, dropout: 0, inputs, targets }).slopes(parameters, {
        starts,
        seed: 1,
        weight,
      });
      const lossWith = (at: number, change: number): number => {
        const changed = Float64Array.from(parameters);
        changed[at] += change;
        return lstmReference(shape, changed, inputs, targets, starts, weight).loss;
      };
      const step = 1e-4;
      // Every thirteenth reaches each kind of weight: no array's length is a multiple of it.
      for (let at = 0; at < parameters.length; at += 13) {
        const measured = (lossWith(at, step) - lossWith(at, -step)) / (2 * step);
        expect(Math.abs(slopes[at] - measured), `parameter ${at}`).toBeLessThan(1e-5);
      }
    },
  );

  it('are the same bits again after others, and of windows in fewer rows no different by more than rounding', () => {
    const shape: LstmShape = { lookback: 6, horizon: 4, units: [16, 8], head: 'last-state' };
    const { parameters, inputs, targets, starts, weight } = lessonOf(shape, 5, 11);
    const gradients = openLstmGradients({ shape, dropout: 0, inputs, targets });
    const whole = Float32Array.from(gradients.slopes(parameters, { starts, seed: 1, weight }).slopes);
    const parts = [starts.subarray(0, 2), starts.subarray(2, 9), starts.subarray(9)].map((some) =>
      Float32Array.from(gradients.slopes(parameters, { starts: some, seed: 1, weight }).slopes),
    );
    const sum = whole.map((_, at) => parts.reduce((all, part) => all + part[at], 0));
    expect(furthestApart(sum, whole)).toBeLessThan(1e-6);
    expect(gradients.slopes(parameters, { starts, seed: 1, weight }).slopes).toEqual(whole);
  });

  it('are none where nothing is known of what came', () => {
    const shape: LstmShape = { lookback: 4, horizon: 4, units: [8, 8], head: 'last-state' };
    const { parameters, inputs, starts } = lessonOf(shape, 7, 3);
    const targets = new Float32Array(inputs.length).fill(Number.NaN);
    const gradients = openLstmGradients({ shape, dropout: 0.2, inputs, targets });
    const { loss, slopes } = gradients.slopes(parameters, { starts, seed: 1, weight: 1 });
    expect(loss).toBe(0);
    expect(slopes.every((slope) => slope === 0)).toBe(true);
  });

  it.each([
    ['no layers', { units: [] }, 'The LSTM has 0 layers: give the units of 1 to 4'],
    ['five layers', { units: [8, 8, 8, 8, 8] }, 'The LSTM has 5 layers'],
    ['units that fill no tile', { units: [128, 60] }, 'A layer of the LSTM has 60 units: give a multiple of 8'],
    ['no units', { units: [0] }, 'A layer of the LSTM has 0 units'],
    ['more units than there is room for', { units: [1032] }, 'from 8 to 1024'],
    ['a lookback that is no number', { lookback: Number.NaN }, "The LSTM's lookback is NaN steps"],
    ['half a step', { lookback: 1.5 }, "The LSTM's lookback is 1.5 steps: give a whole number from 1 to 4096"],
    ['no horizon', { horizon: 0 }, "The LSTM's horizon is 0 steps"],
    ['a horizon without an end', { horizon: Infinity }, "The LSTM's horizon is Infinity steps"],
    ['outputs before the first input', { head: 'per-step', lookback: 5, horizon: 6 }, 'take a longer lookback'],
    ['more than a machine has', { units: [1024, 1024], lookback: 4096 }, 'take a shorter lookback or fewer units'],
    ['nothing left in', { dropout: 1 }, "The LSTM's dropout is 1: give a part from 0 to below 1"],
    ['less than nothing left out', { dropout: -0.1 }, "The LSTM's dropout is -0.1"],
  ] as const)('are refused for %s', (_, wrong, said) => {
    const { dropout, ...shape } = {
      ...{ lookback: 8, horizon: 4, units: [8, 8], head: 'last-state' as const, dropout: 0 },
      ...wrong,
    };
    const nothing = new Float32Array(100);
    expect(() => openLstmGradients({ shape, dropout, inputs: nothing, targets: nothing })).toThrow(said);
  });
});
