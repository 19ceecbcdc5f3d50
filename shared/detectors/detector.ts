import type { FeatureMatrix } from '../features/feature-matrix.ts';

/** 0 is ordinary, 1 is as strange as it gets. A point that cannot be judged says why; it never passes as normal. */
export type Score = { readonly value: number } | { readonly unscorable: Unscorable };

export type Unscorable = 'missing-data' | 'not-enough-history';

/** A detector that has seen history. There is no unfitted detector: `fit` or `restore` is the only way to get one. */
export interface FittedDetector<State> {
  readonly state: State;
  /** `row` has one number per feature of the history it was fitted on; a NaN makes the row unscorable. */
  score(row: Float64Array): Score;
}

/** Rows of features: forest, SVM, autoencoder. The same seed and history give the same state, bit for bit. */
export interface Detector<Options, State> {
  readonly name: string;
  readonly defaults: Options;
  /** @throws RangeError on fewer than two complete rows, saying how many there were. */
  fit(history: FeatureMatrix, options: Options, seed: number): FittedDetector<State>;
  /** @throws RangeError on a state that is not one of this detector. */
  restore(state: State): FittedDetector<State>;
}

/**
 * Streaming, one series, bounded explicit state: typed arrays, the same in memory and in the store, so that a state
 * that went through the store judges exactly as one that did not.
 */
export interface SeriesDetector<Options, State> {
  readonly name: string;
  readonly defaults: Options;
  start(options: Options, stepSeconds: number): State;
  /**
   * Advances the state by one point. `time` is epoch seconds of local time; NaN or an infinity advances nothing.
   *
   * @param least what an alert needs at least, where that is more than the threshold.
   */
  step(state: State, time: number, value: number, least?: LeastStrength): SeriesJudgement;
}

/** Decades that a deviation in each direction from what is expected must have before anybody is told. */
export interface LeastStrength {
  readonly above: number;
  readonly below: number;
}

/** What a series detector says of one point, before thresholds that depend on the watch's policy. */
export type SeriesJudgement =
  | { readonly unscorable: Unscorable }
  | {
      /** 0…1, strictly increasing in severity, never saturating. */
      readonly score: number;
      /** Gated strength, 0 where nobody is told. */
      readonly alert: number;
      /** The ungated novelty (A of the detector's description), for hysteresis. */
      readonly novelty: number;
      readonly expected: number;
      readonly lower: number;
      readonly upper: number;
      /** The channel with the largest say: what an alert is explained by. */
      readonly channel: string;
    };

/** Streaming, all metrics of one entity together. The same promises as {@link SeriesDetector}. */
export interface EntityDetector<Options, State> {
  readonly name: string;
  readonly defaults: Options;
  /** @throws RangeError on fewer than one column. */
  start(options: Options, columns: number, stepSeconds: number): State;
  /** Advances the state by one row (one number per column, NaN where missing; all NaN advances nothing). */
  step(state: State, row: Float64Array): EntityJudgement;
}

export type EntityJudgement =
  | { readonly unscorable: Unscorable }
  | {
      /** 0…1, strictly increasing in severity, never saturating. */
      readonly score: number;
      /** Strength of the onset, 0 where nobody is told. */
      readonly alert: number;
      /** The ungated onset, for hysteresis. */
      readonly novelty: number;
      /** Each column's part of the strangeness, summing to 1, or all 0 where there is none. */
      readonly shares: Float64Array;
      /** In words, per column: such as "far above usual", "more unsteady than usual", "a jump, 12 times its usual step". */
      describe(column: number): string;
    };
