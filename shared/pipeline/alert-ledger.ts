import type { SilenceReason } from '../alerting/notice-reason.ts';
import type { Severity } from '../alerting/severities.ts';
import type { Channel } from '../ports/channel.ts';
import { type AuditRecord, writeAudit } from './alert-audit.ts';
import { type AlertCounts, alertMetrics } from './alert-metrics.ts';
import type { AlertPorts } from './alert-ports.ts';

/** What a batch or a sweep did, for the audit and for our own metrics; written once, at its end. */
export class AlertLedger {
  readonly #records: AuditRecord[] = [];
  readonly #generated = new Map<Severity, number>();
  readonly #suppressed = new Map<SilenceReason, number>();
  readonly #failures = new Map<Channel['kind'], number>();

  record(...records: readonly AuditRecord[]): void {
    this.#records.push(...records);
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

  /** @throws Error where the store or the sink does not take it: people were told all the same. */
  async close(
    ports: Pick<AlertPorts, 'store' | 'sink' | 'clock' | 'runId'>,
    owed?: Pick<AlertCounts, 'owedPageSeconds'>,
  ): Promise<void> {
    const now = ports.clock.now();
    const counts = { generated: this.#generated, suppressed: this.#suppressed, failures: this.#failures, ...owed };
    const data = alertMetrics(counts, now);
    await writeAudit(ports.store, this.#records, now, ports.runId);
    if (data.length > 0) await ports.sink.publish(data);
  }
}

const increment = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
