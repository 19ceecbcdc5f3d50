import { lstmLayout, type LstmHead } from '../numeric/wasm/lstm-shape.ts';

export interface LstmOptions {
  /** Slots that are looked at. Default 180: half an hour of ten-second points. */
  readonly lookback: number;
  /** Slots that are said at once; whoever asks for more gets the next from what was said. Default 180. */
  readonly horizon: number;
  /** Of each layer, multiples of 8. Default 128 and 64. */
  readonly units: readonly number[];
  /** The part of what the layers hand each other that is left out at random while training. Default 0.2. */
  readonly dropout: number;
  /** Default `last-state`; `per-step` is the classic form, and worse: see decision 26. */
  readonly head: LstmHead;
  /** Slots from one training window to the next: neighbours are nearly the same, and each costs as much. */
  readonly stride: number;
  /** Windows between two changes of the weights. Default 32. */
  readonly batchSize: number;
  /** Adam's, to begin with. */
  readonly learningRate: number;
  /** Passes over all windows, at most. */
  readonly epochs: number;
  /** Passes without improvement after which training stops. The weights of the best one are kept. */
  readonly patience: number;
  /** Passes without improvement after which the learning rate is halved. */
  readonly plateau: number;
  /** The newest part of history, by which training is judged and the bands are measured: nothing is learned from it. */
  readonly validationShare: number;
}

export const lstmDefaults: LstmOptions = {
  lookback: 180,
  horizon: 180,
  units: [128, 64],
  dropout: 0.2,
  head: 'last-state',
  stride: 5,
  batchSize: 32,
  learningRate: 0.003,
  epochs: 60,
  patience: 12,
  plateau: 4,
  validationShare: 0.2,
};

const most = 1_000_000;

/** @throws RangeError naming the option, its value, and what to write instead. */
export function checkLstmOptions(options: LstmOptions): void {
  lstmLayout(options);
  const refuse = (name: keyof LstmOptions, range: string): never => {
    throw new RangeError(`The LSTM's ${name} is ${String(options[name])}: give ${range}.`);
  };
  for (const name of ['stride', 'batchSize', 'epochs', 'patience', 'plateau'] as const)
    if (!Number.isInteger(options[name]) || options[name] < 1 || options[name] > most)
      refuse(name, 'a whole number from 1');
  if (!(options.dropout >= 0 && options.dropout < 1)) refuse('dropout', 'a part from 0 to below 1');
  if (!(options.learningRate > 0 && options.learningRate <= 1)) refuse('learningRate', 'a number above 0, up to 1');
  if (!(options.validationShare >= 0.05 && options.validationShare <= 0.5))
    refuse('validationShare', 'a part from 0.05 to 0.5');
}
