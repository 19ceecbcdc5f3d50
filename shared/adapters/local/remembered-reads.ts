import { LRUCache } from 'lru-cache';
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts';

/** Of bodies, as they are stored: a hundred looks at a full shard. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A store of which a process reads what never changes once: whoever looks again within minutes sees the same ticks, and
 * one or two new ones. Least recently used bodies are let go.
 */
export class RememberedReads implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #isWrittenOnce: (key: string) => boolean;
  readonly #bodies: LRUCache<string, StoredObject>;

  /** @param isWrittenOnce whether what is at a key stays as it is for as long as it is there. */
  constructor(store: ObjectStore, isWrittenOnce: (key: string) => boolean, mostBytes = MOST_BYTES) {
    this.#store = store;
    this.#isWrittenOnce = isWrittenOnce;
    this.#bodies = new LRUCache({
      maxSize: mostBytes,
      // An empty body has a size, too.
      sizeCalculation: ({ body }, key) => body.length + key.length + 1,
    });
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const known = this.#bodies.get(key);
    // A reader may do with the bytes what it likes.
    if (known !== undefined) return { ...known, body: known.body.slice() };
    const found = await this.#store.get(key);
    if (found === undefined || !this.#isWrittenOnce(key)) return found;
    this.#bodies.set(key, { ...found, body: found.body.slice() });
    return found;
  }

  async put(...[key, body, expected]: Parameters<ObjectStore['put']>): Promise<'stored' | 'conflict'> {
    this.#bodies.delete(key);
    return this.#store.put(key, body, expected);
  }

  list(prefix: string, startAfter?: string): AsyncIterable<string> {
    return this.#store.list(prefix, startAfter);
  }

  async delete(key: string): Promise<void> {
    this.#bodies.delete(key);
    await this.#store.delete(key);
  }
}
