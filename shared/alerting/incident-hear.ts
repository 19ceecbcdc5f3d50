import type { FlappingPolicy, SeverityRow } from './alert-policy.ts';
import type { Group } from './grouping.ts';
import { incidentId } from './incident-name.ts';
import type { Incident, Member } from './incident.ts';
import { boundMembers } from './member-bounds.ts';
import { hearFinding, memberKey } from './member-hear.ts';
import { weighMembers } from './member-severity.ts';
import { compareSeverities } from './severities.ts';
import type { Signal } from './signal.ts';
import { standingOf } from './standing.ts';

/** A signal, its group (see `groupOf`), and the clock's time in epoch seconds. */
export interface Heard {
  readonly signal: Signal;
  readonly group: Group;
  readonly now: number;
}

export interface HearPolicy {
  readonly deployment: string;
  readonly severities: readonly SeverityRow[];
  readonly flapping: FlappingPolicy | 'off';
}

/** A firing signal older than so many of its intervals cannot speak: what it says may long be over. */
export const FRESH_INTERVALS = 3;
/** More beginnings than anybody's flapping policy asks for. */
const MOST_STARTS = 100;

/**
 * What a group's record is after a signal. A firing that is news to a closed record, or to none, opens an incident;
 * everything else updates what is known, and nothing here decides whether people are told.
 *
 * Never mutates; returns the very same object where the signal says nothing new. A recovery that comes before its
 * beginning is remembered in a record that is closed from the start (`closeReason` null), so that the beginning is known
 * to be over when it arrives.
 *
 * @returns undefined only for a signal without findings of which there is no record.
 */
export function hear(
  record: Incident | undefined,
  { signal, group, now }: Heard,
  policy: HearPolicy,
): Incident | undefined {
  const heard: Incident['members'] = {};
  for (const finding of signal.findings) {
    const key = memberKey(signal.watch, finding.key);
    const known =
      heard[key] ?? (record !== undefined && Object.hasOwn(record.members, key) ? record.members[key] : undefined);
    const member = hearFinding(known, signal, finding);
    if (member !== known) heard[key] = member;
  }
  if (Object.keys(heard).length === 0) return record;
  const begins = Object.entries(heard).filter(([key, member]) =>
    opens(record, key, member, signal.evaluatedAt, policy),
  );
  const isNew = record?.status !== 'open' && begins.length > 0;
  const before = isNew || record === undefined ? begun(record, signal, group, now, policy, isNew) : record;
  return advanced(before, { ...before.members, ...reborn(heard, isNew, signal.evaluatedAt) }, signal, now, policy);
}

/** Whether this opens an incident where none is open. */
function opens(
  record: Incident | undefined,
  key: string,
  member: Member,
  tick: number,
  { severities }: HearPolicy,
): boolean {
  // What fired before, and of which this signal says only that there is a gap, opens nothing.
  if (member.decidedAt !== tick || member.lastFiredAt !== tick) return false;
  if (record?.closeReason !== 'by-person' || !Object.hasOwn(record.members, key)) return true;
  const closed = record.members[key];
  // Who closed it knew that it fired: only what recovered in between, or is graver than it was, is news.
  const weighed = weighMembers({ ...record.members, [key]: member }, severities)[key];
  return closed.finding.status === 'normal' || compareSeverities(weighed.severity, closed.worst) > 0;
}

/** A record without anything heard yet: of an incident that begins, or of what is only to be remembered. */
function begun(
  record: Incident | undefined,
  signal: Signal,
  group: Group,
  now: number,
  policy: HearPolicy,
  isOpen: boolean,
): Incident {
  const tick = Math.floor(signal.evaluatedAt);
  const number = record === undefined ? tick : Math.max(tick, record.number + 1);
  return {
    version: 1,
    deployment: policy.deployment,
    ...group,
    number,
    id: incidentId(policy.deployment, group.group, number),
    status: isOpen ? 'open' : 'closed',
    openedAt: signal.evaluatedAt,
    heardAt: now,
    fresh: false,
    calmSince: null,
    closedAt: isOpen ? null : now,
    closeReason: null,
    members: Object.fromEntries(
      Object.entries(record?.members ?? {}).map(([key, member]) => [key, remembered(member)]),
    ),
    starts: record?.starts ?? [],
    told: null,
    announced: false,
    flappingTold: false,
    channels: {},
    acknowledged: null,
    // Who asked for quiet for two hours did not ask for quiet until it stops for a moment.
    snoozed: (record?.snoozed?.until ?? 0) > now ? (record?.snoozed ?? null) : null,
    storm: null,
    silence: null,
    ...(record?.endings === undefined ? {} : { endings: record.endings }),
  };
}

/** What a new incident knows of an old one's: when it was heard, and nothing of how it went. */
const remembered = (member: Member): Member => ({ ...member, worst: 'INFO', firedAt: null, lastFiredAt: null });

/** What is heard first in a new incident began with it. */
const reborn = (heard: Incident['members'], isNew: boolean, tick: number): Incident['members'] =>
  isNew
    ? Object.fromEntries(
        Object.entries(heard).map(([key, member]) => {
          const fired = member.lastFiredAt === tick ? tick : null;
          return [key, { ...member, worst: 'INFO' as const, firedAt: fired, lastFiredAt: fired }];
        }),
      )
    : heard;

function advanced(
  before: Incident,
  members: Incident['members'],
  signal: Signal,
  now: number,
  { severities, flapping }: HearPolicy,
): Incident {
  const weighed = boundMembers(weighMembers(members, severities), now);
  const incident: Incident = { ...before, members: weighed };
  if (incident.status === 'closed') return incident;
  const was = standingOf(before);
  const is = standingOf(incident);
  const isCalm = is.firing.length === 0 && is.unknown.length === 0;
  const begins = is.firing.length > 0 && was.firing.length === 0 && was.unknown.length === 0;
  const isFresh =
    signal.mode === 'live' &&
    now - signal.evaluatedAt <= FRESH_INTERVALS * signal.intervalSeconds &&
    signal.findings.some(({ status }) => status === 'firing');
  const starts = begins ? [...before.starts, signal.evaluatedAt] : before.starts;
  return {
    ...incident,
    fresh: before.fresh || isFresh,
    calmSince: isCalm ? (before.calmSince ?? now) : null,
    starts: flapping === 'off' ? [] : starts.filter((at) => at > now - flapping.within).slice(-MOST_STARTS),
  };
}
