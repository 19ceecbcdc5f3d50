import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { csvText } from '../shared/adapters/local/csv-text.ts';
import { readCsv, type CsvTable } from '../shared/metrics/csv.ts';
import { emptySeries, placePoints, type Series } from '../shared/metrics/series.ts';
import { quantile } from '../shared/numeric/statistics.ts';
import { stepOf } from '../shared/pipeline/score-rows.ts';
import type { Origin } from './backtest-series.ts';
import { Misuse } from './exit-code.ts';

/** A file of one series and, where tasks say so, at which of its rows it is forecast. */
export interface BacktestFile {
  /** As people know it: relative to the folder, without .csv. */
  readonly name: string;
  readonly path: string;
  /** Undefined: wherever it can be. */
  readonly origins?: readonly Origin[];
}

const DAY = 86_400;
/** Without tasks: over so much of the end of a series, but for a fit that needs this much before it. */
const BACKTEST_DAYS = 7;
const LEAST_DAYS = 3;
const ORIGINS = 24;
const CROSSING_SECONDS = 2700;
const CONTEXT_DAYS = 21;
/** The limit asked about is what so much of the past lay below; where more than this lies on it, none is asked about. */
const LIMIT_SHARE = 0.95;
const ON_LIMIT = 0.05;

/** Every CSV below a folder, in a fixed order. @throws Misuse where there is none. */
export async function backtestFolder(folder: string, asked: string): Promise<readonly BacktestFile[]> {
  const kind = await stat(folder).catch(() => undefined);
  if (kind?.isDirectory() !== true) throw new Misuse(`--data ${asked}: there is no such folder`);
  const found = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /^[^.].*\.csv(\.gz)?$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (found.length === 0) throw new Misuse(`--data ${asked}: no .csv or .csv.gz in it`);
  return found.map((path) => ({ path, name: relative(folder, path).replace(/\.csv(\.gz)?$/i, '') }));
}

/**
 * The files that tasks name: `series,origin,limit`, the number of the first row to forecast, and what crossing is asked
 * about (empty: none). A series may be named without the folders its file lies in where no other has the same name.
 *
 * @throws Misuse on a row that says something else, naming its line, or a series that is not in the folder.
 */
export async function backtestTasks(
  path: string,
  asked: string,
  files: readonly BacktestFile[],
): Promise<readonly BacktestFile[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Misuse(`--tasks ${asked}: there is no such file`);
  });
  const [header, ...rows] = text.split(/\r?\n/);
  if (header.trim() !== 'series,origin,limit') {
    throw new Misuse(`--tasks ${asked}, line 1: "${header.slice(0, 60)}" found; write series,origin,limit`);
  }
  const byName = fileNames(files);
  const origins = new Map<string, Origin[]>();
  rows.forEach((line, index) => {
    if (line.trim() === '') return;
    const fields = line.split(',');
    const where = `--tasks ${asked}, line ${index + 2}`;
    const [name, row, limit] = fields;
    if (fields.length !== 3) throw new Misuse(`${where}: ${fields.length} fields; write series,origin,limit`);
    if (!byName.has(name)) throw new Misuse(`${where}: there is no series ${name} in the folder`);
    if (!/^\d+$/.test(row)) throw new Misuse(`${where}: origin ${row} is no row; write a whole number from 0`);
    if (limit.trim() !== '' && !Number.isFinite(Number(limit))) {
      throw new Misuse(`${where}: limit ${limit} is no number; write one, or nothing`);
    }
    const own = origins.get(name) ?? [];
    own.push({ row: Number(row), limit: limit.trim() === '' ? null : Number(limit) });
    origins.set(name, own);
  });
  if (origins.size === 0) throw new Misuse(`--tasks ${asked}: there is no task in it`);
  return [...origins].map(([name, own]) => {
    const { path: file } = byName.get(name) ?? { path: '' };
    return { name, path: file, origins: own.sort((a, b) => a.row - b.row) };
  });
}

/** Files by their names below the folder, and by their last part alone where only one has it. */
function fileNames(files: readonly BacktestFile[]): ReadonlyMap<string, BacktestFile> {
  const byName = new Map<string, BacktestFile>();
  const twice = new Set<string>();
  for (const file of files) {
    const last = file.name.split(/[/\\]/).at(-1) ?? file.name;
    if (byName.has(last)) twice.add(last);
    byName.set(last, file);
  }
  for (const last of twice) byName.delete(last);
  for (const file of files) byName.set(file.name, file);
  return byName;
}

/** The series of a file, one per value column: row by row where tasks name rows, else on its grid. */
export async function backtestSeriesOf({
  name,
  path,
  origins,
}: BacktestFile): Promise<readonly { readonly name: string; readonly series: Series }[]> {
  const table = await readCsv(csvText(path, name), name);
  const stepSeconds = stepOf(table.times);
  const column = (index: number): Float64Array =>
    Float64Array.from({ length: table.rows }, (_, row) => table.values[row * table.columns.length + index]);
  if (origins !== undefined) {
    if (table.columns.length !== 1) {
      throw new Misuse(`${name} has ${table.columns.length} value columns: tasks need files of one series`);
    }
    const last = origins[origins.length - 1].row;
    if (last > table.rows) throw new Misuse(`${name} has ${table.rows} rows, and a task asks for row ${last}`);
    return [{ name, series: { start: 0, stepSeconds, values: column(0) } }];
  }
  return table.columns.map((label, index) => ({
    name: table.columns.length === 1 ? name : `${name} ${label}`,
    series: onGrid(table, stepSeconds, column(index)),
  }));
}

function onGrid({ times }: CsvTable, stepSeconds: number, values: Float64Array): Series {
  let first = Infinity;
  let last = -Infinity;
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  if (first > last) return emptySeries(stepSeconds, 0, 0);
  const start = Math.floor(first / stepSeconds) * stepSeconds;
  const series = emptySeries(stepSeconds, start, Math.floor(last / stepSeconds) * stepSeconds + stepSeconds);
  placePoints({ times, values }, series);
  return series;
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/**
 * Where a series is forecast when nobody says where: at some twenty moments of its last week, at all times of the day,
 * and asked whether it will go above what 95 % of its past lay below, unless it is there already. None where there is too
 * little of it.
 */
export function originsOver({ stepSeconds, values }: Series): readonly Origin[] {
  const day = Math.max(1, Math.round(DAY / stepSeconds));
  const ahead = Math.max(1, Math.round(CROSSING_SECONDS / stepSeconds));
  const first = Math.max(LEAST_DAYS * day, values.length - BACKTEST_DAYS * day);
  const last = values.length - ahead;
  let stride = Math.max(1, Math.floor((last - first) / ORIGINS));
  while (greatestDivisor(day, stride) !== 1) stride++;
  const origins: Origin[] = [];
  for (let row = first; row <= last; row += stride) {
    const context = values.subarray(Math.max(0, row - CONTEXT_DAYS * day), row).filter((value) => !Number.isNaN(value));
    if (context.length === 0) continue;
    const limit = quantile(context, LIMIT_SHARE);
    const on = context.filter((value) => value === limit).length;
    const isAsked = values[row - 1] <= limit && on <= ON_LIMIT * context.length;
    origins.push({ row, limit: isAsked ? limit : null });
  }
  return origins;
}
