import type { ChartColours } from './chart-colours.ts';
import { px, svgText, textWidth } from './chart-text.ts';

/** One entry: how it is drawn, and what it is. */
export interface LegendEntry {
  readonly sign: 'line' | 'dashes' | 'area' | 'dot';
  readonly colour: string;
  readonly text: string;
}

const gap = 14;

/** Rows of the legend from left to right; what does not fit into the last row is left out, the first entries never. */
export function legendRows(
  entries: readonly LegendEntry[],
  width: number,
  size: number,
  most: number,
): readonly (readonly LegendEntry[])[] {
  const rows: LegendEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const needs = 1.9 * size + textWidth(entry.text, size);
    if (needs > width) continue;
    if (needs > room) {
      if (rows.length === most) continue;
      rows.push([]);
      room = width;
    }
    rows[rows.length - 1].push(entry);
    room -= needs + gap;
  }
  return rows;
}

/** Draws one row whose text stands on `y`. */
export function drawLegend(
  row: readonly LegendEntry[],
  x: number,
  y: number,
  size: number,
  colours: ChartColours,
): string {
  let left = x;
  return row
    .map((entry) => {
      const at = left;
      left += 1.9 * size + textWidth(entry.text, size) + gap;
      return (
        sign(entry, at, y - size * 0.36, size, colours) +
        svgText(entry.text, at + 1.9 * size, y, { size, fill: colours.dim })
      );
    })
    .join('');
}

function sign({ sign: kind, colour }: LegendEntry, x: number, y: number, size: number, { band }: ChartColours): string {
  const to = px(x + 1.4 * size);
  switch (kind) {
    case 'area':
      return `<rect x="${px(x)}" y="${px(y - size * 0.4)}" width="${px(1.4 * size)}" height="${px(size * 0.8)}" rx="2" fill="${colour}" fill-opacity="${px(band * 1.6)}"/>`;
    case 'dot':
      return `<circle cx="${px(x + 0.7 * size)}" cy="${px(y)}" r="${px(size * 0.33)}" fill="${colour}"/>`;
    case 'dashes':
      return `<path d="M${px(x)} ${px(y)}H${to}" stroke="${colour}" stroke-width="2" stroke-dasharray="4 2.5" fill="none"/>`;
    case 'line':
      return `<path d="M${px(x)} ${px(y)}H${to}" stroke="${colour}" stroke-width="2" fill="none"/>`;
  }
}
