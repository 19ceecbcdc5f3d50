import type { ShardMessage, WorkQueue } from '../../ports/work-queue.ts';

/** Keeps messages until they are taken, first in, first out. */
export class MemoryWorkQueue implements WorkQueue {
  readonly #waiting: ShardMessage[] = [];

  get waiting(): readonly ShardMessage[] {
    return this.#waiting;
  }

  async send(messages: readonly ShardMessage[]): Promise<void> {
    this.#waiting.push(...messages.map((message) => ({ ...message })));
  }

  async backlog(): Promise<number> {
    return this.#waiting.length;
  }

  /** The oldest message, removed; undefined when none waits. */
  take(): ShardMessage | undefined {
    return this.#waiting.shift();
  }
}
