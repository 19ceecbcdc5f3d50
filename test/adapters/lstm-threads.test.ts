import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLstmThreads, type LstmThreads } from '../../shared/adapters/local/lstm-threads.ts';
import { openLstmBatches, slicesOf } from '../../shared/forecasters/lstm-gradient-slices.ts';
import { lstmDefaults, type LstmOptions } from '../../shared/forecasters/lstm-options.ts';
import { trainLstm } from '../../shared/forecasters/lstm.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import type { LstmLesson } from '../../shared/numeric/wasm/lstm-gradients.ts';
import { initialLstmParameters, lstmLayout } from '../../shared/numeric/wasm/lstm-shape.ts';

let threads: LstmThreads;
beforeAll(async () => {
  threads = await startLstmThreads(2);
});
afterAll(() => threads.stop());

const random = createRandom(1);
const options: LstmOptions = { ...lstmDefaults, lookback: 10, horizon: 4, units: [16, 8], epochs: 2, stride: 1 };
const values = Float64Array.from({ length: 300 }, (_, slot) => Math.sin(slot / 3) + 0.1 * random.normal());
const inputs = Float32Array.from(values);
const lesson: LstmLesson = { shape: options, dropout: 0.2, inputs, targets: inputs };
const layout = lstmLayout(options);

describe('threads that help to train', () => {
  it.each([1, 16, 17, 32, 80])('compute a batch of %d windows to the same bit', (rows) => {
    const parameters = initialLstmParameters(layout, createRandom(2));
    const starts = Int32Array.from({ length: rows }, () => random.integer(280));
    const slices = slicesOf(starts, lesson, createRandom(3));
    const [alone, together] = [openLstmBatches(lesson), threads.openBatches(lesson)].map((batches) => {
      const into = new Float32Array(layout.length);
      const losses = [batches.add(parameters, slices, into), batches.add(parameters, slices, into)];
      batches.close();
      return { losses, into };
    });
    expect(together).toEqual(alone);
    expect(alone.into.some((slope) => slope !== 0)).toBe(true);
  });

  it('train the same forecaster, one after the other', () => {
    const history = { start: 0, stepSeconds: 300, values };
    const alone = trainLstm(history, options, 1);
    for (let time = 0; time < 2; time++) {
      const together = trainLstm(history, options, 1, { openBatches: threads.openBatches });
      expect(together.fitted.state).toEqual(alone.fitted.state);
    }
  });

  it('tell what went wrong in one of them, and go on with the next lesson', () => {
    const broken = threads.openBatches(lesson);
    const starts = new Int32Array(32);
    const slices = slicesOf(starts, lesson, createRandom(3)).map((slice, index) =>
      index === 0 ? slice : { ...slice, seed: Number.NaN },
    );
    const parameters = new Float32Array(layout.length);
    expect(() => broken.add(parameters, slices, new Float32Array(layout.length))).toThrow(
      'A thread that trains failed: RangeError: seed is NaN; give a finite number',
    );
    broken.close();
    const next = threads.openBatches(lesson);
    expect(
      next.add(parameters, slicesOf(starts, lesson, createRandom(3)), new Float32Array(layout.length)),
    ).toBeGreaterThan(0);
    next.close();
  });

  it.each([-1, 1.5, 65])('are not started: %d', async (helpers) => {
    await expect(startLstmThreads(helpers)).rejects.toThrow('give a whole number from 0 to 64');
  });
});
