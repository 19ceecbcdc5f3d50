import type { ForecastBand, ForecastPaths } from './forecaster.ts';

/** What a forecaster was off by at rolling origins: one row per origin, one column per step that was looked at. */
export interface ResidualRows {
  /** Steps ahead, rising from 1; between them residuals are interpolated. Empty where there was too little history. */
  readonly steps: Int32Array;
  /** What the stored values are multiples of: so 32 bits are enough for metrics of any size. */
  readonly scale: number;
  /** Row-major, value − forecast in units of `scale`; NaN where nothing was measured. */
  readonly values: Float32Array;
}

/** Fewer origins than these make no band. */
export const LEAST_ORIGINS = 8;
/** Steps are dense up to here, then each is a third further away than the one before. */
const DENSE_STEPS = 12;
const STEP_GROWTH = 4 / 3;
/** More courses than this are not worth their memory: crossings are then read off the bands. */
const MOST_PATH_VALUES = 250_000;

export const noResiduals: ResidualRows = { steps: new Int32Array(0), scale: 0, values: new Float32Array(0) };

/** Steps ahead at which residuals are taken: 1 … 12, then 16, 21, 28 … up to `longest`. */
export function residualSteps(longest: number): Int32Array {
  const steps: number[] = [];
  for (let step = 1; step < longest; step = step < DENSE_STEPS ? step + 1 : Math.round(step * STEP_GROWTH))
    steps.push(step);
  return Int32Array.from([...steps, longest]);
}

/**
 * Packs residuals for the store. Steps with fewer than eight residuals are left out, for they say nothing.
 *
 * @param residuals row-major, one row per origin, NaN where nothing was measured.
 */
export function packResiduals(steps: Int32Array, residuals: Float64Array): ResidualRows {
  const width = steps.length;
  const rows = residuals.length / width;
  const kept: number[] = [];
  let scale = 0;
  for (let column = 0; column < width; column++) {
    let count = 0;
    for (let row = 0; row < rows; row++) if (!Number.isNaN(residuals[row * width + column])) count++;
    if (count < LEAST_ORIGINS) break;
    kept.push(column);
    for (let row = 0; row < rows; row++) {
      const size = Math.abs(residuals[row * width + column]);
      if (size > scale) scale = size;
    }
  }
  if (kept.length === 0) return noResiduals;
  const values = new Float32Array(rows * kept.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < kept.length; column++)
      values[row * kept.length + column] = scale === 0 ? 0 : residuals[row * width + column] / scale;
  // A gap stays a gap in a series that is constant otherwise.
  if (scale === 0)
    for (let at = 0; at < values.length; at++)
      if (Number.isNaN(residuals[Math.floor(at / kept.length) * width + (at % kept.length)])) values[at] = Number.NaN;
  return { steps: steps.slice(0, kept.length), scale, values };
}

/**
 * The number of rank q (n + 1) in ascending values, interpolated between ranks; the least or the greatest where there
 * is too little evidence for more. With exchangeable residuals a new one lies below it with probability q
 * (Vovk, Gammerman & Shafer 2005; split conformal prediction).
 *
 * @returns NaN of none.
 */
export function conformalQuantile(sorted: ArrayLike<number>, q: number): number {
  const rank = q * (sorted.length + 1) - 1;
  const below = Math.min(Math.max(Math.floor(rank), 0), sorted.length - 1);
  const above = Math.min(below + 1, sorted.length - 1);
  const part = Math.min(Math.max(rank - below, 0), 1);
  return sorted.length === 0 ? Number.NaN : sorted[below] + part * (sorted[above] - sorted[below]);
}

/**
 * Bands around a mean, for each step by itself, asymmetric: split-conformal over the residuals of that step and of its
 * neighbours, which are first brought to its size. Beyond the last step that was measured they grow with the root of
 * time. The mean is never outside.
 *
 * @param mean one number per step, the first one `age` + 1 steps after the newest value.
 * @param levels percent, above 0 and below 100.
 */
