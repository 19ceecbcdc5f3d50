import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SeriesBacktest, SeriesBacktestRequest } from '../../bin/backtest-series.ts';
import { backtestLine, type BacktestLine } from '../../bin/backtest-summary.ts';
import { backtestAll } from '../../bin/backtest-threads.ts';
import { crossingMeasures } from '../../shared/evaluation/forecast-measures.ts';
import { mean } from '../../shared/numeric/statistics.ts';
import { textTable } from '../../shared/presentation/text-table.ts';
import {
  forecastPeers,
  forecastRegistry,
  forecastTask,
  type ForecastSeries,
  type PeerErrors,
} from './forecast-data.ts';

/**
 * `npm run accuracy:forecast -- --data FOLDER [--out FOLDER] [--every N] [--offset N] [--forecaster NAME]`: the forecaster
 * beside the best single peer of each source, chosen in hindsight, on recorded series; how often its ranges hold, and
 * what its probabilities of a crossing are worth. `--every 5` takes each fifth series of a source.
 */
const { values: given } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    every: { type: 'string', default: '1' },
    offset: { type: 'string', default: '0' },
    forecaster: { type: 'string', default: 'automatic' },
    threads: { type: 'string' },
  },
});
if (given.data === undefined) throw new Error('say where the data is: --data FOLDER');
const folder = given.data;
const every = Number(given.every);
if (!Number.isInteger(every) || every < 1)
  throw new Error(`--every ${given.every}: a whole number from 1 was expected`);
const horizons = ['30 min', '45 min', '60 min', '24 h'] as const;

const bySource = new Map<string, ForecastSeries[]>();
for (const series of forecastRegistry(folder)) {
  bySource.set(series.source, [...(bySource.get(series.source) ?? []), series]);
}
const chosen = [...bySource.values()].flatMap((all) => all.filter((_, at) => at % every === Number(given.offset)));
if (chosen.length === 0) throw new Error(`no series is left by --every ${given.every} --offset ${given.offset}`);

async function* requests(): AsyncGenerator<SeriesBacktestRequest, undefined> {
  for (const { name } of chosen) {
    const { values, leftOut, origins } = forecastTask(folder, name);
    yield { forecaster: given.forecaster, stepSeconds: 300, values, leftOut, origins, wantsForecasts: false };
  }
}

const began = performance.now();
const results: SeriesBacktest[] = [];
await backtestAll(
  requests(),
  Number(given.threads ?? availableParallelism()),
  async (index, backtest) => {
    results[index] = backtest;
  },
  new AbortController().signal,
);
const seconds = (performance.now() - began) / 1000;

type Row = Readonly<Record<string, string | number | null>>;
const rounded = (value: number | null | undefined, digits = 4): number | null =>
  value === null || value === undefined ? null : Number(value.toFixed(digits));

const peers = forecastPeers(folder);
const errors: Row[] = [];
const coverage: Row[] = [];
const crossings: Row[] = [];
for (const source of [...bySource.keys(), 'all']) {
  const own = chosen.flatMap((series, at) => (source === 'all' || series.source === source ? [{ series, at }] : []));
  if (own.length === 0) continue;
  const line = backtestLine(
    source,
    own.map(({ at }) => results[at]),
  );
  if (source !== 'all')
    errors.push(
      ...errorRows(
        source,
        own.map(({ series: { name }, at }) => ({ name, result: results[at] })),
      ),
    );
  coverage.push(coverageRow(line));
  crossings.push(
    ...crossingRow(
      source,
      own.map(({ at }) => results[at]),
    ),
  );
}
const { fitMilliseconds, forecastMilliseconds } = backtestLine('all', results);
const report = {
  forecaster: given.forecaster,
  series: chosen.length,
  seconds: rounded(seconds, 1),
  fitMilliseconds: rounded(fitMilliseconds, 1),
  forecastMilliseconds: rounded(forecastMilliseconds, 1),
  'forecast errors': errors,
  'forecast coverage': coverage,
  'forecast crossings': crossings,
};
for (const name of ['forecast errors', 'forecast coverage', 'forecast crossings'] as const) {
  const rows = report[name];
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? '')));
  console.log(
    `\n${name}\n${textTable(
      columns.map((heading) => ({ heading })),
      cells,
    ).join('\n')}`,
  );
}
console.log(
  `\n${chosen.length} series in ${seconds.toFixed(0)} s; a fit ${report.fitMilliseconds ?? ''} ms, a forecast of 24 h ${report.forecastMilliseconds ?? ''} ms`,
);
if (given.out !== undefined) {
  mkdirSync(given.out, { recursive: true });
  writeFileSync(join(given.out, 'forecast-accuracy.json'), `${JSON.stringify(report, null, 2)}\n`);
}

function errorRows(source: string, own: readonly { readonly name: string; readonly result: SeriesBacktest }[]): Row[] {
  return horizons.map((horizon, at) => {
    const ours = own.map(({ result }) => result.errors[at] ?? Number.NaN);
    const methods = [...(peers.get(own[0].name) ?? (new Map() as PeerErrors)).keys()];
    const means = methods.map((method) => {
      const theirs = own.map(({ name }) => peers.get(name)?.get(method)?.[at] ?? Number.NaN);
      return { method, theirs, mean: mean(theirs.filter((error) => !Number.isNaN(error))) };
    });
    const best = means.reduce((least, one) => (one.mean < least.mean ? one : least));
    const won = own.filter((_, index) => ours[index] < best.theirs[index]).length / own.length;
    return {
      source,
      horizon,
      series: own.length,
      MASE: rounded(mean(ours)),
      'best peer': best.method,
      'its MASE': rounded(best.mean),
      ratio: rounded(mean(ours) / best.mean),
      'part below': rounded(1 - mean(ours) / best.mean),
      'series won': rounded(won, 2),
    };
  });
}

function coverageRow({ name, coverageHour, coverageDay }: BacktestLine): Row {
  const off = [80, 95].map((level, at) => Math.abs((coverageHour[at] ?? Number.NaN) - level));
  return {
    source: name,
    'hour, 80 %': rounded(coverageHour[0], 1),
    'hour, 95 %': rounded(coverageHour[1], 1),
    'within 3 points': Number(Math.max(...off) <= 3),
    'later, 80 %': rounded(coverageDay[0], 1),
    'later, 95 %': rounded(coverageDay[1], 1),
  };
}

function crossingRow(source: string, own: readonly SeriesBacktest[]): Row[] {
  const all = own.flatMap(({ crossings: outcomes }) => outcomes);
  const low = crossingMeasures(all, 0.2);
  const high = crossingMeasures(all, 0.5);
  if (low === undefined || high === undefined) return [];
  const base = low.baseRate * (1 - low.baseRate);
  return [
    {
      source,
      asked: low.count,
      'base rate': rounded(low.baseRate, 3),
      Brier: rounded(low.brier),
      'of base rate': rounded(base),
      'Brier skill': base > 0 ? rounded(1 - low.brier / base, 3) : null,
      'AUC-PR': rounded(low.averagePrecision, 3),
      'precision at .2': rounded(low.precision, 2),
      'recall at .2': rounded(low.recall, 2),
      'precision at .5': rounded(high.precision, 2),
      'recall at .5': rounded(high.recall, 2),
      'lead, min': high.lead === undefined ? null : rounded(high.lead / 60, 0),
    },
  ];
}
