import { type Incident, incidentSchema } from '../alerting/incident.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { dayOf, keys } from '../settings/keys.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import { readRecords } from './incident-store.ts';
import { readJson } from './stored-json.ts';

const daySeconds = 86_400;

export interface IncidentList {
  /** The newest first. */
  readonly open: readonly Incident[];
  /** Closed since the time asked for, the newest first. */
  readonly closed: readonly Incident[];
  /** Keys of what cannot be read: there may be an incident that nobody hears of. */
  readonly unreadable: readonly string[];
}

/**
 * Incidents as they are stored now.
 *
 * @param since epoch seconds: closed ones that ended before it are left out.
 * @param now epoch seconds.
 */
export async function listIncidents(store: ObjectStore, since: number, now: number): Promise<IncidentList> {
  const open: Incident[] = [];
  const closed = new Map<string, Incident>();
  const unreadable: string[] = [];
  for (let day = since; dayOf(day) <= dayOf(now); day += daySeconds) {
    for await (const key of store.list(keys.closedIncidentPrefix(dayOf(day)))) {
      try {
        const found = await readJson(store, incidentSchema, key);
        if (found !== undefined) closed.set(found.value.id, found.value);
      } catch (error) {
        if (!(error instanceof StoredObjectError)) throw error;
        unreadable.push(key);
      }
    }
  }
  const present = await readRecords(store);
  for (const incident of present.records) {
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
    unreadable: [...unreadable, ...present.unreadable],
  };
}
