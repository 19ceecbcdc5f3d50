import { stripVTControlCharacters } from 'node:util';

/** One column: its heading, and whether numbers line up on the right. */
export interface TextColumn {
  readonly heading: string;
  readonly align?: 'left' | 'right';
}

const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;

/** Rows under headings, two spaces apart, as wide as their content; colours in cells do not count as width. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)));
        return columns[index]?.align === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ heading }) => heading)),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
  ];
}
