import type { Series } from '../metrics/series.ts';
import { normalBelow, normalQuantile } from '../numeric/normal.ts';
import { median } from '../numeric/statistics.ts';
import type { Forecast, ForecastPaths } from './forecaster.ts';
import type { Limit, Outlook } from './outlook.ts';

/** What a forecast says of a limit: the part of an outlook that is arithmetic. */
export type Crossing = Pick<Outlook, 'probability' | 'crossesAt' | 'isBeyond' | 'peak' | 'note'>;

/** With less probability than this no time of crossing is named: most likely there is none. */
const LEAST_FOR_A_TIME = 0.2;
/** A limit that so much of the recent past lies on is where the series is kept, not a line it crosses. */
const PLATEAU_PART = 0.05;
/** What lies on a limit, in deviations of the recent past. */
const ON_IT = 1e-4;
/** Added to the crossing paths and to all: none of a hundred paths is not never (Perks 1947). */
const HALF_A_CASE = 0.25;

/**
 * Whether, when and how far a series is expected to go beyond a limit.
 *
 * With paths, by counting: the probability is the part of them that goes beyond at any slot, the time the median of those
 * that do, the peak the median of their extremes. Without, by the bands: each slot is taken as normal between their ends,
 * and the probability is that of the slot with the largest, for of how the slots hang together nothing is known; it is
 * too low rather than too high. With neither there is no probability.
 *
 * @param recent the window the forecast was made of. If more than 5 % of it lie on the limit, there is no probability.
 * @throws RangeError on a limit that is no number, or a forecast without a step.
 */
export function crossingOf(forecast: Forecast, limit: Limit, recent: Series): Crossing {
  if (!Number.isFinite(limit.value)) throw new RangeError(`A limit of ${limit.value}: give a number.`);
  if (forecast.mean.length === 0) throw new RangeError('A forecast of no steps says nothing of a limit.');
  const sign = limit.side === 'above' ? 1 : -1;
  const line = sign * limit.value;
  const isBeyond = sign * lastKnown(recent.values) > line;
  const { paths } = forecast;
  const counted = paths === undefined ? undefined : countPaths(forecast, paths, sign, line);
  const peak = peakOf(forecast, sign, counted?.peak);
  const crossing = (probability: number | null, slot: number | undefined, note: string): Crossing => ({
    probability,
    crossesAt: isBeyond
      ? forecast.start - forecast.stepSeconds
      : slot !== undefined && probability !== null && probability >= LEAST_FOR_A_TIME
        ? forecast.start + slot * forecast.stepSeconds
        : null,
    isBeyond,
    peak,
    note,
  });
  if (isPlateau(recent.values, limit.value)) {
    return crossing(
      null,
      undefined,
      'more than 5 % of the recent values lie on the limit: whether it is crossed cannot be told',
    );
  }
  if (counted !== undefined) return crossing(counted.probability, counted.slot, '');
  if (forecast.bands.length === 0) {
    return crossing(null, undefined, 'the forecast has no ranges: how probable it is cannot be told');
  }
  const { probability, slot } = fromBands(forecast, sign, line);
  return crossing(probability, slot, 'of the most probable single slot: within the whole time it is more probable');
}

/**
 * How probable it is that a series goes beyond a value at any slot, on the bad side of it: of the paths, or without them
 * of the most probable single slot of the bands; null with neither. The same numbers as {@link crossingOf} of a limit.
 */
export function chanceBeyond(forecast: Forecast, { value, side }: Limit): number | null {
  const sign = side === 'above' ? 1 : -1;
  if (forecast.paths !== undefined) return countPaths(forecast, forecast.paths, sign, sign * value).probability;
  return forecast.bands.length === 0 ? null : fromBands(forecast, sign, sign * value).probability;
}

function lastKnown(values: Float64Array): number {
  let at = values.length - 1;
  while (at >= 0 && !Number.isFinite(values[at])) at--;
  return at < 0 ? Number.NaN : values[at];
}

