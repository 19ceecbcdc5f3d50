import { MemoryObjectStore } from '../shared/adapters/local/memory-object-store.ts';
import { compareKeys } from '../shared/models/object-key.ts';
import type { ObjectStore, StoredObject, Version } from '../shared/ports/object-store.ts';

/**
 * A store of which one part is a copy that is thrown away: what lies below it is not seen, and what is written there
 * stays in memory. A command can ask the pipeline "what if" beside the ticks that work on the same folder.
 */
export class WhatIfStore implements ObjectStore {
  readonly #scratch = new MemoryObjectStore();
  readonly #store: ObjectStore;
  readonly #isScratch: (key: string) => boolean;

  constructor(store: ObjectStore, isScratch: (key: string) => boolean) {
    this.#store = store;
    this.#isScratch = isScratch;
  }

  get(key: string): Promise<StoredObject | undefined> {
    return this.#of(key).get(key);
  }

  put(key: string, body: Uint8Array, expected?: Version | 'absent'): Promise<'stored' | 'conflict'> {
    return this.#of(key).put(key, body, expected);
  }

  delete(key: string): Promise<void> {
    return this.#of(key).delete(key);
  }

  async *list(prefix: string, startAfter?: string): AsyncIterable<string> {
    const scratch: string[] = [];
    for await (const key of this.#scratch.list(prefix, startAfter)) scratch.push(key);
    for await (const key of this.#store.list(prefix, startAfter)) {
      while (scratch.length > 0 && compareKeys(scratch[0], key) < 0) yield scratch.shift() ?? key;
      if (!this.#isScratch(key)) yield key;
    }
    yield* scratch;
  }

  #of(key: string): ObjectStore {
    return this.#isScratch(key) ? this.#scratch : this.#store;
  }
}
