import { describe, expect, it } from 'vitest';
import { openLstmBatches } from '../../shared/forecasters/lstm-gradient-slices.ts';
import { lstmForecaster, trainLstm } from '../../shared/forecasters/lstm.ts';
import type { LstmOptions } from '../../shared/forecasters/lstm-options.ts';
import { trainLstmWeights, type LstmProgress } from '../../shared/forecasters/lstm-training.ts';
import { bridgedBefore, lstmWindows } from '../../shared/forecasters/lstm-windows.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import type { LstmSlice } from '../../shared/numeric/wasm/lstm-gradients.ts';

const options: LstmOptions = {
  ...lstmForecaster.defaults,
  lookback: 12,
  horizon: 4,
  units: [8, 8],
  stride: 1,
  learningRate: 0.01,
  epochs: 6,
};

const values = (slots: number): Float64Array => {
  const random = createRandom(1);
  return Float64Array.from({ length: slots }, (_, slot) => Math.sin(slot / 3) + 0.1 * random.normal());
};

const windows = lstmWindows(values(300), 300, options);

describe('training', () => {
  it('reports every batch of every epoch', () => {
    const told: LstmProgress[] = [];
    const { epochs } = trainLstmWeights(windows, options, 1, { onProgress: (progress) => told.push(progress) });
    const batches = Math.ceil(windows.training.length / options.batchSize);
    expect(epochs).toBe(6);
    expect(told.map(({ epoch, batch }) => [epoch, batch])).toEqual(
      Array.from({ length: 6 * batches }, (_, at) => [Math.floor(at / batches) + 1, (at % batches) + 1]),
    );
    expect(told.every((progress) => progress.batches === batches && progress.epochs === 6)).toBe(true);
    expect(told[told.length - 1].loss).toBeLessThan(told[batches - 1].loss);
  });

  it.each([1, 2, 7, 20])('ends when time is up after %d batches, with weights no worse than none', (most) => {
    let batches = 0;
    const ended = trainLstmWeights(windows, options, 1, { isTimeUp: () => ++batches >= most });
    expect(batches).toBe(most);
    expect(ended.ended).toBe('time-is-up');
    expect(ended.bestLoss).toBeLessThanOrEqual(ended.firstLoss);
    expect(ended.parameters.every(Number.isFinite)).toBe(true);
  });

  it('whose time was up at once is a forecaster all the same, and says that all stays as it is', () => {
    const history = { start: 0, stepSeconds: 300, values: values(300) };
    // A rate at which one batch makes everything worse, so that the first weights are kept.
    const { fitted, training } = trainLstm(history, { ...options, learningRate: 1 }, 1, { isTimeUp: () => true });
    expect(training).toMatchObject({ ended: 'time-is-up', epochs: 1, bestEpoch: 0 });
    const answer = fitted.forecast(history, 6, [80]);
    if ('unforecastable' in answer) throw new Error(answer.unforecastable);
    answer.mean.forEach((value) => expect(value).toBeCloseTo(history.values[299], 12));
    expect(Math.abs(fitted.skill!.value)).toBeLessThan(1);
  });

  it('stops where nothing improves, after its patience, and lowers the rate on the way', () => {
    const rates: number[] = [];
    const { ended, epochs, bestEpoch, learningRate } = trainLstmWeights(
      windows,
      { ...options, learningRate: 0.5, epochs: 1000, patience: 7, plateau: 2 },
      1,
      { onProgress: (progress) => rates.push(progress.learningRate) },
    );
    expect(ended).toBe('no-improvement');
    expect(epochs - bestEpoch).toBe(7);
    const halved = [...new Set(rates)];
    expect(halved.length).toBeGreaterThan(2);
    halved.slice(1).forEach((rate, at) => expect(rate).toBe(halved[at] / 2));
    expect(learningRate).toBe(halved[halved.length - 1]);
  });

  it('lowers the rate to a floor and no further', () => {
    const { learningRate } = trainLstmWeights(
      windows,
      { ...options, learningRate: 2e-5, epochs: 1000, patience: 9, plateau: 1 },
      1,
      { onProgress: () => undefined, openBatches: (lesson) => ({ ...openLstmBatches(lesson), add: () => 0 }) },
    );
    expect(learningRate).toBe(1e-5);
  });

  it('is the same to the bit whoever computes the slices, and hands each of them over once', () => {
    const asked: LstmSlice[] = [];
    let closed = 0;
    const elsewhere = trainLstmWeights(windows, { ...options, epochs: 2 }, 1, {
      openBatches: (lesson) => {
        const batches = openLstmBatches(lesson);
        return {
          add(parameters, slices, into) {
            asked.push(...slices);
            return batches.add(parameters, slices, into);
          },
          close: () => {
            closed++;
          },
        };
      },
    });
    expect(elsewhere).toEqual(trainLstmWeights(windows, { ...options, epochs: 2 }, 1));
    expect(closed).toBe(1);
    const starts = asked.flatMap((slice) => [...slice.starts]).sort((a, b) => a - b);
    expect(starts).toEqual([...windows.training, ...windows.training].sort((a, b) => a - b));
  });

  it('whose numbers grow beyond all bounds says so, and what to do', () => {
    const computing = () =>
      trainLstmWeights(windows, options, 1, {
        openBatches: (lesson) => ({ ...openLstmBatches(lesson), add: () => Infinity }),
      });
    expect(computing).toThrow("The LSTM's training error grew to Infinity in epoch 1: lower its learningRate.");
  });
});

