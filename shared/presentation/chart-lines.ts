import type { ChartColours } from './chart-colours.ts';
import { bandPath, linePath } from './chart-path.ts';
import { chartRuns, isUnusual, type ChartRow } from './chart-points.ts';
import type { ChartScale } from './chart-scale.ts';
import { px, svgText, textWidth } from './chart-text.ts';
import { limitWords, peakWords, type ChartFacts } from './chart-words.ts';

/** Closer than this dots are a smear: the line alone says it then. Pixels. */
const dotDistance = 7;

const path = (data: string, attributes: string): string =>
  data === '' ? '' : `<path d="${data}" fill="none" stroke-linejoin="round" ${attributes}/>`;

/** Round dots as one path: lines without length that have round ends. */
const dots = (rows: readonly ChartRow[], scale: ChartScale, size: number, colour: string): string =>
  path(
    rows.map(({ time, numbers: [value] }) => `M${px(scale.x(time))} ${px(scale.y(value))}h.01`).join(''),
    `stroke="${colour}" stroke-width="${size}" stroke-linecap="round"`,
  );

/** The times in which it was unusual, as a wash behind everything, with a line where the newest began. */
export function drawSince({ spec, rows, ahead }: ChartFacts, scale: ChartScale, colours: ChartColours): string {
  const { since, until, earlier = [] } = spec;
  const last = rows.at(-1)?.time;
  if (last === undefined) return '';
  const { left, right, top, bottom } = scale.box;
  const height = px(bottom - top);
  const wash = (from: number, to: number): string =>
    `<rect x="${px(from)}" y="${px(top)}" width="${px(Math.max(1, to - from))}" height="${height}" fill="${colours.unusual}" fill-opacity=".09"/>`;
  const before = earlier
    .filter(([from, to]) => to >= scale.first && from <= last)
    .map(([from, to]) => wash(scale.x(from), scale.x(to)))
    .join('');
  if (since === undefined || since > last || (until ?? last) < scale.first) return before;
  const from = scale.x(since);
  // An unusual time goes on behind the last point unless it has ended, or a forecast follows.
  const to = until !== undefined ? scale.x(until) : ahead.length > 0 ? scale.x(last) : right;
  const begin = path(`M${px(from)} ${px(top)}v${height}`, `stroke="${colours.unusual}" stroke-opacity=".55"`);
  return before + wash(from, to) + (from <= left ? '' : begin);
}

/** What was measured, its usual range, and what of it is unusual. */
export function drawHistory({ spec, rows }: ChartFacts, scale: ChartScale, colours: ChartColours): string {
  const runs = chartRuns(rows, [0]);
  const unusual = rows.filter((row) => isUnusual(row, spec));
  const alone = runs.filter(({ length }) => length === 1).map(([row]) => row);
  const begins = spec.earlier?.length ? scale.first : (spec.since ?? scale.first);
  const isDotted = unusual.length * dotDistance <= scale.x(spec.until ?? scale.last) - scale.x(begins);
  const newest = runs[runs.length - 1]?.slice(-1) ?? [];
  const newestColour = newest.some((row) => isUnusual(row, spec)) ? colours.unusual : colours.line;
  const range = bandPath(chartRuns(rows, [1, 2]), scale, 1, 2);
  return [
    range === '' ? '' : `<path d="${range}" fill="${colours.line}" fill-opacity="${colours.band}"/>`,
    path(linePath(runs, scale), `stroke="${colours.line}" stroke-width="2"`),
    path(linePath(unusualRuns(runs, spec), scale), `stroke="${colours.unusual}" stroke-width="2.4"`),
    dots(alone, scale, 4, colours.line),
    dots(isDotted ? unusual : unusual.filter((row) => alone.includes(row)), scale, 5, colours.unusual),
    dots(newest, scale, 8, newestColour),
  ].join('');
}

/** Those pieces of the lines that lead to something unusual. */
function unusualRuns(runs: readonly (readonly ChartRow[])[], spec: ChartFacts['spec']): readonly ChartRow[][] {
  const pieces: ChartRow[][] = [];
  for (const run of runs) {
    let piece: ChartRow[] = [];
    run.forEach((row, index) => {
      if (!isUnusual(row, spec)) {
        if (piece.length > 0) pieces.push(piece);
        piece = [];
        return;
      }
      if (piece.length === 0 && index > 0) piece.push(run[index - 1]);
      piece.push(row);
    });
    if (piece.length > 0) pieces.push(piece);
  }
  return pieces;
}

/** A limit within what is shown, named on its line. */
export function drawLimit({ spec }: ChartFacts, scale: ChartScale, colours: ChartColours, size: number): string {
  const { limit } = spec;
  const { left, right, top } = scale.box;
  if (limit === undefined || !(limit >= scale.axis.low && limit <= scale.axis.high)) return '';
  const y = scale.y(limit);
  const isHigh = y - top < size * 1.4;
  const line = path(
    `M${px(left)} ${px(y)}H${px(right)}`,
    `stroke="${colours.limit}" stroke-width="1.6" stroke-dasharray="6 4"`,
  );
  const style = { size, fill: colours.limit, bold: true, rim: colours.ground };
  return line + svgText(limitWords(spec), left + 6, isHigh ? y + size * 1.25 : y - size * 0.45, style);
}

/** What is expected to come: two bands, the mean, where it begins, and its peak. */
export function drawForecast(facts: ChartFacts, scale: ChartScale, colours: ChartColours, size: number): string {
  const { ahead, newest, spec } = facts;
  if (ahead.length === 0 || spec.forecast === undefined) return '';
  const means = chartRuns(ahead, [0]);
  // Joined to what was measured, where one follows the other.
  const [head = [], ...tail] = means;
  const joined =
    newest !== undefined && head.length > 0 && newest.time < head[0].time ? [[newest, ...head], ...tail] : means;
  const band = (lower: number, upper: number): string => {
    const data = bandPath(chartRuns(ahead, [lower, upper]), scale, lower, upper);
    return data === '' ? '' : `<path d="${data}" fill="${colours.forecast}" fill-opacity="${colours.band}"/>`;
  };
  const start = scale.x(ahead[0].time);
  const { top, bottom } = scale.box;
  return [
    path(`M${px(start)} ${px(top)}V${px(bottom)}`, `stroke="${colours.dim}" stroke-opacity=".6"`),
    band(3, 4),
    band(1, 2),
    path(linePath(joined, scale), `stroke="${colours.forecast}" stroke-width="2" stroke-dasharray="5 3"`),
    drawPeak(facts, scale, colours, size),
  ].join('');
}

function drawPeak(facts: ChartFacts, scale: ChartScale, colours: ChartColours, size: number): string {
  const peak = facts.spec.forecast?.peak;
  if (peak === undefined || !Number.isFinite(peak.value)) return '';
  if (!(peak.time >= scale.first && peak.time <= scale.last)) return '';
  const [x, y] = [scale.x(peak.time), scale.y(peak.value)];
  const words = peakWords(peak, facts);
  const half = textWidth(words, size) / 2;
  const { left, right, top } = scale.box;
  const at = Math.max(left + half, Math.min(right - half, x));
  const under = y - top < size * 2;
  return (
    `<circle cx="${px(x)}" cy="${px(y)}" r="4.5" fill="${colours.ground}" stroke="${colours.forecast}" stroke-width="2"/>` +
    svgText(words, at, under ? y + size * 1.9 : y - size * 0.9, {
      size,
      fill: colours.forecast,
      anchor: 'middle',
      bold: true,
      rim: colours.ground,
    })
  );
}
