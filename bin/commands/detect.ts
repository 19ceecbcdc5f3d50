import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createColors } from 'picocolors';
import type { Signal } from '../../shared/alerting/signal.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { backfillSpan } from '../../shared/pipeline/backfill.ts';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import { tellChange } from '../../shared/presentation/tell-change.ts';
import { changesOf } from '../../shared/presentation/told-changes.ts';
import type { Heard } from '../../shared/presentation/told-changes.ts';
import { timeWords } from '../../shared/presentation/words.ts';
import type { Watch } from '../../shared/settings/settings.ts';
import type { RunCommand } from '../command-line.ts';
import { detectOnce, followWatch, LocalClock } from '../detect-ticks.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { humanLog } from '../human-log.ts';
import { chosenWatches, dataFolder, localPorts } from '../local-ports.ts';
import { openSettings } from '../open-settings.ts';
import type { Options } from '../options.ts';
import { duration, flag, text } from '../options.ts';
import type { LocalPorts } from '../run-tick.ts';
import type { Terminal } from '../terminal.ts';
import { leftOutWords } from '../left-out.ts';

/** `detect`: what the anomaly function does in an account, on this machine; once, or again and again. */
export const detect: RunCommand = async (_args, options, terminal) => {
  const every = duration(options, 'every', 5);
  const follow = flag(options, 'follow');
  if (every !== undefined && !follow) throw new Misuse('--every says how often to --follow: give both or none');
  const { settings: given, origin } = await openSettings(options, terminal, 'host', every);
  const watches = chosenWatches(given, options).map((watch) => ({ ...watch, every: every ?? watch.every }));
  const settings = { ...given, watches: Object.fromEntries(watches.map(({ name, ...watch }) => [name, watch])) };
  const signals: Signal[] = [];
  const clock = new LocalClock();
  const folder = dataFolder(options, terminal);
  const log = humanLog(terminal, flag(options, 'debug'));
  const ports = await localPorts({
    settings,
    folder,
    clock,
    log,
    cwd: terminal.cwd,
    onSignal: (one) => signals.push(one),
  });
  const say = new Narrator(options, terminal, signals);
  if (text(options, 'source') === undefined && text(options, 'config') === undefined && origin === 'this host') {
    terminal.err('aiops: no aiops.yaml here: watching this host\n');
  }
  if (follow) return followAll(watches, ports, say, terminal, folder);

  const summaries: TickSummary[] = [];
  for (const watch of watches) {
    signals.length = 0;
    if (watch.source.kind === 'simulated' && !existsSync(join(folder, 'inventory', watch.name))) {
      const days = Math.round(backfillSpan(watch.period, settings.retention) / 86_400);
      terminal.err(`aiops: ${watch.name}: fetching ${days} days first\n`);
    }
    const summary = await detectOnce(watch, ports, clock);
    summaries.push(summary);
    say.once(summary);
  }
  const isFiring = summaries.some(({ watches: done }) => done.some(({ ran }) => ran.some(({ firing }) => firing > 0)));
  return isFiring && flag(options, 'failOnAnomaly') ? exitCode.anomalous : exitCode.ok;
};

async function followAll(
  watches: readonly Watch[],
  ports: LocalPorts,
  say: Narrator,
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
    await Promise.all(watches.map((watch) => followWatch(watch, ports, signal, (outcome) => say.tick(outcome))));
  } finally {
    // Where one watch cannot go on, the others would keep the process alive.
    failed.abort();
    say.ended();
  }
  // Ctrl-C is how it is meant to end.
  return exitCode.ok;
}

/** Tells what ticks bring: as sentences about what changed, or as one JSON line a tick. */
class Narrator {
  #heard: Heard = new Map();
  #status = '';
  #ticks = 0;
  #isStatusShown = false;
  readonly #options: Options;
  readonly #terminal: Terminal;
  readonly #signals: Signal[];

  constructor(options: Options, terminal: Terminal, signals: Signal[]) {
    this.#options = options;
    this.#terminal = terminal;
    this.#signals = signals;
  }

