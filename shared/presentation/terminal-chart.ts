import { createColors } from 'picocolors';
import { axisNumber, extent, niceRange } from './value-axis.ts';

/** What is drawn: one value per time, NaN for a gap, and the expected band where there is one. */
export interface ChartPoints {
  /** Epoch seconds, ascending. */
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly lower?: ArrayLike<number>;
  readonly upper?: ArrayLike<number>;
}

/** A row of bars under the time axis, such as when something was injected, or found. */
export interface ChartLane {
  readonly label: string;
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  readonly colour: 'red' | 'yellow' | 'green' | 'cyan';
}

export interface ChartOptions {
  /** Columns in all, axis labels included; at least 30. */
  readonly width: number;
  /** Rows of the plot, without the time axis and the lanes; at least 3. */
  readonly height: number;
  readonly lanes?: readonly ChartLane[];
  /** Epoch seconds from which on the values are expected, and not measured: they are dotted. */
  readonly aheadFrom?: number;
  /** A line across, where it is near enough not to flatten what is drawn. */
  readonly limit?: number;
  readonly colours: boolean;
  /** Braille and block characters; ASCII otherwise. */
  readonly unicode: boolean;
}

/** Bits of a braille cell, by row and column of its 4 × 2 dots: https://www.unicode.org/charts/PDF/U2800.pdf */
const brailleBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

const signs = {
  unicode: {
    dotsAcross: 2,
    dotsDown: 4,
    band: '░',
    limit: '╌',
    now: '┊',
    tick: '┤',
    wall: '│',
    corner: '└',
    floor: '─',
    mark: '┬',
    bar: '━',
  },
  ascii: {
    dotsAcross: 1,
    dotsDown: 1,
    band: ':',
    limit: '-',
    now: '!',
    tick: '+',
    wall: '|',
    corner: '+',
    floor: '-',
    mark: '+',
    bar: '=',
  },
} as const;

/** How far a limit may stretch the axis, in spans of what is drawn. */
const limitReach = 4;

/** The limit, where a line for it leaves what is drawn readable. */
export function limitInSight(
  [least, greatest]: readonly [number, number],
  limit: number | undefined,
): number | undefined {
  if (limit === undefined || !Number.isFinite(limit)) return undefined;
  const reach = limitReach * Math.max(greatest / 2 - least / 2, Math.abs(greatest) * 1e-3) * 2;
  return limit >= least - reach && limit <= greatest + reach ? limit : undefined;
}

const minute = 60;
const timeSteps = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * minute);

function timeLabel(seconds: number, step: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  return step >= 1440 * minute || seconds % 86_400 === 0 ? iso.slice(5, 10) : iso.slice(11, 16);
}

/** The least and the greatest value that falls on each dot column: no spike is lost, however many points there are. */
interface Columns {
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  readonly last: Float64Array;
}

function intoColumns(count: number, columnOf: (index: number) => number, rows: ArrayLike<number>): Columns {
  const least = new Float64Array(count).fill(Number.NaN);
  const greatest = new Float64Array(count).fill(Number.NaN);
  const last = new Float64Array(count).fill(Number.NaN);
  for (let index = 0; index < rows.length; index++) {
    const value = rows[index];
    const column = columnOf(index);
    if (!Number.isFinite(value) || column < 0 || column >= count) continue;
    const before = least[column];
    least[column] = Number.isNaN(before) ? value : Math.min(before, value);
    greatest[column] = Number.isNaN(before) ? value : Math.max(greatest[column], value);
    last[column] = value;
  }
  return { least, greatest, last };
}

/** Beyond so many usual steps between two points there is a gap, and no line across it. */
const gapSteps = 3;

