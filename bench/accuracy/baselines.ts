/** Plain peers, each causal, one score per row: what a detector must beat to be worth its state. */
export interface Baseline {
  readonly name: string;
  score(values: Float64Array, stepSeconds: number): Float64Array;
}

/** Gaps bridged by straight lines, as a plain script would. */
function bridged(values: Float64Array): Float64Array {
  const out = values.slice();
  let last = -1;
  for (let row = 0; row < out.length; row++) {
    if (Number.isNaN(out[row])) continue;
    for (let gap = last + 1; gap < row; gap++) {
      const part = last < 0 ? 1 : (gap - last) / (row - last);
      out[gap] = last < 0 ? out[row] : out[last] + part * (out[row] - out[last]);
    }
    last = row;
  }
  for (let row = last + 1; row < out.length; row++) out[row] = last < 0 ? 0 : out[last];
  return out;
}

/** |x - mean| / deviation over the `window` rows before each row, sums relative to the first value for their digits. */
export function rollingZ(of: Float64Array, window: number, floor: number, centred: boolean): Float64Array {
  const out = new Float64Array(of.length);
  const origin = of.length > 0 ? of[0] : 0;
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < of.length; row++) {
    const known = Math.min(row, window);
    if (known >= Math.min(20, window)) {
      const mean = sum / known;
      const spread = Math.sqrt(Math.max((squares - known * mean * mean) / Math.max(known - 1, 1), 0));
      out[row] = Math.abs(of[row] - origin - (centred ? mean : -origin)) / Math.max(spread, floor);
    }
    const entering = of[row] - origin;
    const leaving = row >= window ? of[row - window] - origin : 0;
    sum += entering - leaving;
    squares += entering * entering - leaving * leaving;
  }
  return out;
}

const deviation = (values: Float64Array): number => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
};

const floorOf = (values: Float64Array): number => 1e-3 * deviation(values) + 1e-12;
export const dayRows = (stepSeconds: number): number => Math.max(Math.round(86_400 / stepSeconds), 1);

/** Residual against the mean of the same slot on the seven days before. */
function seasonalResidual(values: Float64Array, day: number): Float64Array {
  return values.map((value, row) => {
    let sum = 0;
    let count = 0;
    for (let back = 1; back <= 7 && row - back * day >= 0; back++) {
      sum += values[row - back * day];
      count++;
    }
    return count === 0 ? 0 : value - sum / count;
  });
}

export const baselines: readonly Baseline[] = [
  {
    name: 'rolling z, 1000 rows',
    score: (given) => {
      const values = bridged(given);
      return rollingZ(values, 1000, floorOf(values), true);
    },
  },
  {
    name: 'rolling z, a day',
    score: (given, stepSeconds) => {
      const values = bridged(given);
      return rollingZ(values, Math.max(dayRows(stepSeconds), 2), floorOf(values), true);
    },
  },
  {
    name: 'seasonal z',
    score: (given, stepSeconds) => {
      const values = bridged(given);
      const residual = seasonalResidual(values, dayRows(stepSeconds));
      return rollingZ(residual, Math.max(dayRows(stepSeconds), 20), floorOf(values), false);
    },
  },
];
