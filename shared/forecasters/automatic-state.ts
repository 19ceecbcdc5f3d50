import type { AutomaticShape } from './automatic-shape.ts';
import { EXPERTS } from './experts.ts';
import { PROFILES } from './seasonal-profiles.ts';

/**
 * What the automatic forecaster has learned of a series; without the window. `near` are the rows of the first hour,
 * `far` the rows ahead at which longer forecasts are weighed (see {@link AutomaticShape}).
 */
export interface AutomaticState {
  /** Version of what the numbers mean. */
  readonly version: 2;
  /** Of the series, and of a row of the core grid; the latter is a multiple. */
  readonly stepSeconds: number;
  readonly rowSeconds: number;
  /** Backtest origins; 0 where there was too little history, and then there is nothing else. */
  readonly origins: number;
  /** 1 − error / error of the better of persistence and a median of the last hours. */
  readonly skill: number;
  /** Mean |value − value a day before|: what counts as one unit. */
  readonly scale: number;
  /** Mean absolute error over the near rows. */
  readonly error: number;
  /** That the history never was below 0. */
  readonly isNonNegative: boolean;
  /** Smoothing of the slots that stand for the present; 1 where a row is one slot. */
  readonly anchorSmoothing: number;
  /** `[group * experts + expert]`: the first third of the near rows, and the others. */
  readonly weights: Float64Array;
  /** The same for the median of the experts, and what part it has beside their mean, 0 to 1. */
  readonly medianWeights: Float64Array;
  readonly medianShare: number;
  /** `[pair * experts + expert]`, for each pair of `far` rows. */
  readonly farWeights: Float64Array;
  /** `[lead * profiles + profile]`, leads being the near rows, then the far ones. */
  readonly persistence: Float64Array;
  /** Mean disagreement of the experts, per near and far lead, and mean spread of the analogs, per near lead. */
  readonly disagreement: Float64Array;
  readonly spread: Float64Array;
  /** `[path * slots + slot]`: errors over the slots of the near rows, in units of scale times uncertainty. */
  readonly paths: Float32Array;
  /** `[path * far + lead]`, of the first of the same paths; shorter, for of the last day there is no such error. */
  readonly farPaths: Float32Array;
}

export const nothingLearned = (stepSeconds: number, rowSeconds: number): AutomaticState => ({
  version: 2,
  stepSeconds,
  rowSeconds,
  origins: 0,
  skill: 0,
  scale: 0,
  error: 0,
  isNonNegative: false,
  anchorSmoothing: 1,
  weights: new Float64Array(0),
  medianWeights: new Float64Array(0),
  medianShare: 0,
  farWeights: new Float64Array(0),
  persistence: new Float64Array(0),
  disagreement: new Float64Array(0),
  spread: new Float64Array(0),
  paths: new Float32Array(0),
  farPaths: new Float32Array(0),
});

/** As it was before there was a median. */
type FirstState = Omit<AutomaticState, 'version' | 'medianWeights' | 'medianShare'> & { readonly version: 1 };

/** A state of the version before speaks by the mean alone, as it always did. */
export const upgradedState = (state: AutomaticState | FirstState): AutomaticState =>
  state.version === 1 ? { ...state, version: 2, medianWeights: state.weights, medianShare: 0 } : state;

/** Where the second group of near rows begins. */
export const secondGroup = ({ near }: AutomaticShape): number => Math.max(1, Math.round(near / 3));

/** @throws RangeError on what is no state of the automatic forecaster, naming the field, what it has and what it should. */
export function checkState(state: AutomaticState, shape: AutomaticShape, slotsPerRow: number): void {
  const refuse = (field: string, found: unknown, wanted: string): never => {
    throw new RangeError(
      `The automatic forecaster's state has ${String(found)} as ${field}: ${wanted}. Train it anew.`,
    );
  };
  if ((state.version as number) !== 2) refuse('version', state.version, '1 and 2 are known here');
  if (!Number.isInteger(state.origins) || state.origins < 0) refuse('origins', state.origins, 'a whole number from 0');
  if (state.origins === 0) return;
  const arrays = [
    'weights',
    'medianWeights',
    'farWeights',
    'persistence',
    'disagreement',
    'spread',
    'paths',
    'farPaths',
  ] as const;
  for (const field of arrays) {
    if (!ArrayBuffer.isView(state[field])) refuse(field, state[field], 'an array of numbers');
  }
  const paths = state.paths.length / (shape.near * slotsPerRow);
  const farPaths = shape.far.length === 0 ? 0 : state.farPaths.length / shape.far.length;
  if (!Number.isInteger(paths) || paths < 2) refuse('paths', paths, 'a whole number from 2');
  if (!Number.isInteger(farPaths) || farPaths > paths) refuse('far paths', farPaths, `a whole number up to ${paths}`);
  const leads = shape.near + shape.far.length;
  const lengths: readonly [keyof AutomaticState, number][] = [
    ['weights', 2 * EXPERTS],
    ['medianWeights', 2 * EXPERTS],
    ['farWeights', Math.ceil(shape.far.length / 2) * EXPERTS],
    ['persistence', leads * PROFILES],
    ['disagreement', leads],
    ['spread', shape.near],
    ['paths', state.paths.length],
    ['farPaths', state.farPaths.length],
  ];
  for (const [field, length] of lengths) {
    const numbers = state[field] as Float64Array;
    if (numbers.length !== length) refuse(`${field}.length`, numbers.length, `${length} for this step`);
    const bad = numbers.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) refuse(`${field}[${bad}]`, numbers[bad], 'a number');
  }
  for (const field of ['skill', 'scale', 'error', 'anchorSmoothing', 'medianShare'] as const) {
    if (!Number.isFinite(state[field])) refuse(field, state[field], 'a number');
  }
  if (state.medianShare < 0 || state.medianShare > 1) refuse('medianShare', state.medianShare, 'a part from 0 to 1');
  for (const field of ['disagreement', 'spread'] as const) {
    const bad = state[field].findIndex((value) => value <= 0);
    if (bad >= 0) refuse(`${field}[${bad}]`, state[field][bad], 'a number above 0');
  }
}
