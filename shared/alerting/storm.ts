import { stormGroup } from './grouping.ts';
import { incidentId } from './incident-name.ts';
import type { Incident, Member, Story } from './incident.ts';
import { boundMembers } from './member-bounds.ts';
import { memberKey } from './member-hear.ts';
import { isAlwaysPaged } from './watch-book.ts';
import { compareSeverities, gravest } from './severities.ts';
import { standingOf } from './standing.ts';

/** Where a storm is told from, and when (epoch seconds). */
export interface StormHeard {
  readonly deployment: string;
  readonly watch: string;
  readonly now: number;
}

/**
 * The storm of a watch with one incident that is part of it as it stands now: its members are the incidents, each told by
 * the gravest of its own. It begins with its first, and is calm when all of them are. Where the last storm is closed, a
 * new one begins. Never mutates; the very same object where the incident says nothing new.
 *
 * @param part an incident whose `storm` is this one.
 */
export function hearPart(storm: Incident | undefined, part: Story, { deployment, watch, now }: StormHeard): Incident {
  const key = memberKey(watch, part.group);
  if (storm?.status === 'closed' && part.status === 'closed' && hasHeard(storm, key, part)) return storm;
  const before = storm === undefined || storm.status === 'closed' ? begun(storm, part, deployment, watch, now) : storm;
  const known = Object.hasOwn(before.members, key) ? before.members[key] : undefined;
  const member = memberOf(part, watch, known);
  if (member === undefined || (known !== undefined && isSame(known, member))) return before;
  const members = boundMembers({ ...before.members, [key]: member }, now);
  const { firing, unknown, fired } = standingOf({ members });
  const isCalm = firing.length === 0 && unknown.length === 0;
  return {
    ...before,
    title: `${watch}: ${fired.length} at once`,
    openedAt: Math.min(before.openedAt, part.openedAt),
    heardAt: Math.min(before.heardAt, part.heardAt),
    fresh: before.fresh || part.fresh,
    calmSince: isCalm ? (before.calmSince ?? now) : null,
    members,
  };
}

function begun(storm: Incident | undefined, part: Story, deployment: string, watch: string, now: number): Incident {
  const group = stormGroup(watch);
  const number = storm === undefined ? part.number : Math.max(part.number, storm.number + 1);
  return {
    version: 1,
    deployment,
    group,
    groupedBy: 'storm',
    title: watch,
    number,
    id: incidentId(deployment, group, number),
    status: 'open',
    openedAt: part.openedAt,
    heardAt: Math.min(part.heardAt, now),
    fresh: false,
    calmSince: null,
    closedAt: null,
    closeReason: null,
    members: {},
    starts: [],
    told: null,
    announced: false,
    flappingTold: false,
    channels: {},
    acknowledged: null,
    snoozed: (storm?.snoozed?.until ?? 0) > now ? (storm?.snoozed ?? null) : null,
    storm: null,
    silence: null,
    ...(storm?.endings === undefined ? {} : { endings: storm.endings }),
  };
}

/** The end of an incident that a closed storm told is no news. */
const hasHeard = ({ members }: Story, key: string, part: Story): boolean =>
  Object.hasOwn(members, key) && (members[key].lastFiredAt ?? -Infinity) >= part.openedAt;

/** One incident as a member of its storm; undefined where nothing of it ever fired. */
function memberOf(part: Story, watch: string, known: Member | undefined): Member | undefined {
  const { fired, firing, unknown } = standingOf(part);
  const told = firing.length > 0 ? firing : unknown.length > 0 ? unknown : fired;
  if (told.length === 0) return undefined;
  const [, chief] = [...told].sort(([a, one], [b, other]) => byGravity(one, other) || (a < b ? -1 : 1))[0];
  const members = fired.map(([, member]) => member);
  const times = (of: (member: Member) => number | null): readonly number[] =>
    members.map(of).filter((time) => time !== null);
  const isOver = part.status === 'closed';
  const status = isOver ? 'normal' : chief.finding.status;
  return {
    ...chief,
    finding: {
      ...chief.finding,
      key: part.group,
      label: part.title === chief.finding.label ? part.title : `${part.title} ${chief.finding.label}`,
      status,
      ...(part.closeReason === 'entity-gone' ? { gone: true } : {}),
    },
    watch,
    evaluatedAt: Math.max(...members.map(({ evaluatedAt }) => evaluatedAt)),
    decidedAt: Math.max(...times(({ decidedAt }) => decidedAt)),
    severity: gravest(told.map(([, { severity }]) => severity)),
    worst: gravest([...members.map(({ worst }) => worst), ...(known === undefined ? [] : [known.worst])]),
    firedAt: Math.min(...times(({ firedAt }) => firedAt)),
    lastFiredAt: Math.max(...times(({ lastFiredAt }) => lastFiredAt)),
  };
}

/** A static limit stands for all of them, for no budget withholds it; then the gravest, then the strongest. */
const byGravity = (a: Member, b: Member): number =>
  Number(isLimit(b)) - Number(isLimit(a)) ||
  compareSeverities(b.severity, a.severity) ||
  b.finding.score - a.finding.score;

const isLimit = (member: Member): boolean =>
  isAlwaysPaged({ members: { one: { ...member, severity: 'LOW', worst: 'LOW' } } });

/** Without its chart, which is kept for a few only, both say the same. */
function isSame(a: Member, b: Member): boolean {
  const plain = ({ finding, ...rest }: Member): string => JSON.stringify([{ ...finding, points: null }, rest]);
  return plain(a) === plain(b);
}
