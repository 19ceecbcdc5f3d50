const longest = 80;

/** A CSV that cannot be read. The message names file, line, what was found and what to do. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  readonly file: string;
  /** 1-based; absent where the file as a whole is meant. */
  readonly line: number | undefined;

  constructor(file: string, line: number | undefined, problem: string, remedy: string) {
    super(`${file}${line === undefined ? '' : `, line ${line}`}: ${problem} → ${remedy}`);
    this.file = file;
    this.line = line;
  }
}

/** A value as it was found, quoted and shortened, for messages. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
