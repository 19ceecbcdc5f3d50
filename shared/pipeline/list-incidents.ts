import { type Incident, incidentSchema } from '../alerting/incident.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { dayOf, keys } from '../settings/keys.ts';
import { loadRecord, recordKeys } from './incident-store.ts';
import { readJson } from './stored-json.ts';

const daySeconds = 86_400;

export interface IncidentList {
  /** The newest first. */
  readonly open: readonly Incident[];
  /** Closed since the time asked for, the newest first. */
  readonly closed: readonly Incident[];
}

/**
 * Incidents as they are stored now.
 *
 * @param since epoch seconds: closed ones that ended before it are left out.
 * @param now epoch seconds.
 * @throws StoredObjectError where one cannot be read.
 */
export async function listIncidents(store: ObjectStore, since: number, now: number): Promise<IncidentList> {
  const open: Incident[] = [];
  const closed = new Map<string, Incident>();
  for (let day = since; dayOf(day) <= dayOf(now); day += daySeconds) {
    for await (const key of store.list(keys.closedIncidentPrefix(dayOf(day)))) {
      const found = await readJson(store, incidentSchema, key);
      if (found !== undefined) closed.set(found.value.id, found.value);
    }
  }
  for (const key of await recordKeys(store)) {
    const { incident } = await loadRecord(store, key);
    if (incident === undefined) continue;
    // The record knows more than the copies that were made when they closed.
    for (const ending of incident.endings ?? []) closed.set(ending.id, ending);
    if (incident.status === 'open') open.push(incident);
    else if (incident.closeReason !== null) closed.set(incident.id, incident);
  }
  return {
    open: open.sort((a, b) => b.openedAt - a.openedAt),
    closed: [...closed.values()]
      .filter(({ closedAt }) => closedAt !== null && closedAt >= since)
      .sort((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0)),
  };
}
