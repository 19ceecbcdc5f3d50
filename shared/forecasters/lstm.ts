import * as z from 'zod';
import type { Series } from '../metrics/series.ts';
import { scaledBy } from '../numeric/min-max.ts';
import { lstmOutputs } from '../numeric/wasm/lstm-outputs.ts';
import { initialLstmParameters, lstmLayout, type LstmShape } from '../numeric/wasm/lstm-shape.ts';
import { createRandom } from '../numeric/random.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { checkLstmOptions, lstmDefaults, type LstmOptions } from './lstm-options.ts';
import { trainLstmWeights, type LstmHooks, type TrainedLstm } from './lstm-training.ts';
import { bridgedBefore, FURTHEST, lstmWindows } from './lstm-windows.ts';
import { lowestOf, measuredForecaster, type MeasuredState } from './measured-forecaster.ts';
import { bridgedSlots, checkStep, measuredValues, type RecentWindow } from './recent-window.ts';
import { backtestOf, matters } from './rolling-origins.ts';
import { checkState, measuredShape } from './stored-shapes.ts';

/** What is stored: half a megabyte, all but all of it weights. */
export interface LstmState extends MeasuredState, LstmShape {
  readonly minimum: number;
  /** 0 where training saw one value only: then everything stays as it is. */
  readonly range: number;
  readonly parameters: Float32Array;
}

/** A trained forecaster, and how its training went. */
export interface TrainedLstmForecaster {
  readonly fitted: FittedForecaster<LstmState>;
  readonly training: Omit<TrainedLstm, 'parameters'>;
}

/**
 * A network of two LSTM layers over the newest `lookback` slots, scaled to the range of history. Minutes of training, a
 * few milliseconds a forecast. Expectation is the median: it is trained on absolute errors. Gaps of up to a quarter of an
 * hour are bridged by the value before; a longer one within the window is `not-enough-history`.
 *
 * A state goes on with its own lookback, whatever the settings say by now: where it is shown less than that, it answers
 * `not-enough-history`, never a guess.
 */
export const lstmForecaster: Forecaster<LstmOptions, LstmState> = {
  name: 'lstm',
  defaults: lstmDefaults,
  fit: (history, options, seed) => trainLstm(history, options, seed).fitted,
  restore(state) {
    checkState('lstm', lstmShape, state);
    return fittedLstm(state);
  },
};

/**
 * As {@link lstmForecaster}'s `fit`, with hooks to watch it and to end it in time. Once time is up it needs as long as
 * a batch, and a second or two for its validation and its backtest.
 *
 * @throws RangeError on options that are none, and on too little history, saying what there is and what is needed.
 */
export function trainLstm(
  history: Series,
  options: LstmOptions,
  seed: number,
  hooks: LstmHooks = {},
): TrainedLstmForecaster {
  checkLstmOptions(options);
  checkStep(history.stepSeconds);
  const { stepSeconds } = history;
  const { lookback, horizon, units, head } = options;
  const values = measuredValues(history.values);
  const windows = lstmWindows(values, stepSeconds, options);
  const { parameters, ...training } =
    windows.scaling.range > 0 ? trainLstmWeights(windows, options, seed, hooks) : untrained(options, seed);
  const network = { lookback, horizon, units: [...units], head, ...windows.scaling, parameters };
  const bridged = bridgedBefore(values, bridgedSlots(stepSeconds));
  const { residuals, skill } = backtestOf(values, stepSeconds, windows.validationFrom, (origin, steps, into) => {
    if (Number.isNaN(values[origin - 1])) return false;
    const wanted = steps.findLastIndex((step) => step <= horizon || matters(step, stepSeconds)) + 1;
    const said = expected(network, bridged.subarray(0, origin), steps[wanted - 1]);
    if (said === undefined) return false;
    into.fill(Number.NaN);
    for (let column = 0; column < wanted; column++) into[column] = said[steps[column] - 1];
    return true;
  });
  const state = { stepSeconds, lowest: lowestOf(values), residuals, skill, ...network };
  return { fitted: fittedLstm(state), training };
}

/** Of a history that never changed there is nothing to learn. */
const untrained = (shape: LstmShape, seed: number): TrainedLstm => ({
  parameters: initialLstmParameters(lstmLayout(shape), createRandom(seed)),
  ended: 'no-improvement',
  epochs: 0,
  bestEpoch: 0,
  firstLoss: 0,
  bestLoss: 0,
  learningRate: 0,
});

const windowSlots = (lookback: number, stepSeconds: number): number => lookback + bridgedSlots(stepSeconds);

const fittedLstm = (state: LstmState): FittedForecaster<LstmState> =>
  measuredForecaster(state, windowSlots(state.lookback, state.stepSeconds), ({ values }: RecentWindow, steps) =>
    expected(state, bridgedBefore(values, bridgedSlots(state.stepSeconds)), steps),
  );

/**
 * So many steps after the last of the values; beyond the network's own horizon it goes on from what it said.
 *
 * @returns undefined where there are fewer values than are looked at, or gaps among them.
 */
function expected(
  network: Omit<LstmState, keyof MeasuredState>,
  values: Float64Array,
  steps: number,
): Float64Array | undefined {
  const { lookback, horizon, minimum, range, parameters } = network;
  if (values.length < lookback) return undefined;
  const known = new Float64Array(lookback + Math.ceil(steps / horizon) * horizon);
  known.set(values.subarray(values.length - lookback));
  if (known.some(Number.isNaN)) return undefined;
  for (let said = 0; said < steps; said += horizon) {
    const window = known.subarray(said, said + lookback);
    const last = window[lookback - 1];
    if (range === 0) {
      known.fill(last, said + lookback, said + lookback + horizon);
      continue;
    }
    const scaled = scaledBy(window, { minimum, range }, FURTHEST);
    const answer = lstmOutputs(network, parameters, scaled);
    // As far from the value itself, which may have more digits than float32, or lie further out than is told apart.
    const from = network.head === 'last-state' ? last - range * scaled[lookback - 1] : minimum;
    for (let step = 0; step < horizon; step++) known[said + lookback + step] = from + range * answer[step];
  }
  return known.subarray(lookback, lookback + steps);
}

const lstmShape = measuredShape
  .extend({
    lookback: z.int().positive(),
    horizon: z.int().positive(),
    units: z.array(z.int().positive()),
    head: z.enum(['last-state', 'per-step']),
    minimum: z.number(),
    range: z.number().nonnegative(),
    parameters: z.instanceof(Float32Array, { error: 'is no Float32Array' }),
  })
  .superRefine(({ parameters, lookback, horizon, units, head }, context) => {
    const refuse = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [field], message });
    };
    let needed: number;
    try {
      needed = lstmLayout({ lookback, horizon, units, head }).length;
    } catch (error) {
      refuse('units', `make no network (${String(error)})`);
      return;
    }
    const bad = parameters.findIndex((value) => !Number.isFinite(value));
    if (parameters.length !== needed)
      refuse(
        'parameters',
        `are ${parameters.length} numbers, but ${units.join(' and ')} units with a horizon of ${horizon} have ${needed}`,
      );
    else if (bad >= 0) refuse('parameters', `have ${parameters[bad]} at place ${bad}`);
  });