export function conformalBands(
  residuals: ResidualRows,
  mean: Float64Array,
  age: number,
  levels: readonly number[],
): readonly ForecastBand[] {
  if (levels.length === 0) return [];
  const last = mean.length + age;
  const pools = poolsUntil(residuals, last);
  const walk = stepWalk(residuals.steps, last);
  return levels.map((level) => {
    const miss = (1 - level / 100) / 2;
    const low = pools.map((sorted) => residuals.scale * Math.min(conformalQuantile(sorted, miss), 0));
    const high = pools.map((sorted) => residuals.scale * Math.max(conformalQuantile(sorted, 1 - miss), 0));
    return {
      level,
      lower: mean.map((value, at) => value + walk.value(low, at + age + 1)),
      upper: mean.map((value, at) => value + walk.value(high, at + age + 1)),
    };
  });
}

/**
 * Equally probable courses: the mean plus what the forecaster was off by at each origin. Undefined where that would be
 * more than 250,000 numbers.
 *
 * @param mean, age as in {@link conformalBands}.
 */
export function residualPaths(residuals: ResidualRows, mean: Float64Array, age: number): ForecastPaths | undefined {
  const { steps, scale, values } = residuals;
  const horizon = mean.length;
  const width = steps.length;
  const rows = values.length / width;
  if (rows * horizon > MOST_PATH_VALUES) return undefined;
  const walk = stepWalk(steps, horizon + age);
  const courses: Float64Array[] = [];
  for (let row = 0; row < rows; row++) {
    const errors = bridged(values.subarray(row * width, (row + 1) * width), steps);
    if (errors === undefined) continue;
    courses.push(mean.map((value, at) => value + scale * walk.value(errors, at + age + 1)));
  }
  const paths = new Float64Array(courses.length * horizon);
  courses.forEach((course, at) => {
    paths.set(course, at * horizon);
  });
  return { count: courses.length, horizon, values: paths };
}

/** Sorted residuals of each step needed to answer up to step `last`, in units of the rows' scale. */
function poolsUntil({ steps, values }: ResidualRows, last: number): readonly Float64Array[] {
  const width = steps.length;
  const rows = values.length / width;
  const sizes = Float64Array.from(steps, (_, column) => {
    let sum = 0;
    let count = 0;
    for (let at = column; at < values.length; at += width) {
      if (Number.isNaN(values[at])) continue;
      sum += Math.abs(values[at]);
      count++;
    }
    return count === 0 ? 0 : sum / count;
  });
  const pools: Float64Array[] = [];
  for (let column = 0; column < width; column++) {
    const pool = new Float64Array(3 * rows);
    let size = 0;
    for (let near = Math.max(0, column - 1); near <= Math.min(width - 1, column + 1); near++) {
      const factor = near === column ? 1 : sizes[near] > 0 ? sizes[column] / sizes[near] : 0;
      for (let at = near; at < values.length; at += width)
        if (!Number.isNaN(values[at])) pool[size++] = factor * values[at];
    }
    pools.push(pool.subarray(0, size).sort());
    if (steps[column] >= last) break;
  }
  return pools;
}

/** Reads numbers given per measured step at any step: linear between two, growing with the root of time after the last. */
function stepWalk(steps: Int32Array, last: number) {
  const column = new Int32Array(last + 1);
  for (let step = 1, at = 0; step <= last; step++) {
    while (at + 1 < steps.length && steps[at + 1] <= step) at++;
    column[step] = at;
  }
  const end = steps.length - 1;
  return {
    value(perStep: ArrayLike<number>, step: number): number {
      const at = column[step];
      if (at >= end) return perStep[end] * Math.sqrt(Math.max(1, step / steps[end]));
      if (steps[at] === step) return perStep[at];
      const part = (step - steps[at]) / (steps[at + 1] - steps[at]);
      return perStep[at] + part * (perStep[at + 1] - perStep[at]);
    },
  };
}

/** A row without gaps: 0 now, linear between what is known, then as it was last. Undefined where half is missing. */
function bridged(row: Float32Array, steps: Int32Array): Float64Array | undefined {
  const full = new Float64Array(row);
  let missing = 0;
  let knownStep = 0;
  let known = 0;
  for (let at = 0; at < full.length; at++) {
    if (Number.isNaN(full[at])) {
      missing++;
      let next = at;
      while (next < row.length && Number.isNaN(row[next])) next++;
      const part = next < row.length ? (steps[at] - knownStep) / (steps[next] - knownStep) : 0;
      full[at] = known + part * (next < row.length ? row[next] - known : 0);
    } else {
      known = full[at];
      knownStep = steps[at];
    }
  }
  return 2 * missing > row.length ? undefined : full;
}
