/** The four numbers of the method, as in statsmodels' ExponentialSmoothing. */
export interface HoltWintersParameters {
  /** How fast the level follows, 0 … 1. */
  readonly level: number;
  /** How fast the trend follows the level, 0 … 1. */
  readonly trend: number;
  /** How fast the season follows, 0 … 1. */
  readonly season: number;
  /** What is left of the trend after each step, 0 … 1. */
  readonly damping: number;
}

/** Where the recursion stands; `season[place]` is due next. */
export interface HoltWintersMemory {
  level: number;
  trend: number;
  readonly season: Float64Array;
  place: number;
}

/** Cycles that a first season is the mean of. */
const CYCLES = 3;
/** A first season is a centred mean over five slots: of three days alone it would be mostly noise. */
const REACH = 2;

/**
 * Advances by the values `[from, to)`: additive season, damped additive trend (Gardner & McKenzie 1985; Hyndman &
 * Athanasopoulos, https://otexts.com/fpp3/holt-winters.html). A gap advances time and teaches nothing.
 *
 * @returns the sum of the squares of these errors.
 */
export function advanceHoltWinters(
  memory: HoltWintersMemory,
  { level: levelRate, trend: trendRate, season: seasonRate, damping }: HoltWintersParameters,
  values: Float64Array,
  from: number,
  to: number,
): number {
  const { season } = memory;
  const trendGain = levelRate * trendRate;
  let { level, trend, place } = memory;
  let squares = 0;
  for (let slot = from; slot < to; slot++) {
    const error = values[slot] - level - damping * trend - season[place];
    level += damping * trend;
    trend *= damping;
    if (!Number.isNaN(error)) {
      squares += error * error;
      level += levelRate * error;
      trend += trendGain * error;
      season[place] += seasonRate * error;
    }
    if (++place === season.length) place = 0;
  }
  memory.level = level;
  memory.trend = trend;
  memory.place = place;
  return squares;
}

/** What is expected `step` steps after where the memory stands, 1 or more. */
export function expectedByHoltWinters(
  { level, trend, season, place }: HoltWintersMemory,
  damping: number,
  step: number,
) {
  const trends = damping < 1 ? (damping * (1 - damping ** step)) / (1 - damping) : step;
  return level + trends * trend + season[(place + step - 1) % season.length];
}

/**
 * A memory to begin with: from the first three cycles, or without a season from the first value.
 *
 * @param seasonSlots 1 for no season.
 * @returns undefined where there is not one value in a cycle.
 */
export function startHoltWinters(values: Float64Array, seasonSlots: number): HoltWintersMemory | undefined {
  if (seasonSlots === 1) {
    const first = values.find((value) => !Number.isNaN(value));
    return first === undefined ? undefined : { level: first, trend: 0, season: new Float64Array(1), place: 0 };
  }
  const cycles: { readonly at: number; readonly mean: number }[] = [];
  for (let at = 0; at < Math.min(CYCLES, Math.floor(values.length / seasonSlots)); at++) {
    const mean = meanOfKnown(values, at * seasonSlots, (at + 1) * seasonSlots);
    if (!Number.isNaN(mean)) cycles.push({ at, mean });
  }
  if (cycles.length === 0) return undefined;
  const last = cycles[cycles.length - 1];
  const trend = cycles.length > 1 ? (last.mean - cycles[0].mean) / ((last.at - cycles[0].at) * seasonSlots) : 0;
  const raw = Float64Array.from({ length: seasonSlots }, (_, place) => {
    let sum = 0;
    let count = 0;
    for (const { at, mean } of cycles) {
      const value = values[at * seasonSlots + place];
      if (Number.isNaN(value)) continue;
      sum += value - mean - trend * (place - (seasonSlots - 1) / 2);
      count++;
    }
    return count === 0 ? 0 : sum / count;
  });
  return { level: cycles[0].mean - trend * (seasonSlots / 2), trend, season: smoothedCircle(raw), place: 0 };
}

function meanOfKnown(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let slot = from; slot < to; slot++) {
    if (Number.isNaN(values[slot])) continue;
    sum += values[slot];
    count++;
  }
  return sum / count;
}

function smoothedCircle(season: Float64Array): Float64Array {
  const { length } = season;
  const reach = length > 8 * REACH ? REACH : 0;
  return season.map((_, place) => {
    let sum = 0;
    for (let away = -reach; away <= reach; away++) sum += season[(place + away + length) % length];
    return sum / (2 * reach + 1);
  });
}
