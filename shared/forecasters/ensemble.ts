import * as z from 'zod';
import type { Series } from '../metrics/series.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { lowestOf, measuredForecaster, type MeasuredState } from './measured-forecaster.ts';
import { checkStep, measuredValues } from './recent-window.ts';
import { type Backtest, backtestOf } from './rolling-origins.ts';
import { checkState, measuredShape, weightsShape } from './stored-shapes.ts';

export interface EnsembleOptions {
  /** Weights are errors to minus this power: 0 is the plain mean, and the higher the more the best one decides. */
  readonly sharpness: number;
}

export interface EnsembleForecastState extends MeasuredState {
  readonly members: readonly { readonly name: string; readonly state: unknown }[];
  /** Steps ahead that have weights of their own. */
  readonly steps: Int32Array;
  /** Row-major, one row per member, one column per step; each column sums to 1. */
  readonly weights: Float64Array;
}

type AnyForecaster = Forecaster<unknown, unknown>;
/** Each with options and a state of its own: `fit` gets the defaults of the same one, `restore` the state. */
type Members = Readonly<Record<string, Pick<AnyForecaster, 'name'>>>;

/** What follows is forecast by members that have not seen it. */
const FITTED_PART = 0.6;
/** Keeps a member that made no mistake so far from deciding alone. */
const LEAST_ERROR_PART = 1e-3;

const shape = measuredShape
  .extend({
    members: z.array(z.object({ name: z.string(), state: z.unknown() })).min(1),
    steps: z.instanceof(Int32Array, { error: 'is no Int32Array' }),
    weights: weightsShape,
  })
  .superRefine(({ members, steps, weights }, context) => {
    if (weights.length === members.length * steps.length) return;
    context.addIssue({
      code: 'custom',
      path: ['weights'],
      message: `has ${weights.length} numbers, and ${members.length} members at ${steps.length} steps have ${members.length * steps.length}`,
    });
  });

/**
 * Several forecasters together, each with a say by the inverse of its error at each step (Bates & Granger 1969),
 * measured on the newest two fifths of history by members that had not seen them.
 *
 * @param members in a fixed order; all are fitted anew on all of history.
 */
export function ensembleOf(members: Members): Forecaster<EnsembleOptions, EnsembleForecastState> {
  const known = members as Readonly<Record<string, AnyForecaster>>;
  const names = Object.keys(known);
  const restore = (state: EnsembleForecastState): FittedForecaster<EnsembleForecastState> => {
    const { stepSeconds, steps, weights } = state;
    const fitted = state.members.map(({ name, state: own }) => known[name].restore(own));
    return measuredForecaster(state, longestWindow(fitted), ({ start, values }, horizon) => {
      const said = fitted.map((member) => meanOf(member, { start, stepSeconds, values }, horizon));
      const wanted = Int32Array.from({ length: horizon }, (_, at) => at + 1);
      return combined(said, wanted, steps, weights);
    });
  };
  return {
    name: 'ensemble',
    defaults: { sharpness: 4 },
    fit(history, { sharpness }, seed) {
      const { start, stepSeconds } = history;
      checkStep(stepSeconds);
      if (!(sharpness >= 0 && Number.isFinite(sharpness)))
        throw new RangeError(`The sharpness is ${sharpness}: give a number from 0.`);
      const values = measuredValues(history.values);
      const first = Math.floor(values.length * FITTED_PART);
      const fitOn = (series: Series) => names.map((name) => known[name].fit(series, known[name].defaults, seed));
      const trying = fitOn({ start, stepSeconds, values: values.subarray(0, first) });
      const slots = longestWindow(trying);
      const trials = trying.map((member) => trialOf(member, { start, stepSeconds, values }, first, slots));
      const { steps } = trials.reduce((one, other) =>
        other.backtest.residuals.steps.length > one.backtest.residuals.steps.length ? other : one,
      ).backtest.residuals;
      const weights = weightsOf(
        trials.map(({ backtest }) => backtest),
        steps,
        sharpness,
      );
      const backtest = backtestOf(values, stepSeconds, Math.max(first, 1), (origin, asked, into) => {
        const mean = combined(
          trials.map(({ said }) => said.get(origin)),
          asked,
          steps,
          weights,
        );
        if (mean === undefined) return false;
        into.set(mean);
        return true;
      });
      return restore({
        stepSeconds,
        lowest: lowestOf(values),
        ...backtest,
        members: fitOn({ start, stepSeconds, values }).map(({ state }, at) => ({ name: names[at], state })),
        steps,
        weights,
      });
    },
    restore(state) {
      checkState('ensemble', shape, state);
      const stranger = state.members.find(
        ({ name }, at) => name !== names[at] || state.members.length !== names.length,
      );
      if (stranger !== undefined)
        throw new RangeError(
          `The ensemble was made of ${state.members.map(({ name }) => name).join(', ')}, and this release makes it of ` +
            `${names.join(', ')}. Fit it anew.`,
        );
      return restore(state);
    },
  };
}