/** More points than dots are drawn as they are; fewer are joined by straight lines, but never across a gap. */
function joined(points: ChartPoints, dots: number): ChartPoints {
  const count = points.times.length;
  if (count < 2 || count >= 2 * dots) return points;
  const steps = Array.from({ length: count - 1 }, (_, index) => points.times[index + 1] - points.times[index]);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  const first = points.times[0];
  const span = points.times[count - 1] - first;
  const times: number[] = [];
  const from: { index: number; part: number }[] = [];
  let index = 0;
  for (let dot = 0; dot < 2 * dots; dot++) {
    const time = first + (span * dot) / (2 * dots - 1);
    while (index < count - 2 && points.times[index + 1] <= time) index++;
    const part = steps[index] > 0 ? Math.min(1, (time - points.times[index]) / steps[index]) : 1;
    if (part > 0 && part < 1 && steps[index] > gapSteps * usual) continue;
    times.push(time);
    from.push({ index, part });
  }
  const between = (row: ArrayLike<number>): number[] =>
    from.map(({ index: at, part }) => {
      const nearer = part < 0.5 ? row[at] : row[at + 1];
      const mixed = row[at] * (1 - part) + row[at + 1] * part;
      return part <= 0 || part >= 1 || !Number.isFinite(mixed) ? nearer : mixed;
    });
  return {
    times,
    values: between(points.values),
    ...(points.lower === undefined ? {} : { lower: between(points.lower) }),
    ...(points.upper === undefined ? {} : { upper: between(points.upper) }),
  };
}

/**
 * A series over time with its expected band, as lines of text without line breaks. Times are UTC. Values beyond the
 * plot cannot occur: the axis follows the values (and the band). An empty series is said to be one.
 */
