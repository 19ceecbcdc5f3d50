/** One number per row; NaN becomes an empty field. What each means is told in the README, under "score". */
export interface ScoredNumbers {
  readonly score: ArrayLike<number>;
  readonly alert: ArrayLike<number>;
  readonly anomaly: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** Seconds; written as days. */
  readonly rarity: ArrayLike<number>;
}

const fields = ['value', 'anomaly_score', 'alert', 'anomaly', 'expected', 'lower', 'upper', 'rarity'] as const;

const secondsPerDay = 86_400;

/** Quoted where it would otherwise be read as something else (RFC 4180). */
export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Every digit a double has: two scores that differ are never written alike. */
const csvNumber = (value: number | undefined): string =>
  value !== undefined && Number.isFinite(value) ? (value === 0 ? '0' : String(value)) : '';

/** `timestamp` and the eight fields; with several columns once more for each, under its name. */
export function scoredCsvHeader(columns: readonly string[]): string {
  const own = columns.length > 1 ? columns.flatMap((column) => fields.map((field) => `${column}_${field}`)) : [];
  return ['timestamp', ...fields, ...own].map(csvField).join(',');
}

const numbersOf = (scored: ScoredNumbers, row: number): string =>
  `${csvNumber(scored.score[row])},${csvNumber(scored.alert[row])},${csvNumber(scored.anomaly[row])},` +
  `${csvNumber(scored.expected[row])},${csvNumber(scored.lower[row])},${csvNumber(scored.upper[row])},` +
  csvNumber(scored.rarity[row] / secondsPerDay);

/**
 * One line, without its end.
 *
 * @param timestamp as the input has it.
 * @param values one per column.
 * @param row where the row's numbers are; -1 for a row that was not judged.
 * @param whole the row as a whole: the column itself where there is only one.
 */
export function scoredCsvLine(
  timestamp: string,
  values: ArrayLike<number>,
  whole: ScoredNumbers,
  columns: readonly ScoredNumbers[],
  row: number,
): string {
  const single = columns.length === 1;
  let line = `${csvField(timestamp)},${single ? csvNumber(values[0]) : ''},${numbersOf(whole, row)}`;
  if (single) return line;
  for (const [index, scored] of columns.entries()) {
    line += `,${csvNumber(values[index])},${numbersOf(scored, row)}`;
  }
  return line;
}
