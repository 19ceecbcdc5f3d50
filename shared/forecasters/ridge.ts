import * as z from 'zod';
import { addRidgeRow, emptyRidgeSums, type RidgeFit, solveRidge } from '../numeric/ridge-regression.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { residualSteps } from './intervals.ts';
import { lowestOf, measuredForecaster, type MeasuredState } from './measured-forecaster.ts';
import { bridgedSlots, checkStep, measuredValues, slotsADay, slotsIn } from './recent-window.ts';
import { carriedForward, linedUp, type RidgeDesign, ridgeDesign, runningSums } from './ridge-design.ts';
import { backtestOf, strideBesideDay } from './rolling-origins.ts';
import { checkState, measuredShape, weightsShape } from './stored-shapes.ts';

export interface RidgeOptions {
  /** Penalty per row on standardised features. */
  readonly penalty: number;
  /** Rows of history that are learned from at most, spread over its newest 21 days. */
  readonly rows: number;
}

export interface RidgeState extends MeasuredState {
  readonly weekly: boolean;
  /** Steps ahead that have weights of their own; between them a forecast is a straight line. */
  readonly steps: Int32Array;
  /** Row-major, one row per feature and a last one of intercepts, one column per step. */
  readonly weights: Float64Array;
}

const HISTORY_DAYS = 21;
const WEEKLY_FROM_DAYS = 14;
const NEAR_SECONDS = 3600;
const NEAR_LEAST = 12;
/** Origins in each part are forecast by weights from what lies before it. */
const PARTS = [0.4, 0.55, 0.7, 0.85];
/** Fewer rows than this times the features teach a regression nothing but noise. */
const ROWS_PER_FEATURE = 3;

const shape = measuredShape
  .extend({
    weekly: z.boolean(),
    steps: z.instanceof(Int32Array, { error: 'is no Int32Array' }),
    weights: weightsShape,
  })
  .superRefine(({ stepSeconds, weekly, steps, weights }, context) => {
    const wanted = (ridgeDesign(stepSeconds, weekly).features + 1) * steps.length;
    if (weights.length !== wanted)
      context.addIssue({
        code: 'custom',
        path: ['weights'],
        message: `has ${weights.length} numbers, and ${wanted} belong to its steps and features`,
      });
  });

/**
 * Ridge regression of what comes on what was: the change from the newest value, at each step by weights of its own
 * (direct forecasts), from lags, means, yesterday, and waves of a day and a week.
 */
export const ridge: Forecaster<RidgeOptions, RidgeState> = {
  name: 'ridge',
  defaults: { penalty: 0.01, rows: 3000 },
  fit(history, { penalty, rows }) {
    const { stepSeconds } = history;
    checkStep(stepSeconds);
    if (!(Number.isInteger(rows) && rows > 0)) throw new RangeError(`rows is ${rows}: give a whole number above 0.`);
    const day = slotsADay(stepSeconds);
    const cut = Math.max(0, history.values.length - HISTORY_DAYS * day);
    const values = measuredValues(history.values.subarray(cut));
    const weekly = values.length >= WEEKLY_FROM_DAYS * day;
    const design = ridgeDesign(stepSeconds, weekly);
    const data = dataOf(values, history.start + cut * stepSeconds, stepSeconds);
    const steps = residualSteps(Math.max(day, NEAR_LEAST));
    const near = steps.filter((step) => step <= Math.max(NEAR_LEAST, slotsIn(NEAR_SECONDS, stepSeconds)));
    const stride = strideBesideDay((values.length - design.reach) / rows, day);
    const cuts = [...PARTS.map((part) => Math.floor(part * values.length)), values.length];
    const targets = linedUp(values, stepSeconds);
    const groups = [near, steps.subarray(near.length)].filter(({ length }) => length > 0);
    const solved = groups.map((group) => solveParts(data, design, targets, group, stride, cuts, penalty));
    const fits = cuts.map((_, part) => solved.map((parts) => parts[part]));
    const row = new Float64Array(design.features);
    const backtest = backtestOf(values, stepSeconds, cuts[0], (origin, asked, into) => {
      if (Number.isNaN(values[origin - 1])) return false;
      const fit = fits[cuts.findLastIndex((slot) => slot <= origin)];
      if (fit[0] === undefined) return false;
      writeRow(design, data, origin - 1, row);
      const ends = endsOf(fit, groups, row);
      for (let at = 0; at < asked.length; at++)
        into[at] = data.filled[origin - 1] + data.origin + along(ends.steps, ends.changes, asked[at]);
      return true;
    });
    const known = fits[fits.length - 1];
    const count = known[0] === undefined ? 0 : known.length > 1 && known[1] === undefined ? near.length : steps.length;
    return restore({
      stepSeconds,
      lowest: lowestOf(values),
      ...backtest,
      weekly,
      steps: steps.slice(0, count),
      weights: joined(known, groups, design.features, count),
    });
  },
  restore(state) {
    checkState('ridge', shape, state);
    return restore(state);
  },
};

