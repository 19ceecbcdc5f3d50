import type { ChartColours } from './chart-colours.ts';
import type { ChartScale } from './chart-scale.ts';
import { px, svgText, textWidth } from './chart-text.ts';
import { withUnit, type ChartFacts } from './chart-words.ts';
import { timeMarks } from './time-axis.ts';
import { axisSteps, type ValueAxis } from './value-axis.ts';

/** The steps of the value axis; the topmost says the unit. */
export function valueLabels(
  axis: ValueAxis,
  unit: string,
  most: number,
): readonly { readonly value: number; readonly label: string }[] {
  const steps = axisSteps(axis, most);
  return steps.map(({ value, label }, index) => ({
    value,
    label: index === steps.length - 1 ? withUnit(label, unit) : label,
  }));
}

/** Both axes with the lines behind the drawing. Epoch seconds become times of the time zone, which is named. */
export function drawAxes(
  scale: ChartScale,
  labels: readonly { readonly value: number; readonly label: string }[],
  { timezone, local }: { readonly timezone: string; readonly local: ChartFacts['local'] },
  colours: ChartColours,
  size: number,
): string {
  const { left, right, bottom } = scale.box;
  const fill = colours.dim;
  const grid = labels.map(({ value }) => `M${px(left)} ${px(scale.y(value))}H${px(right)}`).join('');
  const values = labels
    .map(({ value, label }) => svgText(label, left - 6, scale.y(value) + size * 0.36, { size, fill, anchor: 'end' }))
    .join('');

  const apart = textWidth('00:00', size) * 1.7;
  const marks = timeMarks(scale.first, scale.last, Math.max(1, Math.floor((right - left) / apart)), local);
  const ticks = marks.map(({ time }) => `M${px(scale.x(time))} ${px(bottom)}v4`).join('');
  const zone = right - textWidth(timezone, size) - size;
  let free = 0;
  const times = marks
    .map(({ time, label, under }) => {
      const half = textWidth(label, size) / 2;
      const x = Math.max(half, Math.min(right - half + 6, scale.x(time)));
      const clock = svgText(label, x, bottom + size * 1.6, { size, fill, anchor: 'middle' });
      const from = Math.max(x - half, 0);
      if (under === undefined || from < free || from + textWidth(under, size) > zone) return clock;
      free = from + textWidth(under, size) + size;
      return clock + svgText(under, from, bottom + size * 2.9, { size, fill, bold: true });
    })
    .join('');
  const zoneName = zone > left ? svgText(timezone, right, bottom + size * 2.9, { size, fill, anchor: 'end' }) : '';
  return (
    `<path d="${grid}" stroke="${colours.grid}" fill="none"/>` +
    (ticks === '' ? '' : `<path d="${ticks}" stroke="${colours.dim}" fill="none"/>`) +
    values +
    times +
    zoneName
  );
}
