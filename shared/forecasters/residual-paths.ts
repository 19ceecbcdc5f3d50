import { quantileOfSorted } from '../numeric/statistics.ts';

/** What the backtest left over, by which forecasts become ranges and courses. */
export interface ResidualPaths {
  /** How many backtest origins there are. */
  readonly count: number;
  /** Slots of each. */
  readonly length: number;
  /** `[path * length + slot]`: error of the forecast, in units of scale times uncertainty then. */
  readonly values: Float32Array;
}

/** Part of the uncertainty that is always there; the rest goes with the experts' disagreement. */
const NEAR_FLOOR = 0.3;
const FAR_FLOOR = 0.5;

/**
 * How uncertain a near forecast is, as a multiple of what is usual for so many rows ahead: by how much the experts
 * disagree, and by how much the stretches differ that came after what the series was like before.
 */
export const nearUncertainty = (disagreement: number, spread: number): number =>
  NEAR_FLOOR + ((1 - NEAR_FLOOR) / 2) * (disagreement + spread);

/** The same beyond the near rows, where the disagreement alone says more. */
export const farUncertainty = (disagreement: number): number => FAR_FLOOR + (1 - FAR_FLOOR) * disagreement;

/**
 * The offsets from the forecast within which `share` of the errors lay below, per row ahead, in units of uncertainty:
 * conformal ranks, (n + 1) of n, of all slots of a row and of its neighbours where a row is one slot or two.
 *
 * @param slotsPerRow slots that are one row.
 * @returns one per row and share, `[row * shares.length + index]`.
 */
export function conformalOffsets(
  paths: ResidualPaths,
  slotsPerRow: number,
  shares: readonly number[],
  neighbours = slotsPerRow < 3 ? 1 : 0,
): Float64Array {
  const { count, length, values } = paths;
  const rows = Math.ceil(length / slotsPerRow);
  const out = new Float64Array(rows * shares.length);
  for (let row = 0; row < rows; row++) {
    const from = Math.max(0, row * slotsPerRow - neighbours);
    const end = Math.min(length, (row + 1) * slotsPerRow + neighbours);
    const pool = new Float32Array(count * (end - from));
    for (let path = 0, at = 0; path < count; path++) {
      for (let slot = from; slot < end; slot++) pool[at++] = values[path * length + slot];
    }
    pool.sort();
    shares.forEach((share, index) => {
      const rank = Math.min(Math.max(share * (count + 1) - 1, 0), count - 1);
      out[row * shares.length + index] = quantileOfSorted(pool, rank / (count - 1));
    });
  }
  return out;
}
