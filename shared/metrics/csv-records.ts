import { parse } from 'csv-parse/sync';
import { CsvError } from './csv-error.ts';

/** No line of a metric file is longer; without a limit a file without line ends would fill the memory. */
export const longestLine = 1 << 20;

/** Some whole records, in order. */
export interface RecordBlock {
  readonly records: readonly (readonly string[])[];
  /** 1-based line of the first record. */
  readonly line: number;
  /** Lines of each record where that is not one for all: a quoted field may hold line ends. */
  readonly lines: readonly number[] | undefined;
}

/** Cuts text that arrives in pieces into blocks of whole lines. A byte order mark is dropped. */
export class CsvText {
  private pending = '';
  private started = false;
  private lineEnd = '\n';
  /** 1-based number of the first pending line. */
  private line = 1;
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Text up to a sample's length, so that a layout can be chosen before the first record is cut. */
  add(chunk: string): void {
    if (!this.started && chunk !== '') {
      this.started = true;
      if (chunk.charCodeAt(0) === 0xfeff) chunk = chunk.slice(1);
    }
    this.pending += chunk;
  }

  get length(): number {
    return this.pending.length;
  }

  hasWholeLine(): boolean {
    return /[\r\n]/.test(this.pending);
  }

  /** The pending text, for choosing a layout. Also settles whether lines end as they did on old Macs. */
  sample(): string {
    if (this.pending.includes('\0')) {
      throw new CsvError(this.file, undefined, 'holds NUL characters, so it is not UTF-8 text', 'save it as UTF-8 CSV');
    }
    this.lineEnd = !this.pending.includes('\n') && this.pending.includes('\r') ? '\r' : '\n';
    return this.lineEnd === '\r' ? this.pending.replaceAll('\r', '\n') : this.pending;
  }

  /**
   * The whole records that have arrived since.
   *
   * @throws CsvError where a line, or a quoted field, does not end within {@link longestLine} characters.
   */
  take(delimiter: string, isLast: boolean): RecordBlock | undefined {
    const text = this.pending;
    const cut = isLast ? text.length : this.cut(text, delimiter);
    if (text.length - cut > longestLine) throw this.tooLong(text, cut);
    if (cut === 0) return undefined;
    this.pending = text.slice(cut);
    const block = this.records(text.slice(0, cut), delimiter);
    this.line += block.lines?.reduce((sum, lines) => sum + lines, 0) ?? block.records.length;
    return block;
  }

  private cut(text: string, delimiter: string): number {
    if (!text.includes('"')) return text.lastIndexOf(this.lineEnd) + 1;
    const end = this.lineEnd.charCodeAt(0);
    const separator = delimiter.charCodeAt(0);
    let cut = 0;
    let inQuotes = false;
    let atStart = true;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (inQuotes) {
        if (code !== quote) continue;
        if (text.charCodeAt(i + 1) === quote) i += 1;
        else inQuotes = false;
      } else if (code === quote && atStart) {
        inQuotes = true;
      } else if (code === end) {
        cut = i + 1;
      }
      atStart = !inQuotes && (code === separator || code === end);
    }
    return cut;
  }

  private records(text: string, delimiter: string): RecordBlock {
    const { line, lineEnd } = this;
    const body = text.endsWith(lineEnd) ? text.slice(0, -1) : text;
    if (!body.includes('"')) {
      const lines = body.split(lineEnd);
      const records = new Array<readonly string[]>(lines.length);
      for (let i = 0; i < lines.length; i += 1) {
        let one = lines[i] ?? '';
        if (one.length > longestLine) throw this.lineTooLong(line + i, one);
        if (one.charCodeAt(one.length - 1) === carriageReturn) one = one.slice(0, -1);
        records[i] = one.split(delimiter);
      }
      return { records, line, lines: undefined };
    }
    const records = this.quotedRecords(lineEnd === '\r' ? text.replaceAll('\r', '\n') : text, delimiter);
    const lines = records.map(lineCount);
    for (const [i, fields] of records.entries()) {
      const length = fields.reduce((sum, field) => sum + field.length, 0);
      if (length > longestLine) throw this.lineTooLong(line + lines.slice(0, i).reduce((a, b) => a + b, 0), fields[0]);
    }
    return { records, line, lines };
  }

  private quotedRecords(text: string, delimiter: string): string[][] {
    try {
      return parse(text, {
        delimiter,
        record_delimiter: ['\r\n', '\n'],
        relax_quotes: true,
        relax_column_count: true,
        skip_empty_lines: false,
        bom: false,
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CsvError(
        this.file,
        this.line,
        `cannot be split into fields from here on: ${reason}`,
        'close every quote, and write a quote inside a quoted field twice',
      );
    }
  }

  private tooLong(text: string, cut: number): CsvError {
    return text.indexOf(this.lineEnd, cut) < 0
      ? this.lineTooLong(this.line + countOf(text.slice(0, cut), this.lineEnd), text.slice(cut, cut + 100))
      : new CsvError(
          this.file,
          this.line + countOf(text.slice(0, cut), this.lineEnd),
          `a quote is opened and not closed within ${longestLine} characters`,
          'close the quote, or write it twice inside a quoted field',
        );
  }

  private lineTooLong(line: number, begin = ''): CsvError {
    return new CsvError(
      this.file,
      line,
      `is longer than ${longestLine} characters, beginning ${JSON.stringify(begin.slice(0, 40))}`,
      'is this a CSV with one point a line?',
    );
  }
}

const quote = 34;
const carriageReturn = 13;

function lineCount(fields: readonly string[]): number {
  let lines = 1;
  for (const field of fields) if (field.includes('\n')) lines += countOf(field, '\n');
  return lines;
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count += 1;
  return count;
}
