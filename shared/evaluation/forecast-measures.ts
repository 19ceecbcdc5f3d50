import type { ForecastBand } from '../forecasters/forecaster.ts';
import { median } from '../numeric/statistics.ts';
import { averagePrecision } from './detection-measures.ts';

/** Sums over forecasts that came due, from which every measure follows: they may be added up in any order and place. */
export interface ForecastSums {
  /** Forecasts whose value came. */
  readonly count: number;
  /** Of |value − forecast|. */
  readonly error: number;
  /** Of |value − what persistence said|. */
  readonly lastError: number;
  /** Of |value|. */
  readonly size: number;
  /** How often the value lay within each band, in the order of the levels. */
  readonly inside: readonly number[];
  /** Crossings whose time has come, the sum of their squared errors, and how many came true. */
  readonly crossings: number;
  readonly brier: number;
  readonly crossed: number;
}

/** One forecast that came due. */
export interface DueForecast {
  readonly value: number;
  readonly mean: number;
  /** What persistence said. */
  readonly last: number;
  /** As many as the sums were started with. */
  readonly bands: readonly { readonly lower: number; readonly upper: number }[];
}

/** What became of a forecast that came due. */
export interface ScoredForecast {
  /** |value − forecast|, |value − what persistence said|, |value|. */
  readonly error: number;
  readonly lastError: number;
  readonly size: number;
  /** Whether the value lay within each band. */
  readonly inside: readonly boolean[];
}

/** What the sums say; null where nothing came due that could say it. */
export interface ForecastMeasures {
  readonly count: number;
  /** Mean absolute error, in the metric's unit. */
  readonly mae: number | null;
  /** Error as a part of what came: Σ|value − forecast| / Σ|value|. */
  readonly wape: number | null;
  /** 100 × (1 − WAPE), not below 0: a flat series is accurate by doing nothing, so never without {@link skill}. */
  readonly accuracy: number | null;
  /** 1 − error / that of persistence, not below -1; 0 where neither was wrong. */
  readonly skill: number | null;
  /** Percent inside each band. */
  readonly coverage: readonly (number | null)[];
  /** Mean squared error of the probabilities of crossing; 0 is perfect. */
  readonly brier: number | null;
  /** The part of crossings that came true: the Brier score of always saying so is this times one less this. */
  readonly baseRate: number | null;
}

const WORST_SKILL = -1;

export const startForecastSums = (levels: number): ForecastSums => ({
  count: 0,
  error: 0,
  lastError: 0,
  size: 0,
  inside: new Array<number>(levels).fill(0),
  crossings: 0,
  brier: 0,
  crossed: 0,
});

/** Undefined where the value did not come (NaN). */
export function scoreDue({ value, mean, last, bands }: DueForecast): ScoredForecast | undefined {
  if (!Number.isFinite(value - mean) || !Number.isFinite(value - last)) return undefined;
  return {
    error: Math.abs(value - mean),
    lastError: Math.abs(value - last),
    size: Math.abs(value),
    inside: bands.map((band) => isInside(band, value)),
  };
}

/** With a forecast that was scored. @throws RangeError on other bands. */
export function addScored(sums: ForecastSums, { error, lastError, size, inside }: ScoredForecast): ForecastSums {
  if (inside.length !== sums.inside.length)
    throw new RangeError(`The forecast has ${inside.length} bands, and ${sums.inside.length} are counted.`);
  return {
    ...sums,
    count: sums.count + 1,
    error: sums.error + error,
    lastError: sums.lastError + lastError,
    size: sums.size + size,
    inside: sums.inside.map((times, at) => times + (inside[at] ? 1 : 0)),
  };
}

/** Squared error of the probability of something that came, or did not. */
export const brierOf = (probability: number, came: boolean): number => (probability - (came ? 1 : 0)) ** 2;

/** With a crossing whose time has come. @throws RangeError on a probability that is none. */
export function addCrossing(sums: ForecastSums, probability: number, came: boolean): ForecastSums {
  if (!(probability >= 0 && probability <= 1))
    throw new RangeError(`A probability of ${probability} is none: give a number from 0 to 1.`);
  return {
    ...sums,
    crossings: sums.crossings + 1,
    brier: sums.brier + brierOf(probability, came),
    crossed: sums.crossed + (came ? 1 : 0),
  };
}

