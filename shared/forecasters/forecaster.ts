import type { Series } from '../metrics/series.ts';

/** What is expected to come after the last slot of the history that was given. Arrays have one number per step. */
export interface Forecast {
  /** Epoch seconds of the first slot that is forecast: the one after the last slot of the history. */
  readonly start: number;
  readonly stepSeconds: number;
  /** The expected value; for the robust forecasters the median. */
  readonly mean: Float64Array;
  /** One per level that was asked for, in that order. */
  readonly bands: readonly ForecastBand[];
  /** Possible courses, from which crossings and peaks are read; absent where a forecaster has none. */
  readonly paths?: ForecastPaths;
}

/** The range in which the value is expected in `level` of 100 cases, each slot by itself. */
export interface ForecastBand {
  /** Percent, such as 80. */
  readonly level: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** `count` equally probable courses of `horizon` steps each, one after the other in `values`. */
export interface ForecastPaths {
  readonly count: number;
  readonly horizon: number;
  readonly values: Float64Array;
}

/** Why nothing can be said; never a guess instead. */
export type Unforecastable =
  /** Fewer values than the forecaster needs, or none in the newest part of the window. */
  | 'not-enough-history'
  /** The newest slots are gaps for longer than can be bridged: the series has stopped, or is late. */
  | 'missing-data';

export type ForecastAnswer = Forecast | { readonly unforecastable: Unforecastable };

/** How much better than persistence a forecaster was on its backtest. */
export interface Skill {
  /** 1 − error / error of the better of persistence and a median of the last hours; below 0 is worse. */
  readonly value: number;
  /** Rolling origins it was measured at. */
  readonly origins: number;
}

/** A forecaster that has seen history. There is no unfitted one: `fit` or `restore` is the only way to get one. */
export interface FittedForecaster<State> {
  /** What was learned, without the window: plain values and typed arrays, the same in memory and in the store. */
  readonly state: State;
  /** Undefined where too little history was there to measure it: then nothing is to be raised by it. */
  readonly skill: Skill | undefined;
  /** Newest slots of `recent` that `forecast` makes use of: more change nothing. */
  readonly windowSlots: number;
  /**
   * What comes after `recent`, which ends with the newest known slot and is on the grid it was fitted on; NaN is a gap.
   * The same state and window give the same answer, bit for bit.
   *
   * @param horizon steps, 1 or more.
   * @param levels percent, each above 0 and below 100, such as `[80, 95]`.
   * @throws RangeError on another step than it was fitted on, a horizon or a level that is none.
   */
  forecast(recent: Series, horizon: number, levels: readonly number[]): ForecastAnswer;
}

/** Naive, seasonal, automatic, Holt-Winters, ridge, LSTM. The same seed and history give the same state, bit for bit. */
export interface Forecaster<Options, State> {
  readonly name: string;
  readonly defaults: Options;
  /**
   * @param history a regular grid, NaN for gaps, oldest first.
   * @throws RangeError where it cannot be fitted at all, saying what there was and what is needed.
   */
  fit(history: Series, options: Options, seed: number): FittedForecaster<State>;
  /** @throws RangeError on a state that is not one of this forecaster. */
  restore(state: State): FittedForecaster<State>;
}