/** Whether the limit is a value the series is often at, such as full use of a processor. */
function isPlateau(values: Float64Array, limit: number): boolean {
  let known = 0;
  let sum = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    known++;
    sum += value;
  }
  if (known === 0) return false;
  const mean = sum / known;
  let squares = 0;
  for (const value of values) if (Number.isFinite(value)) squares += (value - mean) ** 2 / known;
  const near = ON_IT * Math.sqrt(squares) + Number.EPSILON * Math.abs(limit);
  let on = 0;
  for (const value of values) if (Math.abs(value - limit) <= near) on++;
  return on > PLATEAU_PART * known;
}

interface Counted {
  readonly probability: number;
  /** Median of the first slots beyond the limit; undefined where no path goes there. */
  readonly slot: number | undefined;
  /** Median of the extremes. */
  readonly peak: number;
}

/** All in terms of a limit above: `sign` turns the world round for one below. */
function countPaths(
  forecast: Forecast,
  { count, horizon, values }: ForecastPaths,
  sign: number,
  line: number,
): Counted {
  const length = Math.min(horizon, forecast.mean.length);
  const extremes = new Float64Array(count);
  const firsts: number[] = [];
  for (let path = 0; path < count; path++) {
    let extreme = -Infinity;
    let first = -1;
    for (let slot = 0; slot < length; slot++) {
      const value = sign * values[path * horizon + slot];
      if (first < 0 && value > line) first = slot;
      extreme = Math.max(extreme, value);
    }
    extremes[path] = extreme;
    if (first >= 0) firsts.push(first);
  }
  return {
    probability: (firsts.length + HALF_A_CASE) / (count + 2 * HALF_A_CASE),
    slot: firsts.length === 0 ? undefined : Math.floor(median(firsts)),
    peak: sign * median(extremes),
  };
}

/** The expected extreme, at the slot where the expected course is worst. */
function peakOf({ start, stepSeconds, mean }: Forecast, sign: number, ofPaths: number | undefined): Crossing['peak'] {
  let worst = 0;
  for (let slot = 1; slot < mean.length; slot++) if (sign * mean[slot] > sign * mean[worst]) worst = slot;
  return { time: start + worst * stepSeconds, value: ofPaths ?? mean[worst] };
}

function fromBands({ mean, bands }: Forecast, sign: number, line: number): { probability: number; slot: number } {
  // The ends of the bands as a quantile function, in standard normal units: from the lowest to the highest.
  const ends = bands
    .flatMap(({ level, lower, upper }) => {
      const z = normalQuantile((1 + level / 100) / 2);
      return [
        { z: -z, values: sign > 0 ? lower : upper },
        { z, values: sign > 0 ? upper : lower },
      ];
    })
    .concat({ z: 0, values: mean })
    .sort((a, b) => a.z - b.z);
  let probability = 0;
  let worst = 0;
  let crossed: number | undefined;
  for (let slot = 0; slot < mean.length; slot++) {
    const beyond = 1 - normalBelow(placeOf(ends, slot, sign, line));
    if (beyond > probability) {
      probability = beyond;
      worst = slot;
    }
    if (crossed === undefined && beyond >= 0.5) crossed = slot;
  }
  return { probability, slot: crossed ?? worst };
}

/** Where a line lies in the distribution of a slot, in standard normal units; straight lines between the ends known. */
function placeOf(
  ends: readonly { readonly z: number; readonly values: Float64Array }[],
  slot: number,
  sign: number,
  line: number,
): number {
  let index = 1;
  while (index < ends.length - 1 && sign * ends[index].values[slot] < line) index++;
  const low = ends[index - 1];
  const high = ends[index];
  const from = sign * low.values[slot];
  const to = sign * high.values[slot];
  if (to > from) return low.z + ((line - from) / (to - from)) * (high.z - low.z);
  // A band without width: all of it lies on one side of the line.
  return line < from ? -Infinity : Infinity;
}
