import type { Series } from '../metrics/series.ts';
import { automaticBacktest } from './automatic-backtest.ts';
import { forecastRows } from './automatic-forecast.ts';
import { bandsAround, pathsAround } from './automatic-ranges.ts';
import { automaticShape, type AutomaticShape } from './automatic-shape.ts';
import { checkState, nothingLearned, upgradedState, type AutomaticState } from './automatic-state.ts';
import { coreWindow } from './core-window.ts';
import type { FittedForecaster, ForecastAnswer, Forecaster } from './forecaster.ts';
import { anchorAt, slotsThrough } from './row-slots.ts';

export interface AutomaticOptions {
  /**
   * Slots shorter than this are gathered into rows of about this length, on which the experts work; forecasts come in
   * slots again. Seconds.
   */
  readonly rowSeconds: number;
}

/** A horizon beyond this is a mistake. */
const MOST_DAYS = 14;
const DAY_SECONDS = 86_400;

const slotsOfRow = (rowSeconds: number, stepSeconds: number): number =>
  Math.max(1, Math.round(rowSeconds / stepSeconds));

/**
 * Eleven experts (three analogs, four seasonal profiles, levels), weighed for each range of rows ahead by a backtest on
 * the series' own last two weeks; when the last hour went worse than that, by the last hour. Ranges and courses come from
 * what the backtest left over, scaled by how much the experts disagree. docs/decisions/0022 has what it was measured to
 * do, and where it departs from what was found before.
 *
 * - Under a day and two hours of history, or with less than a quarter of the last day known: `not-enough-history`.
 * - Gaps of up to half an hour (three slots at least) are bridged by the value before them; a longer one at the end is
 *   `missing-data`, a longer one before it takes the values of a day before, and nothing is judged by it.
 * - A history that never was below 0 gives no forecast below 0.
 * - Beyond a day ahead the last forecast day is repeated, the more uncertain by the root of the days; beyond an hour
 *   without two days of history, errors are taken to grow like those of a random walk.
 */
export const automaticForecaster: Forecaster<AutomaticOptions, AutomaticState> = {
  name: 'automatic',
  defaults: { rowSeconds: 300 },
  fit(history, { rowSeconds }) {
    const { stepSeconds } = history;
    checkStep(stepSeconds);
    if (!(rowSeconds > 0 && rowSeconds <= DAY_SECONDS)) {
      throw new RangeError(`rowSeconds is ${rowSeconds}: give a number of seconds up to a day.`);
    }
    const slots = slotsOfRow(rowSeconds, stepSeconds);
    const shape = automaticShape(stepSeconds * slots);
    const window = coreWindow(history, shape, slots, shape.backtest + shape.search);
    return fitted(
      typeof window === 'string'
        ? nothingLearned(stepSeconds, shape.rowSeconds)
        : automaticBacktest(window, shape, stepSeconds),
    );
  },
  restore: (state) => fitted(upgradedState(state)),
};

function fitted(state: AutomaticState): FittedForecaster<AutomaticState> {
  checkStep(state.stepSeconds);
  const slotsPerRow = state.rowSeconds / state.stepSeconds;
  if (!Number.isInteger(slotsPerRow) || slotsPerRow < 1) {
    throw new RangeError(
      `The automatic forecaster's state has rows of ${state.rowSeconds} s of slots of ${state.stepSeconds} s: they are to be whole. Train it anew.`,
    );
  }
  const shape = automaticShape(state.rowSeconds);
  checkState(state, shape, slotsPerRow);
  return {
    state,
    skill: state.origins === 0 ? undefined : { value: state.skill, origins: state.origins },
    windowSlots: shape.window * slotsPerRow,
    forecast: (recent, horizon, levels) => answer(state, shape, slotsPerRow, recent, horizon, levels),
  };
}

function answer(
  state: AutomaticState,
  shape: AutomaticShape,
  slotsPerRow: number,
  recent: Series,
  horizon: number,
  levels: readonly number[],
): ForecastAnswer {
  const { start, stepSeconds, values } = recent;
  if (stepSeconds !== state.stepSeconds) {
    throw new RangeError(
      `The series has a step of ${stepSeconds} s, the forecaster was fitted on ${state.stepSeconds} s.`,
    );
  }
  const most = MOST_DAYS * shape.day * slotsPerRow;
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > most) {
    throw new RangeError(`A horizon of ${horizon} steps: give a whole number from 1 to ${most}, ${MOST_DAYS} days.`);
  }
  for (const level of levels) {
    if (!(level > 0 && level < 100)) throw new RangeError(`A level of ${level}: give percent above 0 and below 100.`);
  }
  if (state.origins === 0) return { unforecastable: 'not-enough-history' };
  const window = coreWindow(recent, shape, slotsPerRow, shape.window);
  if (typeof window === 'string') return { unforecastable: window };

  const isNonNegative = state.isNonNegative && window.isNonNegative;
  const rows = forecastRows(state, shape, window, isNonNegative, Math.ceil(horizon / slotsPerRow));
  const course = new Float64Array(horizon);
  const anchor = anchorAt(window.slots, window.slots.length - 1, state.anchorSmoothing);
  slotsThrough(rows.rows, rows.rows.length, anchor, slotsPerRow, horizon, course);
  const bands = bandsAround(course, rows, state, shape, slotsPerRow, levels);
  const paths = pathsAround(course, rows, state, shape, slotsPerRow);
  if (isNonNegative) {
    for (const numbers of [course, paths.values, ...bands.flatMap(({ lower, upper }) => [lower, upper])]) {
      notBelowZero(numbers);
    }
  }
  return { start: start + values.length * stepSeconds, stepSeconds, mean: course, bands, paths };
}

function notBelowZero(numbers: Float64Array): void {
  for (let index = 0; index < numbers.length; index++) if (numbers[index] < 0) numbers[index] = 0;
}

function checkStep(stepSeconds: number): void {
  if (!(Number.isInteger(stepSeconds) && stepSeconds >= 1 && stepSeconds <= DAY_SECONDS)) {
    throw new RangeError(
      `A step of ${stepSeconds} s cannot be forecast: give whole seconds from 1 to ${DAY_SECONDS}, a day.`,
    );
  }
}