describe('windows', () => {
  it('learn from nothing that they are judged by, and scale by nothing of it', () => {
    const given = values(300);
    const other = Float64Array.from(given, (value, slot) => (slot < 240 ? value : 1000 + value));
    const [one, two] = [given, other].map((all) => lstmWindows(all, 300, options));
    expect(one.validationFrom).toBe(240);
    expect(two.scaling).toEqual(one.scaling);
    expect(Math.max(...one.training) + options.lookback + options.horizon).toBeLessThanOrEqual(240);
    expect(Math.min(...one.validation) + options.lookback).toBeGreaterThanOrEqual(240);
  });

  it('are as far apart as the stride says, the newest among them', () => {
    const all = lstmWindows(values(1000), 300, options).training;
    const some = lstmWindows(values(1000), 300, { ...options, stride: 5 }).training;
    expect([...some]).toEqual([...all].filter((start) => (all[all.length - 1] - start) % 5 === 0));
  });

  it('come closer where the stride would leave too few', () => {
    const { training } = lstmWindows(values(200), 300, { ...options, stride: 1000 });
    expect(training.length).toBeGreaterThanOrEqual(32);
  });

  it('hold no gap, and something known after them', () => {
    const given = values(300);
    given.fill(Number.NaN, 100, 130);
    given.fill(Number.NaN, 50, 52);
    const { training, validation, inputs, targets } = lstmWindows(given, 300, options);
    for (const from of [...training, ...validation]) {
      const next = from + options.lookback;
      expect(inputs.subarray(from, next).every((value) => !Number.isNaN(value))).toBe(true);
      expect(targets.subarray(next, next + options.horizon).some((value) => !Number.isNaN(value))).toBe(true);
    }
    expect(Number.isNaN(targets[50])).toBe(true);
  });
});

describe('gaps', () => {
  const gap = Number.NaN;
  it.each([
    ['short ones are as the value before', [1, gap, gap, 4], [1, 1, 1, 4]],
    ['longer ones stay', [1, gap, gap, gap, 5], [1, gap, gap, gap, 5]],
    ['what comes before the first value stays', [gap, 2], [gap, 2]],
    ['the newest are bridged like others', [1, 2, gap], [1, 2, 2]],
    ['none', [], []],
  ])('%s', (_, given, meant) => {
    expect([...bridgedBefore(Float64Array.from(given), 2)]).toEqual(meant);
  });
});
