import * as z from 'zod';
import { type Bound, nelderMead } from '../numeric/nelder-mead.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import {
  advanceHoltWinters,
  expectedByHoltWinters,
  type HoltWintersParameters,
  startHoltWinters,
} from './holt-winters-pass.ts';
import { lowestOf, measuredForecaster, type MeasuredState } from './measured-forecaster.ts';
import { checkStep, measuredValues, slotsADay } from './recent-window.ts';
import { backtestOf } from './rolling-origins.ts';
import { checkState, measuredShape } from './stored-shapes.ts';

export interface HoltWintersOptions {
  /** Days of the window that the recursion runs over before it forecasts, 2 or more. */
  readonly windowDays: number;
  /** Values of the error that the search for parameters may ask for. */
  readonly evaluations: number;
}

export interface HoltWintersState extends MeasuredState {
  /** 1 where history had no two days: then there is no season. */
  readonly seasonSlots: number;
  readonly windowDays: number;
  readonly parameters: HoltWintersParameters;
}

/** What a search begins with: a level that follows within the hour, hardly a trend, a season that follows in weeks. */
const START: HoltWintersParameters = { level: 0.3, trend: 0.02, season: 0.1, damping: 0.9 };
/** A trend that is let follow every value runs away with it. */
const MOST: HoltWintersParameters = { level: 0.999, trend: 0.3, season: 0.6, damping: 0.98 };
const LEAST: HoltWintersParameters = { level: 0.001, trend: 0, season: 0, damping: 0.8 };
const TOLERANCE = 1e-4;
/** What follows this part of history is forecast by parameters that have not seen it. */
const FITTED_PART = 0.6;
const SEASONS_NEEDED = 2;

const part = z.number().min(0).max(1);
const shape = measuredShape.extend({
  seasonSlots: z.int().positive(),
  windowDays: z.number().min(2),
  parameters: z.object({ level: part, trend: part, season: part, damping: part }),
});

/**
 * Holt-Winters with an additive season of a day and a damped additive trend; the parameters are those of the least
 * squared error one step ahead, found by a bounded search.
 */
export const holtWinters: Forecaster<HoltWintersOptions, HoltWintersState> = {
  name: 'holt-winters',
  defaults: { windowDays: 14, evaluations: 120 },
  fit(history, { windowDays, evaluations }) {
    const { stepSeconds } = history;
    checkStep(stepSeconds);
    if (!(windowDays >= SEASONS_NEEDED))
      throw new RangeError(`A window of ${windowDays} days holds no two seasons: give windowDays of 2 or more.`);
    const day = slotsADay(stepSeconds);
    const values = measuredValues(history.values.subarray(Math.max(0, history.values.length - windowDays * day)));
    const seasonSlots = values.length >= SEASONS_NEEDED * day ? day : 1;
    const fittedUntil = Math.max(seasonSlots, Math.floor(values.length * FITTED_PART));
    const early = search(values.subarray(0, fittedUntil), seasonSlots, evaluations, START);
    const memory = startHoltWinters(values.subarray(0, fittedUntil), seasonSlots);
    let read = 0;
    const backtest = backtestOf(values, stepSeconds, fittedUntil, (origin, steps, into) => {
      if (memory === undefined) return false;
      advanceHoltWinters(memory, early, values, read, origin);
      read = origin;
      for (let at = 0; at < steps.length; at++) into[at] = expectedByHoltWinters(memory, early.damping, steps[at]);
      return !Number.isNaN(values[origin - 1]);
    });
    const parameters = search(values, seasonSlots, evaluations, early);
    return restore({ stepSeconds, lowest: lowestOf(values), ...backtest, seasonSlots, windowDays, parameters });
  },
  restore(state) {
    checkState('holt-winters', shape, state);
    return restore(state);
  },
};

const restore = (state: HoltWintersState): FittedForecaster<HoltWintersState> =>
  measuredForecaster(state, state.windowDays * slotsADay(state.stepSeconds), ({ values }, steps) => {
    const { parameters, seasonSlots } = state;
    const memory = startHoltWinters(values, seasonSlots);
    if (memory === undefined) return undefined;
    advanceHoltWinters(memory, parameters, values, 0, values.length);
    return Float64Array.from({ length: steps }, (_, at) => expectedByHoltWinters(memory, parameters.damping, at + 1));
  });

/** Parameters of the least squared error one step ahead, never worse than where the search began. */
function search(
  values: Float64Array,
  seasonSlots: number,
  evaluations: number,
  from: HoltWintersParameters,
): HoltWintersParameters {
  const template = startHoltWinters(values, seasonSlots);
  if (template === undefined) return from;
  const names: readonly (keyof HoltWintersParameters)[] =
    seasonSlots === 1 ? ['level', 'trend', 'damping'] : ['level', 'trend', 'season', 'damping'];
  const parametersAt = (at: Float64Array): HoltWintersParameters => {
    const found: Record<keyof HoltWintersParameters, number> = { ...from, season: seasonSlots === 1 ? 0 : from.season };
    names.forEach((name, index) => (found[name] = at[index]));
    return found;
  };
  const season = new Float64Array(seasonSlots);
  const bounds: readonly Bound[] = names.map((name) => ({ from: LEAST[name], to: MOST[name], start: from[name] }));
  const found = nelderMead(
    (at) => {
      season.set(template.season);
      return advanceHoltWinters({ ...template, season }, parametersAt(at), values, 0, values.length);
    },
    bounds,
    evaluations,
    TOLERANCE,
  );
  return parametersAt(found.at);
}
