import { type Incident, incidentSchema, type Story } from '../alerting/incident.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { ObjectStore, Version } from '../ports/object-store.ts';
import { keys } from '../settings/keys.ts';
import { readJson, writeJson } from './stored-json.ts';

/** The record of a group as it was read, and what to expect when it is written. */
export interface StoredIncident {
  readonly incident: Incident | undefined;
  readonly version: Version | 'absent';
}

/** @throws StoredObjectError where the record cannot be read, or is another group's. */
export async function loadIncident(store: ObjectStore, group: string): Promise<StoredIncident> {
  const found = await loadRecord(store, keys.incident(group));
  if (found.incident !== undefined && found.incident.group !== group)
    throw new StoredObjectError('other-kind', `is of group '${found.incident.group}'`, keys.incident(group));
  return found;
}

/** The same by the key of the record. */
export async function loadRecord(store: ObjectStore, key: string): Promise<StoredIncident> {
  const found = await readJson(store, incidentSchema, key);
  return found === undefined
    ? { incident: undefined, version: 'absent' }
    : { incident: found.value, version: found.version };
}

export const saveIncident = (
  store: ObjectStore,
  incident: Incident,
  expected: Version | 'absent',
): Promise<'stored' | 'conflict'> => writeJson(store, keys.incident(incident.group), incident, expected);

/** The keys of all records: what is open, and what is remembered of what was. */
export async function recordKeys(store: ObjectStore): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const key of store.list(keys.incidentPrefix)) found.push(key);
  return found;
}

/** The keys of all records, and of mutes: in one list, which costs as much as either. */
export async function sweptKeys(
  store: ObjectStore,
): Promise<{ readonly records: readonly string[]; readonly mutes: readonly string[] }> {
  const { prefix, startAfter } = keys.afterClosedIncidents;
  const records: string[] = [];
  const mutes: string[] = [];
  for await (const key of store.list(prefix, startAfter)) {
    if (key.startsWith(keys.incidentPrefix)) records.push(key);
    else if (key.startsWith(keys.mutePrefix)) mutes.push(key);
    else if (key > keys.incidentPrefix) break;
  }
  return { records, mutes };
}

export interface StoredRecords {
  readonly records: readonly Incident[];
  /** Keys of what cannot be read: nothing is known of it, and nothing is guessed. */
  readonly unreadable: readonly string[];
}

/** All records, as they are stored now. */
export async function readRecords(store: ObjectStore): Promise<StoredRecords> {
  const records: Incident[] = [];
  const unreadable: string[] = [];
  for (const key of await recordKeys(store)) {
    try {
      const { incident } = await loadRecord(store, key);
      if (incident !== undefined) records.push(incident);
    } catch (error) {
      if (!(error instanceof StoredObjectError)) throw error;
      unreadable.push(key);
    }
  }
  return { records, unreadable };
}

/**
 * Keeps a closed incident where people look for what was; repeating it does no harm. A record that only remembers that
 * something was normal never was an incident.
 */
export async function keepClosed(store: ObjectStore, record: Incident | Story): Promise<void> {
  const story: Incident = { ...record };
  // What the record keeps of others is told, and kept, by itself.
  delete story.endings;
  delete story.forgottenUntil;
  if (story.status !== 'closed' || story.closeReason === null) return;
  await writeJson(store, keys.closedIncident(story.closedAt ?? story.heardAt, story.group, story.number), story);
}
