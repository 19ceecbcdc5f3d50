import { parseSettingsJson } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { SettingsError } from '../settings/settings-error.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * The settings that a deployment stored beside its code.
 *
 * @throws SettingsError where there are none under the key, or they are not what this code reads.
 */
export async function readStoredSettings(store: ObjectStore, key: string): Promise<Settings> {
  const found = await store.get(key);
  if (found === undefined) {
    const remedy = 'deploy the stack again, which stores them';
    throw new SettingsError(key, [{ path: '', message: 'there are no settings here', remedy }]);
  }
  return parseSettingsJson(new TextDecoder().decode(found.body), key);
}

/** Reads once and keeps what it read; a failure is tried again by the next call. */
export function readOnce<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
}
