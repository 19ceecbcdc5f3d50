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
  throw new Error(`scoreTable is being built: ${table.columns.join()} ${String(history)} ${String(options.timezone)}`);
}
