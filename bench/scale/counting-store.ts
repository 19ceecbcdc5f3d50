import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

export interface StoreCalls {
  gets: number;
  puts: number;
  lists: number;
}

/** A store that counts what a bucket would bill, and what each call would be waited for. */
export class CountingStore implements ObjectStore {
  readonly #inner = new MemoryObjectStore();
  calls: StoreCalls = { gets: 0, puts: 0, lists: 0 };

  /** What was called since the last time this was asked. */
  take(): StoreCalls {
    const { calls } = this;
    this.calls = { gets: 0, puts: 0, lists: 0 };
    return calls;
  }

  get: ObjectStore['get'] = (key) => {
    this.calls.gets++;
    return this.#inner.get(key);
  };

  put: ObjectStore['put'] = (key, body, expected) => {
    this.calls.puts++;
    return this.#inner.put(key, body, expected);
  };

  list: ObjectStore['list'] = (prefix, startAfter) => {
    this.calls.lists++;
    return this.#inner.list(prefix, startAfter);
  };

  delete: ObjectStore['delete'] = (key) => this.#inner.delete(key);
}
