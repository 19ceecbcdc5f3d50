import { localTime } from '../metrics/time-zone.ts';
import { drawAxes, valueLabels } from './chart-axes.ts';
import { chartColours, type ChartColours } from './chart-colours.ts';
import { drawLegend, legendRows } from './chart-legend.ts';
import { drawForecast, drawHistory, drawLimit, drawSince } from './chart-lines.ts';
import { chartRows, isUnusual } from './chart-points.ts';
import { chartScale, valueAxis } from './chart-scale.ts';
import type { ChartSpec, ChartStyle } from './chart-spec.ts';
import { fitText, px, svgText, textWidth } from './chart-text.ts';
import { chartEntries, chartValue, summaryOf, type ChartFacts } from './chart-words.ts';
import { escapeMarkup } from './escape-markup.ts';
import { furthestTime } from './time-axis.ts';
import { plainName, plainText } from './plain-text.ts';

const sizes = { width: [80, 4000], height: [40, 4000] } as const;

/** Below this there is room for the line alone. Pixels. */
const smallest = { width: 260, height: 120 } as const;

/**
 * A series with its usual range, what of it is unusual, its limit and its forecast, as one SVG image: a few kilobytes,
 * without script, style sheet or anything from elsewhere, every text escaped. The same chart gives the same text.
 * Numbers that are none break the line; without any number the image says so.
 *
 * @throws RangeError on a size outside of {@link ChartStyle}, or a time zone that the platform does not know.
 */
export function drawChart(spec: ChartSpec, style: ChartStyle): string {
  for (const side of ['width', 'height'] as const) {
    const [least, most] = sizes[side];
    if (!(style[side] >= least && style[side] <= most))
      throw new RangeError(`chart: ${side} is ${style[side]} pixels → take ${least} to ${most}`);
  }
  const colours = chartColours[style.theme];
  const facts = factsOf(spec, style.timezone);
  const { width, height } = style;
  const body =
    width < smallest.width || height < smallest.height
      ? drawLineAlone(facts, style, colours)
      : drawWhole(facts, style, colours);
  const name = `${plainName(spec.title, 200)}: ${plainText(summaryOf(facts), 400)}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" role="img" font-family="Inter,'Segoe UI',Helvetica,Arial,sans-serif">` +
    `<title>${escapeMarkup(name)}</title>` +
    `<rect width="100%" height="100%" fill="${colours.ground}"/>${body}</svg>`
  );
}

/** A moment that calendars can say; what is none is not told. */
const moment = (time: number | undefined): number | undefined =>
  time !== undefined && Math.abs(time) <= furthestTime ? time : undefined;

function factsOf(given: ChartSpec, timezone: string): ChartFacts {
  const { since, until, earlier = [], ...rest } = given;
  const [began, ended] = [moment(since), moment(until)];
  const stretches = earlier.filter((ends) => ends.every((end) => moment(end) !== undefined));
  const spec: ChartSpec = {
    ...rest,
    ...(began === undefined ? {} : { since: began }),
    ...(ended === undefined ? {} : { until: ended }),
    ...(stretches.length === 0 ? {} : { earlier: stretches }),
  };
  const rows = chartRows(spec.points);
  return {
    spec,
    rows,
    ahead: chartRows(spec.forecast?.points ?? []),
    newest: rows.findLast(({ numbers: [value] }) => !Number.isNaN(value)),
    hasUnusual: rows.some((row) => isUnusual(row, spec)),
    local: localTime(timezone),
  };
}

/** Lowest to highest of time: what was measured and what is forecast. */
function timesOf({ rows, ahead }: ChartFacts): readonly [number, number] | undefined {
  const times = [...rows, ...ahead].map(({ time }) => time);
  return times.length === 0 ? undefined : [Math.min(...times), Math.max(...times)];
}

const axisOf = ({ rows, ahead, spec }: ChartFacts, most: number): ReturnType<typeof valueAxis> =>
  valueAxis(rows, ahead, ahead.length > 0 && spec.forecast?.peak ? [spec.forecast.peak.value] : [], spec.limit, most);

/** No words, no axes: a line to be seen beside text. */
function drawLineAlone(facts: ChartFacts, { width, height }: ChartStyle, colours: ChartColours): string {
  const axis = axisOf(facts, 4);
  const times = timesOf(facts);
  if (axis === undefined || times === undefined)
    return svgText('no values', width / 2, height / 2 + 4, { size: 11, fill: colours.dim, anchor: 'middle' });
  const scale = chartScale({ left: 5, right: width - 5, top: 5, bottom: height - 5 }, ...times, axis);
  // Words would cover the line: text of no height is none.
  return (
    drawSince(facts, scale, colours) +
    drawHistory(facts, scale, colours) +
    drawForecast(facts, scale, colours, 0) +
    drawLimit(facts, scale, colours, 0)
  );
}

function drawWhole(
  facts: ChartFacts,
  { width, height, timezone, zoneName = timezone }: ChartStyle,
  colours: ChartColours,
): string {
  const { spec, newest } = facts;
  const size = width >= 900 && height >= 400 ? 14 : width < 360 || height < 170 ? 10 : 12;
  const pad = size;
  const titleSize = size * 1.25;

  const value = newest === undefined ? '' : chartValue(newest.numbers[0], spec.unit);
  const valueRoom = textWidth(value, titleSize) + size;
  const isUnusualNow = newest !== undefined && isUnusual(newest, spec);
  const title = fitText(spec.title, titleSize, width - 2 * pad - valueRoom);
  const top = pad + titleSize * 0.8;
  const head =
    svgText(title, pad, top, { size: titleSize, fill: colours.text, bold: true }) +
    svgText(value, width - pad, top, {
      size: titleSize,
      fill: isUnusualNow ? colours.unusual : colours.text,
      anchor: 'end',
      bold: true,
    });

  const most = Math.max(2, Math.floor(height / (size * 3)));
  const axis = axisOf(facts, most);
  const times = timesOf(facts);
  if (axis === undefined || times === undefined) {
    const middle = { size, fill: colours.dim, anchor: 'middle' } as const;
    return head + svgText('no values to draw', width / 2, height / 2 + size / 2, middle);
  }
  const entries = chartEntries(facts, axis, colours);
  const rows = legendRows(entries, width - 2 * pad, size, height < 200 ? 1 : 2);
  const legend = rows
    .map((row, index) => drawLegend(row, pad, top + size * 1.75 * (index + 1), size, colours))
    .join('');

  const labels = valueLabels(axis, spec.unit, most);
  const left = pad + Math.max(...labels.map(({ label }) => textWidth(label, size))) + 4;
  const box = {
    left,
    right: width - pad - 2,
    top: top + size * (1.75 * rows.length + 1.2),
    bottom: height - size * 3.5,
  };
  const scale = chartScale(box, ...times, axis);
  return (
    head +
    legend +
    drawAxes(scale, labels, { timezone: zoneName, local: facts.local }, colours, size) +
    drawSince(facts, scale, colours) +
    drawHistory(facts, scale, colours) +
    drawForecast(facts, scale, colours, size) +
    drawLimit(facts, scale, colours, size)
  );
}
