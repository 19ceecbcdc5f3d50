import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { backfillSpan } from '../../shared/pipeline/backfill.ts';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import type { Watch } from '../../shared/settings/settings.ts';
import type { RunCommand } from '../command-line.ts';
import { openAlerts, sweepEachMinute } from '../detect-alerts.ts';
import type { DetectAlerts } from '../detect-alerts.ts';
import { DetectNarrator } from '../detect-narrator.ts';
import { detectOnce, followWatch, LocalClock } from '../detect-ticks.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { humanLog } from '../human-log.ts';
import { openHeartbeat } from '../local-heartbeat.ts';
import { chosenWatches, dataFolder, localPorts } from '../local-ports.ts';
import { openSettings } from '../open-settings.ts';
import { duration, flag, text } from '../options.ts';
import type { LocalPorts } from '../run-tick.ts';
import type { Terminal } from '../terminal.ts';

/** `detect`: what the anomaly function does in an account, on this machine; once, or again and again. */
export const detect: RunCommand = async (_args, options, terminal) => {
  const every = duration(options, 'every', 5);
  const follow = flag(options, 'follow');
  if (every !== undefined && !follow) throw new Misuse('--every says how often to --follow: give both or none');
  const { settings: given, origin } = await openSettings(options, terminal, 'host', every);
  const watches = chosenWatches(given, options).map((watch) => ({ ...watch, every: every ?? watch.every }));
  const settings = { ...given, watches: Object.fromEntries(watches.map(({ name, ...watch }) => [name, watch])) };
  const clock = new LocalClock();
  const folder = dataFolder(options, terminal);
  const log = humanLog(terminal, flag(options, 'debug'));
  const say = new DetectNarrator({ terminal, asJson: flag(options, 'json'), follow });
  const telling = await openAlerts({
    settings: given,
    watches: watches.map(({ name }) => name),
    folder,
    terminal,
    clock,
    log,
    once: !follow,
    show: (lines) => say.notice(lines),
    heard: (told) => say.told(told),
  });
  const { afterTick, accountOnly } = telling;
  const heartbeat = await openHeartbeat(given.heartbeatUrl, terminal, log);
  const local = await localPorts({
    settings,
    folder,
    clock,
    log,
    cwd: terminal.cwd,
    onSignal: (one) => {
      say.heard(one);
      telling.alerts.hear(one);
    },
    afterTick,
  });
  const ports: LocalPorts = heartbeat === undefined ? local : { ...local, heartbeat };
  for (const name of accountOnly) {
    terminal.err(
      `aiops: ${name}: only the deployment tells there; on this machine its secret would be { variable: NAME }\n`,
    );
  }
  if (given.heartbeatUrl !== undefined && heartbeat === undefined) {
    terminal.err('aiops: heartbeatUrl: only the deployment calls it; on this machine it would be { variable: NAME }\n');
  }
  if (text(options, 'source') === undefined && text(options, 'config') === undefined && origin === 'this host') {
    terminal.err('aiops: no aiops.yaml here: watching this host\n');
  }
  if (follow) return followAll(watches, ports, telling, say, terminal, folder);

  const summaries: TickSummary[] = [];
  for (const watch of watches) {
    if (watch.source.kind === 'simulated' && !existsSync(join(folder, 'inventory', watch.name))) {
      const days = Math.round(backfillSpan(watch.period, settings.retention) / 86_400);
      terminal.err(`aiops: ${watch.name}: fetching ${days} days first\n`);
    }
    const summary = await detectOnce(watch, ports, clock);
    await ports.heartbeat?.beat(watch.name);
    summaries.push(summary);
    say.once(summary);
  }
  const isFiring = summaries.some(({ watches: done }) => done.some(({ ran }) => ran.some(({ firing }) => firing > 0)));
  return isFiring && flag(options, 'failOnAnomaly') ? exitCode.anomalous : exitCode.ok;
};

async function followAll(
  watches: readonly Watch[],
  ports: LocalPorts,
  telling: DetectAlerts,
  say: DetectNarrator,
  terminal: Terminal,
  folder: string,
): Promise<ExitCode> {
  const hosts = watches.filter(({ source }) => source.kind === 'host');
  // Rates are measured from one reading to the next: this is the one before the first.
  for (const watch of hosts) await ports.source(watch).discover(watch);
  say.started(watches, folder);
  const failed = new AbortController();
  const signal = AbortSignal.any([terminal.signal, failed.signal]);
  try {
    const sweeping = sweepEachMinute(telling, signal);
    await Promise.all(watches.map((watch) => followWatch(watch, ports, signal, say)));
    await sweeping;
  } finally {
    // Where one watch cannot go on, the others would keep the process alive.
    failed.abort();
    say.ended();
  }
  // Ctrl-C is how it is meant to end.
  return exitCode.ok;
}
