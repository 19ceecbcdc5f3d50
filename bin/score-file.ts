import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CsvError } from '../shared/metrics/csv-error.ts';
import { readCsv } from '../shared/metrics/csv.ts';
import type { Table } from '../shared/pipeline/score-rows.ts';
import { scoreTable } from '../shared/pipeline/score-rows.ts';
import { scoredCsvHeader, scoredCsvLine } from '../shared/presentation/scored-csv.ts';
import { csvText } from '../shared/adapters/local/csv-text.ts';
import { strongestAlerts } from './strongest-alerts.ts';
import type { StrongAlert } from './strongest-alerts.ts';
import { notesOnTimes } from './repeated-times.ts';
import type { ScoreJob } from './score-plan.ts';

/** What became of one file. */
export interface ScoreReport {
  readonly name: string;
  readonly output: string;
  readonly rows: number;
  readonly columns: readonly string[];
  /** Rows that could not be judged: their score is empty. */
  readonly unjudged: number;
  /** Rows on which somebody is told. */
  readonly alerts: number;
  /** Of these, in the first day of a file without history. */
  readonly firstDayAlerts: number;
  /** At most five, the strongest first. */
  readonly strongest: readonly StrongAlert[];
  /** Rows from an alert until it is over. */
  readonly anomalousRows: number;
  readonly history?: { readonly path: string; readonly rows: number };
  /** What was decided, left out and could not be read. */
  readonly notes: readonly string[];
}

const rowsPerWrite = 2000;

/**
 * Scores one file and writes the result; a result that was begun and not finished leaves no file.
 *
 * @param onProgress called with the part that is done, 0…1.
 * @throws CsvError where a file cannot be read as a CSV of metrics, its times are those of several series, or the history
 *   has other columns.
 */
export async function scoreFile(job: ScoreJob, onProgress: (done: number) => void): Promise<ScoreReport> {
  const learned = job.history === undefined ? undefined : await readCsv(csvText(job.history, job.history), job.history);
  const table = await readCsv(csvText(job.input, job.name), job.name);
  const timeNotes = notesOnTimes(table);
  if (learned !== undefined) notesOnTimes(learned);
  if (learned !== undefined) matchColumns(table.columns, learned.columns, job);
  const history = learned === undefined ? undefined : inOrderOf(table.columns, withTimes(learned).table);
  const { table: timed, placeOf } = withTimes(table);
  const total = timed.times.length + (history?.times.length ?? 0);
  const scored = scoreTable(timed, history, { onProgress: (rows) => onProgress(rows / Math.max(1, total)) });

  let unjudged = table.rows - timed.times.length;
  let alerts = 0;
  let firstDayAlerts = 0;
  let anomalousRows = 0;
  const firstDayEnds = timed.times.reduce((least, time) => Math.min(least, time), Infinity) + 86_400;
  for (let row = 0; row < timed.times.length; row++) {
    if (Number.isNaN(scored.row.score[row])) unjudged++;
    if (scored.row.alert[row] > 0) {
      alerts++;
      if (history === undefined && timed.times[row] < firstDayEnds) firstDayAlerts++;
    }
    if (scored.row.anomaly[row] > 0) anomalousRows++;
  }

  await writeWhole(job.output, function* () {
    yield `${scoredCsvHeader(table.columns)}\n`;
    const width = table.columns.length;
    for (let from = 0; from < table.rows; from += rowsPerWrite) {
      let block = '';
      for (let row = from; row < Math.min(table.rows, from + rowsPerWrite); row++) {
        const values = table.values.subarray(row * width, (row + 1) * width);
        block += `${scoredCsvLine(table.stamps[row], values, scored.row, scored.columns, placeOf(row))}\n`;
      }
      yield block;
    }
  });
  return {
    name: job.name,
    output: job.output,
    rows: table.rows,
    columns: table.columns,
    unjudged,
    alerts,
    firstDayAlerts,
    strongest: strongestAlerts(table, scored, placeOf),
    anomalousRows,
    ...(learned === undefined ? {} : { history: { path: learned.name, rows: learned.rows } }),
    notes: [...table.notes, ...timeNotes],
  };
}

/** The rows whose time could be read, and where each row of the file is among them; -1 for one that is not. */
function withTimes(table: Table): { readonly table: Table; readonly placeOf: (row: number) => number } {
  if (!table.times.some(Number.isNaN)) return { table, placeOf: (row) => row };
  const width = table.columns.length;
  const places = new Int32Array(table.times.length).fill(-1);
  const kept: number[] = [];
  for (let row = 0; row < table.times.length; row++) {
    if (Number.isNaN(table.times[row])) continue;
    places[row] = kept.length;
    kept.push(row);
  }
  const values = new Float64Array(kept.length * width);
  for (const [place, row] of kept.entries())
    values.set(table.values.subarray(row * width, (row + 1) * width), place * width);
  const times = Float64Array.from(kept, (row) => table.times[row]);
  return { table: { columns: table.columns, times, values }, placeOf: (row) => places[row] };
}

function matchColumns(columns: readonly string[], known: readonly string[], job: ScoreJob): void {
  const missing = columns.filter((column) => !known.includes(column));
  if (missing.length === 0 && known.length === columns.length) return;
  // One value column is the same thing under whatever name.
  if (columns.length === 1 && known.length === 1) return;
  throw new CsvError(
    job.name,
    undefined,
    `its history ${String(job.history)} has ${known.length} value columns (${known.slice(0, 5).join(', ')}), it has ${columns.length}${
      missing.length === 0 ? '' : `; the history lacks ${missing.slice(0, 5).join(', ')}`
    }`,
    'give a history with the same columns, or --no-history',
  );
}

/** The history with its columns in the table's order and under its names. */
function inOrderOf(columns: readonly string[], history: Table): Table {
  if (columns.length === 1) return { ...history, columns };
  const from = columns.map((column) => history.columns.indexOf(column));
  if (from.every((index, position) => index === position)) return history;
  const values = new Float64Array(history.values.length);
  for (let row = 0; row < history.times.length; row++) {
    for (const [position, index] of from.entries()) {
      values[row * columns.length + position] = history.values[row * columns.length + index];
    }
  }
  return { ...history, columns, values };
}

async function isPlace(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Writes beside the target and renames: a reader sees the old file or the new one, never half of it. */
async function writeWhole(path: string, content: () => Iterable<string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // A pipe or a device such as /dev/stdout is written to, not replaced.
  const draft = (await isPlace(path)) ? path : `${path}.${process.pid}.partial`;
  const file = await open(draft, 'w');
  try {
    for (const block of content()) await file.write(block);
    await file.close();
    if (draft !== path) await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    if (draft !== path) await rm(draft, { force: true });
    throw error;
  }
}
