import { parseArgs } from 'node:util';
import { startCoverage } from '../../shared/forecasters/adaptive-intervals.ts';
import { automaticForecaster } from '../../shared/forecasters/automatic.ts';
import { recommendationDefaults } from '../../shared/forecasters/recommendation.ts';
import type { MetricNature } from '../../shared/metrics/metric.ts';
import { freshMemory } from '../../shared/pipeline/advance-forecasts.ts';
import { forecastSeries } from '../../shared/pipeline/forecast-series.ts';
import { scoreForecasts } from '../../shared/pipeline/forecast-score.ts';
import { textTable } from '../../shared/presentation/text-table.ts';
import { forecastRegistry, forecastTask } from './forecast-data.ts';

/**
 * How often the ranges hold in use: the last week of each series, forecast at every third slot, fitted anew each
 * midnight, with ranges that widen and narrow by what came since three days before. Beside them the same forecasts with
 * ranges that learn nothing. Slots up to an hour ahead; what is called anomalous is left out.
 *
 *   tsx bench/accuracy/adapted-bands.ts --data DIR [--every 3] [--offset 0]
 */
const { values: asked } = parseArgs({
  options: {
    data: { type: 'string' },
    every: { type: 'string', default: '3' },
    offset: { type: 'string', default: '0' },
  },
});
if (asked.data === undefined) throw new Error('--data is missing: name the folder that holds forecast/registry.json');
const { data } = asked;

const step = 300;
const DAY = 288;
const TICK = 3;
const STEPS = 12;
const CONTEXT = 21 * DAY;
const nature: MetricNature = { unit: 'None', bad: 'both', gap: 'gap' };

interface Held {
  count: number;
  readonly inside: [number, number];
}
const fresh = (): Held => ({ count: 0, inside: [0, 0] });
type Way = 'adapted' | 'as fitted';
const tallies = new Map<string, Record<Way, Held>>();

function ask(values: Float64Array, leftOut: Uint8Array, held: Record<Way, Held>): void {
  const measured = values.length - 7 * DAY;
  const first = Math.max(5 * DAY, measured - 3 * DAY);
  let memory = freshMemory('series');
  let fittedOn = -1;
  let forecaster: Parameters<typeof forecastSeries>[0]['forecaster'];
  for (let row = first; row + STEPS <= values.length; row += TICK) {
    const today = Math.floor((row - first) / DAY);
    if (today !== fittedOn) {
      const from = Math.max(0, row - CONTEXT);
      const history = { start: from * step, stepSeconds: step, values: values.slice(from, row) };
      const fitted = automaticForecaster.fit(history, automaticForecaster.defaults, 1);
      forecaster = { name: 'automatic', fitted, skill: 0, hasSkill: true, since: 0 };
      fittedOn = today;
    }
    const from = Math.max(0, row - CONTEXT);
    const recent = { start: from * step, stepSeconds: step, values: values.slice(from, row) };
    const question = { id: 'series', nature, limits: [], recent, forecaster, until: (row + STEPS) * step };
    const of = (way: Way) =>
      forecastSeries({
        ...question,
        policy: recommendationDefaults,
        coverage80: way === 'adapted' ? memory.coverage80 : startCoverage(),
        coverage95: way === 'adapted' ? memory.coverage95 : startCoverage(),
      });
    const made = of('adapted');
    if (row >= measured)
      for (const way of ['adapted', 'as fitted'] as const) {
        const said = way === 'adapted' ? made : of(way);
        said.lower80.forEach((lower80, ahead) => {
          const value = values[row + ahead];
          if (ahead >= STEPS || leftOut[row + ahead] === 1 || Number.isNaN(value)) return;
          held[way].count++;
          if (value >= lower80 && value <= said.upper80[ahead]) held[way].inside[0]++;
          if (value >= said.lower95[ahead] && value <= said.upper95[ahead]) held[way].inside[1]++;
        });
      }
    memory = { ...scoreForecasts(memory, recent, made, row * step, today + 1), danger: [] };
  }
}

const bySource = new Map<string, string[]>();
for (const { name, source } of forecastRegistry(data)) bySource.set(source, [...(bySource.get(source) ?? []), name]);
for (const [source, all] of bySource) {
  const held = { adapted: fresh(), 'as fitted': fresh() };
  tallies.set(source, held);
  for (const name of all.filter((_, at) => at % Number(asked.every) === Number(asked.offset))) {
    const { values, leftOut } = forecastTask(data, name);
    ask(values, leftOut, held);
    process.stderr.write(`${name} ${held.adapted.inside.map((one) => one / held.adapted.count).join(' ')}\n`);
  }
}

const right = { align: 'right' } as const;
const percent = ({ count, inside }: Held, band: 0 | 1): string => ((100 * inside[band]) / count).toFixed(1);
const lines = textTable(
  [
    { heading: 'source' },
    { heading: '80 %, adapted', ...right },
    { heading: '95 %, adapted', ...right },
    { heading: '80 %, as fitted', ...right },
    { heading: '95 %, as fitted', ...right },
  ],
  [...tallies].map(([source, { adapted, 'as fitted': plain }]) => [
    source,
    percent(adapted, 0),
    percent(adapted, 1),
    percent(plain, 0),
    percent(plain, 1),
  ]),
);
process.stdout.write(`${lines.join('\n')}\n`);
