/** What is remembered of one band of one series between two forecasts that came due. */
export interface CoverageState {
  /** What is added to the part of misses that is allowed, 0 at first: below 0 the band is asked for wider. */
  readonly shift: number;
  /** Forecasts that came due so far. */
  readonly scored: number;
}

/** How far one outcome moves the level; chosen on the development data, see the decision on selection and bands. */
const GAIN = 0.01;
/** A band is never asked for so wide that it may be missed less often than this part of what is allowed… */
const LEAST_PART = 0.05;
/** …nor so narrow that it may be missed so many times as often, or three times in four. */
const MOST_TIMES = 2.5;
const MOST_MISSES = 0.75;

export const startCoverage = (): CoverageState => ({ shift: 0, scored: 0 });

/**
 * Adaptive conformal inference (Gibbs & Candès 2021, https://arxiv.org/abs/2106.00170): each outcome outside makes the
 * next band wider, each inside a little narrower, so that in the long run as many lie outside as the level says, however
 * the series has changed. It knows nothing of the forecaster. The shift is bounded, else a series that was out of reach
 * for a day would have absurd bands for as long again.
 *
 * @param level nominal, percent, above 0 and below 100.
 * @throws RangeError on a level that is none.
 */
export function advanceCoverage({ shift, scored }: CoverageState, level: number, wasInside: boolean): CoverageState {
  const allowed = missesAllowed(level);
  const moved = allowed + shift + GAIN * (allowed - (wasInside ? 0 : 1));
  return { shift: bounded(allowed, moved) - allowed, scored: scored + 1 };
}

/** The level to ask a forecaster for, percent, so that outcomes lie inside as often as `level` says. */
export function adaptedLevel({ shift }: CoverageState, level: number): number {
  const allowed = missesAllowed(level);
  return 100 * (1 - bounded(allowed, allowed + shift));
}

function missesAllowed(level: number): number {
  if (!(level > 0 && level < 100))
    throw new RangeError(`A band of ${level} % is none: give a level above 0 and below 100.`);
  return 1 - level / 100;
}

/** Where nearly everything may be missed there is nothing to narrow. */
const bounded = (allowed: number, misses: number): number =>
  Math.min(Math.max(misses, LEAST_PART * allowed), Math.max(allowed, Math.min(MOST_MISSES, MOST_TIMES * allowed)));
