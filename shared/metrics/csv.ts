import { csvRows, type CsvBatch, type CsvOptions } from './csv-rows.ts';

/** A whole CSV: one row per record, in the file's order. */
export interface CsvTable {
  readonly name: string;
  readonly timestampColumn: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** As written in the file. */
  readonly stamps: readonly string[];
  /** Epoch seconds; NaN for a stamp that could not be read, whose values are then NaN too. */
  readonly times: Float64Array;
  /** Row-major: column `j` of row `i` is `values[i * columns.length + j]`; NaN where there is no number. */
  readonly values: Float64Array;
  /** What was decided, left out and could not be read, in words. */
  readonly notes: readonly string[];
}

/**
 * Reads a whole CSV into memory; see {@link csvRows} for what is understood. *
 * @throws CsvError that names file, line, what was found and what to do.
 */
export async function readCsv(
  chunks: AsyncIterable<string> | Iterable<string>,
  name: string,
  options: CsvOptions = {},
): Promise<CsvTable> {
  const file = await csvRows(chunks, name, options);
  const batches: CsvBatch[] = [];
  for await (const batch of file.batches) batches.push(batch);
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const stamps: string[] = [];
  const times = new Float64Array(rows);
  const values = new Float64Array(rows * file.columns.length);
  let row = 0;
  for (const batch of batches) {
    for (const stamp of batch.stamps) stamps.push(stamp);
    times.set(batch.times, row);
    values.set(batch.values, row * file.columns.length);
    row += batch.rows;
  }
  return {
    name,
    timestampColumn: file.timestampColumn,
    columns: file.columns,
    rows,
    stamps,
    times,
    values,
    notes: rows === 0 ? [...file.notes(), 'there is no row'] : file.notes(),
  };
}
