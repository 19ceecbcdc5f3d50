import type { Detector } from './detector.ts';

export interface TrainingRangeOptions {
  /** How far outside, in widths of the range, scores one half. */
  readonly halfAt: number;
  /** Features that may go anywhere: a day of the week that history did not see is no fault. */
  readonly ignored: readonly string[];
}

/** Per feature what history ranged over; an ignored one ranges over everything. */
export interface TrainingRangeState {
  readonly features: readonly string[];
  readonly halfAt: number;
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
}

/** A range is at least this part of its level, so that leaving a constant is seen and its rounding is not. */
const SMALLEST_PART = 0.01;
/** Where everything was 0, a range of this width. */
const SMALLEST_WIDTH = 1e-9;

/**
 * The guard beside a forest: how far outside the range of its history a row lies. A forest cannot see a column that was
 * constant in training start to move, and holds what is far outside for no stranger than what is just outside.
 *
 * The farthest feature decides. Inside the range the score is exactly 0.
 */
export const trainingRange: Detector<TrainingRangeOptions, TrainingRangeState> = {
  name: 'training-range',
  defaults: { halfAt: 1, ignored: [] },
  fit(history, { halfAt, ignored }) {
    if (!(halfAt > 0)) throw new RangeError(`The guard's halfAt is ${halfAt}: give a positive number of ranges.`);
    const { names } = history;
    if (names.length === 0) throw new RangeError('The history has no features: give at least one column.');
    const lowest = new Float64Array(names.length).fill(Infinity);
    const highest = new Float64Array(names.length).fill(-Infinity);
    let complete = 0;
    for (let row = 0; row < history.rows; row++) {
      const values = history.values.subarray(row * names.length, (row + 1) * names.length);
      if (!values.every(Number.isFinite)) continue;
      complete++;
      values.forEach((value, feature) => {
        lowest[feature] = Math.min(lowest[feature], value);
        highest[feature] = Math.max(highest[feature], value);
      });
    }
    if (complete < 2)
      throw new RangeError(
        `The history has ${complete} complete row${complete === 1 ? '' : 's'} of ${history.rows}: a range needs at least 2.`,
      );
    names.forEach((name, feature) => {
      if (!ignored.includes(name)) return;
      lowest[feature] = -Infinity;
      highest[feature] = Infinity;
    });
    return trainingRange.restore({ features: names, halfAt, lowest, highest });
  },
  restore(state) {
    const { features, halfAt, lowest, highest } = state;
    if (lowest.length !== features.length || highest.length !== features.length || !(halfAt > 0))
      throw new RangeError(
        `The guard has ${lowest.length} and ${highest.length} ends for ${features.length} features: fit it anew.`,
      );
    return {
      state,
      score(row) {
        if (row.length !== features.length)
          throw new RangeError(`The row has ${row.length} values, the guard ${features.length} features.`);
        let farthest = 0;
        for (let feature = 0; feature < row.length; feature++) {
          const value = row[feature];
          if (!Number.isFinite(value)) return { unscorable: 'missing-data' };
          const low = lowest[feature];
          const high = highest[feature];
          const outside = Math.max(low - value, value - high, 0);
          const level = Math.max(Math.abs(low), Math.abs(high));
          const width = Math.max(high - low, SMALLEST_PART * level, SMALLEST_WIDTH);
          // Widths near the largest number may be infinite; what lies outside them is still outside.
          if (outside > 0) farthest = Math.max(farthest, Number.isFinite(width) ? outside / width : 1);
        }
        return { value: farthest === Infinity ? 1 : farthest / (farthest + halfAt) };
      },
    };
  },
};
