import pLimit from 'p-limit';
import { isForgettable } from '../alerting/incident-end.ts';
import type { Incident, Story } from '../alerting/incident.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import { keys } from '../settings/keys.ts';
import { advanceIncident, asItIs } from './advance-incident.ts';
import { advanceStorm } from './advance-storm.ts';
import { alertTestAge } from './alert-test-memory.ts';
import type { AlertPorts } from './alert-ports.ts';
import { type AlertRun, startRun } from './alert-run.ts';
import { forgetIncident } from './forget-incident.ts';
import { loadRecord, type StoredIncident, sweptKeys } from './incident-store.ts';
import { losing, lostFindings } from './lost-findings.ts';
import { chiefOf, renewal } from './page-budget.ts';
import { GROUPS_AT_ONCE } from './route-alert.ts';
import { sendDigest } from './send-digest.ts';
import { shardLiveness, type ShardLiveness } from './shard-liveness.ts';
import { notePart } from './storm-parts.ts';
import { hasUntoldEnd } from './untold-end.ts';

export interface SweepSummary {
  /** Incidents that are open. */
  readonly open: number;
  /** Records that were deleted. */
  readonly forgotten: number;
  /** Age of the oldest page that is still owed, in seconds; 0 where none is. */
  readonly owedPageSeconds: number;
  /** Records that cannot be read: their groups are left as they are, and an alarm tells people. */
  readonly unreadable: number;
}

/**
 * What the clock does to what is open, once a minute: first notices after their wait, reminders, ends, what is owed, what
 * nobody knows any more, and the forgetting of what ended long ago. Two sweeps at once tell nothing twice.
 *
 * A record that cannot be read will be no better in a minute: it is counted, and no reason to call the sweep failed.
 *
 * @throws AggregateError after everything was tried, where something else failed: people were told of the rest.
 */
export async function sweepIncidents(ports: AlertPorts): Promise<SweepSummary> {
  const names = await sweptKeys(ports.store);
  const run = await startRun(ports, names.mutes);
  const liveness = shardLiveness(ports);
  const limit = pLimit(GROUPS_AT_ONCE);
  const failures: unknown[] = [];
  const left: Incident[] = [];
  const unreadable = new Set<string>();
  let forgotten = 0;
  const attempt = async (name: string, work: () => Promise<Incident | undefined>): Promise<void> => {
    try {
      const record = await work();
      if (record !== undefined) left.push(record);
    } catch (error) {
      if (error instanceof StoredObjectError) {
        unreadable.add(error.key ?? name);
        ports.log.error('record unreadable', { key: error.key ?? name, error: error.message });
        return;
      }
      failures.push(error);
      ports.log.error('incident not swept', { name, error: String(error) });
    }
  };
  const storms = new Set<string>();
  await limit.map(names.records, (key) =>
    attempt(key, async () => {
      // The next sweep begins anew: what is left is late by a minute, and nothing is half done.
      if (ports.clock.now() > (ports.speakUntil ?? Infinity)) return undefined;
      const read = await loadRecord(ports.store, key);
      const { incident } = read;
      if (incident === undefined) return undefined;
      if (isForgettable(incident, ports.clock.now()) && !hasUntoldEnd(incident)) {
        if (await forgetIncident(read, ports)) forgotten++;
        return undefined;
      }
      // After its parts, which may have begun or ended in this very sweep.
      if (incident.groupedBy === 'storm') {
        storms.add(chiefOf(incident).watch);
        return undefined;
      }
      return sweepOne(read, incident, run, liveness);
    }),
  );
  for (const watch of new Set([...storms, ...run.parts.keys()]))
    await attempt(`storm of ${watch}`, () => advanceStorm(watch, run));
  // After everything that cannot wait.
  await attempt('digest', async () => {
    await sendDigest(ports);
    return undefined;
  });
  let testAge: number | undefined;
  await attempt(keys.alertTest, async () => {
    testAge = await alertTestAge(ports);
    return undefined;
  });
  const owedPageSeconds = oldestOwedPage(left, ports.clock.now());
  const said = owedPageSeconds > 0 || isFirstOfSpan(ports.clock.now()) ? { owedPageSeconds } : {};
  const measured = { ...said, unreadable: unreadable.size };
  await run.ledger.close(testAge === undefined ? measured : { ...measured, alertTestAge: testAge });
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} incidents could not be swept: ${String(failures[0])}`);
  const open = left.filter(({ status }) => status === 'open').length;
  return { open, forgotten, owedPageSeconds, unreadable: unreadable.size };
}

/** That nothing is owed is said a few times a day: what is said each minute costs as much as all lists of the sweep. */
const SAID_SECONDS = 6 * 3600;
const SWEEP_SECONDS = 60;
const isFirstOfSpan = (now: number): boolean =>
  Math.floor(now / SAID_SECONDS) !== Math.floor((now - SWEEP_SECONDS) / SAID_SECONDS);

async function sweepOne(
  read: StoredIncident,
  incident: Incident,
  run: AlertRun,
  liveness: ShardLiveness,
): Promise<Incident | undefined> {
  const { settings, clock } = run.ports;
  if (incident.storm !== null) notePart(incident, run);
  if (isAtRest(incident)) return incident;
  if (incident.groupedBy === 'pages') return advanceIncident(incident.group, run, renewal(settings), read);
  const lost = await lostFindings(incident, settings, liveness, clock.now());
  return advanceIncident(incident.group, run, lost.size === 0 ? asItIs : losing(lost), read);
}

/** Closed, its end was decided on, and nobody is to hear anything more, now or when people want to hear of it again. */
const isAtRest = (incident: Incident): boolean =>
  incident.status === 'closed' &&
  incident.silence !== null &&
  !hasUntoldEnd(incident) &&
  (incident.endings ?? []).length === 0 &&
  Object.values(incident.channels).every(({ owed }) => owed === null);

function oldestOwedPage(records: readonly Incident[], now: number): number {
  const stories = records.flatMap((record): Story[] => [record, ...(record.endings ?? [])]);
  const since = stories.flatMap(({ channels }) =>
    Object.values(channels).flatMap(({ owed }) => (owed?.page === true ? [owed.since] : [])),
  );
  return since.length === 0 ? 0 : Math.max(0, now - Math.min(...since));
}
