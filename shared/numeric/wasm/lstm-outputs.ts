import type { Kernel } from './kernel.ts';
import { nowhere, openLstmKernel, placeNumbers, rowsTogether, type LstmExports } from './lstm-kernel.ts';
import { lstmLayout, type LstmShape } from './lstm-shape.ts';

/** Windows that are computed at once. */
const mostRows = 32;
/** So few windows go one by one: four at once take as long as this many alone. */
const fewRows = 2;

let kernel: Kernel<LstmExports> | undefined;

/**
 * What a network says of windows: horizon numbers each, on the scale of what it was given. Nothing is left out at random.
 * How many windows are asked for at once changes no number by more than rounding, their order and company nothing.
 *
 * @param parameters as {@link lstmLayout} orders them.
 * @param windows lookback numbers each, one window after the other.
 * @throws RangeError on a shape that is none, parameters of another shape, or numbers that are no windows.
 */
export function lstmOutputs(shape: LstmShape, parameters: Float32Array, windows: Float32Array): Float32Array {
  const layout = lstmLayout(shape);
  const { lookback, horizon } = shape;
  if (parameters.length !== layout.length)
    throw new RangeError(`There are ${parameters.length} weights, but a network of this shape has ${layout.length}.`);
  if (windows.length % lookback !== 0) throw new RangeError(`${windows.length} numbers are no windows of ${lookback}.`);
  const count = windows.length / lookback;
  const all = new Float32Array(count * horizon);
  kernel ??= openLstmKernel();
  const network = place(kernel, shape, count > fewRows ? mostRows : 1);
  network.take(parameters);
  for (let from = 0; from < count; from += network.rows) {
    const part = windows.subarray(from * lookback, Math.min(count, from + network.rows) * lookback);
    network.answer(part, all.subarray(from * horizon));
  }
  return all;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** @param rows 1, or a multiple of four. */
function place(opened: Kernel<LstmExports>, shape: LstmShape, rows: number) {
  const { exports: run, memory } = opened;
  const { layers, head, length } = lstmLayout(shape);
  const { lookback, horizon } = shape;
  const perStep = shape.head === 'per-step';
  const single = rows === 1;
  const at = placeNumbers(opened, (room) => ({
    parameters: room(length),
    inputs: room(lookback * rows),
    outputs: room(rows * horizon),
    layers: layers.map(({ inner, units }) => ({
      gates: room(rows * 4 * units),
      state: room(rows * units),
      cell: room(rows * units),
      bentCell: room(rows * units),
      stateColumns: room(single ? 0 : 4 * units * units),
      inputColumns: room(single ? 0 : 4 * units * inner),
    })),
    work: room(rows * Math.max(...layers.map(({ inner, units }) => Math.max(inner, units)))),
  }));
  const numbers = (from: number, count: number) => new Float32Array(memory.buffer, from, count);
  const parameter = (index: number): number => at.parameters + index * BYTES;
  const inputs = numbers(at.inputs, lookback * rows);
  const outputs = numbers(at.outputs, rows * horizon);

  function step(now: number, asked: number): void {
    layers.forEach(({ inner, units, ...from }, index) => {
      const own = at.layers[index];
      const wide = 4 * units;
      const bias = parameter(from.bias);
      const x = index > 0 ? at.layers[index - 1].state : at.inputs + now * asked * BYTES;
      if (index === 0) run.spread(x, parameter(from.inputWeights), bias, own.gates, asked, wide);
      else if (single) run.addRow(x, parameter(from.inputWeights), bias, own.gates, inner, wide);
      else run.multiply(x, own.inputColumns, own.gates, asked, inner, wide, bias, 0, at.work);
      if (now > 0 && single) run.addRow(own.state, parameter(from.stateWeights), own.gates, own.gates, units, wide);
      else if (now > 0)
        run.multiply(own.state, own.stateColumns, own.gates, asked, units, wide, own.gates, wide * BYTES, at.work);
      run.gates(own.gates, now > 0 ? own.cell : nowhere, own.cell, own.bentCell, own.state, asked, units);
    });
  }

  return {
    rows,
    take(weights: Float32Array): void {
      numbers(at.parameters, length).set(weights);
      if (single) return;
      layers.forEach(({ inner, units, ...from }, index) => {
        const { stateColumns, inputColumns } = at.layers[index];
        run.packColumns(parameter(from.stateWeights), units, 4 * units, stateColumns);
        if (index > 0) run.packColumns(parameter(from.inputWeights), inner, 4 * units, inputColumns);
      });
    },
    /** Fills `into` with the answers to at most `rows` windows. */
    answer(windows: Float32Array, into: Float32Array): void {
      const count = windows.length / lookback;
      const asked = single ? 1 : Math.ceil(count / rowsTogether) * rowsTogether;
      for (let row = 0; row < asked; row++)
        for (let now = 0; now < lookback; now++)
          inputs[now * asked + row] = row < count ? windows[row * lookback + now] : 0;
      const { state } = at.layers[layers.length - 1];
      const weights = parameter(head.weights);
      const bias = parameter(head.bias);
      for (let now = 0; now < lookback; now++) {
        step(now, asked);
        const told = now - (lookback - horizon);
        if (perStep && told >= 0)
          run.dense(state, weights, bias, at.outputs + told * asked * BYTES, asked, head.inner, 1);
      }
      if (!perStep) run.dense(state, weights, bias, at.outputs, asked, head.inner, horizon);
      for (let row = 0; row < count; row++)
        for (let now = 0; now < horizon; now++)
          into[row * horizon + now] = perStep
            ? outputs[now * asked + row]
            : outputs[row * horizon + now] + windows[(row + 1) * lookback - 1];
    },
  };
}
