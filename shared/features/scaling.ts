/**
 * The usual level and spread of an entity's columns, learned as rows pass, so that entities of any size can be pooled
 * in one model. Explicit numbers, the same in memory and in the store, and never more of them.
 */
export interface ScalingState {
  /** Rows after which old ones begin to fade. */
  readonly memoryRows: number;
  /** Values a column needs before it is scaled: a day's rhythm is known after a day. */
  readonly warmUpRows: number;
  /** Per column: level, mean absolute deviation, values seen. */
  readonly numbers: Float64Array;
}

const NUMBERS = 3;
const MEMORY_DAYS = 7;
const SECONDS_A_DAY = 86_400;
/** A deviation counts at most so many spreads, so that a fault barely widens what is usual. */
const CLIP = 5;
/** Values a column needs at least before its spread is known, and a day of them; their deviations teach as they are. */
const LEAST_WARM_UP = 50;
/** The mean absolute deviation of a normal distribution is this part of its standard deviation. */
const MEAN_ABSOLUTE_OF_NORMAL = Math.sqrt(2 / Math.PI);
/** A column that hardly moved is scaled by this part of its level, or by 1 at level 0: no noise is blown up. */
const SMALLEST_PART = 1e-6;

/** @throws RangeError on no columns or on a step that is no length of time. */
export function startScaling(columns: number, stepSeconds: number): ScalingState {
  if (!Number.isInteger(columns) || columns < 1)
    throw new RangeError(`Scaling needs at least one column, got ${columns}.`);
  if (!(stepSeconds > 0) || !Number.isFinite(stepSeconds))
    throw new RangeError(`The step is ${stepSeconds} s: give the positive length of one period in seconds.`);
  return {
    memoryRows: Math.max(1, Math.round((MEMORY_DAYS * SECONDS_A_DAY) / stepSeconds)),
    warmUpRows: Math.max(LEAST_WARM_UP, Math.round(SECONDS_A_DAY / stepSeconds)),
    numbers: new Float64Array(columns * NUMBERS),
  };
}

/**
 * The row in standard deviations from each column's usual level, by what was known before it; then learns from it.
 * NaN until a column has its `warmUpRows`, for its spread is not known yet; a missing value stays NaN and teaches nothing.
 *
 * @throws RangeError on a row of another width.
 */
export function scaleRow(state: ScalingState, row: ArrayLike<number>): Float64Array {
  const { numbers, memoryRows, warmUpRows } = state;
  const columns = numbers.length / NUMBERS;
  if (row.length !== columns)
    throw new RangeError(`The row has ${row.length} values for ${columns} columns: give one a column.`);
  const scaled = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const value = row[column];
    const at = column * NUMBERS;
    if (!Number.isFinite(value)) {
      scaled[column] = Number.NaN;
      continue;
    }
    const count = numbers[at + 2];
    const level = count === 0 ? value : numbers[at];
    const spread = Math.max(numbers[at + 1], SMALLEST_PART * Math.abs(level)) || 1;
    const away = value - level;
    scaled[column] = count < warmUpRows ? Number.NaN : (away / spread) * MEAN_ABSOLUTE_OF_NORMAL;
    const lesson = count < warmUpRows ? away : Math.max(-CLIP * spread, Math.min(away, CLIP * spread));
    const gain = Math.max(1 / (count + 1), 1 / memoryRows);
    numbers[at] = level + gain * lesson;
    numbers[at + 1] += gain * (Math.abs(lesson) - numbers[at + 1]);
    numbers[at + 2] = count + 1;
  }
  return scaled;
}

/** Whether every column has the values it needs. */
export function isScaled({ numbers, warmUpRows }: ScalingState): boolean {
  for (let at = NUMBERS - 1; at < numbers.length; at += NUMBERS) if (numbers[at] < warmUpRows) return false;
  return true;
}