  started(watches: readonly Watch[], folder: string): void {
    if (flag(this.#options, 'json')) return;
    const what = watches.map(({ name, every }) => `${name} every ${every} s`).join(', ');
    this.#terminal.out(`Watching ${what}; times are UTC; Ctrl-C ends it. What is learned is kept in ${folder}\n`);
  }

  /** A single tick: everything that fires now, and what was judged. */
  once(summary: TickSummary): void {
    const at = this.#signals.filter(({ evaluatedAt }) => evaluatedAt === summary.tick);
    if (flag(this.#options, 'json')) {
      this.#terminal.out(`${JSON.stringify({ ...summary, signals: at })}\n`);
      return;
    }
    this.#tell(at, 7);
    this.#terminal.out(`${statusOf(summary)}\n`);
    for (const { leftOut } of summary.watches) {
      for (const one of leftOut) this.#terminal.err(`aiops: left out: ${leftOutWords(one)}\n`);
    }
  }

  tick(outcome: TickSummary | Error): void {
    this.#ticks += 1;
    if (outcome instanceof Error) {
      this.#clearStatus();
      this.#terminal.err(`aiops: this tick failed, the next one makes up for it: ${outcome.message}\n`);
      return;
    }
    const now = this.#signals.splice(0);
    if (flag(this.#options, 'json')) {
      this.#terminal.out(`${JSON.stringify({ ...outcome, signals: now })}\n`);
      return;
    }
    this.#tell(now, 0);
    this.#showStatus(statusOf(outcome));
  }

  ended(): void {
    this.#clearStatus();
    if (!flag(this.#options, 'json')) this.#terminal.out(`Ended after ${this.#ticks} ticks\n`);
  }

  #tell(signals: readonly Signal[], chartRows: number): void {
    const { columns, colours, unicode } = this.#terminal;
    for (const signal of signals) {
      const { changes, heard } = changesOf(this.#heard, signal);
      this.#heard = heard;
      for (const change of changes) {
        this.#clearStatus();
        const lines = tellChange(change, { width: Math.min(columns, 110), colours, unicode, chartRows });
        this.#terminal.out(`${lines.join('\n')}\n`);
      }
    }
  }

  /** On a terminal one line that changes in place; elsewhere a line whenever it says something new. */
  #showStatus(status: string): void {
    if (this.#terminal.interactive) {
      this.#clearStatus();
      this.#terminal.err(createColors(this.#terminal.colours).dim(status.slice(0, this.#terminal.columns - 1)));
      this.#isStatusShown = true;
    } else if (status.slice(status.indexOf(':', 9)) !== this.#status) {
      this.#status = status.slice(status.indexOf(':', 9));
      this.#terminal.out(`${status}\n`);
    }
  }

  #clearStatus(): void {
    if (this.#isStatusShown) this.#terminal.err('\r\u001b[K');
    this.#isStatusShown = false;
  }
}

/** `11:20:30  host: 1 entity, 5 series judged; nothing unusual`. */
function statusOf({ tick, watches }: TickSummary): string {
  const parts = watches.map(({ watch, series, ran }) => {
    const sum = (of: (shard: (typeof ran)[number]) => number): number => ran.reduce((total, one) => total + of(one), 0);
    const entities = sum((one) => one.entities);
    const firing = sum((one) => one.firing);
    const unknown = sum((one) => one.unknown);
    const problems = sum((one) => Object.values(one.problems).reduce((total, count) => total + count, 0));
    if (ran.length > 0 && ran.every(({ outcome }) => outcome !== 'judged'))
      return `${watch}: nothing new (${ran[0].outcome.replaceAll('-', ' ')})`;
    const told = [
      firing === 0 ? (unknown === entities ? undefined : 'nothing unusual') : `${firing} unusual`,
      unknown === 0 ? undefined : `${unknown} still learning, or without data`,
      problems === 0 ? undefined : `${problems} series could not be read`,
    ].filter((part) => part !== undefined);
    return `${watch}: ${entities} ${entities === 1 ? 'entity' : 'entities'}, ${series} series; ${told.join(', ')}`;
  });
  const at = timeWords(tick);
  const isToday = at.slice(0, 10) === timeWords(systemClock.now()).slice(0, 10);
  return `${isToday ? at.slice(11) : at}  ${parts.join(' | ')}`;
}
