import { calledNormal } from '../alerting/feedback.ts';
import type { Incident } from '../alerting/incident.ts';
import { compareSeverities } from '../alerting/severities.ts';
import { standingOf } from '../alerting/standing.ts';
import type { IncidentsView, OpenIncident } from '../alerting/status-view.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { loadRecord, recordKeys } from './incident-store.ts';
import { pageIncident } from './page-incident.ts';
import { readSome } from './status-ports.ts';

/** Groups are remembered for a day after they end: a fleet in trouble has hundreds, and nobody reads thousands. */
const MOST_RECORDS = 400;
/** A tick that is late is not missing. */
const STALE_INTERVALS = 3;

/** What is open now. Reads at most 400 records, and says how many there are beyond. @param now epoch seconds. */
export async function describeIncidents(store: ObjectStore, now: number): Promise<IncidentsView> {
  const names = await recordKeys(store);
  const { found, unreadable } = await readSome(names.slice(0, MOST_RECORDS), async (key) => {
    const { incident } = await loadRecord(store, key);
    return incident;
  });
  const open = found.flatMap((one) => (one !== undefined && isShown(one) ? [openIncident(one, now)] : []));
  return {
    incidents: open.sort((a, b) => compareSeverities(b.severity, a.severity) || b.since - a.since),
    notRead: Math.max(0, names.length - MOST_RECORDS),
    unreadable,
  };
}

/** What a storm tells is told there, and a spent budget is no incident. */
const isShown = ({ status, storm, groupedBy }: Incident): boolean =>
  status === 'open' && storm === null && groupedBy !== 'pages';

function openIncident(incident: Incident, now: number): OpenIncident {
  const { firing, unknown, inShadow } = standingOf(incident);
  const ongoing = firing.length > 0 ? firing : unknown;
  const late = ongoing.filter(
    ([, { evaluatedAt, intervalSeconds }]) => now - evaluatedAt > STALE_INTERVALS * intervalSeconds,
  );
  const staleSince = Math.min(...late.map(([, { evaluatedAt }]) => evaluatedAt));
  const page = pageIncident(incident);
  return {
    ...page,
    id: incident.id,
    group: incident.group,
    number: incident.number,
    inShadow,
    isCalm: ongoing.length === 0,
    canBeNormal: calledNormal(incident).length > 0,
    ...(Number.isFinite(staleSince) ? { staleSince } : {}),
  };
}
