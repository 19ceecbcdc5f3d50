/** What is wrong with a stored object; each has its own remedy. */
export type StoredObjectFault =
  'truncated' | 'damaged' | 'missing' | 'too-large' | 'other-kind' | 'newer-version' | 'older-than-supported';

const remedies: Readonly<Record<StoredObjectFault, string>> = {
  truncated: 'restore it from an earlier version of the object, or delete it: it is built anew from what remains',
  damaged: 'restore it from an earlier version of the object, or delete it: it is built anew from what remains',
  missing: 'restore what it names, or choose another',
  'too-large': 'check what wrote it; no object of ours grows beyond this',
  'other-kind': 'check what was copied to this key',
  'newer-version': 'deploy the release that wrote it, or a newer one',
  'older-than-supported': 'read it once with the release before, which writes it in a form that this one knows',
};

/** A stored object that cannot be read. Says which, why, and what to do; never thrown for one that is merely absent. */
export class StoredObjectError extends Error {
  override readonly name = 'StoredObjectError';
  readonly reason: StoredObjectFault;
  readonly detail: string;
  /** The object's key; undefined where only its bytes were at hand. */
  readonly key: string | undefined;

  constructor(reason: StoredObjectFault, detail: string, key?: string, options?: ErrorOptions) {
    super(`${key === undefined ? 'stored object' : `object '${key}'`}: ${detail}; ${remedies[reason]}`, options);
    this.reason = reason;
    this.detail = detail;
    this.key = key;
  }

  /** The same fault, said of the object at `key`. */
  at(key: string): StoredObjectError {
    return new StoredObjectError(this.reason, this.detail, key, { cause: this });
  }
}
