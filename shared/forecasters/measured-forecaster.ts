import type { Series } from '../metrics/series.ts';
import type { FittedForecaster, Forecast, Skill } from './forecaster.ts';
import { conformalBands, residualPaths, type ResidualRows } from './intervals.ts';
import { checkQuestion, recentWindow, type RecentWindow } from './recent-window.ts';

/** What every forecaster knows that measured itself at rolling origins. */
export interface MeasuredState {
  readonly stepSeconds: number;
  /** 0 where history never lay below it: then neither does a forecast. Null where it did. */
  readonly lowest: number | null;
  readonly residuals: ResidualRows;
  readonly skill: Skill | null;
}

/**
 * What is expected in the steps after the newest value of a window, `steps` of them; undefined where the window is too
 * short for it.
 */
export type ExpectedAfter = (window: RecentWindow, steps: number) => Float64Array | undefined;

/** A fitted forecaster out of its expectation: what was asked is checked, gaps are bridged, bands and paths are added. */
export function measuredForecaster<State extends MeasuredState>(
  state: State,
  windowSlots: number,
  expectedAfter: ExpectedAfter,
): FittedForecaster<State> {
  const { stepSeconds, residuals, skill } = state;
  return {
    state,
    skill: skill ?? undefined,
    windowSlots,
    forecast(recent, horizon, levels) {
      checkQuestion(stepSeconds, recent, horizon, levels);
      if (residuals.steps.length === 0) return { unforecastable: 'not-enough-history' };
      const window = recentWindow(recent, windowSlots);
      if ('unforecastable' in window) return window;
      const expected = expectedAfter(window, window.age + horizon);
      if (expected === undefined) return { unforecastable: 'not-enough-history' };
      return answer(state, recent, expected.slice(window.age), window.age, levels);
    },
  };
}

function answer(
  { lowest, residuals }: MeasuredState,
  recent: Series,
  mean: Float64Array,
  age: number,
  levels: readonly number[],
): Forecast {
  const { start, stepSeconds, values } = recent;
  const bands = conformalBands(residuals, mean, age, levels);
  // Who asks for no band asks for the mean alone, and often, as a backtest does.
  const paths = levels.length === 0 ? undefined : residualPaths(residuals, mean, age);
  if (lowest !== null) {
    const all = [mean, ...bands.flatMap(({ lower, upper }) => [lower, upper])];
    if (paths !== undefined) all.push(paths.values);
    for (const values of all) for (let at = 0; at < values.length; at++) values[at] = Math.max(lowest, values[at]);
  }
  return {
    start: start + values.length * stepSeconds,
    stepSeconds,
    mean,
    bands,
    ...(paths === undefined ? {} : { paths }),
  };
}

/** 0 where no value lies below it and one does not lie at all below: what was never negative is not forecast to be. */
export const lowestOf = (values: Float64Array): number | null =>
  values.some((value) => value < 0) || values.every((value) => Number.isNaN(value)) ? null : 0;
