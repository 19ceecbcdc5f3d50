import { randomUUID } from 'node:crypto';
import type { Signal } from '../shared/alerting/signal.ts';
import { alertMessage } from '../shared/pipeline/alert-message.ts';
import type { AlertPorts } from '../shared/pipeline/alert-ports.ts';
import { routeAlerts } from '../shared/pipeline/route-alert.ts';
import type { SweepSummary } from '../shared/pipeline/sweep-incidents.ts';
import { sweepIncidents } from '../shared/pipeline/sweep-incidents.ts';

/** A signal that could not be kept is tried so often; the ticks after it say the same of what still fires. */
const MOST_ATTEMPTS = 3;

interface Waiting {
  readonly signal: Signal;
  readonly attempt: number;
}

/**
 * Bus, queue, router and sweep of this process: what it hears waits until `tell`, as messages do in a queue. One batch or
 * sweep at a time, so that what is shown keeps its order.
 */
export class LocalAlerts {
  #waiting: Waiting[] = [];
  #last: Promise<unknown> = Promise.resolve();
  readonly #ports: Omit<AlertPorts, 'runId'>;

  constructor(ports: Omit<AlertPorts, 'runId'>) {
    this.#ports = ports;
  }

  hear(signal: Signal): void {
    this.#waiting.push({ signal, attempt: 1 });
  }

  /** Routes all that was heard. @throws where the store does not answer; then nothing that was heard is lost. */
  async tell(): Promise<void> {
    await this.#inTurn(async () => {
      const batch = this.#waiting.splice(0);
      if (batch.length === 0) return;
      const byId = new Map(batch.map((one, index) => [String(index), one]));
      const messages = [...byId].map(([id, { signal }]) => alertMessage(signal, id));
      let failed: readonly string[];
      try {
        ({ failed } = await routeAlerts(messages, this.#run()));
      } catch (error) {
        this.#waiting.unshift(...batch);
        throw error;
      }
      for (const id of failed) this.#again(byId.get(id));
    });
  }

  /** What the clock does to what is open: notices that waited, reminders, ends, what is owed. */
  async sweep(): Promise<SweepSummary> {
    return this.#inTurn(() => sweepIncidents(this.#run()));
  }

  #again(one: Waiting | undefined): void {
    if (one === undefined) return;
    const { signal, attempt } = one;
    if (attempt < MOST_ATTEMPTS) this.#waiting.push({ signal, attempt: attempt + 1 });
    else this.#ports.log.error('signal given up', { watch: signal.watch, entity: signal.entity, attempts: attempt });
  }

  #run(): AlertPorts {
    return { ...this.#ports, runId: randomUUID() };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
