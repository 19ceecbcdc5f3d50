import type { AlertPorts } from './alert-ports.ts';
import { keepClosed, saveIncident, type StoredIncident } from './incident-store.ts';
import { keys } from '../settings/keys.ts';

/** The store deletes whatever is there: for so long nobody else may write, and the deletion must have begun by half. */
const FORGETTING_SECONDS = 60;

/**
 * Deletes a record that nobody needs any more, unless somebody writes it first. It is marked before: who comes meanwhile
 * waits, and who finds a mark that has lapsed, because whoever set it died, goes on with the record.
 *
 * @returns whether it is gone.
 */
export async function forgetIncident(
  { incident, version }: StoredIncident,
  { store, clock }: Pick<AlertPorts, 'store' | 'clock'>,
): Promise<boolean> {
  if (incident === undefined || (incident.forgottenUntil ?? 0) > clock.now()) return false;
  await keepClosed(store, incident);
  const forgottenUntil = clock.now() + FORGETTING_SECONDS;
  if ((await saveIncident(store, { ...incident, forgottenUntil }, version)) === 'conflict') return false;
  if (clock.now() > forgottenUntil - FORGETTING_SECONDS / 2) return false;
  await store.delete(keys.incident(incident.group));
  return true;
}
