import type { SeriesDescription } from '../metrics/metric.ts';
import type { EntityState } from './entity-state.ts';
import { judge, type JudgedRow, type Verdict } from './judge.ts';
import { defaultPolicy, type JudgePolicy } from './judge-policy.ts';

/** Rows as a CSV gives them: in order of arrival, perhaps with duplicate or backward times. */
export interface Table {
  /** Names of the value columns; `values[i * columns.length + j]` is column `j` of row `i`. */
  readonly columns: readonly string[];
  /** Epoch seconds, one per row. */
  readonly times: Float64Array;
  /** NaN where there is no number. */
  readonly values: Float64Array;
  /** Length of one point. Default: the median of the first 100 positive differences of `times`, or 300 without any. */
  readonly stepSeconds?: number;
}

export interface ScoreOptions {
  /** IANA name. @default 'UTC' */
  readonly timezone?: string;
  /** Called with the number of rows judged so far, history included; for progress bars. */
  readonly onProgress?: (rows: number) => void;
}

/** One number per row of the table, in the table's order; NaN where the row cannot be judged (or it has no such number). */
export interface ScoredColumn {
  readonly score: Float64Array;
  /** 0 where nobody is told. */
  readonly alert: Float64Array;
  /** 1 while anomalous, else 0. */
  readonly anomaly: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Seconds: once in so many; NaN unless anomalous. */
  readonly rarity: Float64Array;
}

export interface ScoredTable {
  /** In the order of `columns`. */
  readonly columns: readonly ScoredColumn[];
  /** The row as a whole, by the entity view; the very same object as `columns[0]` where there is one column. */
  readonly row: ScoredColumn;
}

/**
 * Scores a table strictly causally with the default detectors: the same judge as the deployed pipeline, so that a
 * series on its grid gets the same numbers here, bit for bit.
 *
 * @param history learned from first, and not part of the result; must have the same columns.
 * @throws RangeError where sizes or columns contradict each other, naming both.
 */
export function scoreTable(table: Table, history?: Table, options: ScoreOptions = {}): ScoredTable {
  checkTable(table, 'the table');
  if (history !== undefined) checkHistory(history, table);
  const stepSeconds = table.stepSeconds ?? stepOf(table.times);
  const policy: JudgePolicy = { ...defaultPolicy, timezone: options.timezone ?? defaultPolicy.timezone };
  const series = table.columns.map((label, column) => columnSeries(label, column, stepSeconds));
  const progress = options.onProgress ?? (() => undefined);

  let state: EntityState | undefined;
  let judgedRows = 0;
  const pass = (rows: Table, write?: (row: JudgedRow, place: number) => void): void => {
    const order = orderOf(rows.times);
    for (let from = 0; from < order.length; from += ROWS_AT_ONCE) {
      const places = order.subarray(from, from + ROWS_AT_ONCE);
      const judged = judge({ entity: 'table', series, stepSeconds, ...pick(rows, places) }, state, policy);
      state = judged.state;
      if (write !== undefined) judged.rows.forEach((row, k) => write(row, places[k]));
      judgedRows += places.length;
      progress(judgedRows);
    }
  };

  if (history !== undefined) pass(history);
  const columns = table.columns.map(() => emptyColumn(table.times.length));
  const row = table.columns.length === 1 ? columns[0] : emptyColumn(table.times.length);
  pass(table, (judged, place) => {
    judged.series.forEach((verdict, column) => writeVerdict(columns[column], place, verdict));
    if (columns.length > 1) writeVerdict(row, place, judged.entity);
  });
  return { columns, row };
}

/** Bounds the memory that verdicts take on their way into columns. */
const ROWS_AT_ONCE = 2048;
const DEFAULT_STEP_SECONDS = 300;
/** Positive differences that the step is taken from. */
const DIFFERENCES = 100;

