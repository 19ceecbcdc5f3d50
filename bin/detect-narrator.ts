import { createColors } from 'picocolors';
import { systemClock } from '../shared/adapters/local/system-clock.ts';
import type { Signal } from '../shared/alerting/signal.ts';
import type { TickSummary } from '../shared/pipeline/detect-anomalies.ts';
import type { ForecastSummary } from '../shared/pipeline/forecast-metrics.ts';
import { headline, isEnding } from '../shared/presentation/notice-words.ts';
import { tellChange } from '../shared/presentation/tell-change.ts';
import { changesOf } from '../shared/presentation/told-changes.ts';
import type { Change, Heard } from '../shared/presentation/told-changes.ts';
import { timeWords } from '../shared/presentation/words.ts';
import type { Watch } from '../shared/settings/settings.ts';
import { leftOutWords } from './left-out.ts';
import { toldAsJson } from './overheard-channel.ts';
import type { Told } from './overheard-channel.ts';
import type { Terminal } from './terminal.ts';

export interface DetectNarratorOptions {
  readonly terminal: Terminal;
  readonly asJson: boolean;
  readonly follow: boolean;
}

/**
 * Tells whoever sits here what ticks bring, or writes it as one JSON line a tick. Once, everything that fires now, with
 * charts; following, the notices that people are told, and beside them only what nobody is told yet.
 */
export class DetectNarrator {
  #heard: Heard = new Map();
  #signals: Signal[] = [];
  #told: Told[] = [];
  /** Things that were said to be unusual here, and not in a notice. */
  readonly #learning = new Set<string>();
  /** Of each watch, what its newest forecasts found in danger. */
  readonly #dangers = new Map<string, number>();
  #status = '';
  #ticks = 0;
  #isStatusShown = false;
  readonly #terminal: Terminal;
  readonly #asJson: boolean;
  readonly #follow: boolean;

  constructor({ terminal, asJson, follow }: DetectNarratorOptions) {
    this.#terminal = terminal;
    this.#asJson = asJson;
    this.#follow = follow;
  }

  started(watches: readonly Watch[], folder: string): void {
    if (this.#asJson) return;
    const what = watches.map(({ name, every }) => `${name} every ${every} s`).join(', ');
    this.#terminal.out(`Watching ${what}; times are UTC; Ctrl-C ends it. What is learned is kept in ${folder}\n`);
  }

  heard(signal: Signal): void {
    this.#signals.push(signal);
  }

  /** A notice for this terminal. */
  notice(lines: readonly string[]): void {
    if (this.#asJson || !this.#follow) return;
    this.#clearStatus();
    this.#terminal.out(`${lines.join('\n')}\n`);
  }

  told(told: Told): void {
    this.#told.push(told);
    const { channel, kind, notice, delivery } = told;
    if (this.#asJson || delivery.outcome !== 'delivered') return;
    // Followed here, notices are read as such; what fires at a single tick is told below, so that only ends are news.
    const isNews = kind !== 'terminal' || (!this.#follow && isEnding(notice));
    if (!isNews) return;
    this.#clearStatus();
    const { dim } = createColors(this.#terminal.colours);
    const words = headline(notice);
    this.#terminal.out(kind === 'terminal' ? `${words}\n` : `${dim(`told ${channel}: ${words}`)}\n`);
  }

  /** A single tick: everything that fires now, and what was judged. */
  once(summary: TickSummary): void {
    const at = this.#signals.splice(0).filter(({ evaluatedAt }) => evaluatedAt === summary.tick);
    if (this.#asJson) this.#write(summary, at);
    else {
      this.#tell(at, 7);
      this.#terminal.out(`${statusOf(summary)}\n`);
      for (const { leftOut } of summary.watches) {
        for (const one of leftOut) this.#terminal.err(`aiops: left out: ${leftOutWords(one)}\n`);
      }
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
    if (this.#asJson) this.#write(outcome, now);
    else {
      this.#tell(now, 0);
      this.#showStatus(statusOf(outcome, this.#dangers));
    }
  }

  /** What was foreseen after a tick. */
  forecast(outcome: ForecastSummary | Error): void {
    if (outcome instanceof Error) {
      this.#clearStatus();
      this.#terminal.err(`aiops: nothing is forecast this time, the next time makes up for it: ${outcome.message}\n`);
      return;
    }
    const now = this.#signals.splice(0);
    if (this.#asJson) {
      const notices = this.#told.splice(0).map(toldAsJson);
      this.#terminal.out(
        `${JSON.stringify({ tick: outcome.tick, forecasts: outcome.watches, signals: now, notices })}\n`,
      );
      return;
    }
    this.#tell(now, 0);
    for (const { watch, ran } of outcome.watches)
      this.#dangers.set(
        watch,
        ran.reduce((sum, { firing }) => sum + firing, 0),
      );
  }

  ended(): void {
    this.#clearStatus();
    if (!this.#asJson) this.#terminal.out(`Ended after ${this.#ticks} ticks\n`);
  }

  #write(summary: TickSummary, signals: readonly Signal[]): void {
    const notices = this.#told.splice(0).map(toldAsJson);
    this.#terminal.out(`${JSON.stringify({ ...summary, signals, notices })}\n`);
  }

  #tell(signals: readonly Signal[], chartRows: number): void {
    const { columns, colours, unicode } = this.#terminal;
    for (const signal of signals) {
      const { changes, heard } = changesOf(this.#heard, signal);
      this.#heard = heard;
      for (const change of changes.filter((one) => this.#isTold(one))) {
        this.#clearStatus();
        const lines = tellChange(change, { width: Math.min(columns, 110), colours, unicode, chartRows });
        this.#terminal.out(`${lines.join('\n')}\n`);
      }
    }
  }

  /** Followed, what is live is told by notices. */
  #isTold({ kind, signal, finding }: Change): boolean {
    if (!this.#follow) return true;
    const name = JSON.stringify([signal.watch, signal.entity, finding.key]);
    if (kind === 'lost') return true;
    if (kind === 'ended') return this.#learning.delete(name);
    if (signal.mode === 'live') return false;
    this.#learning.add(name);
    return true;
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
function statusOf({ tick, watches }: TickSummary, dangers: ReadonlyMap<string, number> = new Map()): string {
  const parts = watches.map(({ watch, series, ran, skipped }) => {
    if (skipped === 'stretched') return `${watch}: not asked now, for polling is stretched (npx aiops cost says why)`;
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
      foreseenWords(dangers.get(watch) ?? 0),
      problems === 0 ? undefined : `${problems} series could not be read`,
    ].filter((part) => part !== undefined);
    return `${watch}: ${entities} ${entities === 1 ? 'entity' : 'entities'}, ${series} series; ${told.join(', ')}`;
  });
  const at = timeWords(tick);
  const isToday = at.slice(0, 10) === timeWords(systemClock.now()).slice(0, 10);
  return `${isToday ? at.slice(11) : at}  ${parts.join(' | ')}`;
}

const foreseenWords = (count: number): string | undefined =>
  count === 0 ? undefined : `${count} ${count === 1 ? 'limit' : 'limits'} in danger`;
