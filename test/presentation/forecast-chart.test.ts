import { describe, expect, it } from 'vitest';
import type { Forecast } from '../../shared/forecasters/forecaster.ts';
import { readChartRequest } from '../../shared/presentation/chart-request.ts';
import { drawChart } from '../../shared/presentation/chart.ts';
import { forecastChart, terminalForecastChart } from '../../shared/presentation/forecast-chart.ts';
import fc from '../fakes/property.ts';

const noon = Date.UTC(2026, 10, 21, 12) / 1000;
const step = 300;

/** Hours of a metric that climbs, and nine slots that it is expected to go on. */
const history = (count = 100) => ({
  start: noon - count * step,
  stepSeconds: step,
  values: Float64Array.from({ length: count }, (_, k) => 70 - (count - k) / 5),
});
const forecastOf = (count = 9, stepSeconds = step): Forecast => {
  const mean = Float64Array.from({ length: count }, (_, k) => 70 + (20 * (k + 1)) / count);
  const band = (level: number, half: number) => ({
    level,
    lower: mean.map((value, k) => value - (half * (k + 1)) / count),
    upper: mean.map((value, k) => value + (half * (k + 1)) / count),
  });
  return { start: noon, stepSeconds, mean, bands: [band(80, 5), band(95, 9)] };
};
const outlook = { limit: { value: 80, side: 'above' }, peak: { time: noon + 8 * step, value: 90 } } as const;
const chart = (change: Partial<Parameters<typeof forecastChart>[0]> = {}) =>
  forecastChart({
    title: 'web-1 CPUUtilization',
    unit: 'Percent',
    history: history(),
    forecast: forecastOf(),
    outlook,
    ...change,
  });

describe('the chart of a forecast', () => {
  it('shows four times as much of the past as of what is to come, both bands, the limit and the peak', () => {
    const spec = chart();
    expect(spec.points).toHaveLength(36);
    expect(spec.points.at(-1)).toEqual([noon - step, 69.8, null, null]);
    expect(spec).toMatchObject({ limit: 80, forecast: { levels: [80, 95], peak: { value: 90 } } });
    expect(spec.forecast?.points.at(-1)).toEqual([noon + 8 * step, 90, 85, 95, 81, 99]);
    expect(spec.since).toBe(undefined);
  });

  it('marks nothing as unusual: nothing of it has happened', () => {
    const svg = drawChart(chart(), { width: 500, height: 250, theme: 'light', timezone: 'UTC' });
    expect(svg).not.toContain('unusual');
    expect(svg).toContain('peak 90 % at 12:40');
    expect(svg).toContain('limit 80 %');
  });

  it.each([
    ['the bands in the other order', { bands: [...forecastOf().bands].reverse() }, [80, 95]],
    ['a single band', { bands: forecastOf().bands.slice(1) }, [95, 95]],
  ])('%s: the narrow one comes first', (_title, more, levels) => {
    const spec = chart({ forecast: { ...forecastOf(), ...more } });
    expect(spec.forecast?.levels).toEqual(levels);
    const [, , lower80, , lower95] = spec.forecast?.points[3] ?? [];
    expect(lower80).toBeGreaterThanOrEqual(Number(lower95));
  });

  it('without any band, or without forecast, shows the past alone', () => {
    expect(chart({ forecast: { ...forecastOf(), bands: [] } }).forecast).toBe(undefined);
    const { forecast, ...past } = chart();
    expect(forecast).toBeDefined();
    expect(forecastChart({ title: past.title, unit: past.unit, history: history(), outlook }).limit).toBe(80);
  });

  it('is a chart that the chart function takes, however long horizon and history are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 1500 }), (past, horizon) => {
        const spec = chart({ history: history(past), forecast: forecastOf(horizon) });
        expect(() => readChartRequest({ name: 'x', chart: JSON.parse(JSON.stringify(spec)) as unknown })).not.toThrow();
        if (past > 0) expect(spec.points.at(-1)?.[0]).toBe(noon - step);
        expect(spec.forecast?.points.at(-1)?.[0]).toBe(noon + (horizon - 1) * step);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps gaps and what is no number as gaps', () => {
    const values = history().values.map((value, k) => (k === 90 ? Number.NaN : k === 91 ? Infinity : value));
    const { points } = chart({ history: { ...history(), values } });
    expect(points.filter(([, value]) => value === null)).toHaveLength(2);
  });
});

describe('the same in a terminal', () => {
  const options = { width: 64, height: 8, colours: false, unicode: true };

  it('dots what is expected, with its range, behind the present, and draws the limit', () => {
    expect(`\n${terminalForecastChart(chart(), options).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      100 ┤                                               ┊
          │                                               ┊        ░░░
       90 ┤                                               ┊      ░░⡀⠄⠃
          │                                               ┊   ░░⡀⠆⠃░░░
       80 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⡄⠆⠃╌╌╌╌╌╌
       70 ┤                                              ⣀⣠⠆⠃
          │           ⢀⣀⣀⣀⣀⣀⣀⣀⣀⡤⠤⠤⠤⠤⠤⠤⠤⠴⠒⠒⠒⠒⠒⠒⠒⠒⠋⠉⠉⠉⠉⠉⠉⠉⠉⠁┊
       60 ┤⠒⠒⠒⠋⠉⠉⠉⠉⠉⠉⠉⠉                                   ┊
          └┬───────────────┬───────────────┬──────────────┬───────────
           09:00         10:00           11:00          12:00
        ⠤⠠⠠ forecast  ░░ 80 % range  ╌╌ limit 80 %  peak 90 % at 12:40
      "
    `);
  });

  it('is the same in ASCII where there is nothing else', () => {
    const lines = terminalForecastChart(chart(), { ...options, unicode: false });
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      100 +                                              !
          |                                              !         :::
       90 +                                              !       :oooo
          |                                              !    :oooo:::
       80 +-------------------------------------------------oooo------
       70 +                                      *********ooo
          |***************************************       !
       60 +*                                             !
          ++---------------+---------------+--------------+-----------
           09:00         10:00           11:00          12:00
        ooo forecast  :: 80 % range  -- limit 80 %  peak 90 % at 12:40
      "
    `);
    expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/);
  });

  it('says where a limit is that would flatten what is drawn', () => {
    const far = chart({ outlook: { ...outlook, limit: { value: 1e6, side: 'above' } } });
    const lines = terminalForecastChart(far, options);
    expect(lines.join(' ')).toMatch(/limit 1000000 %, above what is +shown/);
    expect(lines.join('\n')).not.toContain('╌');
  });

  it('colours only where there are colours', () => {
    expect(terminalForecastChart(chart(), { ...options, colours: true }).join('')).toContain('\u001b[35m');
    expect(terminalForecastChart(chart(), options).join('')).not.toContain('\u001b');
  });

  it('is never wider than asked, whatever it shows', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, 1e308, -1e308, 0));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), value, fc.boolean(), (values, limit, unicode) => {
        const spec = chart({
          history: { ...history(), values: Float64Array.from(values) },
          outlook: { ...outlook, limit: { value: limit, side: 'below' } },
        });
        const lines = terminalForecastChart(spec, { ...options, unicode });
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(options.width);
      }),
      { numRuns: 40 },
    );
  });
});
