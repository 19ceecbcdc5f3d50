import { CsvError, quoted } from './csv-error.ts';
import { csvLayout, withMoreStamps, type CsvLayout } from './csv-layout.ts';
import { CsvText, longestLine, type RecordBlock } from './csv-records.ts';
import { isMissing } from './number-format.ts';

export interface CsvOptions {
  /** Where times without a zone are meant. @default 'UTC' */
  readonly timezone?: string;
}

/** Some rows of a file in its order. Row `i` has one value per column: `values[i * columns.length + j]`. */
export interface CsvBatch {
  readonly rows: number;
  /** As written in the file. */
  readonly stamps: readonly string[];
  /** Epoch seconds; NaN for a stamp that could not be read, whose values are then NaN too. */
  readonly times: Float64Array;
  /** NaN where there is no number, or an infinite one. */
  readonly values: Float64Array;
}

/** A file being read: its columns at once, its rows as they are asked for. */
export interface CsvRows {
  readonly timestampColumn: string;
  readonly columns: readonly string[];
  readonly layout: CsvLayout;
  /** To be read once. */
  readonly batches: AsyncIterable<CsvBatch>;
  /** What was decided, left out and could not be read so far; complete once all batches are read. */
  notes(): readonly string[];
}

const sampleLength = 1 << 16;
/** Enough for some days of seconds, where only a change of day tells day and month apart. */
const largerSample = 1 << 24;
/** Rows that cannot be read beyond this many, and beyond this share, mean that the file is not what it seems. */
const toleratedRows = 20;
const toleratedShare = 0.2;

/**
 * Reads a CSV as its text arrives, in memory that does not grow with the file. Separator, header, formats and
 * columns are chosen from the beginning (see {@link csvLayout}). Every record becomes a row, in the file's order,
 * whatever its time; blank lines do not. What cannot be read is NaN and counted, never guessed.
 *
 * @throws CsvError at once on an empty file or one without timestamps or values; while reading on a line without
 * end, on a quote never closed, and where more than a fifth of the rows cannot be read.
 */
export async function csvRows(
  chunks: AsyncIterable<string> | Iterable<string>,
  file: string,
  { timezone = 'UTC' }: CsvOptions = {},
): Promise<CsvRows> {
  const feed = new Feed(chunks, new CsvText(file));
  const { text } = feed;
  try {
    while (!feed.ended() && (text.length < sampleLength || !text.hasWholeLine()) && text.length <= longestLine) {
      await feed.pull();
    }
    let layout = csvLayout(file, text.sample(), feed.ended(), timezone);
    if (layout.timestamp.undecided === true && !feed.ended()) {
      while (!feed.ended() && text.length < largerSample) await feed.pull();
      layout = withMoreStamps(layout, text.sample(), feed.ended(), timezone);
    }
    const tally = new Tally(file, layout);
    const { timestampColumn, columns } = layout;
    return { timestampColumn, columns, layout, notes: () => tally.notes(), batches: batchesOf(feed, layout, tally) };
  } catch (error) {
    await feed.close();
    throw error;
  }
}

/** Text as it arrives; what is not needed any more is told so, that a file may be closed. */
class Feed {
  readonly text: CsvText;
  private readonly source: AsyncIterator<string> | Iterator<string>;
  private isEnded = false;

