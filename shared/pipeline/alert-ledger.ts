import type { SilenceReason } from '../alerting/notice-reason.ts';
import type { Severity } from '../alerting/severities.ts';
import type { Channel } from '../ports/channel.ts';
import type { AuditRecord } from './alert-audit.ts';
import { type AlertCounts, alertMetrics } from './alert-metrics.ts';
import type { AlertPorts } from './alert-ports.ts';
import { AuditWriter } from './audit-writer.ts';

type LedgerPorts = Pick<AlertPorts, 'settings' | 'store' | 'sink' | 'clock' | 'runId' | 'log'>;

/** What a batch or a sweep did: for the audit, which is written as it happens, and for our own metrics, at its end. */
export class AlertLedger {
  readonly #ports: LedgerPorts;
  readonly #audit: AuditWriter;
  readonly #generated = new Map<Severity, number>();
  readonly #suppressed = new Map<SilenceReason, number>();
  readonly #failures = new Map<Channel['kind'], number>();
  #untold = 0;

  constructor(ports: LedgerPorts) {
    this.#ports = ports;
    this.#audit = new AuditWriter(ports);
  }

  /**
   * In the audit once this returns: before anything is stored by which nobody would write it again. Where the store does
   * not take it people are told all the same, and the run tries again until its end.
   */
  async record(records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    this.#audit.record(...records);
    try {
      await this.#audit.flush();
    } catch (error) {
      this.#ports.log.warn('audit not written yet', { records: records.length, error: String(error) });
    }
  }

  spoke(severity: Severity): void {
    increment(this.#generated, severity);
  }

  keptSilent(reason: SilenceReason): void {
    increment(this.#suppressed, reason);
  }

  failed(kind: Channel['kind']): void {
    increment(this.#failures, kind);
  }

  untold(): void {
    this.#untold++;
  }

  /** @throws Error where the store or the sink does not take it: people were told all the same. */
  async close(swept?: Pick<AlertCounts, 'owedPageSeconds' | 'unreadable' | 'alertTestAge'>): Promise<void> {
    const { settings, clock, sink } = this.#ports;
    const decided = { generated: this.#generated, suppressed: this.#suppressed };
    const counts = { ...decided, failures: this.#failures, untold: this.#untold, ...swept };
    const data = alertMetrics(counts, settings.name, clock.now());
    await this.#audit.flush();
    if (data.length > 0) await sink.publish(data);
  }
}

const increment = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
