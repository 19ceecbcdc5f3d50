import type { Signal } from '../../alerting/signal.ts';
import { signalSchema } from '../../alerting/signal.ts';
import type { EventBus } from '../../ports/event-bus.ts';

/** EventBridge takes no larger entry; what would be refused there is refused here. */
const largestSignalBytes = 1_000_000;

/** Keeps what was published, in order, and hands it to a listener. */
export class MemoryEventBus implements EventBus {
  readonly #published: Signal[] = [];
  readonly #listener: ((signal: Signal) => void) | undefined;

  constructor(listener?: (signal: Signal) => void) {
    this.#listener = listener;
  }

  get published(): readonly Signal[] {
    return this.#published;
  }

  /** @throws Error naming the signal where one is malformed or too large; then none of them was published. */
  async publish(signals: readonly Signal[]): Promise<void> {
    const checked = signals.map((signal, i) => {
      const text = JSON.stringify(signal);
      if (new TextEncoder().encode(text).length > largestSignalBytes) {
        throw new RangeError(`signal ${i} of '${signal.entity}' is larger than ${largestSignalBytes} bytes`);
      }
      const read = signalSchema.safeParse(JSON.parse(text));
      if (!read.success) throw new TypeError(`signal ${i} is not one: ${read.error.message}`);
      return read.data;
    });
    for (const signal of checked) {
      this.#published.push(signal);
      this.#listener?.(signal);
    }
  }
}
