/** What a day and a week say of rows, each by its own reckoning; `[p][u - from]` for row `u`. */
export interface SeasonalProfiles {
  /** First row they were asked for. */
  readonly from: number;
  /** Mean of the same time on up to seven days; their mean with the latest day counting most; the weeks; the median. */
  readonly rows: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
}

/** Number of profiles. */
export const PROFILES = 4;
const DAYS = 7;
/** Part that each newer day takes in the profile that forgets. */
const RENEWAL = 0.35;
const LAST_WEEK = 0.6;
/** Rows to each side that a past row is averaged with. */
const REACH = 2;

/** Centred mean of five rows; of fewer at the ends, for nothing after the newest is known. */
export function smoothed(values: Float64Array): Float64Array {
  const count = values.length;
  const out = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const first = Math.max(0, row - REACH);
    const end = Math.min(count, row + REACH + 1);
    let sum = 0;
    for (let at = first; at < end; at++) sum += values[at];
    out[row] = sum / (end - first);
  }
  return out;
}

/**
 * Four profiles for the rows `from` to `to`, of which those after the last value lie in the future; each is made of rows
 * one or more days before it.
 *
 * @param smooth the series as {@link smoothed} gives it; row 0 is the oldest.
 * @param day rows of a day.
 * @param from, to `day <= from < to <= smooth.length + day`.
 */
export function seasonalProfiles(smooth: Float64Array, day: number, from: number, to: number): SeasonalProfiles {
  const count = to - from;
  const mean = new Float64Array(count);
  const renewed = new Float64Array(count);
  const weekly = new Float64Array(count);
  const middle = new Float64Array(count);
  const sorted = new Float64Array(DAYS);
  const week = DAYS * day;
  for (let row = from; row < to; row++) {
    const at = row - from;
    const days = Math.min(DAYS, Math.floor(row / day));
    let sum = 0;
    for (let back = 1; back <= days; back++) {
      const value = smooth[row - back * day];
      sum += value;
      let place = back - 1;
      while (place > 0 && sorted[place - 1] > value) {
        sorted[place] = sorted[place - 1];
        place--;
      }
      sorted[place] = value;
    }
    mean[at] = sum / days;
    middle[at] = days % 2 === 1 ? sorted[days >> 1] : (sorted[days >> 1] + sorted[(days >> 1) - 1]) / 2;
    let past = row % day;
    let level = smooth[past];
    for (past += day; past < row; past += day) level += RENEWAL * (smooth[past] - level);
    renewed[at] = level;
    if (row < week) weekly[at] = mean[at];
    else if (row < 2 * week) weekly[at] = smooth[row - week];
    else weekly[at] = LAST_WEEK * smooth[row - week] + (1 - LAST_WEEK) * smooth[row - 2 * week];
  }
  return { from, rows: [mean, renewed, weekly, middle] };
}
