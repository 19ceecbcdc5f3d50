import { dirname, resolve } from 'node:path';
import { forecasters } from '../../shared/forecasters/catalogue.ts';
import { backtestFiles, type BacktestFiles } from '../backtest-files.ts';
import { backtestFolder, backtestSeriesOf, backtestTasks, originsOver } from '../backtest-plan.ts';
import type { Origin, SeriesBacktest, SeriesBacktestRequest } from '../backtest-series.ts';
import { backtestLine, backtestTable } from '../backtest-summary.ts';
import { backtestAll } from '../backtest-threads.ts';
import type { RunCommand } from '../command-line.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { flag, oneOf, text, wholeNumber } from '../options.ts';
import { progressBar } from '../progress.ts';

interface Asked {
  readonly name: string;
  readonly origins: readonly Origin[];
}

/** `backtest forecast --data DIR`: forecasts series from many moments of their past, and measures what came of it. */
export const backtest: RunCommand = async (args, options, terminal) => {
  if (args[0] !== 'forecast') throw new Misuse(`backtest ${args[0]}: write backtest forecast`);
  const names = Object.keys(forecasters) as (keyof typeof forecasters)[];
  const forecaster = oneOf(options, 'forecaster', names) ?? 'automatic';
  const threads = wholeNumber(options, 'threads', 1, 64) ?? terminal.processors;
  const tasks = text(options, 'tasks');
  // Tasks are mostly kept beside what they ask about.
  const data = text(options, 'data') ?? (tasks === undefined ? undefined : dirname(tasks));
  if (data === undefined) throw new Misuse('--data is missing: name the folder of the series');
  const out = text(options, 'out');
  if (tasks !== undefined && out === undefined) {
    throw new Misuse('--out is missing: say into which folder the answers to the tasks go');
  }
  const folder = await backtestFolder(resolve(terminal.cwd, data), data);
  const files = tasks === undefined ? folder : await backtestTasks(resolve(terminal.cwd, tasks), tasks, folder);

  const bar = progressBar(terminal, 'backtest', files.length);
  const asked: Asked[] = [];
  const done: SeriesBacktest[] = [];
  const failures: { readonly name: string; readonly error: string }[] = [];
  const unreadable = new Set<string>();
  let read = 0;
  async function* requests(): AsyncGenerator<SeriesBacktestRequest, undefined> {
    for (const file of files) {
      try {
        for (const { name, series } of await backtestSeriesOf(file)) {
          const origins = file.origins ?? originsOver(series);
          if (origins.length === 0) {
            failures.push({ name, error: 'less than three days and an hour of it: nothing to measure' });
            continue;
          }
          asked.push({ name, origins });
          const { stepSeconds, values } = series;
          yield { forecaster, stepSeconds, values, origins, wantsForecasts: out !== undefined };
        }
      } catch (error) {
        if (!(error instanceof Error) || (error.name !== 'CsvError' && error.name !== 'Misuse')) throw error;
        unreadable.add(file.name);
        failures.push({ name: file.name, error: error.message });
      }
      bar.update(++read);
    }
  }
  const written: BacktestFiles | undefined =
    out === undefined ? undefined : await backtestFiles(resolve(terminal.cwd, out));
  try {
    await backtestAll(
      requests(),
      Math.min(threads, files.length),
      async (index, one) => {
        done[index] = { ...one, forecasts: [] };
        await written?.add(index, asked[index].name, asked[index].origins, one);
      },
      terminal.signal,
    );
  } catch (error) {
    await written?.abandon();
    throw error;
  } finally {
    bar.stop();
  }
  const paths = (await written?.finish()) ?? [];

  for (const { name, error } of failures) terminal.err(`aiops: ${name}: ${error}\n`);
  const series = done.map((one, index) => backtestLine(asked[index].name, [one]));
  const overall = backtestLine('all', done);
  if (flag(options, 'json')) {
    terminal.out(`${JSON.stringify({ forecaster, series, overall, failures, written: paths })}\n`);
  } else if (done.length > 0) {
    terminal.out(`${backtestTable(forecaster, series, overall).join('\n')}\n`);
    if (paths.length > 0) terminal.out(`Written: ${paths.join(', ')}\n`);
  }
  return unreadable.size > 0 || done.length === 0 ? exitCode.misuse : exitCode.ok;
};
