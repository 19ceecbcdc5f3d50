/** Says which write a body came from; only ever compared, never read. */
export type Version = string & { readonly brand: 'version' };

export interface StoredObject {
  readonly body: Uint8Array;
  readonly version: Version;
}

/**
 * Bytes by key. Keys use '/' everywhere, also on disk. A write that names what it expects to replace is a
 * compare-and-swap: whoever comes second with the same `expected` gets 'conflict' as a value and has changed nothing.
 * A body that was read is whole: a truncated transfer throws.
 */
export interface ObjectStore {
  get(key: string): Promise<StoredObject | undefined>;
  /** `expected`: 'absent' creates only, a version replaces only that one, undefined overwrites whatever is there. */
  put(key: string, body: Uint8Array, expected?: Version | 'absent'): Promise<'stored' | 'conflict'>;
  /** Keys below `prefix` in ascending UTF-8 order, optionally only those after `startAfter`. */
  list(prefix: string, startAfter?: string): AsyncIterable<string>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
}
