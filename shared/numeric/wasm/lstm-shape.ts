import type { Random } from '../random.ts';

/** What makes two networks the same but for their weights. */
export interface LstmShape {
  /** Numbers that are looked at. */
  readonly lookback: number;
  /** Numbers that come out. */
  readonly horizon: number;
  /** Units of each layer, the first being the one that is given the numbers. */
  readonly units: readonly number[];
  /**
   * `last-state`: the state after the last number says, for each step of the horizon, how far from that number it will be.
   * `per-step`: the state at each of the last `horizon` numbers says one: the classic form, in which what comes first has
   * seen least.
   */
  readonly head: LstmHead;
}

export type LstmHead = 'last-state' | 'per-step';

/** Where the weights of a layer begin among all parameters. Gates: input, forget, cell, output, as in torch. */
export interface LstmLayer {
  /** Numbers it is given at each step. */
  readonly inner: number;
  readonly units: number;
  /** inner × 4 units */
  readonly inputWeights: number;
  /** units × 4 units */
  readonly stateWeights: number;
  /** 4 units: torch's two biases are one here. */
  readonly bias: number;
}

/** Where each weight lies in the one array of parameters, whose order is part of what is stored. */
export interface LstmLayout {
  readonly layers: readonly LstmLayer[];
  /** weights: outputs × inner; bias: outputs. */
  readonly head: {
    readonly inner: number;
    readonly outputs: number;
    readonly weights: number;
    readonly bias: number;
  };
  /** Of the array: all numbers. */
  readonly length: number;
}

const mostUnits = 1024;
const mostLayers = 4;
const mostSteps = 4096;

/** @throws RangeError on a shape that the kernel has no tiles for, or that no machine trains; names place and remedy. */
export function lstmLayout({ lookback, horizon, units, head }: LstmShape): LstmLayout {
  checkSteps('lookback', lookback);
  checkSteps('horizon', horizon);
  if (units.length < 1 || units.length > mostLayers)
    throw new RangeError(
      `The LSTM has ${units.length} layers: give the units of 1 to ${mostLayers}, such as [128, 64].`,
    );
  for (const count of units)
    if (!Number.isInteger(count) || count < 8 || count > mostUnits || count % 8 !== 0)
      throw new RangeError(`A layer of the LSTM has ${count} units: give a multiple of 8 from 8 to ${mostUnits}.`);
  if (head === 'per-step' && horizon > lookback)
    throw new RangeError(
      `The per-step head says at most as many steps as it looks back, ${lookback}, not ${horizon}: take a longer lookback, or the head last-state.`,
    );
  let length = 0;
  const take = (count: number): number => {
    const at = length;
    length += count;
    return at;
  };
  const layers = units.map((count, index) => {
    const inner = units[index - 1] ?? 1;
    return {
      inner,
      units: count,
      inputWeights: take(inner * 4 * count),
      stateWeights: take(count * 4 * count),
      bias: take(4 * count),
    };
  });
  const inner = units[units.length - 1];
  const outputs = head === 'per-step' ? 1 : horizon;
  return { layers, head: { inner, outputs, weights: take(inner * outputs), bias: take(outputs) }, length };
}

function checkSteps(name: string, steps: number): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > mostSteps)
    throw new RangeError(`The LSTM's ${name} is ${steps} steps: give a whole number from 1 to ${mostSteps}.`);
}

/**
 * Weights to begin with: uniform as Glorot & Bengio (2010) for what comes in, 1/√units for the states, and gates that
 * forget nothing yet (Jozefowicz, Zaremba & Sutskever 2015). The head begins with nothing, so that an untrained network
 * of the head `last-state` says that all stays as it is: training can only improve on that.
 */
export function initialLstmParameters({ layers, length }: LstmLayout, random: Random): Float32Array {
  const parameters = new Float32Array(length);
  const fill = (from: number, count: number, most: number): void => {
    for (let at = from; at < from + count; at++) parameters[at] = (2 * random.next() - 1) * most;
  };
  for (const { inner, units, inputWeights, stateWeights, bias } of layers) {
    fill(inputWeights, inner * 4 * units, Math.sqrt(6 / (inner + 4 * units)));
    fill(stateWeights, units * 4 * units, 1 / Math.sqrt(units));
    parameters.fill(1, bias + units, bias + 2 * units);
  }
  return parameters;
}