/** Seconds of one point: the median of the first 100 positive differences in the order of judging, or 300 without any. */
export function stepOf(times: Float64Array): number {
  const order = orderOf(times);
  const differences: number[] = [];
  for (let i = 1; i < order.length && differences.length < DIFFERENCES; i++) {
    const difference = times[order[i]] - times[order[i - 1]];
    if (difference > 0) differences.push(difference);
  }
  if (differences.length === 0) return DEFAULT_STEP_SECONDS;
  differences.sort((a, b) => a - b);
  const half = differences.length >> 1;
  return differences.length % 2 === 1 ? differences[half] : (differences[half - 1] + differences[half]) / 2;
}

/** Rows in order of arrival; by time where most steps go backwards, for then the newest row was written first. */
function orderOf(times: Float64Array): Uint32Array {
  const order = Uint32Array.from(times, (_, row) => row);
  let forward = 0;
  let backward = 0;
  for (let i = 1; i < times.length; i++) {
    if (times[i] > times[i - 1]) forward++;
    else if (times[i] < times[i - 1]) backward++;
  }
  return backward > forward ? order.reverse().sort((a, b) => times[a] - times[b]) : order;
}

function pick(table: Table, places: Uint32Array): { times: Float64Array; values: Float64Array } {
  const width = table.columns.length;
  const times = new Float64Array(places.length);
  const values = new Float64Array(places.length * width);
  places.forEach((place, row) => {
    times[row] = table.times[place];
    values.set(table.values.subarray(place * width, (place + 1) * width), row * width);
  });
  return { times, values };
}

function columnSeries(label: string, column: number, periodSeconds: number): SeriesDescription {
  return {
    id: `${column}:${label}`,
    entity: 'table',
    label,
    metric: { namespace: 'CSV', name: label, dimensions: {}, statistic: 'Average' },
    periodSeconds,
    nature: { unit: 'None', bad: 'both', gap: 'gap' },
  };
}

function emptyColumn(rows: number): ScoredColumn {
  const column = () => new Float64Array(rows).fill(Number.NaN);
  return {
    score: column(),
    alert: column(),
    anomaly: column(),
    expected: column(),
    lower: column(),
    upper: column(),
    rarity: column(),
  };
}

function writeVerdict(column: ScoredColumn, row: number, verdict: Verdict): void {
  if (verdict.status === 'unknown') return;
  column.score[row] = verdict.score;
  column.alert[row] = verdict.alert;
  column.anomaly[row] = verdict.status === 'anomalous' ? 1 : 0;
  column.expected[row] = verdict.expected;
  column.lower[row] = verdict.lower;
  column.upper[row] = verdict.upper;
  if (verdict.status === 'anomalous' && verdict.rarity !== undefined) column.rarity[row] = verdict.rarity.onceInSeconds;
}

function checkTable({ columns, times, values, stepSeconds }: Table, what: string): void {
  if (columns.length === 0) throw new RangeError(`${what} has no value column: give at least one`);
  if (values.length !== times.length * columns.length) {
    throw new RangeError(
      `${what} has ${values.length} values for ${times.length} rows of ${columns.length} columns: give one each`,
    );
  }
  const wrong = times.findIndex((time) => !Number.isFinite(time));
  if (wrong !== -1) throw new RangeError(`row ${wrong} of ${what} has the time ${times[wrong]}: give epoch seconds`);
  if (stepSeconds !== undefined && !(stepSeconds > 0 && Number.isFinite(stepSeconds)))
    throw new RangeError(`${what} has a step of ${stepSeconds} s: give the positive length of one point`);
}

function checkHistory(history: Table, table: Table): void {
  checkTable(history, 'the history');
  const same =
    history.columns.length === table.columns.length &&
    history.columns.every((label, column) => label === table.columns[column]);
  if (!same) {
    throw new RangeError(
      `the history has the columns ${history.columns.join(', ')}, the table ${table.columns.join(', ')}: give the same`,
    );
  }
}
