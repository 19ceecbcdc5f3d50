import { CsvError, quoted } from './csv-error.ts';
import { parse } from 'csv-parse/sync';
import { isMissing, numberFormat, type NumberFormat } from './number-format.ts';
import { timestampFormat, type TimestampFormat } from './timestamp-format.ts';

/** What the columns of a file are, decided once from its beginning. */
export interface CsvLayout {
  readonly delimiter: ',' | ';' | '\t' | '|';
  /** Records before the first point: a header, and what stands above it. */
  readonly skip: number;
  readonly timestampColumn: string;
  readonly timestampIndex: number;
  readonly timestamp: TimestampFormat;
  /** Names of the value columns, unique. */
  readonly columns: readonly string[];
  readonly columnIndexes: readonly number[];
  readonly numbers: readonly NumberFormat[];
  /** Fields in a record. */
  readonly width: number;
  /** What was decided and left out, in words. */
  readonly notes: readonly string[];
}

const delimiters = [',', ';', '\t', '|'] as const;
const timeNames =
  /^@?(?:timestamp|time|date|datetime|date[ _-]?time|ts|t|t_seconds|epoch|unix(?:[ _-]?time)?|period(?:[ _-]?start)?|time[ _-]?stamp)$/i;
const labelNames = /^(?:label|anomalous|anomaly|is[ _-]?anomaly)$/i;
const sampledRecords = 2000;
const preambleRecords = 20;

/**
 * Chooses separator, header, timestamp column, value columns and formats from the beginning of a file. Columns named
 * label, anomalous or anomaly, in any case, are never values.
 *
 * @param isWhole whether the sample is the whole file; its last line may be incomplete otherwise.
 * @throws CsvError where there is no timestamp or no value column.
 */
export function csvLayout(file: string, sample: string, isWhole: boolean, timezone: string): CsvLayout {
  if (sample.trim() === '') {
    throw new CsvError(file, undefined, 'is empty', 'a header and one line per point are needed: timestamp,value');
  }
  const tried = delimiters.map((delimiter) => tryLayout(sample, isWhole, delimiter, timezone));
  const best = tried.reduce((a, b) => (b.fit > a.fit ? b : a));
  if (best.layout === undefined) throw explain(file, best);
  return best.layout;
}

/** The same layout with the order of day and month settled by a larger sample. */
export function withMoreStamps(layout: CsvLayout, sample: string, isWhole: boolean, timezone: string): CsvLayout {
  const records = sampleRecords(sample, isWhole, layout.delimiter, Infinity).slice(layout.skip);
  const timestamp = timestampFormat(columnOf(records, layout.timestampIndex), timezone);
  if (timestamp === undefined) return layout;
  const others = layout.notes.filter((note) => note !== layout.timestamp.note);
  return { ...layout, timestamp, notes: timestamp.note === undefined ? others : [timestamp.note, ...others] };
}

interface Attempt {
  readonly layout?: CsvLayout;
  /** Fields of the sample that were understood, by the separator. */
  readonly fit: number;
  readonly records: readonly (readonly string[])[];
}

function tryLayout(sample: string, isWhole: boolean, delimiter: CsvLayout['delimiter'], timezone: string): Attempt {
  const records = sampleRecords(sample, isWhole, delimiter);
  const width = commonWidth(records);
  const time = findTimestamp(records, width, timezone);
  if (time === undefined) return { fit: width > 1 ? 1e-9 * width : 0, records };
  const { skip, index, format } = time;
  const hasHeader = skip > 0 && !isBlank(records[skip - 1] ?? []);
  const header = hasHeader ? records[skip - 1] : undefined;
  const body = records.slice(skip).filter((record) => !isBlank(record));
  const names = uniqueNames(width, header);
  const notes: string[] = [...(format.note === undefined ? [] : [format.note])];
  const above = records.slice(0, Math.max(0, skip - 1)).filter((record) => !isBlank(record)).length;
  if (above > 0) notes.push(`lines above the header left out: ${above}`);
  const candidates: { index: number; format: NumberFormat; read: number; text: number }[] = [];
  for (let column = 0; column < width; column += 1) {
    if (column === index) continue;
    if (labelNames.test(header?.[column]?.trim() ?? '')) {
      notes.push(`column ${quoted(names[column] ?? '')} is a label and not read as a value`);
      continue;
    }
    const fields = body.map((record) => record[column] ?? '').filter((field) => !isMissing(field));
    const numbers = numberFormat(fields, delimiter);
    const read = fields.reduce((sum, field) => sum + (Number.isNaN(numbers.read(field)) ? 0 : 1), 0);
    candidates.push({ index: column, format: numbers, read, text: fields.length - read });
  }
  const numeric = candidates.filter(({ read, text }) => read > 0 || text === 0);
  const chosen = numeric.length > 0 ? numeric : candidates;
  for (const one of candidates.filter((candidate) => !chosen.includes(candidate))) {
    notes.push(`column ${quoted(names[one.index] ?? '')} holds text and not numbers and is left out`);
  }
  for (const { index: column, format: numbers } of chosen) {
    if (numbers.note !== undefined) notes.push(`column ${quoted(names[column] ?? '')}: ${numbers.note}`);
  }
  const stamps = body.reduce((sum, record) => sum + (Number.isNaN(format.read(record[index] ?? '')) ? 0 : 1), 0);
  const values = chosen.reduce((sum, { read }) => sum + read, 0);
  if (chosen.length === 0) return { fit: 1e-6 * (1 + stamps), records };
  return {
    fit: 1e-3 + stamps + values,
    records,
    layout: {
      delimiter,
      skip,
      timestampColumn: names[index] ?? '',
      timestampIndex: index,
      timestamp: format,
      columns: chosen.map((one) => names[one.index] ?? ''),
      columnIndexes: chosen.map((one) => one.index),
      numbers: chosen.map((one) => one.format),
      width,
      notes,
    },
  };
}

