import { pagesGroup } from './grouping.ts';
import { incidentId } from './incident-name.ts';
import type { ChannelMemory, Incident, Member } from './incident.ts';
import { memberKey } from './member-hear.ts';

export interface PagesSpent {
  readonly deployment: string;
  readonly watch: string;
  /** `2026-11-21` in the watch's time zone. */
  readonly day: string;
  readonly timezone: string;
  readonly pagesPerDay: number;
  /** Epoch seconds. */
  readonly now: number;
  /** Channels that would have paged: who is to hear of it. */
  readonly pagers: readonly string[];
}

const key = (day: string): string => `pages:${day}`;

/**
 * The record that tells, once a day, that a watch's pages are spent: an incident of its own, so that it is claimed, owed
 * and ended like any other. The very same object where the day's is there already; one that is still open goes on for this day, too.
 */
export function spendPages(record: Incident | undefined, spent: PagesSpent): Incident {
  const { deployment, watch, day, now } = spent;
  const name = memberKey(watch, key(day));
  if (record !== undefined && Object.hasOwn(record.members, name)) return record;
  const members = { [name]: memberOf(spent) };
  if (record?.status === 'open') return { ...record, calmSince: null, members: { ...record.members, ...members } };
  const group = pagesGroup(watch);
  const number = Math.max(Math.floor(now), (record?.number ?? 0) + 1);
  return {
    version: 1,
    deployment,
    group,
    groupedBy: 'pages',
    title: `${watch}: pages of the day are spent`,
    number,
    id: incidentId(deployment, group, number),
    status: 'open',
    openedAt: now,
    heardAt: now,
    fresh: true,
    calmSince: null,
    closedAt: null,
    closeReason: null,
    members,
    starts: [],
    told: null,
    announced: false,
    flappingTold: false,
    channels: Object.fromEntries(spent.pagers.map((pager) => [pager, unheard])),
    acknowledged: null,
    snoozed: null,
    storm: null,
    silence: null,
    ...(record?.endings === undefined ? {} : { endings: record.endings }),
  };
}

const unheard: ChannelMemory = { delivered: 0, deliveredAt: null, mayBeOpen: false, owed: null, rejected: null };

const memberOf = ({ watch, day, timezone, pagesPerDay, now }: PagesSpent): Member => ({
  finding: {
    key: key(day),
    kind: 'rule',
    source: 'pages',
    label: 'pages',
    unit: '',
    status: 'firing',
    since: now,
    observed: pagesPerDay,
    expected: null,
    lower: null,
    upper: null,
    score: 1,
    severity: 'HIGH',
    rarity: null,
    shares: [],
    explanation:
      `${pagesPerDay} pages were sent today: until midnight (${timezone}) what is new pages nobody, but for CRITICAL ` +
      'and static limits. It is told on the other channels all the same.',
  },
  watch,
  shard: '',
  entity: watch,
  labels: {},
  mode: 'live',
  intervalSeconds: 86_400,
  evaluatedAt: now,
  decidedAt: now,
  severity: 'HIGH',
  worst: 'HIGH',
  firedAt: now,
  lastFiredAt: now,
});

/** The record once its day is over: what was spent is there again. The very same object while it lasts. */
export function renewPages(record: Incident, day: string, now: number): Incident {
  const isOver = ([name, { watch, finding }]: readonly [string, Incident['members'][string]]): boolean =>
    name !== memberKey(watch, key(day)) && finding.status === 'firing';
  const members = Object.entries(record.members);
  if (!members.some(isOver)) return record;
  return {
    ...record,
    calmSince: now,
    members: Object.fromEntries(
      members.map(([name, member]) => [
        name,
        isOver([name, member])
          ? { ...member, evaluatedAt: now, decidedAt: now, finding: { ...member.finding, status: 'normal' as const } }
          : member,
      ]),
    ),
  };
}
