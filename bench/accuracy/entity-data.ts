import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from '../../shared/pipeline/score-rows.ts';
import { readRows, secondsOf } from './labelled-data.ts';

/** Where the metrics of one labelled server lie. */
export interface LabelledEntity {
  readonly name: string;
  /** Learned from first; has no labels. */
  readonly history: string;
  readonly test: string;
}

export interface EntitySet {
  readonly name: 'asd' | 'smd';
  readonly entities: readonly LabelledEntity[];
}

const HISTORY = '-train.csv.gz';
const TEST = '-test.csv.gz';

/** The labelled servers under `FOLDER/servers`; sets that are not there are left out. @throws Error where a test has no history. */
export function findEntitySets(folder: string): EntitySet[] {
  const root = join(folder, 'servers');
  const files = existsSync(root) ? readdirSync(root).sort() : [];
  return (['asd', 'smd'] as const).flatMap((name) => {
    const entities = files
      .filter((file) => file.startsWith(`${name}-`) && file.endsWith(TEST))
      .map((file) => {
        const history = file.replace(TEST, HISTORY);
        if (!files.includes(history)) throw new Error(`${join(root, file)} has no history: put ${history} beside it`);
        return { name: file.slice(0, -TEST.length), history: join(root, history), test: join(root, file) };
      });
    return entities.length === 0 ? [] : [{ name, entities }];
  });
}

export interface LabelledTable extends Table {
  /** 1 where a row is labelled anomalous; all 0 in a history. */
  readonly labels: Uint8Array;
}

/** A table `timestamp,…,label`; the label may be absent. */
export function readTable(path: string): LabelledTable {
  const { header, rows } = readRows(path);
  const label = header.indexOf('label');
  const columns = header.filter((_, column) => column > 0 && column !== label);
  const places = columns.map((column) => header.indexOf(column));
  const values = new Float64Array(rows.length * columns.length);
  rows.forEach((row, at) => {
    places.forEach((place, column) => {
      values[at * columns.length + column] = row[place] === '' ? NaN : Number(row[place]);
    });
  });
  return {
    columns,
    times: Float64Array.from(rows, (row) => secondsOf(row[0])),
    values,
    labels: Uint8Array.from(rows, (row) => (label < 0 ? 0 : Number(row[label]))),
  };
}