export function terminalChart(given: ChartPoints, options: ChartOptions): readonly string[] {
  const points = joined(given, Math.max(30, options.width) * 2);
  const sign = options.unicode ? signs.unicode : signs.ascii;
  const colour = createColors(options.colours);
  const drawn = extent([points.values, points.lower, points.upper]);
  const first = points.times[0];
  const end = points.times[points.times.length - 1];
  if (drawn === undefined || points.times.length === 0) return [colour.dim('(no values to draw)')];
  const limit = limitInSight(drawn, options.limit);
  const [lowest, highest] = limit === undefined ? drawn : [Math.min(drawn[0], limit), Math.max(drawn[1], limit)];

  const height = Math.max(3, options.height);
  const { low, high, steps } = niceRange(lowest, highest, height);
  const range = high / 2 - low / 2;
  const rowOfValue = (value: number, rows: number): number =>
    Math.min(rows - 1, Math.max(0, Math.round(((high / 2 - value / 2) / range) * (rows - 1))));

  const labels = new Map<number, string>();
  for (let index = 0; index <= steps; index++) {
    const value = low + (high / 2 - low / 2) * (index / steps) * 2;
    labels.set(rowOfValue(value, height), axisNumber(value));
  }
  const laneLabels = (options.lanes ?? []).map(({ label }) => label.length);
  const margin = Math.max(...[...labels.values()].map((label) => label.length), ...laneLabels) + 2;
  const width = Math.max(30, options.width) - margin;
  const span = Math.max(end - first, 1);
  const columnOfTime = (time: number, columns: number): number => Math.round(((time - first) / span) * (columns - 1));

  const across = width * sign.dotsAcross;
  const down = height * sign.dotsDown;
  const { aheadFrom = Infinity } = options;
  const aheadColumn = aheadFrom > end ? Infinity : columnOfTime(aheadFrom, across);
  const line = intoColumns(across, (index) => columnOfTime(points.times[index], across), points.values);
  const cells = new Uint8Array(width * height);
  let previous = Number.NaN;
  for (let column = 0; column < across; column++) {
    const least = line.least[column];
    if (Number.isNaN(least)) continue;
    const greatest = line.greatest[column];
    // Joined to the last value before it, so that a jump reads as one line.
    const top = rowOfValue(Number.isNaN(previous) ? greatest : Math.max(greatest, previous), down);
    const bottom = rowOfValue(Number.isNaN(previous) ? least : Math.min(least, previous), down);
    // Every second dot: expected, not measured.
    const isLeftOut = column >= aheadColumn && column % 2 === 1 && sign.dotsAcross > 1;
    for (let row = top; row <= bottom && !isLeftOut; row++) {
      const cell = Math.floor(row / sign.dotsDown) * width + Math.floor(column / sign.dotsAcross);
      cells[cell] = cells[cell] | brailleBits[row % sign.dotsDown][column % sign.dotsAcross];
    }
    previous = line.last[column];
  }

  const band =
    points.lower === undefined || points.upper === undefined
      ? undefined
      : {
          lower: intoColumns(width, (index) => columnOfTime(points.times[index], width), points.lower).least,
          upper: intoColumns(width, (index) => columnOfTime(points.times[index], width), points.upper).greatest,
        };
  const inBand = (row: number, column: number): boolean => {
    const from = band?.upper[column] ?? Number.NaN;
    const to = band?.lower[column] ?? Number.NaN;
    return !Number.isNaN(from) && !Number.isNaN(to) && row >= rowOfValue(from, height) && row <= rowOfValue(to, height);
  };

  const limitRow = limit === undefined ? -1 : rowOfValue(limit, height);
  const nowColumn = aheadColumn === Infinity ? -1 : Math.max(0, Math.floor(aheadColumn / sign.dotsAcross) - 1);
  const lines: string[] = [];
  for (let row = 0; row < height; row++) {
    const label = labels.get(row);
    let plot = '';
    for (let column = 0; column < width; column++) {
      const bits = cells[row * width + column];
      const isAhead = column * sign.dotsAcross >= aheadColumn;
      if (bits !== 0) {
        const dots = options.unicode ? String.fromCodePoint(0x2800 + bits) : isAhead ? 'o' : '*';
        plot += isAhead ? colour.magenta(dots) : dots;
      } else if (row === limitRow) plot += colour.yellow(sign.limit);
      else if (inBand(row, column)) plot += isAhead ? colour.magenta(sign.band) : colour.dim(sign.band);
      else plot += column === nowColumn ? colour.dim(sign.now) : ' ';
    }
    lines.push(
      `${colour.dim((label ?? '').padStart(margin - 2) + (label === undefined ? ` ${sign.wall}` : ` ${sign.tick}`))}${plot.trimEnd()}`,
    );
  }
  lines.push(...timeAxis(first, end, width, margin, columnOfTime, sign).map((text) => colour.dim(text)));
  for (const lane of options.lanes ?? []) {
    const bars = Array.from({ length: width }, () => ' ');
    for (const { from, to } of lane.spans) {
      if (to < first || from > end) continue;
      const until = Math.min(width - 1, columnOfTime(Math.min(to, end), width));
      for (let column = Math.max(0, columnOfTime(from, width)); column <= until; column++) bars[column] = sign.bar;
    }
    lines.push(`${lane.label.padStart(margin - 2)}  ${colour[lane.colour](bars.join('').trimEnd())}`.trimEnd());
  }
  return lines;
}

function timeAxis(
  first: number,
  end: number,
  width: number,
  margin: number,
  columnOfTime: (time: number, columns: number) => number,
  sign: (typeof signs)['unicode'] | (typeof signs)['ascii'],
): readonly string[] {
  const span = Math.max(end - first, 1);
  const step = timeSteps.find((one) => span / one <= width / 9) ?? Math.ceil(span / 86_400 / (width / 9)) * 86_400;
  const floor = Array.from({ length: width }, () => sign.floor as string);
  let labels = '';
  for (let time = Math.ceil(first / step) * step; time <= end; time += step) {
    const column = columnOfTime(time, width);
    const label = timeLabel(time, step);
    const from = Math.max(0, column - Math.floor(label.length / 2));
    if (from < labels.length || from + label.length > width) continue;
    floor[column] = sign.mark;
    labels = `${labels.padEnd(from)}${label} `;
  }
  return [`${''.padStart(margin - 1)}${sign.corner}${floor.join('')}`, `${''.padStart(margin)}${labels.trimEnd()}`];
}