const longestWindow = (members: readonly FittedForecaster<unknown>[]): number =>
  Math.max(...members.map(({ windowSlots }) => windowSlots));

/** What a member said at each origin, and what it was off by. */
interface Trial {
  readonly backtest: Backtest;
  /** By origin, at the steps of a backtest. */
  readonly said: ReadonlyMap<number, Float64Array>;
}

function trialOf(member: FittedForecaster<unknown>, history: Series, first: number, slots: number): Trial {
  const said = new Map<number, Float64Array>();
  const { start, stepSeconds, values } = history;
  const backtest = backtestOf(values, stepSeconds, Math.max(first, 1), (origin, steps, into) => {
    if (Number.isNaN(values[origin - 1])) return false;
    const from = Math.max(0, origin - slots);
    const recent = { start: start + from * stepSeconds, stepSeconds, values: values.subarray(from, origin) };
    const mean = meanOf(member, recent, steps[steps.length - 1]);
    if (mean === undefined) return false;
    for (let at = 0; at < steps.length; at++) into[at] = mean[steps[at] - 1];
    said.set(origin, into.slice());
    return true;
  });
  return { backtest, said };
}

function meanOf(member: FittedForecaster<unknown>, recent: Series, horizon: number): Float64Array | undefined {
  const answer = member.forecast(recent, horizon, []);
  return 'unforecastable' in answer ? undefined : answer.mean;
}

/** One row per member: its inverse error at each step, as a part of all. A member that said nothing has no say. */
function weightsOf(backtests: readonly Backtest[], steps: Int32Array, sharpness: number): Float64Array {
  const width = steps.length;
  const errors = backtests.map(({ residuals }) =>
    Float64Array.from(steps, (_, column) => {
      let sum = 0;
      let count = 0;
      for (
        let at = column;
        column < residuals.steps.length && at < residuals.values.length;
        at += residuals.steps.length
      ) {
        if (Number.isNaN(residuals.values[at])) continue;
        sum += Math.abs(residuals.values[at]) * residuals.scale;
        count++;
      }
      return count === 0 ? Number.NaN : sum / count;
    }),
  );
  const weights = new Float64Array(backtests.length * width);
  for (let column = 0; column < width; column++) {
    const known = errors.map((own) => own[column]).filter((error) => !Number.isNaN(error));
    const least = Math.min(...known);
    const floor = LEAST_ERROR_PART * Math.max(...known);
    let total = 0;
    errors.forEach((own, member) => {
      const error = own[column];
      const ratio = error === least ? 1 : (error + floor) / (least + floor);
      const weight = Number.isNaN(error) ? 0 : ratio ** -sharpness;
      weights[member * width + column] = weight;
      total += weight;
    });
    for (let member = 0; member < errors.length; member++) weights[member * width + column] /= total;
  }
  return weights;
}

/**
 * The weighted mean of what members said at the wanted steps; those that said nothing leave their say to the others.
 * Undefined where nobody said anything.
 */
function combined(
  said: readonly (Float64Array | undefined)[],
  wanted: Int32Array,
  steps: Int32Array,
  weights: Float64Array,
): Float64Array | undefined {
  if (steps.length === 0 || said.every((mean) => mean === undefined)) return undefined;
  const result = new Float64Array(wanted.length);
  let column = 0;
  for (let at = 0; at < wanted.length; at++) {
    while (column + 1 < steps.length && steps[column + 1] <= wanted[at]) column++;
    let total = 0;
    let spoken = 0;
    let plain = 0;
    said.forEach((mean, member) => {
      if (mean === undefined) return;
      const weight = weights[member * steps.length + column];
      result[at] += weight * mean[at];
      plain += mean[at];
      spoken++;
      total += weight;
    });
    result[at] = total > 0 ? result[at] / total : plain / spoken;
  }
  return result;
}
