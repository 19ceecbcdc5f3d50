import type { AlertPorts } from './alert-ports.ts';
import { type AuditRecord, writeAudit } from './alert-audit.ts';

/**
 * The audit, as one run writes it: what is recorded while a write is under way goes with the next one, so that a hundred
 * incidents of a storm are not a hundred objects. What could not be written is kept, and goes with the next one, too.
 */
export class AuditWriter {
  readonly #ports: Pick<AlertPorts, 'store' | 'clock' | 'runId'>;
  #waiting: AuditRecord[] = [];
  #writing: Promise<void> | undefined;
  #writes = 0;

  constructor(ports: Pick<AlertPorts, 'store' | 'clock' | 'runId'>) {
    this.#ports = ports;
  }

  /** To be written with the next {@link flush}, whoever asks for it. */
  record(...records: readonly AuditRecord[]): void {
    this.#waiting.push(...records);
  }

  /**
   * Once this returns, all that was recorded before is written.
   *
   * @throws Error where the store does not take it: it is kept for the next time.
   */
  async flush(): Promise<void> {
    // One that is under way may have begun before the newest was recorded; whoever asked for it hears of its failure.
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    if (this.#waiting.length === 0) return;
    this.#writing = this.#write();
    try {
      await this.#writing;
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(): Promise<void> {
    const { store, clock, runId } = this.#ports;
    const batch = this.#waiting.splice(0);
    try {
      await writeAudit(store, batch, clock.now(), `${runId}-${++this.#writes}`);
    } catch (error) {
      this.#waiting.unshift(...batch);
      throw error;
    }
  }
}
