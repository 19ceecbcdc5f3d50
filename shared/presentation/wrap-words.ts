import { stripVTControlCharacters } from 'node:util';

const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/**
 * A line cut at spaces so that none is wider than `width` columns; what follows is indented like the line itself. A word
 * that is wider stays whole. Colours do not count as width; one that spans a cut goes on in the next line.
 */
export function wrapWords(line: string, width: number): readonly string[] {
  if (widthOf(line) <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.slice(indent.length).split(' ')) {
    if (current !== '' && widthOf(`${indent}${current} ${word}`) > width) {
      lines.push(indent + current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, indent + current];
}