function sampleRecords(
  sample: string,
  isWhole: boolean,
  delimiter: string,
  limit = sampledRecords,
): readonly (readonly string[])[] {
  const end = isWhole ? sample.length : sample.lastIndexOf('\n') + 1;
  const text = sample.slice(0, end === 0 ? sample.length : end);
  if (!text.includes('"')) {
    const lines = text
      .replace(/\r?\n$/, '')
      .split('\n')
      .slice(0, limit);
    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line).split(delimiter));
  }
  const records: string[][] = [];
  try {
    return parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_quotes: true,
      relax_column_count: true,
      to: limit === Infinity ? -1 : limit,
      on_record: (record: string[]) => {
        records.push(record);
        return record;
      },
    });
  } catch {
    // A quote that is open where the sample ends: what was read before it is enough to choose a layout.
    return records;
  }
}

const isBlank = (record: readonly string[]): boolean => record.length === 1 && (record[0] ?? '').trim() === '';

/** The number of fields that most records have; the larger one where two are equally common. */
function commonWidth(records: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const record of records) if (!isBlank(record)) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  const [width] = [...counts].sort(([a, n], [b, m]) => m - n || b - a)[0] ?? [0];
  return width;
}

interface FoundTimestamp {
  readonly skip: number;
  readonly index: number;
  readonly format: TimestampFormat;
}

/**
 * The timestamp column. Of columns with such a name the first with a calendar's stamps, else the first that could be an
 * epoch of our age; else any column with a calendar's stamps, a named one with any numbers, any that could be an epoch.
 * The header is the first record, unless a later one among the first few names a time, or the first is already a point.
 */
function findTimestamp(
  records: readonly (readonly string[])[],
  width: number,
  timezone: string,
): FoundTimestamp | undefined {
  const named = records
    .slice(0, preambleRecords)
    .findIndex((record) => record.length > 1 && record.some((field) => timeNames.test(field.trim())));
  const first = records.findIndex((record) => !isBlank(record));
  const header = named < 0 ? undefined : records[named];
  const body = records.slice(header === undefined ? first : named + 1).filter((record) => !isBlank(record));
  const isNamed = (index: number): boolean => timeNames.test(header?.[index]?.trim() ?? '');
  if (header !== undefined && body.length === 0) {
    return { skip: named + 1, index: header.findIndex((_, index) => isNamed(index)), format: emptyFormat };
  }
  // Without a name to go by the first record may be a header: it has no say while there are others.
  const rest = header === undefined && body.length > 1 ? body.slice(1) : body;
  const candidates = Array.from({ length: width }, (_, index) => index).flatMap((index) => {
    const stamps = columnOf(rest, index);
    const format = timestampFormat(stamps, timezone);
    if (format === undefined) return [];
    const isCalendar = !format.name.startsWith('epoch');
    return [{ index, format, isCalendar, isOfOurAge: isCalendar || isEpoch(stamps, format), isNamed: isNamed(index) }];
  });
  const found =
    candidates.find((one) => one.isNamed && one.isCalendar) ??
    candidates.find((one) => one.isNamed && one.isOfOurAge) ??
    candidates.find((one) => one.isCalendar) ??
    candidates.find((one) => one.isNamed) ??
    candidates.find((one) => one.isOfOurAge);
  if (found === undefined) return undefined;
  const { index, format } = found;
  if (header !== undefined) return { skip: named + 1, index, format };
  const isPoint = !Number.isNaN(format.read(records[first]?.[index] ?? ''));
  return { skip: isPoint ? first : first + 1, index, format };
}

const emptyFormat: TimestampFormat = { name: 'none', read: () => Number.NaN };

const columnOf = (records: readonly (readonly string[])[], index: number): string[] =>
  records.map((record) => record[index] ?? '');

const year2000 = 946_684_800;
const year2200 = 7_258_118_400;

/** Numbers under no telling name are taken for an epoch only where they all lie in this age. */
function isEpoch(stamps: readonly string[], format: TimestampFormat): boolean {
  return stamps.every((stamp) => {
    const time = format.read(stamp);
    return stamp.trim() === '' || (time >= year2000 && time < year2200);
  });
}

/** Column names as in the header, made unique; `column_2` where there is none. A headerless pair is timestamp, value. */
function uniqueNames(width: number, header: readonly string[] | undefined): readonly string[] {
  const taken = new Set<string>();
  return Array.from({ length: width }, (_, index) => {
    const written = header?.[index]?.trim() ?? '';
    const plain = header === undefined && width === 2 ? (index === 0 ? 'timestamp' : 'value') : `column_${index + 1}`;
    const base = written === '' ? plain : written;
    let name = base;
    for (let copy = 2; taken.has(name); copy += 1) name = `${base}_${copy}`;
    taken.add(name);
    return name;
  });
}

function explain(file: string, { records, fit }: Attempt): CsvError {
  const first = records.find((record) => !isBlank(record)) ?? [];
  const line = records.indexOf(first) + 1;
  if (fit >= 1e-6) {
    return new CsvError(
      file,
      line,
      `has timestamps but no value column in ${quoted(first.join(','))}`,
      'write at least one column of numbers beside the timestamp, under a name that is not a label',
    );
  }
  return new CsvError(
    file,
    line,
    `no column holds timestamps; it begins ${quoted(first.join(','))}`,
    'name the column timestamp and write ISO 8601 (2026-11-21T09:05:00Z) or epoch seconds',
  );
}
