import type { ObjectStore, StoredObject, Version } from '../shared/ports/object-store.ts';
import { keys } from '../shared/settings/keys.ts';

/**
 * A folder as the router of a run may see it that looks after some of its watches only: open incidents of the others are
 * not listed, so that nothing is said of them, and nothing ends because this run does not know them. Incidents that
 * several watches share (by label, or all in one) are everybody's.
 */
export class OwnIncidents implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #watches: readonly string[];

  constructor(store: ObjectStore, watches: readonly string[]) {
    this.#store = store;
    this.#watches = watches;
  }

  get(key: string): Promise<StoredObject | undefined> {
    return this.#store.get(key);
  }

  put(key: string, body: Uint8Array, expected?: Version | 'absent'): Promise<'stored' | 'conflict'> {
    return this.#store.put(key, body, expected);
  }

  async *list(prefix: string, startAfter?: string): AsyncIterable<string> {
    for await (const key of this.#store.list(prefix, startAfter)) if (this.#isOwn(key)) yield key;
  }

  delete(key: string): Promise<void> {
    return this.#store.delete(key);
  }

  #isOwn(key: string): boolean {
    if (!key.startsWith(keys.incidentPrefix)) return true;
    const name = decodeURIComponent(key.slice(keys.incidentPrefix.length).replace(/\.json$/, ''));
    const of = /^(?:entity|watch|storm|pages):(.*)$/s.exec(name)?.[1];
    return of === undefined || this.#watches.some((watch) => of === watch || of.startsWith(`${watch}/`));
  }
}
