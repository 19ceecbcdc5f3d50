import * as z from 'zod';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { lowestOf, measuredForecaster, type MeasuredState } from './measured-forecaster.ts';
import { checkStep, measuredValues, slotsADay } from './recent-window.ts';
import { type Backtest, backtestOf } from './rolling-origins.ts';
import { checkState, measuredShape } from './stored-shapes.ts';

export interface SeasonalNaiveOptions {
  /** A day, a week, or what was better on history. */
  readonly season: 'day' | 'week' | 'better';
}

export interface SeasonalNaiveState extends MeasuredState {
  readonly seasonSlots: number;
}

const DAYS_A_WEEK = 7;
/** A value that is missing a season ago is looked for in so many seasons before. */
const SEASONS_BACK = 2;
const WINDOW_DAYS = 15;
/** A week must be better by this: what repeats every day repeats every week as well, only longer ago. */
const WEEK_MARGIN = 0.03;

const shape = measuredShape.extend({ seasonSlots: z.int().positive() });

/** The same as a day ago, or a week ago. A gap there is looked for a season earlier, then the newest value stands in. */
export const seasonalNaive: Forecaster<SeasonalNaiveOptions, SeasonalNaiveState> = {
  name: 'seasonal-naive',
  defaults: { season: 'better' },
  fit(history, { season }) {
    const { stepSeconds } = history;
    checkStep(stepSeconds);
    const values = measuredValues(history.values);
    const day = slotsADay(stepSeconds);
    const isWeekly = season === 'week' || (season === 'better' && isBetterByWeek(values, stepSeconds));
    const chosen = isWeekly ? DAYS_A_WEEK * day : day;
    return restore({
      stepSeconds,
      lowest: lowestOf(values),
      ...backtest(values, stepSeconds, chosen, chosen),
      seasonSlots: chosen,
    });
  },
  restore(state) {
    checkState('seasonal-naive', shape, state);
    return restore(state);
  },
};

/** Compared at the same origins, from two weeks of history on: a week of them at least. */
function isBetterByWeek(values: Float64Array, stepSeconds: number): boolean {
  const day = slotsADay(stepSeconds);
  const week = DAYS_A_WEEK * day;
  if (values.length < 2 * week) return false;
  const skillOver = (seasonSlots: number): number =>
    backtest(values, stepSeconds, seasonSlots, week).skill?.value ?? Number.NEGATIVE_INFINITY;
  return skillOver(week) > skillOver(day) + WEEK_MARGIN;
}

const windowSlots = (stepSeconds: number): number => WINDOW_DAYS * slotsADay(stepSeconds);

function backtest(values: Float64Array, stepSeconds: number, seasonSlots: number, first: number): Backtest {
  return backtestOf(values, stepSeconds, first, (origin, steps, into) => {
    if (Number.isNaN(values[origin - 1])) return false;
    for (let at = 0; at < steps.length; at++) into[at] = aSeasonAgo(values, origin, steps[at], seasonSlots);
    return true;
  });
}

/** What was there a season before slot `origin - 1 + step`, from the slots before `origin`, whose newest is known. */
function aSeasonAgo(values: Float64Array, origin: number, step: number, seasonSlots: number): number {
  const slot = origin - 1 + step;
  const back = Math.ceil(step / seasonSlots);
  for (let seasons = back; seasons < back + SEASONS_BACK; seasons++) {
    const before = slot - seasons * seasonSlots;
    if (before >= 0 && !Number.isNaN(values[before])) return values[before];
  }
  return values[origin - 1];
}

const restore = (state: SeasonalNaiveState): FittedForecaster<SeasonalNaiveState> =>
  measuredForecaster(state, windowSlots(state.stepSeconds), ({ values }, steps) =>
    values.length < state.seasonSlots
      ? undefined
      : Float64Array.from({ length: steps }, (_, at) => aSeasonAgo(values, values.length, at + 1, state.seasonSlots)),
  );
