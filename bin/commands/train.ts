import type { TrainSummary, WatchTraining } from '../../shared/pipeline/train-models.ts';
import { trainModels } from '../../shared/pipeline/train-models.ts';
import type { RunCommand } from '../command-line.ts';
import { LocalClock, presentOf } from '../detect-ticks.ts';
import { exitCode } from '../exit-code.ts';
import { humanLog } from '../human-log.ts';
import { chosenWatches, dataFolder, localPorts } from '../local-ports.ts';
import { openSettings } from '../open-settings.ts';
import { flag } from '../options.ts';
import { progressBar } from '../progress.ts';

/** `train`: what the train function does in an account, on the history in the data folder. */
export const train: RunCommand = async (_args, options, terminal) => {
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
  const trained: WatchTraining[] = [];
  for (const watch of watches) {
    // Files end in the past: their last point is their present.
    clock.setTo(watch.source.kind === 'csv' ? await presentOf(watch, ports) : undefined);
    const bar = progressBar(terminal, `train ${watch.name}`, 1);
    const onProgress = (step: string, done: number, of: number): void => {
      terminal.signal.throwIfAborted();
      bar.update(done / Math.max(1, of), step);
    };
    const summary = await trainModels({ watch: watch.name, by: 'command line', onProgress }, ports).finally(() =>
      bar.stop(),
    );
    trained.push(...summary.watches);
  }
  if (flag(options, 'json')) terminal.out(`${JSON.stringify({ watches: trained } satisfies TrainSummary)}\n`);
  else terminal.out(`${trained.flatMap(trainingLines).join('\n')}\n`);
  return exitCode.ok;
};

/** What came of a watch's training, for people. */
export function trainingLines({
  watch,
  outcome,
  reason,
  rows,
  entities,
  model,
  quality,
  budget,
}: WatchTraining): readonly string[] {
  const champion = quality?.champion === undefined ? '' : `, the champion ${quality.champion.toFixed(3)}`;
  if (rows === 0) return [`${watch}: no history yet: run collect`];
  return [
    `${watch}: ${outcome.replaceAll('-', ' ')}. ${reason}`,
    `  learned from ${rows} rows of ${entities} ${entities === 1 ? 'entity' : 'entities'}`,
    ...(model === undefined ? [] : [`  ${model.detector} ${model.id}, ${(model.bytes / 1024).toFixed(0)} KB`]),
    ...(quality === undefined
      ? []
      : [`  on planted faults it had not seen: ${quality.candidate.toFixed(3)}${champion}`]),
    ...(budget === undefined
      ? []
      : [
          `  alert budget ${budget.asked}: threshold ${budget.threshold.toFixed(2)}, which gives ${budget.deliveredPerWeek.toFixed(1)} a week on history that did not set it`,
        ]),
  ];
}
