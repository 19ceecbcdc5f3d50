import { REALS, WHOLES } from './series-state.ts';
import type { SeriesDetectorState } from './series-state.ts';

/** The share of errors that the range is to hold. */
const COVERED = 0.99;
/** An error outside widens the range by a tenth, one inside narrows it by a thousandth: in balance at 99 %. */
const PACE = 0.1;
/** In the beginning the range is three times the mean error. */
const STARTING_MEANS = 3;
const STARTING_POINTS = 50;

/**
 * Half the width of the expected range: the running 99 % quantile of the forecast's own absolute errors, followed on
 * a logarithmic scale (Robbins and Monro), so that one outlier moves it by a tenth, whatever its size. It is for
 * people to look at and decides nothing.
 *
 * @param error of this point's forecast. @returns the half width before this error was learned.
 */
export function rangeAndLearn(state: SeriesDetectorState, error: number): number {
  const { reals, wholes } = state;
  const points = wholes[WHOLES.points];
  const range = reals[REALS.range];
  const size = Math.abs(error);
  if (points < STARTING_POINTS || range === 0) {
    const mean = range / STARTING_MEANS;
    reals[REALS.range] = STARTING_MEANS * (mean + (size - mean) / (Math.min(points, STARTING_POINTS) + 1));
  } else {
    reals[REALS.range] = range * Math.exp(PACE * (size > range ? COVERED : COVERED - 1));
  }
  return range;
}
