import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One labelled series of a benchmark, in the order of its file. */
export interface LabelledSeries {
  /** Path inside its set, with `/`. */
  readonly name: string;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** 1 where a row is labelled anomalous. */
  readonly labels: Uint8Array;
  /** NAB's windows, epoch seconds; empty elsewhere. */
  readonly windows: readonly (readonly [number, number])[];
  /** The first row that counts. */
  readonly scoredFrom: number;
}

export interface LabelledSet {
  readonly name: 'nab' | 'kpi' | 'cloud-monitoring';
  readonly series: readonly LabelledSeries[];
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesUnder(path);
      return /\.csv(\.gz)?$/.test(name) ? [path] : [];
    });
}

/** Epoch seconds of a number, or of a date with a zone; a date without one is taken as UTC. */
export function secondsOf(stamp: string): number {
  const number = Number(stamp);
  if (!Number.isNaN(number)) return number;
  const iso = stamp.replace(' ', 'T');
  return Math.floor(Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`) / 1000);
}

const cells = (line: string): string[] => line.split(',').map((cell) => cell.replace(/^"|"$/g, ''));

export function readRows(path: string): { header: string[]; rows: string[][] } {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  return { header: cells(header), rows: lines.map(cells) };
}

function readSeries(root: string, path: string, scoredFrom: (rows: number) => number): LabelledSeries {
  const { header, rows } = readRows(path);
  const label = header.findIndex((name) => name.toLowerCase() === 'label');
  const times = Float64Array.from(rows, (row) => secondsOf(row[0]));
  const values = Float64Array.from(rows, (row) => (row[1] === '' ? NaN : Number(row[1])));
  const labels = Uint8Array.from(rows, (row) => (label >= 0 ? Number(row[label]) : 0));
  return { name: relative(root, path), times, values, labels, windows: [], scoredFrom: scoredFrom(rows.length) };
}

function readNab(root: string): LabelledSeries[] {
  const windows = JSON.parse(readFileSync(join(root, 'labels', 'combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  const data = join(root, 'data');
  return filesUnder(data).map((path) => {
    const series = readSeries(data, path, (rows) => Math.floor(0.15 * Math.min(rows, 5000)));
    const own = (windows[series.name] ?? []).map(
      ([start, end]) => [secondsOf(start.slice(0, 19)), secondsOf(end.slice(0, 19))] as const,
    );
    const labels = Uint8Array.from(series.times, (time) => (own.some(([a, b]) => time >= a && time <= b) ? 1 : 0));
    return { ...series, windows: own, labels };
  });
}

/** The labelled sets under a folder; those that are not there are left out. */
export function readLabelledSets(folder: string): LabelledSet[] {
  const sets: LabelledSet[] = [];
  if (existsSync(join(folder, 'nab'))) sets.push({ name: 'nab', series: readNab(join(folder, 'nab')) });
  const simple = [
    ['kpi', 0.5],
    ['cloud-monitoring', 0.15],
  ] as const;
  for (const [name, skipped] of simple) {
    const root = join(folder, name);
    if (!existsSync(root)) continue;
    const series = filesUnder(root).map((path) => readSeries(root, path, (rows) => Math.floor(skipped * rows)));
    sets.push({ name, series });
  }
  return sets;
}
