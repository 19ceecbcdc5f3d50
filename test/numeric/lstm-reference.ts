import { absoluteError, absoluteErrorSlope } from '../../shared/numeric/absolute-error.ts';
import { lstmLayout, type LstmShape } from '../../shared/numeric/wasm/lstm-shape.ts';

/** A factor for what a unit hands to the layer above: 0 where it is left out. */
export type Mask = (layer: number, step: number, row: number, unit: number) => number;

interface Step {
  readonly x: Float64Array;
  readonly gates: Float64Array;
  readonly cell: Float64Array;
  readonly state: Float64Array;
}

export interface ReferenceAnswer {
  /** horizon numbers for each window. */
  readonly outputs: Float64Array;
  readonly loss: number;
  readonly slopes: Float64Array;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * What the kernels are to compute, word for word, in float64: Hochreiter & Schmidhuber's cell with a forget gate, as
 * torch writes it (https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html), and its slopes by the chain rule.
 *
 * @param weight of one error.
 */
export function lstmReference(
  shape: LstmShape,
  parameters: ArrayLike<number>,
  inputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  starts: ArrayLike<number>,
  weight: number,
  mask: Mask = () => 1,
): ReferenceAnswer {
  const { lookback, horizon, head } = shape;
  const layout = lstmLayout(shape);
  const slopes = new Float64Array(layout.length);
  const outputs = new Float64Array(starts.length * horizon);
  let loss = 0;
  for (let row = 0; row < starts.length; row++) {
    const steps: Step[][] = [];
    layout.layers.forEach(({ inner, units, inputWeights, stateWeights, bias }, layer) => {
      const own: Step[] = [];
      for (let step = 0; step < lookback; step++) {
        const x =
          layer === 0
            ? Float64Array.of(inputs[starts[row] + step])
            : steps[layer - 1][step].state.map((value, unit) => value * mask(layer - 1, step, row, unit));
        const before = own[step - 1] as Step | undefined;
        const gates = new Float64Array(4 * units);
        for (let gate = 0; gate < 4 * units; gate++) {
          let sum = parameters[bias + gate];
          for (let k = 0; k < inner; k++) sum += x[k] * parameters[inputWeights + k * 4 * units + gate];
          for (let k = 0; k < units; k++)
            sum += (before?.state[k] ?? 0) * parameters[stateWeights + k * 4 * units + gate];
          gates[gate] = gate >= 2 * units && gate < 3 * units ? Math.tanh(sum) : sigmoid(sum);
        }
        const cell = new Float64Array(units);
        for (let unit = 0; unit < units; unit++)
          cell[unit] = gates[unit] * gates[2 * units + unit] + gates[units + unit] * (before?.cell[unit] ?? 0);
        own.push({ x, gates, cell, state: cell.map((value, unit) => gates[3 * units + unit] * Math.tanh(value)) });
      }
      steps.push(own);
    });

    const top = steps[steps.length - 1];
    const above: Float64Array[][] = layout.layers.map(({ units }) => top.map(() => new Float64Array(units)));
    let isKnown = false;
    for (let ahead = 0; ahead < horizon; ahead++) {
      const step = head === 'per-step' ? lookback - horizon + ahead : lookback - 1;
      const output = head === 'per-step' ? 0 : ahead;
      const { inner, weights, bias } = layout.head;
      let said = parameters[bias + output];
      for (let k = 0; k < inner; k++) said += top[step].state[k] * parameters[weights + output * inner + k];
      if (head === 'last-state') said += inputs[starts[row] + lookback - 1];
      outputs[row * horizon + ahead] = said;
      const error = said - targets[starts[row] + lookback + ahead];
      if (Number.isNaN(error)) continue;
      isKnown = true;
      loss += weight * absoluteError(error);
      const slope = weight * absoluteErrorSlope(error);
      slopes[bias + output] += slope;
      for (let k = 0; k < inner; k++) {
        slopes[weights + output * inner + k] += slope * top[step].state[k];
        above[above.length - 1][step][k] += slope * parameters[weights + output * inner + k];
      }
    }

    if (!isKnown) continue;
    for (let layer = layout.layers.length - 1; layer >= 0; layer--) {
      const { inner, units, inputWeights, stateWeights, bias } = layout.layers[layer];
      let later = new Float64Array(units);
      let laterCell = new Float64Array(units);
      for (let step = lookback - 1; step >= 0; step--) {
        const { x, gates, cell } = steps[layer][step];
        const before = steps[layer][step - 1] as Step | undefined;
        const entered = new Float64Array(4 * units);
        const nextLaterCell = new Float64Array(units);
        for (let unit = 0; unit < units; unit++) {
          const [input, forget, fresh, output] = [0, 1, 2, 3].map((gate) => gates[gate * units + unit]);
          const bent = Math.tanh(cell[unit]);
          const ofState = above[layer][step][unit] + later[unit];
          const ofCell = ofState * output * (1 - bent * bent) + laterCell[unit];
          entered[unit] = ofCell * fresh * input * (1 - input);
          entered[units + unit] = ofCell * (before?.cell[unit] ?? 0) * forget * (1 - forget);
          entered[2 * units + unit] = ofCell * input * (1 - fresh * fresh);
          entered[3 * units + unit] = ofState * bent * output * (1 - output);
          nextLaterCell[unit] = ofCell * forget;
        }
        const nextLater = new Float64Array(units);
        for (let gate = 0; gate < 4 * units; gate++) {
          slopes[bias + gate] += entered[gate];
          for (let k = 0; k < inner; k++) {
            slopes[inputWeights + k * 4 * units + gate] += entered[gate] * x[k];
            if (layer > 0)
              above[layer - 1][step][k] +=
                entered[gate] * parameters[inputWeights + k * 4 * units + gate] * mask(layer - 1, step, row, k);
          }
          for (let k = 0; k < units; k++) {
            slopes[stateWeights + k * 4 * units + gate] += entered[gate] * (before?.state[k] ?? 0);
            nextLater[k] += entered[gate] * parameters[stateWeights + k * 4 * units + gate];
          }
        }
        later = nextLater;
        laterCell = nextLaterCell;
      }
    }
  }
  return { outputs, loss, slopes };
}
