import { performance } from 'node:perf_hooks';
import { resolve } from 'node:path';
import { createColors } from 'picocolors';
import { FileObjectStore } from '../../shared/adapters/local/file-object-store.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import type { Channel } from '../../shared/ports/channel.ts';
import type { Log } from '../../shared/ports/log.ts';
import { durationWords } from '../../shared/presentation/words.ts';
import { wrapWords } from '../../shared/presentation/wrap-words.ts';
import type { RunCommand } from '../command-line.ts';
import { compare } from '../demo-incidents.ts';
import { foreseenLines } from '../demo-foreseen.ts';
import { runDemo } from '../demo-run.ts';
import { demoTerminal, toldLines } from '../demo-notices.ts';
import { demoStory } from '../demo-story.ts';
import { exitCode } from '../exit-code.ts';
import { humanLog } from '../human-log.ts';
import { openChannels, terminalChannel } from '../open-channels.ts';
import { flag, text, wholeNumber } from '../options.ts';
import { toldAsJson } from '../overheard-channel.ts';
import { pacedChannel } from '../paced-channel.ts';
import { progressBar } from '../progress.ts';
import type { Progress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { trainingLines } from '../training-lines.ts';

const titles = { history: 'fetch a week   ', train: 'train', live: 'watch' } as const;

/** `demo`, which is `npm start`: the whole story on a fleet whose faults are known. */
export const demo: RunCommand = async (_args, options, terminal) => {
  const seed = wholeNumber(options, 'seed', 0, Number.MAX_SAFE_INTEGER) ?? 1;
  const days = wholeNumber(options, 'days', 1, 14) ?? 3;
  const folder = text(options, 'data');
  const asJson = flag(options, 'json');
  const colour = createColors(terminal.colours);
  const say = (line: string): void => {
    if (!asJson) terminal.out(`${line}\n`);
  };
  const log = humanLog(terminal, flag(options, 'debug'));
  const startedAt = performance.now();
  const width = Math.min(terminal.columns, 110);
  const tell = (text: string): void => {
    for (const line of wrapWords(text, width)) say(line);
  };
  say(colour.bold('A fleet of five servers with 20 metrics. Only the pipeline is real.'));
  tell(
    `First it gets a week of history to learn from; then things go wrong for ${days} ${days === 1 ? 'day' : 'days'}, and every five minutes it looks at what is new. It does not know what is done to it. Times are UTC.`,
  );

  const channels = await demoChannels(terminal, log);
  let step: keyof typeof titles | undefined;
  let bar: Progress | undefined;
  const run = await runDemo({
    seed,
    days,
    store:
      folder === undefined
        ? new MemoryObjectStore()
        : new FileObjectStore(resolve(terminal.cwd, folder), { durable: false }),
    log,
    signal: terminal.signal,
    channels,
    onProgress: (now, done, of) => {
      if (now !== step) {
        bar?.stop();
        bar = progressBar(terminal, titles[now].padEnd(15), of);
        step = now;
      }
      bar?.update(done);
    },
  }).finally(() => bar?.stop());

  const compared = compare(run.faults, run.incidents);
  const seconds = (performance.now() - startedAt) / 1000;
  const found = compared.faults.filter(({ found: incident }) => incident !== undefined);
  const delays = found.map(({ delay = Number.NaN }) => delay).sort((a, b) => a - b);
  const median = delays.length === 0 ? undefined : delays[Math.floor((delays.length - 1) / 2)];
  if (asJson) {
    const { incidents, ticks, points, historyPoints, training, foreseen } = run;
    const summary = {
      faults: compared.faults.length,
      found: found.length,
      falseAlerts: compared.falseAlerts.length,
      medianDelaySeconds: median,
      crossings: foreseen.crossings.length,
      foreseen: foreseen.crossings.filter(({ lead }) => lead !== undefined).length,
      foreseenInVain: foreseen.inVain.length,
    };
    terminal.out(
      `${JSON.stringify({ seed, days, seconds, ticks, points, historyPoints, training, summary, ...compared, incidents, foreseen, notices: run.told.map(toldAsJson) })}\n`,
    );
    return exitCode.ok;
  }
  say('');
  for (const line of run.training.watches.flatMap(trainingLines)) tell(line);
  for await (const line of demoStory(run, compared, terminal)) say(line);
  say('');
  for (const line of foreseenLines(run.foreseen, terminal)) say(line);
  say('');
  say(
    colour.bold(
      `${found.length} of ${compared.faults.length} found${median === undefined ? '' : `, half of them within ${durationWords(median)}`}; ` +
        `${compared.falseAlerts.length} false in ${days} ${days === 1 ? 'day' : 'days'} on 20 metrics.`,
    ),
  );
  say(
    `${run.ticks} ticks and ${run.historyPoints + run.points} points in ${seconds.toFixed(0)} s. Another fleet: npm start -- --seed ${seed + 1}`,
  );
  for (const line of toldLines(run.told)) tell(line);
  say('');
  say('What to do next');
  say('  the same to your people:    SLACK_WEBHOOK_URL=… PAGERDUTY_KEY=… npm start');
  say('  your own data, row by row:  npx aiops score my.csv --out scored.csv');
  say('  what comes next of it:      npx aiops forecast --source csv:my.csv --above 80');
  say('  this machine, live:         npx aiops detect --source host --follow');
  say('  your AWS account, dry:      npx aiops init && npx aiops doctor');
  say('  have it done there:         npx cdk deploy');
  return exitCode.ok;
};

/** The story is shown once it is over: what people at this terminal are told is kept until then. */
async function demoChannels(terminal: Terminal, log: Log): Promise<ReadonlyMap<string, Channel>> {
  const show = (): void => undefined;
  const { channels } = await openChannels({ alerts: { channels: {} }, terminal, show, account: false, log });
  return new Map([
    [demoTerminal, terminalChannel({ terminal, show })],
    ...[...channels].map(([name, one]): [string, Channel] => [name, pacedChannel(one, terminal.signal)]),
  ]);
}
