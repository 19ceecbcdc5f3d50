import type { ChartRow } from './chart-points.ts';
import type { ChartScale } from './chart-scale.ts';

type Corner = readonly [x: number, y: number];

/** Tenths of a pixel: what an eye can tell apart, in few characters. */
const tenths = (value: number): number => Math.round(value * 10);

/** How far what is drawn may lie above or below what is meant: a seventh of a pixel. Tenths of a pixel. */
const tolerance = 1.4;

/**
 * Without the corners that nobody would see, in one pass: from each corner that is kept, as far as one straight line
 * stays within the tolerance of all it passes (the cone of Williams, "An efficient algorithm for the piecewise linear
 * approximation of planar curves", 1978).
 */
function simplified(line: readonly Corner[]): readonly Corner[] {
  const kept = line.slice(0, 1);
  let [least, most] = [-Infinity, Infinity];
  for (let index = 1; index < line.length; index++) {
    const [fromX, fromY] = kept[kept.length - 1];
    const [x, y] = line[index];
    const slope = (y - fromY) / (x - fromX);
    if (index > 1 && kept[kept.length - 1] !== line[index - 1] && !(slope >= least && slope <= most)) {
      kept.push(line[index - 1]);
      [least, most] = [-Infinity, Infinity];
      index -= 1;
      continue;
    }
    least = Math.max(least, (y - tolerance - fromY) / (x - fromX));
    most = Math.min(most, (y + tolerance - fromY) / (x - fromX));
  }
  return line.length < 2 ? kept : [...kept, line[line.length - 1]];
}

const corners = (run: readonly ChartRow[], scale: ChartScale, index: number): readonly Corner[] =>
  simplified(run.map(({ time, numbers }) => [tenths(scale.x(time)), tenths(scale.y(numbers[index]))]));

/** One line through the corners as path data, each relative to the one before. */
function pathOf(line: readonly Corner[]): string {
  let text = '';
  let [lastX, lastY] = [0, 0];
  for (const [x, y] of line) {
    const [dx, dy] = [(x - lastX) / 10, (y - lastY) / 10];
    text += `${text === '' ? 'M' : 'l'}${dx}${dy < 0 ? '' : ' '}${dy}`;
    [lastX, lastY] = [x, y];
  }
  return text;
}

/** Path data of a line; a run of a single point is none. */
export const linePath = (runs: readonly (readonly ChartRow[])[], scale: ChartScale, index = 0): string =>
  runs
    .filter(({ length }) => length > 1)
    .map((run) => pathOf(corners(run, scale, index)))
    .join('');

/** Path data of the area between two columns; a run of a single point is two pixels wide. */
export function bandPath(
  runs: readonly (readonly ChartRow[])[],
  scale: ChartScale,
  lower: number,
  upper: number,
): string {
  return runs
    .map((run) => {
      const below = corners(run, scale, lower);
      const above = [...corners(run, scale, upper)].reverse();
      if (run.length > 1) return `${pathOf([...above, ...below])}z`;
      const [[x, top], [, bottom]] = [above[0], below[0]];
      return `${pathOf([
        [x - 10, top],
        [x + 10, top],
        [x + 10, bottom],
        [x - 10, bottom],
      ])}z`;
    })
    .join('');
}
