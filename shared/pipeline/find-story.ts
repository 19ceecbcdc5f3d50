import { incidentSchema, type Story } from '../alerting/incident.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { dayOf, keys } from '../settings/keys.ts';
import { readJson } from './stored-json.ts';

const DAY = 86_400;

/** Which incident of which group. */
export interface StoryName {
  readonly incident: string;
  readonly group: string;
  readonly number: number;
}

/**
 * An incident wherever it lies: the one that its group's record is of, or the copy that was kept when it was closed.
 *
 * @param openAt epoch seconds at which it was still open, or had just been closed. @param now epoch seconds.
 * @returns undefined for one that was never there, or was deleted since.
 */
export async function findStory(
  store: ObjectStore,
  { incident, group, number }: StoryName,
  openAt: number,
  now: number,
): Promise<Story | undefined> {
  const present = await readJson(store, incidentSchema, keys.incident(group));
  if (present?.value.id === incident) return present.value;
  for (let time = openAt - DAY; dayOf(time) <= dayOf(now); time += DAY) {
    const kept = await readJson(store, incidentSchema, keys.closedIncident(time, group, number));
    if (kept?.value.id === incident) return kept.value;
  }
  return undefined;
}
