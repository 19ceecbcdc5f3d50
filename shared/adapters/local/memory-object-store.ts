import { checkObjectKey, compareKeys } from '../../models/object-key.ts';
import type { ObjectStore, StoredObject, Version } from '../../ports/object-store.ts';

/** Objects in this process's memory; for tests, the demo and one-off runs. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  #writes = 0;

  async get(key: string): Promise<StoredObject | undefined> {
    checkObjectKey(key);
    const found = this.#objects.get(key);
    return found === undefined ? undefined : { body: found.body.slice(), version: found.version };
  }

  async put(key: string, body: Uint8Array, expected?: Version | 'absent'): Promise<'stored' | 'conflict'> {
    checkObjectKey(key);
    const current = this.#objects.get(key);
    if (expected === 'absent' && current !== undefined) return 'conflict';
    if (expected !== undefined && expected !== 'absent' && current?.version !== expected) return 'conflict';
    this.#writes++;
    this.#objects.set(key, { body: new Uint8Array(body), version: `write-${this.#writes}` as Version });
    return 'stored';
  }

  async *list(prefix: string, startAfter?: string): AsyncIterable<string> {
    const matching = [...this.#objects.keys()].filter(
      (key) => key.startsWith(prefix) && (startAfter === undefined || compareKeys(key, startAfter) > 0),
    );
    yield* matching.sort(compareKeys);
  }

  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    this.#objects.delete(key);
  }
}
