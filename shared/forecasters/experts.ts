import { analogSearches, type AnalogKind } from './analog.ts';
import type { AutomaticShape } from './automatic-shape.ts';
import { PROFILES, seasonalProfiles, smoothed, type SeasonalProfiles } from './seasonal-profiles.ts';

/** Eleven simple forecasts of the same thing, in this order; each is right somewhere. */
export const expertNames = [
  'analog of 2 h',
  'analog of 8 h',
  'analog of the form of 2 h',
  'exponential mean',
  'median of 3 h',
  'median of a day',
  'mean of days, corrected',
  'renewed profile, corrected',
  'mean of weeks, corrected',
  'median of days, corrected',
  'mean of days, in proportion',
] as const;

export const EXPERTS = expertNames.length;
export const ANALOGS = 3;
export const MEDIAN_EXPERT = 4;
const LEVELS = 3;
const FIRST_PROFILE = ANALOGS + LEVELS;
const RATIO_EXPERT = FIRST_PROFILE + PROFILES;

/** Rows after which nothing is left of where an exponential mean began: .7^96 is 1e-15. */
const WARM_UP_ROWS = 96;
const LEVEL_SMOOTHING = 0.5;
const ERROR_SMOOTHING = 0.4;
const RATIO_SMOOTHING = 0.3;
const MOST_RATIO = 10;
/** Beside the largest value, a mean below this is nothing that anything can be in proportion to. */
const NEGLIGIBLE = 1e-9;

/** A stretch of a series that the experts have looked at: they can be asked at each of its rows. */
export interface ExpertBank {
  /** First row at which they can be asked; the last is the newest. */
  readonly from: number;
  /** `errors[p][row - from]`: how far the series has lately lain above profile `p`. */
  readonly errors: readonly Float64Array[];
  /** Profiles from {@link ExpertBank.from} on, to the rows ahead of the newest. */
  readonly profiles: SeasonalProfiles;
  /** Takes its stand at `row`, where `withFar` also with what lies more than `shape.near` ahead. */
  stand(row: number, withFar: boolean): void;
  /**
   * The forecasts of `ahead` rows after where it stands, written to `out[at …]`.
   *
   * @param isFar weighs analogs of which a day is known after them, as all forecasts beyond the near ones do.
   * @param persistence for each profile, how much of its error will still be there.
   * @returns the mean spread of the three analogs.
   */
  forecast(ahead: number, isFar: boolean, persistence: ArrayLike<number>, out: Float64Array, at: number): number;
}

const analogKinds = ({ shortWindow, longWindow, decay }: AutomaticShape): readonly AnalogKind[] => [
  { length: shortWindow, neighbours: 10, isCentred: false, decay: decay(0.95), dayPenalty: 0.5 },
  { length: longWindow, neighbours: 7, isCentred: false, decay: decay(0.98), dayPenalty: 0 },
  { length: shortWindow, neighbours: 10, isCentred: true, decay: decay(0.85), dayPenalty: 1 },
];

/**
 * @param values rows without gaps, oldest first; more than a day.
 * @param isNonNegative that the series never was below 0: only then can a profile be scaled.
 * @param first the first row that will be asked about, at least a day after row 0.
 */
export function expertBank(
  values: Float64Array,
  shape: AutomaticShape,
  isNonNegative: boolean,
  first: number,
): ExpertBank {
  const { day } = shape;
  const count = values.length;
  const from = Math.max(day, first - WARM_UP_ROWS);
  const profiles = seasonalProfiles(smoothed(values), day, from, count + day);
  const mean = profiles.rows[0];
  const level = new Float64Array(count - from);
  const ratio = new Float64Array(count - from);
  const errors = profiles.rows.map(() => new Float64Array(count - from));
  const levelShare = shape.smoothing(LEVEL_SMOOTHING);
  const errorShare = shape.smoothing(ERROR_SMOOTHING);
  const ratioShare = shape.smoothing(RATIO_SMOOTHING);
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  let current = values[from];
  let slow = values[from];
  let slowMean = mean[0];
  for (let row = from; row < count; row++) {
    const at = row - from;
    const value = values[row];
    current += levelShare * (value - current);
    slow += ratioShare * (value - slow);
    slowMean += ratioShare * (mean[at] - slowMean);
    level[at] = current;
    const isInProportion = isNonNegative && slowMean > NEGLIGIBLE * largest;
    ratio[at] = isInProportion ? Math.min(Math.max(slow / slowMean, 1 / MOST_RATIO), MOST_RATIO) : 1;
    for (let p = 0; p < PROFILES; p++) {
      const before = at === 0 ? 0 : errors[p][at - 1];
      errors[p][at] = before + errorShare * (value - profiles.rows[p][at] - before);
    }
  }
  const searches = analogSearches(values, analogKinds(shape), day, shape.search, shape.near, day);
  let stands = from;
  let median3h = 0;
  let medianDay = 0;

  return {
    from,
    errors,
    profiles,
    stand(row, withFar) {
      stands = row;
      for (const search of searches) search.find(row, withFar);
      median3h = medianUpTo(values, row, shape.levelWindow);
      medianDay = medianUpTo(values, row, day);
    },
    forecast(ahead, isFar, persistence, out, at) {
      let spread = 0;
      for (let analog = 0; analog < ANALOGS; analog++) {
        const search = searches[analog];
        const continuation = search.continue(isFar ? search.far : search.near, ahead);
        out[at + analog] = continuation.value;
        spread += continuation.spread;
      }
      const known = stands - from;
      out[at + ANALOGS] = level[known];
      out[at + MEDIAN_EXPERT] = median3h;
      out[at + MEDIAN_EXPERT + 1] = medianDay;
      for (let p = 0; p < PROFILES; p++) {
        out[at + FIRST_PROFILE + p] = profiles.rows[p][known + ahead] + persistence[p] * errors[p][known];
      }
      out[at + RATIO_EXPERT] = mean[known + ahead] * ratio[known];
      return spread / ANALOGS;
    },
  };
}

function medianUpTo(values: Float64Array, row: number, rows: number): number {
  const sorted = values.slice(Math.max(0, row - rows + 1), row + 1).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half] + sorted[half - 1]) / 2;
}
