import { absoluteError } from '../numeric/absolute-error.ts';
import { createAdam } from '../numeric/adam.ts';
import { createRandom, type Random } from '../numeric/random.ts';
import type { LstmLesson } from '../numeric/wasm/lstm-gradients.ts';
import { lstmOutputs } from '../numeric/wasm/lstm-outputs.ts';
import { initialLstmParameters, lstmLayout } from '../numeric/wasm/lstm-shape.ts';
import { openLstmBatches, slicesOf, type LstmBatches } from './lstm-gradient-slices.ts';
import type { LstmOptions } from './lstm-options.ts';
import type { LstmWindows } from './lstm-windows.ts';

/** How training is watched, and ended from outside. */
export interface LstmHooks {
  /** Asked after each batch: true ends training, with the best weights so far. */
  readonly isTimeUp?: () => boolean;
  /** Told after each batch. */
  readonly onProgress?: (progress: LstmProgress) => void;
  /** Who computes the slopes; here, one slice after the other, unless given. */
  readonly openBatches?: (lesson: LstmLesson) => LstmBatches;
}

export interface LstmProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** From 1. */
  readonly batch: number;
  readonly batches: number;
  /** Mean absolute error of this epoch's batches so far, of values scaled to 0 … 1. */
  readonly loss: number;
  /** The best so far on the part that nothing is learned from; before the first epoch that of untrained weights. */
  readonly bestLoss: number;
  readonly learningRate: number;
}

/** Weights, and how they came about. */
export interface TrainedLstm {
  readonly parameters: Float32Array;
  /** Why it ended: no more improvement, all epochs done, or no more time. */
  readonly ended: 'no-improvement' | 'all-epochs' | 'time-is-up';
  /** Epochs that were begun. */
  readonly epochs: number;
  /** After which epoch the weights were best; 0 where no training improved on none. */
  readonly bestEpoch: number;
  /** Mean absolute error on the validation part before training, and with the weights that are kept. */
  readonly firstLoss: number;
  readonly bestLoss: number;
  readonly learningRate: number;
}

/** Longer slopes are cut to this length: one window with an outlier moves the weights no further than others. */
const LONGEST_SLOPE = 1;
const LEAST_LEARNING_RATE = 1e-5;
/** Less is no improvement. */
const LEAST_GAIN = 1e-4;

/**
 * Trains by Adam on shuffled windows; halves the learning rate on a plateau, stops early, and gives back the weights
 * that were best on the validation part. The same windows, options and seed give the same bits, whoever computes the
 * slopes, unless time is up.
 *
 * @throws RangeError where the numbers grow beyond all bounds, which a lower learning rate cures.
 */
export function trainLstmWeights(
  windows: LstmWindows,
  options: LstmOptions,
  seed: number,
  { isTimeUp, onProgress, openBatches = openLstmBatches }: LstmHooks = {},
): TrainedLstm {
  const random = createRandom(seed);
  const layout = lstmLayout(options);
  const parameters = initialLstmParameters(layout, random);
  const { inputs, targets } = windows;
  const lesson: LstmLesson = { shape: options, dropout: options.dropout, inputs, targets };
  const adam = createAdam(layout.length);
  const slopes = new Float32Array(layout.length);
  const order = Int32Array.from(windows.training);
  const batches = Math.ceil(order.length / options.batchSize);
  const firstLoss = validationLoss(windows, options, parameters);
  let learningRate = options.learningRate;
  let best = { parameters: parameters.slice(), loss: firstLoss, epoch: 0 };
  let epoch = 0;
  let stale = 0;

  function learn(computing: LstmBatches): TrainedLstm['ended'] {
    for (epoch = 1; epoch <= options.epochs; epoch++) {
      shuffle(order, random);
      let losses = 0;
      let timeIsUp = false;
      for (let batch = 1; batch <= batches && !timeIsUp; batch++) {
        const starts = order.subarray((batch - 1) * options.batchSize, batch * options.batchSize);
        slopes.fill(0);
        losses += computing.add(parameters, slicesOf(starts, lesson, random), slopes);
        shorten(slopes);
        adam.step(parameters, slopes, learningRate);
        const loss = losses / batch;
        if (!Number.isFinite(loss))
          throw new RangeError(`The LSTM's training error grew to ${loss} in epoch ${epoch}: lower its learningRate.`);
        onProgress?.({
          epoch,
          epochs: options.epochs,
          batch,
          batches,
          loss,
          bestLoss: best.loss,
          learningRate,
        });
        timeIsUp = isTimeUp?.() ?? false;
      }
      const loss = validationLoss(windows, options, parameters);
      if (loss < best.loss * (1 - LEAST_GAIN)) {
        best = { parameters: parameters.slice(), loss, epoch };
        stale = 0;
      } else stale++;
      if (timeIsUp) return 'time-is-up';
      if (stale >= options.patience) return 'no-improvement';
      if (stale > 0 && stale % options.plateau === 0) learningRate = Math.max(LEAST_LEARNING_RATE, learningRate / 2);
    }
    epoch = options.epochs;
    return 'all-epochs';
  }

  const computing = openBatches(lesson);
  try {
    const ended = learn(computing);
    return {
      parameters: best.parameters,
      ended,
      epochs: epoch,
      bestEpoch: best.epoch,
      firstLoss,
      bestLoss: best.loss,
      learningRate,
    };
  } finally {
    computing.close();
  }
}

/** Fisher and Yates, in place. */
function shuffle(order: Int32Array, random: Random): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
}

function shorten(slopes: Float32Array): void {
  let squares = 0;
  for (const slope of slopes) squares += slope * slope;
  const factor = LONGEST_SLOPE / Math.sqrt(squares);
  if (factor < 1) for (let at = 0; at < slopes.length; at++) slopes[at] *= factor;
}

/** Mean absolute error over all known targets of the validation windows. */
function validationLoss(
  { inputs, targets, validation }: LstmWindows,
  options: LstmOptions,
  parameters: Float32Array,
): number {
  const { lookback, horizon } = options;
  const asked = new Float32Array(validation.length * lookback);
  validation.forEach((start, row) => {
    asked.set(inputs.subarray(start, start + lookback), row * lookback);
  });
  const said = lstmOutputs(options, parameters, asked);
  let errors = 0;
  let known = 0;
  validation.forEach((start, row) => {
    for (let step = 0; step < horizon; step++) {
      const error = said[row * horizon + step] - targets[start + lookback + step];
      if (Number.isNaN(error)) continue;
      errors += absoluteError(error);
      known++;
    }
  });
  return errors / known;
}
