import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createAdam } from '../../shared/numeric/adam.ts';
import { openLstmGradients } from '../../shared/numeric/wasm/lstm-gradients.ts';
import { lstmOutputs } from '../../shared/numeric/wasm/lstm-outputs.ts';
import { lstmLayout, type LstmHead } from '../../shared/numeric/wasm/lstm-shape.ts';

interface Reference {
  readonly lookback: number;
  readonly horizon: number;
  readonly units: readonly number[];
  readonly rows: number;
  readonly learningRate: number;
  readonly networks: readonly {
    readonly head: LstmHead;
    readonly series: readonly number[];
    readonly parameters: readonly number[];
    readonly outputs: readonly number[];
    readonly loss: number;
    readonly slopes: readonly number[];
    readonly trained: readonly number[];
  }[];
}

const reference = JSON.parse(
  readFileSync(new URL('../fixtures/forecasters/lstm-torch.json', import.meta.url), 'utf8'),
) as Reference;

const expectClose = (found: ArrayLike<number>, meant: readonly number[], within: number): void => {
  expect(found).toHaveLength(meant.length);
  meant.forEach((value, at) => expect(Math.abs(found[at] - value), `number ${at}`).toBeLessThan(within));
};

describe.each(reference.networks)('beside torch, with the head $head', (network) => {
  const { lookback, horizon, units, rows, learningRate } = reference;
  const shape = { lookback, horizon, units, head: network.head };
  const series = Float32Array.from(network.series);
  const starts = Int32Array.from({ length: rows }, (_, row) => row);
  const weight = 1 / (rows * horizon);
  const gradients = openLstmGradients({ shape, dropout: 0, inputs: series, targets: series });

  it('has as many parameters', () => expect(lstmLayout(shape).length).toBe(network.parameters.length));

  it('says the same', () => {
    const windows = Float32Array.from({ length: rows * lookback }, (_, at) => {
      const row = Math.floor(at / lookback);
      return series[row + (at % lookback)];
    });
    expectClose(lstmOutputs(shape, Float32Array.from(network.parameters), windows), network.outputs, 2e-6);
  });

  it('has the same loss and the same slopes', () => {
    const parameters = Float32Array.from(network.parameters);
    const { loss, slopes } = gradients.slopes(parameters, { starts, seed: 1, weight });
    expect(Math.abs(loss - network.loss)).toBeLessThan(2e-6);
    expectClose(slopes, network.slopes, 2e-6);
  });

  it('is where torch is after three steps of Adam', () => {
    const parameters = Float32Array.from(network.parameters);
    const adam = createAdam(parameters.length);
    for (let step = 0; step < 3; step++)
      adam.step(parameters, gradients.slopes(parameters, { starts, seed: 1, weight }).slopes, learningRate);
    // A thirtieth of the way: Adam walks as far by a slope that is all but nought, and its last digits differ.
    expectClose(parameters, network.trained, 1e-3);
  });
});
