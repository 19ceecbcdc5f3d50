import { describe, expect, it } from 'vitest';
import { terminalChart } from '../../shared/presentation/terminal-chart.ts';
import type { ChartOptions } from '../../shared/presentation/terminal-chart.ts';
import { axisNumber } from '../../shared/presentation/value-axis.ts';
import fc from '../fakes/property.ts';

const plain: ChartOptions = { width: 60, height: 6, colours: false, unicode: true };
const midnight = Date.UTC(2026, 10, 21) / 1000;
const every = (count: number, step: number): number[] => Array.from({ length: count }, (_, k) => midnight + k * step);

describe('terminal chart', () => {
  it('draws a step, its band, the hours and a lane', () => {
    const times = every(48, 1800);
    const values = times.map((_, k) => (k >= 30 && k < 36 ? 90 : 20));
    const chart = terminalChart(
      { times, values, lower: times.map(() => 10), upper: times.map(() => 30) },
      { ...plain, lanes: [{ label: 'found', colour: 'red', spans: [{ from: times[31], to: times[36] }] }] },
    );
    expect(`\n${chart.join('\n')}\n`).toMatchInlineSnapshot(`
      "
        100 ┤                                 ⢠⠤⠤⠤⠤⠤⢤
         80 ┤                                 ⣸     ⢸
         60 ┤                                 ⡇     ⠘⡆
         40 ┤                                ⢠⠇      ⡇
         20 ┤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠼░░░░░░░⠧⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤
          0 ┤░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
            └┬────────────┬─────────────┬────────────┬────────────
             11-21      06:00         12:00        18:00
      found                                    ━━━━━━━
      "
    `);
  });

  it('draws the same in ASCII where there is nothing else', () => {
    const times = every(48, 1800);
    const chart = terminalChart({ times, values: times.map((_, k) => k) }, { ...plain, unicode: false });
    expect(`\n${chart.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      60 +
         |                                                 *******
      40 +                                   ***************
      20 +                     ***************
         |       ***************
       0 +********
         ++-------------+-------------+-------------+-------------
          11-21       06:00         12:00         18:00
      "
    `);

    expect(chart.join('')).toMatch(/^[\x20-\x7e]*$/);
  });

  it('loses no spike, however many points there are', () => {
    const times = every(100_000, 10);
    const values = times.map((_, k) => (k === 61_803 ? 1000 : 1));
    const chart = terminalChart({ times, values }, plain);
    expect(chart[0]).toMatch(/1000 ┤.*[⠀-⣿]/);
  });

  it('is never wider than asked and always as high', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, 1e308, -1e308, 0));
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 200 }),
        fc.integer({ min: 40, max: 160 }),
        fc.boolean(),
        (values, width, unicode) => {
          const times = every(values.length, 300);
          const chart = terminalChart({ times, values }, { ...plain, width, unicode });
          for (const line of chart) expect(line.length).toBeLessThanOrEqual(width);
          expect(chart.length).toBe(values.some(Number.isFinite) ? plain.height + 2 : 1);
        },
      ),
    );
  });

  it.each([
    ['no points', [], []],
    ['nothing but gaps', every(3, 60), [NaN, NaN, NaN]],
  ])('says so where there is nothing to draw: %s', (_title, times, values) => {
    expect(terminalChart({ times, values }, plain)).toEqual(['(no values to draw)']);
  });

  it.each([
    [0, '0'],
    [0.25, '0.25'],
    [-12.345, '-12.3'],
    [1000, '1000'],
    [25_000, '25k'],
    [3_400_000, '3.4M'],
    [2e9, '2G'],
    [1e-9, '1.0e-9'],
    [1e308, '1.0e+308'],
  ])('writes %d on an axis as %s', (value, label) => {
    expect(axisNumber(value)).toBe(label);
  });
});
