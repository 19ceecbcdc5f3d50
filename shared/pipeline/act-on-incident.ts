import { close } from '../alerting/incident-end.ts';
import type { Incident } from '../alerting/incident.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { auditHead, writeAudit } from './alert-audit.ts';
import { loadIncident, readRecords, saveIncident } from './incident-store.ts';

export interface IncidentAction {
  /** Id of the incident. */
  readonly incident: string;
  /** Its group, where it is known: then no other record is looked at. */
  readonly group?: string;
  readonly action: 'acknowledge' | 'snooze' | 'close';
  /** Who does it, for people to read. */
  readonly by: string;
  /** Epoch seconds. */
  readonly now: number;
  /** Of a snooze. @default two hours */
  readonly snoozeSeconds?: number;
}

/** `already`: it was so before; `closed`: the incident is over. */
export type ActionOutcome = 'done' | 'already' | 'not-found' | 'closed';

export interface ActionPorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Unique to this run: names what it writes to the audit. */
  readonly runId: string;
}

const SNOOZE_SECONDS = 2 * 3600;
const MOST_ATTEMPTS = 50;

/**
 * What a person does about an incident, in its record. Whoever is to hear of it hears of it from the router's next sweep,
 * within a minute.
 *
 * @throws StoredObjectError where the record cannot be read.
 */
export async function actOnIncident(request: IncidentAction, ports: ActionPorts): Promise<ActionOutcome> {
  const group = request.group ?? (await groupOfIncident(ports.store, request.incident));
  if (group === undefined) return 'not-found';
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const { incident, version } = await loadIncident(ports.store, group);
    if (incident === undefined) return 'not-found';
    // A record of the group that is of another incident is of a later one.
    if (incident.id !== request.incident || incident.status === 'closed') return 'closed';
    const after = acted(incident, request);
    if (after === incident) return 'already';
    if ((await saveIncident(ports.store, after, version)) === 'conflict') continue;
    const { action, by, now } = request;
    const until = action === 'snooze' ? (after.snoozed?.until ?? null) : null;
    const head = auditHead(after, `${action}/${now}`, now);
    await writeAudit(ports.store, [{ ...head, kind: 'action', action, by, until }], now, ports.runId);
    return 'done';
  }
  throw new Error(
    `incident '${group}' changed ${MOST_ATTEMPTS} times while it was being ${request.action}d; try again`,
  );
}

function acted(incident: Incident, { action, by, now, snoozeSeconds = SNOOZE_SECONDS }: IncidentAction): Incident {
  switch (action) {
    case 'acknowledge':
      return incident.acknowledged === null ? { ...incident, acknowledged: { by, at: now } } : incident;
    case 'snooze': {
      const until = now + snoozeSeconds;
      const isLonger = incident.snoozed === null || incident.snoozed.until < until;
      return isLonger ? { ...incident, snoozed: { by, until } } : incident;
    }
    case 'close':
      return { ...close(incident, 'by-person', now, by), silence: null };
  }
}

async function groupOfIncident(store: ObjectStore, id: string): Promise<string | undefined> {
  const { records } = await readRecords(store);
  return records.find((record) => record.id === id || record.endings?.some((ending) => ending.id === id) === true)
    ?.group;
}
