import type { Incident } from '../shared/alerting/incident.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import { listIncidents } from '../shared/pipeline/list-incidents.ts';
import { Misuse } from './exit-code.ts';

const PAST_DAYS = 30;
const daySeconds = 86_400;

/**
 * The incident whose id begins so, open or over.
 *
 * @param now epoch seconds.
 * @throws Misuse where there is none, or more than one.
 */
export async function findIncident(id: string, store: ObjectStore, now: number): Promise<Incident> {
  // What is over is read one by one: the past is looked at only for what is not of today.
  for (const days of [1, PAST_DAYS]) {
    const { open, closed } = await listIncidents(store, now - days * daySeconds, now);
    const found = [...open, ...closed].filter((one) => one.id.startsWith(id.toLowerCase()));
    if (found.length === 1) return found[0];
    const ids = found.slice(0, 5).map((one) => one.id);
    if (found.length > 1) throw new Misuse(`${id}: ${found.length} incidents begin so: ${ids.join(', ')}`);
  }
  throw new Misuse(`${id}: no such incident in the last ${PAST_DAYS} days; see aiops incidents --days ${PAST_DAYS}`);
}
