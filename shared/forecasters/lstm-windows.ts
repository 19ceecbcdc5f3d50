import { minMaxOf, scaledBy, type MinMax } from '../numeric/min-max.ts';
import type { LstmOptions } from './lstm-options.ts';
import { bridgedSlots } from './recent-window.ts';

/** A history cut for training: windows are where they begin in `inputs`, and are never copied. */
export interface LstmWindows {
  readonly scaling: MinMax;
  /** Scaled, gaps bridged where they are short. */
  readonly inputs: Float32Array;
  /** Scaled, as they came. */
  readonly targets: Float32Array;
  /** All that they reach lies before {@link validationFrom}. */
  readonly training: Int32Array;
  /** All that is to be said of them lies from {@link validationFrom} on. */
  readonly validation: Int32Array;
  /** The first slot of which nothing is learned. */
  readonly validationFrom: number;
}

/** Ranges beyond the training range in which values are told apart: further out is as good as there. */
export const FURTHEST = 10;
const LEAST_TRAINING = 32;
const LEAST_VALIDATION = 8;
/** More tell no more of when to stop. */
const MOST_VALIDATION = 128;

/**
 * Values in which each short gap is as the value before it: what comes after it is not known yet where a window ends.
 * Longer gaps, and what comes before the first value, stay NaN.
 */
export function bridgedBefore(values: Float64Array, longest: number): Float64Array {
  const bridged = Float64Array.from(values);
  for (let slot = 0; slot < bridged.length;) {
    if (!Number.isNaN(bridged[slot])) {
      slot++;
      continue;
    }
    const from = slot;
    while (slot < bridged.length && Number.isNaN(bridged[slot])) slot++;
    if (from > 0 && slot - from <= longest) bridged.fill(bridged[from - 1], from, slot);
  }
  return bridged;
}

/**
 * Scales by the training part and finds all windows that can be learned from.
 *
 * @param values NaN for a gap; nothing beyond 1e100.
 * @throws RangeError on too little history, saying what there is and what is needed.
 */
export function lstmWindows(values: Float64Array, stepSeconds: number, options: LstmOptions): LstmWindows {
  const { lookback, horizon, stride, validationShare } = options;
  const validationFrom = values.length - Math.round(values.length * validationShare);
  const scaling = minMaxOf(values.subarray(0, validationFrom));
  const inputs = scaledBy(bridgedBefore(values, bridgedSlots(stepSeconds)), scaling, FURTHEST);
  const targets = scaledBy(values, scaling, FURTHEST);
  const starts = usableStarts(inputs, targets, lookback, horizon);
  const learnable = starts.filter((start) => start + lookback + horizon <= validationFrom);
  const validating = starts.filter((start) => start + lookback >= validationFrom);
  if (learnable.length < LEAST_TRAINING || validating.length < LEAST_VALIDATION)
    throw new RangeError(tooLittle(values, learnable.length, validating.length, options));
  return {
    scaling,
    inputs,
    targets,
    training: everyNth(learnable, Math.min(stride, Math.floor(learnable.length / LEAST_TRAINING))),
    validation: everyNth(validating, Math.ceil(validating.length / MOST_VALIDATION)),
    validationFrom,
  };
}

/** Where windows begin that hold no gap, and after which something is known. */
function usableStarts(inputs: Float32Array, targets: Float32Array, lookback: number, horizon: number): Int32Array {
  const gapsBefore = new Int32Array(inputs.length + 1);
  const knownBefore = new Int32Array(inputs.length + 1);
  for (let slot = 0; slot < inputs.length; slot++) {
    gapsBefore[slot + 1] = gapsBefore[slot] + Number(Number.isNaN(inputs[slot]));
    knownBefore[slot + 1] = knownBefore[slot] + Number(!Number.isNaN(targets[slot]));
  }
  const starts: number[] = [];
  for (let start = 0; start + lookback + horizon <= inputs.length; start++) {
    const next = start + lookback;
    if (gapsBefore[next] === gapsBefore[start] && knownBefore[next + horizon] > knownBefore[next]) starts.push(start);
  }
  return Int32Array.from(starts);
}

/** Every nth, the newest among them: it is the most like what comes. */
const everyNth = (all: Int32Array, nth: number): Int32Array =>
  all.filter((_, index) => (all.length - 1 - index) % nth === 0);

function tooLittle(
  values: Float64Array,
  training: number,
  validating: number,
  { lookback, horizon, validationShare }: LstmOptions,
): string {
  const known = values.reduce((count, value) => count + Number(!Number.isNaN(value)), 0);
  const needed = Math.max(
    Math.ceil((lookback + horizon + LEAST_TRAINING) / (1 - validationShare)),
    Math.ceil((horizon + LEAST_VALIDATION) / validationShare),
  );
  return (
    `The LSTM finds ${training} windows to learn from and ${validating} to be judged by in ${values.length} slots, ` +
    `${known} of them known: it needs ${LEAST_TRAINING} and ${LEAST_VALIDATION}. With a lookback of ${lookback} and a ` +
    `horizon of ${horizon} slots give at least ${needed} slots without long gaps, or take a shorter lookback and horizon.`
  );
}
