import { availableParallelism } from 'node:os';
import { startLstmThreads } from '../../shared/adapters/local/lstm-threads.ts';
import type { ForecasterTraining } from '../../shared/pipeline/train-forecasters.ts';
import { trainForecasters } from '../../shared/pipeline/train-forecasters.ts';
import type { TrainSummary, WatchTraining } from '../../shared/pipeline/train-models.ts';
import { trainModels } from '../../shared/pipeline/train-models.ts';
import type { Watch } from '../../shared/settings/settings.ts';
import type { RunCommand } from '../command-line.ts';
import { LocalClock, presentOf } from '../detect-ticks.ts';
import { exitCode } from '../exit-code.ts';
import { forecasterLines } from '../forecaster-lines.ts';
import { humanLog } from '../human-log.ts';
import { chosenWatches, dataFolder, localPorts } from '../local-ports.ts';
import { openSettings } from '../open-settings.ts';
import { flag } from '../options.ts';
import { progressBar } from '../progress.ts';
import { trainingLines } from '../training-lines.ts';

/**
 * `train`: what the train function does in an account, on the history in the data folder: models that detect, or with
 * `--forecast` forecasters for every series that has a limit, whatever their age.
 */
export const train: RunCommand = async (_args, options, terminal) => {
  const isForecast = flag(options, 'forecast');
  const { settings } = await openSettings(options, terminal, 'none');
  const watches = chosenWatches(settings, options);
  const clock = new LocalClock();
  const ports = await localPorts({
    settings,
    folder: dataFolder(options, terminal),
    clock,
    log: humanLog(terminal, flag(options, 'debug')),
    cwd: terminal.cwd,
    onSignal: () => undefined,
  });
  const hasNetworks = isForecast && watches.some(({ forecast }) => forecast !== 'off' && forecast.lstm !== undefined);
  // A batch has work for two: the thread that trains computes, too.
  const threads = hasNetworks && availableParallelism() > 1 ? await startLstmThreads(1) : undefined;
  const trained: WatchTraining[] = [];
  const fitted: ForecasterTraining[] = [];
  const trainOne = async (watch: Watch): Promise<void> => {
    // Files end in the past: their last point is their present.
    clock.setTo(watch.source.kind === 'csv' ? await presentOf(watch, ports) : undefined);
    const bar = progressBar(terminal, `train ${watch.name}`, 1);
    const onProgress = (step: string, done: number, of: number): void => {
      terminal.signal.throwIfAborted();
      bar.update(done / Math.max(1, of), step);
    };
    const request = { watch: watch.name, by: 'command line', onProgress };
    const helped = threads === undefined ? {} : { openBatches: threads.openBatches };
    try {
      if (isForecast) fitted.push(...(await trainForecasters({ ...request, ...helped, olderThan: 0 }, ports)).watches);
      else trained.push(...(await trainModels(request, ports)).watches);
    } finally {
      bar.stop();
    }
  };
  try {
    for (const watch of watches) await trainOne(watch);
  } finally {
    await threads?.stop();
  }
  if (isForecast) {
    if (flag(options, 'json')) terminal.out(`${JSON.stringify({ watches: fitted })}\n`);
    else terminal.out(`${forecasterLines(watches, fitted).join('\n')}\n`);
    return exitCode.ok;
  }
  if (flag(options, 'json')) terminal.out(`${JSON.stringify({ watches: trained } satisfies TrainSummary)}\n`);
  else terminal.out(`${trained.flatMap((one) => [...trainingLines(one), ...modelLine(one)]).join('\n')}\n`);
  return exitCode.ok;
};

const modelLine = ({ model }: WatchTraining): readonly string[] =>
  model === undefined ? [] : [`  stored as ${model.id} (${model.detector}, ${(model.bytes / 1024).toFixed(0)} KB)`];