/** Of two shards, or two hours. @throws RangeError where they count other bands. */
export function joinSums(one: ForecastSums, other: ForecastSums): ForecastSums {
  if (one.inside.length !== other.inside.length)
    throw new RangeError(`Sums over ${one.inside.length} and ${other.inside.length} bands cannot be joined.`);
  return {
    count: one.count + other.count,
    error: one.error + other.error,
    lastError: one.lastError + other.lastError,
    size: one.size + other.size,
    inside: one.inside.map((times, at) => times + other.inside[at]),
    crossings: one.crossings + other.crossings,
    brier: one.brier + other.brier,
    crossed: one.crossed + other.crossed,
  };
}

export function measuresOf(sums: ForecastSums): ForecastMeasures {
  const { count, error, lastError, size, inside, crossings, brier, crossed } = sums;
  const wape = count === 0 ? null : error === 0 ? 0 : error / size;
  return {
    count,
    mae: count === 0 ? null : error / count,
    wape,
    accuracy: wape === null ? null : Math.max(0, 100 * (1 - wape)),
    skill: count === 0 ? null : error === lastError ? 0 : Math.max(WORST_SKILL, 1 - error / lastError),
    coverage: inside.map((times) => (count === 0 ? null : (100 * times) / count)),
    brier: crossings === 0 ? null : brier / crossings,
    baseRate: crossings === 0 ? null : crossed / crossings,
  };
}

const isInside = ({ lower, upper }: { readonly lower: number; readonly upper: number }, value: number): boolean =>
  value >= lower && value <= upper;

/**
 * Mean absolute scaled error (Hyndman & Koehler 2006): the mean absolute error in units of `scale`, usually what a
 * seasonal naive forecast is off by in history. Values that did not come (NaN) are left out.
 *
 * @returns undefined where nothing came, or the scale is not above 0: then there is nothing to measure by.
 * @throws RangeError on lengths that differ.
 */
export function scaledError(actual: ArrayLike<number>, expected: ArrayLike<number>, scale: number): number | undefined {
  if (actual.length !== expected.length)
    throw new RangeError(`${expected.length} forecasts for ${actual.length} values cannot be compared.`);
  let sum = 0;
  let count = 0;
  for (let at = 0; at < actual.length; at++) {
    const away = Math.abs(actual[at] - expected[at]);
    if (Number.isNaN(away)) continue;
    sum += away;
    count++;
  }
  return count === 0 || !(scale > 0) ? undefined : sum / count / scale;
}

/** Percent of the values that lie within a band, step by step; undefined where none came. */
export function coverageOf(actual: ArrayLike<number>, { lower, upper }: ForecastBand): number | undefined {
  let inside = 0;
  let count = 0;
  for (let at = 0; at < Math.min(actual.length, lower.length); at++) {
    if (Number.isNaN(actual[at])) continue;
    count++;
    if (isInside({ lower: lower[at], upper: upper[at] }, actual[at])) inside++;
  }
  return count === 0 ? undefined : (100 * inside) / count;
}

/** A forecast of whether a limit is crossed within the horizon, and what came. */
export interface CrossingOutcome {
  readonly probability: number;
  readonly crossed: boolean;
  /** Seconds from the forecast to the crossing; null where none came. */
  readonly lead: number | null;
}

export interface CrossingMeasures {
  readonly count: number;
  readonly baseRate: number;
  readonly brier: number;
  /** Area under precision and recall; undefined where nothing was crossed. */
  readonly averagePrecision: number | undefined;
  /** Of those with at least the asked-for probability; undefined where there is none, or nothing was crossed. */
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  /** Median seconds of warning, of the crossings that were foreseen; undefined where none was. */
  readonly lead: number | undefined;
}

/** @param from a crossing is foreseen from this probability on. @returns undefined of no forecasts. */
export function crossingMeasures(outcomes: readonly CrossingOutcome[], from: number): CrossingMeasures | undefined {
  if (outcomes.length === 0) return undefined;
  const sums = outcomes.reduce(
    (all, { probability, crossed }) => addCrossing(all, probability, crossed),
    startForecastSums(0),
  );
  const foreseen = outcomes.filter(({ probability }) => probability >= from);
  const right = foreseen.filter(({ crossed }) => crossed);
  const leads = right.flatMap(({ lead }) => (lead === null ? [] : [lead]));
  return {
    count: outcomes.length,
    baseRate: sums.crossed / outcomes.length,
    brier: sums.brier / outcomes.length,
    averagePrecision: averagePrecision({
      scores: Float64Array.from(outcomes, ({ probability }) => probability),
      labels: Uint8Array.from(outcomes, ({ crossed }) => (crossed ? 1 : 0)),
    }),
    precision: foreseen.length === 0 ? undefined : right.length / foreseen.length,
    recall: sums.crossed === 0 ? undefined : right.length / sums.crossed,
    lead: leads.length === 0 ? undefined : median(leads),
  };
}
