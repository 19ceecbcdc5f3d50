import type { FeatureMatrix } from './feature-matrix.ts';
import { calendarFeatures } from './calendar.ts';
import { pushValue, windowStatistics } from './windows.ts';

/** What a model was fitted on; a model is only ever asked about rows of its own recipe. */
export interface RecipeId {
  readonly name: string;
  readonly version: number;
}
export const standardRecipe: RecipeId = { name: 'standard', version: 1 };

/** Epoch seconds to what local time is ahead of UTC, such as `localOffset(timezone)`. */
export type LocalOffset = (epochSeconds: number) => number;

/** All that a recipe remembers of an entity: explicit numbers, the same in memory and in the store. */
export interface RecipeState {
  /** The newest values, column after column, oldest first; NaN where there was none. */
  readonly recent: Float64Array;
  /** One number: epoch seconds of the newest row, NaN before the first. */
  readonly clock: Float64Array;
}

/** Turns the rows of one entity into features as they arrive. */
export interface Recipe {
  readonly id: RecipeId;
  readonly names: readonly string[];
  /** Advanced by each row; give it to {@link createRecipe} to go on. */
  readonly state: RecipeState;
  /**
   * The features of the newest row: a fresh array, one number a name, NaN where they need a value that is missing.
   *
   * @param row one number a column, NaN where missing.
   * @param time epoch seconds; a jump of more than one and a half steps makes the windows start anew.
   */
  push(row: ArrayLike<number>, time: number): Float64Array;
}

const WINDOWS = [3, 5, 10] as const;
const LAGS = [1, 2, 3] as const;
const REMEMBERED = Math.max(...WINDOWS, ...LAGS.map((ago) => ago + 1));
/** The features that speak of no column. */
export const calendarNames: readonly string[] = ['hour', 'dayOfWeek', 'businessHours'];

/** Rows before the first that has all its features. */
export const RECIPE_WARM_UP = Math.max(...WINDOWS) - 1;

/**
 * The recipe `standard`: of each column the rolling mean and deviation over 3, 5 and 10 points, the values 1, 2 and 3
 * points ago and the change per minute since the last point; then hour, day of week and business hours. Four columns
 * make 43 features. The value itself speaks through its change and its lags.
 *
 * @param columns the metrics' names, which name the features: `cpu.mean3`.
 * @param state where an earlier recipe over the same columns stood; it is advanced in place.
 * @throws RangeError without columns, on a name given twice, on a step that is no length of time, or on a state of other
 * columns.
 */
export function createRecipe(
  columns: readonly string[],
  stepSeconds: number,
  offset: LocalOffset,
  state: RecipeState = startRecipe(columns.length),
): Recipe {
  if (columns.length === 0) throw new RangeError('A recipe needs at least one column, got none.');
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw new RangeError(`The column '${twice}' is there twice: give each a name of its own.`);
  if (!(stepSeconds > 0) || !Number.isFinite(stepSeconds))
    throw new RangeError(`The step is ${stepSeconds} s: give the positive length of one period in seconds.`);
  const names = recipeNames(columns);
  if (state.recent.length !== columns.length * REMEMBERED || state.clock.length !== 1)
    throw new RangeError(`The recipe's state is not of ${columns.length} columns: start it anew.`);
  const windows = columns.map((_, column) => state.recent.subarray(column * REMEMBERED, (column + 1) * REMEMBERED));
  return {
    id: standardRecipe,
    names,
    state,
    push(row, time) {
      if (row.length !== columns.length)
        throw new RangeError(`The row has ${row.length} values for ${columns.length} columns: give one a column.`);
      // A window across a hole in time, or one that runs backwards, would be called a window and be none.
      if (!(Math.abs(time - state.clock[0] - stepSeconds) <= stepSeconds / 2)) state.recent.fill(Number.NaN);
      state.clock[0] = time;
      const features = new Float64Array(names.length);
      let at = 0;
      for (const [column, window] of windows.entries()) {
        const value = row[column];
        pushValue(window, Number.isFinite(value) ? value : Number.NaN);
        for (const length of WINDOWS) {
          const { mean, deviation } = windowStatistics(window, length);
          features[at++] = mean;
          features[at++] = deviation;
        }
        for (const ago of LAGS) features[at++] = window[REMEMBERED - 1 - ago];
        features[at++] = ((value - window[REMEMBERED - 2]) * 60) / stepSeconds;
      }
      const { hour, dayOfWeek, businessHours } = calendarFeatures(time, offset(time));
      features[at++] = hour;
      features[at++] = dayOfWeek;
      features[at] = businessHours;
      return features;
    },
  };
}

export const startRecipe = (columns: number): RecipeState => ({
  recent: new Float64Array(columns * REMEMBERED).fill(Number.NaN),
  clock: Float64Array.of(Number.NaN),
});

/** By the list of columns itself: a recipe is made anew for every row of a stored state, its names are not. */
const namesOf = new WeakMap<readonly string[], readonly string[]>();

function recipeNames(columns: readonly string[]): readonly string[] {
  const known = namesOf.get(columns);
  if (known !== undefined) return known;
  const own = columns.flatMap((column) => [
    ...WINDOWS.flatMap((length) => [`${column}.mean${length}`, `${column}.deviation${length}`]),
    ...LAGS.map((ago) => `${column}.lag${ago}`),
    `${column}.change`,
  ]);
  const names = [...own, ...calendarNames];
  namesOf.set(columns, names);
  return names;
}

/** The column that a feature speaks of, or undefined for the calendar's. */
export function columnOfFeature(feature: string, columns: readonly string[]): string | undefined {
  const dot = feature.lastIndexOf('.');
  const column = dot === -1 ? undefined : feature.slice(0, dot);
  return column !== undefined && columns.includes(column) ? column : undefined;
}

/**
 * The features of a whole window at once: the same bits as {@link Recipe.push} gives row by row.
 *
 * @param times epoch seconds, one a row.
 * @param values row-major, `columns.length` a row.
 * @throws RangeError where times and values do not belong together.
 */
export function recipeMatrix(
  columns: readonly string[],
  stepSeconds: number,
  offset: LocalOffset,
  times: ArrayLike<number>,
  values: Float64Array,
): FeatureMatrix {
  if (values.length !== times.length * columns.length)
    throw new RangeError(
      `The window has ${values.length} values for ${times.length} rows of ${columns.length} columns: give one a column.`,
    );
  const recipe = createRecipe(columns, stepSeconds, offset);
  const features = new Float64Array(times.length * recipe.names.length);
  for (let row = 0; row < times.length; row++) {
    const given = values.subarray(row * columns.length, (row + 1) * columns.length);
    features.set(recipe.push(given, times[row]), row * recipe.names.length);
  }
  return { names: recipe.names, rows: times.length, values: features };
}