  constructor(chunks: AsyncIterable<string> | Iterable<string>, text: CsvText) {
    this.text = text;
    this.source = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  ended(): boolean {
    return this.isEnded;
  }

  async pull(): Promise<void> {
    const next = await this.source.next();
    if (next.done === true) this.isEnded = true;
    else this.text.add(next.value);
  }

  async close(): Promise<void> {
    await this.source.return?.();
  }
}

async function* batchesOf(feed: Feed, layout: CsvLayout, tally: Tally): AsyncGenerator<CsvBatch> {
  let { skip } = layout;
  try {
    for (;;) {
      const block = feed.text.take(layout.delimiter, feed.ended());
      if (block !== undefined) {
        const batch = readBlock(block, layout, skip, tally);
        skip = Math.max(0, skip - block.records.length);
        if (batch.rows > 0) yield batch;
      }
      if (feed.ended()) return;
      await feed.pull();
    }
  } finally {
    await feed.close();
  }
}

function readBlock({ records, line, lines }: RecordBlock, layout: CsvLayout, skip: number, tally: Tally): CsvBatch {
  const { timestampIndex, timestamp, columnIndexes, numbers, width } = layout;
  const columns = columnIndexes.length;
  const stamps: string[] = [];
  const times = new Float64Array(Math.max(0, records.length - skip));
  const values = new Float64Array(times.length * columns).fill(Number.NaN);
  let at = line;
  let row = 0;
  for (let i = 0; i < records.length; i += 1) {
    const fields = records[i] ?? [];
    const here = at;
    at += lines?.[i] ?? 1;
    if (i < skip || (fields.length === 1 && (fields[0] ?? '').trim() === '')) continue;
    const stamp = fields[timestampIndex] ?? '';
    const time = timestamp.read(stamp);
    stamps.push(stamp);
    times[row] = time;
    if (Number.isNaN(time)) {
      tally.unreadable(here, stamp);
    } else if (fields.length > width && fields.slice(width).some((field) => field.trim() !== '')) {
      tally.misfit(here, fields.length);
    } else {
      for (let j = 0; j < columns; j += 1) {
        const field = fields[columnIndexes[j] ?? 0] ?? '';
        const value = numbers[j]?.read(field) ?? Number.NaN;
        if (Number.isFinite(value)) values[row * columns + j] = value;
        else tally.noValue(here, field, value);
      }
    }
    row += 1;
  }
  tally.read(row);
  return { rows: row, stamps, times: times.subarray(0, row), values: values.subarray(0, row * columns) };
}

/** Counts what could not be read, with the first place of each kind. */
class Tally {
  private rows = 0;
  private readonly kinds = new Map<string, { count: number; first: string }>();
  private readonly file: string;
  private readonly layout: CsvLayout;
  private bad = 0;
  private firstBad: { line: number; stamp: string } | undefined;

  constructor(file: string, layout: CsvLayout) {
    this.file = file;
    this.layout = layout;
  }

  read(rows: number): void {
    this.rows += rows;
    this.judge();
  }

  unreadable(line: number, stamp: string): void {
    this.bad += 1;
    this.firstBad ??= { line, stamp };
    this.count('rows with a timestamp that cannot be read', line, stamp);
  }

  misfit(line: number, fields: number): void {
    this.count(`rows with more than ${this.layout.width} fields, whose values are unknown`, line, `${fields} fields`);
  }

  noValue(line: number, field: string, value: number): void {
    const kind = isMissing(field) ? 'empty or NaN' : Number.isNaN(value) ? 'not numbers' : 'infinite';
    this.count(`values that are ${kind}`, line, field);
  }

  notes(): readonly string[] {
    return [
      ...this.layout.notes,
      ...[...this.kinds].map(([kind, { count, first }]) => `${kind}: ${count}, the first on ${first}`),
    ];
  }

  private count(kind: string, line: number, found: string): void {
    const known = this.kinds.get(kind);
    if (known === undefined) this.kinds.set(kind, { count: 1, first: `line ${line}: ${quoted(found)}` });
    else known.count += 1;
  }

  private judge(): void {
    if (this.bad <= toleratedRows || this.bad <= toleratedShare * this.rows || this.firstBad === undefined) return;
    throw new CsvError(
      this.file,
      this.firstBad.line,
      `${quoted(this.firstBad.stamp)} is not a time as ${this.layout.timestamp.name}, and ${this.bad - 1} more of the first ${this.rows} rows are not`,
      'write all timestamps in one format and all fields with one separator',
    );
  }
}
