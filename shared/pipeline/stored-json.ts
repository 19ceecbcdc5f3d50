import type * as z from 'zod';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { ObjectStore, Version } from '../ports/object-store.ts';

/** What others write meanwhile is merged; more often than this is no race. */
const MOST_ATTEMPTS = 50;

/**
 * The JSON at a key with the version to compare and swap by; undefined where there is none.
 *
 * @throws StoredObjectError naming the key where there is something else.
 */
export async function readJson<T>(
  store: ObjectStore,
  schema: z.ZodType<T>,
  key: string,
): Promise<{ readonly value: T; readonly version: Version } | undefined> {
  const found = await store.get(key);
  return found === undefined ? undefined : { value: parseJson(schema, key, found.body), version: found.version };
}

function parseJson<T>(schema: z.ZodType<T>, key: string, body: Uint8Array): T {
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new StoredObjectError('damaged', 'is not JSON', key, { cause: error });
  }
  const version = typeof given === 'object' && given !== null && 'version' in given ? given.version : undefined;
  if (typeof version === 'number' && version > 1)
    throw new StoredObjectError('newer-version', `has version ${version}, this release reads 1`, key);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new StoredObjectError('damaged', `${path.join('.') || 'the whole'}: ${message}`, key, { cause: parsed.error });
}

/** `expected` as in {@link ObjectStore.put}. */
export async function writeJson(
  store: ObjectStore,
  key: string,
  value: unknown,
  expected?: Version | 'absent',
): Promise<'stored' | 'conflict'> {
  return store.put(key, new TextEncoder().encode(JSON.stringify(value)), expected);
}

/**
 * Changes the JSON at a key by compare-and-swap: what others change at the same time is kept. Writes nothing where
 * `change` gives back what it got.
 *
 * @param change pure: it is called again after a conflict, with what is there then.
 * @returns what is there now.
 * @throws StoredObjectError where there is something that cannot be read.
 */
export async function updateJson<T, R extends T | undefined>(
  store: ObjectStore,
  schema: z.ZodType<T>,
  key: string,
  change: (before: T | undefined) => R,
): Promise<R> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const present = await readJson(store, schema, key);
    const after = change(present?.value);
    if (after === undefined || after === present?.value) return after;
    if ((await writeJson(store, key, after, present?.version ?? 'absent')) === 'stored') return after;
  }
  throw new Error(`object '${key}' changed ${MOST_ATTEMPTS} times while it was being updated; are many runs at it?`);
}
