import { between, farPlace, type RowForecast } from './automatic-forecast.ts';
import type { AutomaticShape } from './automatic-shape.ts';
import type { AutomaticState } from './automatic-state.ts';
import type { ForecastBand, ForecastPaths } from './forecaster.ts';
import { conformalOffsets, type ResidualPaths } from './residual-paths.ts';

/** Fewer errors of the far rows than these, and they are taken from the last near row, growing like a random walk. */
const LEAST_FAR_PATHS = 12;

/** What the backtest left over, as it was learned. */
interface Residuals {
  readonly near: ResidualPaths;
  readonly far: ResidualPaths;
  readonly hasFar: boolean;
}

function residualsOf(state: AutomaticState, shape: AutomaticShape, slotsPerRow: number): Residuals {
  const length = shape.near * slotsPerRow;
  const count = shape.far.length === 0 ? 0 : state.farPaths.length / shape.far.length;
  return {
    near: { count: state.paths.length / length, length, values: state.paths },
    far: { count, length: shape.far.length, values: state.farPaths },
    hasFar: count >= LEAST_FAR_PATHS,
  };
}

/** The last near row, as many times as farther as a random walk would be. */
const growth = (shape: AutomaticShape, row: number): number => Math.sqrt(row / shape.near);

/** Rows ahead after a day are as far as those of the last day: their uncertainty has grown already. */
const withinDay = (shape: AutomaticShape, row: number): number => {
  const farthest = shape.far.at(-1) ?? shape.near;
  return row <= farthest ? row : row - Math.ceil((row - farthest) / shape.day) * shape.day;
};

/** The bands round a course of slots, one per level. */
export function bandsAround(
  course: Float64Array,
  { uncertainty }: RowForecast,
  state: AutomaticState,
  shape: AutomaticShape,
  slotsPerRow: number,
  levels: readonly number[],
): readonly ForecastBand[] {
  const { near, far, hasFar } = residualsOf(state, shape, slotsPerRow);
  const shares = levels.flatMap((level) => [(1 - level / 100) / 2, (1 + level / 100) / 2]);
  const nearOffsets = conformalOffsets(near, slotsPerRow, shares);
  const width = shares.length;
  // The last near row, then the far ones: between them the offsets are read off straight lines.
  const farOffsets = new Float64Array((1 + shape.far.length) * width);
  farOffsets.set(nearOffsets.subarray((shape.near - 1) * width));
  if (hasFar) farOffsets.set(conformalOffsets(far, 1, shares, 0), width);
  const offset = (row: number, share: number): number => {
    const within = withinDay(shape, row);
    if (within <= shape.near) return nearOffsets[(within - 1) * width + share];
    if (hasFar) return between(farOffsets, farPlace(shape, within), width, share);
    return farOffsets[share] * growth(shape, within);
  };
  return levels.map((level, index) => {
    const lower = new Float64Array(course.length);
    const upper = new Float64Array(course.length);
    let row = 0;
    let below = 0;
    let above = 0;
    for (let slot = 0; slot < course.length; slot++) {
      if (slot % slotsPerRow === 0) {
        row++;
        const unit = state.scale * uncertainty[row - 1];
        below = Math.min(0, unit * offset(row, 2 * index));
        above = Math.max(0, unit * offset(row, 2 * index + 1));
      }
      lower[slot] = course[slot] + below;
      upper[slot] = course[slot] + above;
    }
    return { level, lower, upper };
  });
}

/** Equally probable courses: the errors of the backtest once more, as large as they are to be expected now. */
export function pathsAround(
  course: Float64Array,
  { uncertainty }: RowForecast,
  state: AutomaticState,
  shape: AutomaticShape,
  slotsPerRow: number,
): ForecastPaths {
  const { near, far, hasFar } = residualsOf(state, shape, slotsPerRow);
  const horizon = course.length;
  const count = horizon > near.length && hasFar ? far.count : near.count;
  const values = new Float64Array(count * horizon);
  for (let path = 0; path < count; path++) {
    const own = near.values.subarray(path * near.length, (path + 1) * near.length);
    const later = far.values.subarray(path * far.length, (path + 1) * far.length);
    const farErrors = Float64Array.of(own[near.length - 1], ...(hasFar ? later : []));
    for (let slot = 0; slot < horizon; slot++) {
      const row = Math.floor(slot / slotsPerRow) + 1;
      const within = withinDay(shape, row);
      let error: number;
      if (within <= shape.near) error = own[slot - (row - within) * slotsPerRow];
      else if (hasFar) error = between(farErrors, farPlace(shape, within), 1, 0);
      else error = farErrors[0] * growth(shape, within);
      values[path * horizon + slot] = course[slot] + state.scale * uncertainty[row - 1] * error;
    }
  }
  return { count, horizon, values };
}