const windowSlots = (stepSeconds: number): number =>
  ridgeDesign(stepSeconds, true).reach + bridgedSlots(stepSeconds) + 1;

/** A series as rows are made of it: without gaps, from its first value, so that large levels cost no digits. */
interface RidgeData {
  readonly start: number;
  readonly stepSeconds: number;
  readonly origin: number;
  readonly filled: Float64Array;
  readonly sums: Float64Array;
}

function dataOf(values: Float64Array, start: number, stepSeconds: number): RidgeData {
  const filled = carriedForward(values);
  const origin = filled.length > 0 ? filled[0] : 0;
  for (let slot = 0; slot < filled.length; slot++) filled[slot] -= origin;
  return { start, stepSeconds, origin, filled, sums: runningSums(filled) };
}

const writeRow = (
  design: RidgeDesign,
  { start, stepSeconds, filled, sums }: RidgeData,
  slot: number,
  row: Float64Array,
) => {
  design.write(filled, sums, slot, start + slot * stepSeconds, row);
};

/** The regression of each cut: from the rows whose outcome was known there. Undefined where these are too few. */
function solveParts(
  data: RidgeData,
  design: RidgeDesign,
  targets: Float64Array,
  steps: Int32Array,
  stride: number,
  cuts: readonly number[],
  penalty: number,
): readonly (RidgeFit | undefined)[] {
  const last = steps[steps.length - 1];
  const sums = emptyRidgeSums(design.features, steps.length);
  const row = new Float64Array(design.features);
  const outcome = new Float64Array(steps.length);
  let slot = design.reach;
  return cuts.map((cut) => {
    for (; slot + last < cut; slot += stride) {
      if (!outcomeOf(targets, slot, steps, outcome)) continue;
      writeRow(design, data, slot, row);
      addRidgeRow(sums, row, outcome);
    }
    return sums.rows < ROWS_PER_FEATURE * design.features ? undefined : solveRidge(sums, penalty);
  });
}

/** The changes from a slot to the steps after it; false where one of them is a gap. */
function outcomeOf(targets: Float64Array, slot: number, steps: Int32Array, outcome: Float64Array): boolean {
  for (let at = 0; at < steps.length; at++) {
    outcome[at] = targets[slot + steps[at]] - targets[slot];
    if (Number.isNaN(outcome[at])) return false;
  }
  return true;
}

/** Expected changes at the steps that have weights. */
function endsOf(
  fits: readonly (RidgeFit | undefined)[],
  groups: readonly Int32Array[],
  row: Float64Array,
): { readonly steps: number[]; readonly changes: number[] } {
  const steps: number[] = [];
  const changes: number[] = [];
  fits.forEach((fit, group) => {
    if (fit === undefined) return;
    const { length } = groups[group];
    for (let at = 0; at < length; at++) {
      let change = fit.intercepts[at];
      for (let feature = 0; feature < row.length; feature++)
        change += row[feature] * fit.weights[feature * length + at];
      steps.push(groups[group][at]);
      changes.push(change);
    }
  });
  return { steps, changes };
}

/** Between steps a straight line; after the last one as there. */
function along(steps: ArrayLike<number>, changes: ArrayLike<number>, step: number): number {
  const end = steps.length - 1;
  if (step >= steps[end]) return changes[end];
  let at = 0;
  while (steps[at] < step) at++;
  if (steps[at] === step || at === 0) return changes[at];
  const part = (step - steps[at - 1]) / (steps[at] - steps[at - 1]);
  return changes[at - 1] + part * (changes[at] - changes[at - 1]);
}

function joined(
  fits: readonly (RidgeFit | undefined)[],
  groups: readonly Int32Array[],
  features: number,
  count: number,
): Float64Array {
  const weights = new Float64Array((features + 1) * count);
  let column = 0;
  fits.forEach((fit, group) => {
    const { length } = groups[group];
    if (fit !== undefined && column + length <= count) {
      for (let feature = 0; feature < features; feature++)
        weights.set(fit.weights.subarray(feature * length, (feature + 1) * length), feature * count + column);
      weights.set(fit.intercepts, features * count + column);
    }
    column += length;
  });
  return weights;
}

function restore(state: RidgeState): FittedForecaster<RidgeState> {
  const { stepSeconds, weekly, steps, weights } = state;
  const design = ridgeDesign(stepSeconds, weekly);
  const row = new Float64Array(design.features);
  return measuredForecaster(state, windowSlots(stepSeconds), ({ values, start }, horizon) => {
    if (values.length <= design.reach || steps.length === 0) return undefined;
    const data = dataOf(values, start, stepSeconds);
    writeRow(design, data, values.length - 1, row);
    const changes = Float64Array.from(steps, (_, at) => {
      let change = weights[design.features * steps.length + at];
      for (let feature = 0; feature < row.length; feature++)
        change += row[feature] * weights[feature * steps.length + at];
      return change;
    });
    const newest = values[values.length - 1];
    return Float64Array.from({ length: horizon }, (_, at) => newest + along(steps, changes, at + 1));
  });
}
