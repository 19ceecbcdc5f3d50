import { readdir, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { CsvError } from '../../metrics/csv-error.ts';
import { type CsvTable, readCsv } from '../../metrics/csv.ts';
import type { SeriesDescription } from '../../metrics/metric.ts';
import type { WatchSelection } from '../../metrics/selection.ts';
import type { Discovery, MetricSource, Reading, ReadSeries } from '../../ports/metric-source.ts';
import { csvText } from './csv-text.ts';
import { type LocalSeries, selectLocally } from './local-selection.ts';

export const csvNamespace = 'CSV';

export interface CsvSourceOptions {
  /** Where times without a zone are meant. @default 'UTC' */
  readonly timezone?: string;
}

/** Values kept in memory between reads: 100 MB, a week of a thousand series at five minutes six times over. */
const mostKeptValues = 12_500_000;

interface KeptTable {
  readonly table: CsvTable;
  readonly modified: number;
  readonly bytes: number;
}

/**
 * The CSV files of a folder, or one file, plain or gzipped. Each file is an entity, named by its path in the folder
 * without its ending, and each value column a series of it. Points come in the file's order, as often as they are
 * there. A file that changed is read again.
 */
export class CsvSource implements MetricSource {
  readonly #path: string;
  readonly #timezone: string;
  readonly #kept = new Map<string, KeptTable>();

  constructor(path: string, options: CsvSourceOptions = {}) {
    this.#path = path;
    this.#timezone = options.timezone ?? 'UTC';
  }

  /**
   * A file that cannot be read is named among what is left out, with the reason.
   *
   * @throws CsvError if there is no file that can be read, naming the first that cannot, or that there is none.
   */
  async discover(watch: WatchSelection, known?: ReadonlySet<string>): Promise<Discovery> {
    const available: LocalSeries[] = [];
    const unreadable: CsvError[] = [];
    for (const [entity, file] of await this.#files()) {
      try {
        const table = await this.#table(entity, file);
        for (const name of table.columns) available.push(seriesOf(entity, name));
      } catch (error) {
        if (!(error instanceof CsvError)) throw error;
        unreadable.push(error);
      }
    }
    const [worst] = unreadable;
    if (available.length === 0 && unreadable.length > 0) throw worst;
    const found = selectLocally(watch, available, known);
    return {
      series: found.series,
      leftOut: [...found.leftOut, ...unreadable.map(({ message }) => ({ pattern: message, count: 1 }))],
    };
  }

  async read(series: readonly SeriesDescription[], from: number, to: number): Promise<Reading> {
    const files = await this.#files();
    const answers: ReadSeries[] = [];
    for (const { id, metric } of series) {
      const entity =
        'expression' in metric || metric.namespace !== csvNamespace ? undefined : metric.dimensions['File'];
      const file = entity === undefined ? undefined : files.get(entity);
      if (entity === undefined || file === undefined || 'expression' in metric) {
        answers.push(missing(id, 'not-found', `there is no file for '${id}' below ${this.#path}`));
        continue;
      }
      answers.push(await this.#readColumn(id, entity, file, metric.name, from, to));
    }
    return { series: answers, billedMetrics: 0 };
  }

  async #readColumn(
    id: string,
    entity: string,
    file: string,
    column: string,
    from: number,
    to: number,
  ): Promise<ReadSeries> {
    let table: CsvTable;
    try {
      table = await this.#table(entity, file);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      return missing(id, 'internal-error', error.message);
    }
    const index = table.columns.indexOf(column);
    if (index < 0) return missing(id, 'not-found', `'${entity}' has no column '${column}' any more`);
    return { id, points: pointsOf(table, index, from, to) };
  }

  async #table(entity: string, file: string): Promise<CsvTable> {
    const { mtimeMs: modified, size: bytes } = await stat(file);
    const kept = this.#kept.get(file);
    if (kept?.modified === modified && kept.bytes === bytes) return kept.table;
    const table = await readCsv(csvText(file, entity), entity, { timezone: this.#timezone });
    this.#keep(file, { table, modified, bytes });
    return table;
  }

  #keep(file: string, table: KeptTable): void {
    this.#kept.delete(file);
    this.#kept.set(file, table);
    let values = [...this.#kept.values()].reduce((sum, kept) => sum + kept.table.values.length, 0);
    for (const [oldest, kept] of this.#kept) {
      if (values <= mostKeptValues || oldest === file) break;
      this.#kept.delete(oldest);
      values -= kept.table.values.length;
    }
  }

  /** Paths by entity, in the order of their names. */
  async #files(): Promise<ReadonlyMap<string, string>> {
    const found = await stat(this.#path).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      throw new CsvError(this.#path, undefined, 'there is no such file or folder', 'check the path of the source');
    });
    if (!found.isDirectory()) return new Map([[withoutEnding(basename(this.#path)), this.#path]]);
    const names = (await readdir(this.#path, { recursive: true })).filter((name) => /\.csv(\.gz)?$/i.test(name)).sort();
    if (names.length === 0) {
      throw new CsvError(this.#path, undefined, 'holds no .csv and no .csv.gz', 'check the path of the source');
    }
    const files = new Map<string, string>();
    for (const name of names) {
      const entity = withoutEnding(name.split(sep).join('/'));
      // Packed and plain side by side: both are told apart rather than one lost.
      files.set(files.has(entity) ? name.split(sep).join('/') : entity, join(this.#path, name));
    }
    return files;
  }
}

const withoutEnding = (name: string): string => name.replace(/\.csv(\.gz)?$/i, '');

const seriesOf = (entity: string, name: string): LocalSeries => ({
  namespace: csvNamespace,
  name,
  dimensions: { File: entity },
  entity,
  nature: { unit: 'None', bad: 'both', gap: 'gap' },
});

function pointsOf(table: CsvTable, column: number, from: number, to: number): ReadSeries['points'] {
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    const time = table.times[row] ?? Number.NaN;
    const value = table.values[row * table.columns.length + column] ?? Number.NaN;
    if (time >= from && time < to && Number.isFinite(value)) rows.push(row);
  }
  return {
    times: Float64Array.from(rows, (row) => table.times[row] ?? Number.NaN),
    values: Float64Array.from(rows, (row) => table.values[row * table.columns.length + column] ?? Number.NaN),
  };
}

const missing = (id: string, kind: 'not-found' | 'internal-error', message: string): ReadSeries => ({
  id,
  points: { times: new Float64Array(0), values: new Float64Array(0) },
  problem: { kind, message },
});
