import type { Foreseen } from './foreseen.ts';
import { dedupKey } from './incident-name.ts';
import { FRESH_INTERVALS } from './incident-hear.ts';
import type { Decision, Member, Story } from './incident.ts';
import type { Notice, NoticeChart, NoticeFinding, NoticeLink } from './notice.ts';
import type { SpeakReason } from './notice-reason.ts';
import { compareSeverities } from './severities.ts';
import { type Standing, standingOf } from './standing.ts';

/** What a notice has from elsewhere. `now` is when it is delivered, in epoch seconds. */
export interface NoticeExtra {
  readonly links: readonly NoticeLink[];
  readonly image?: string;
  /** See {@link Notice.refused}. */
  readonly refused?: Notice['refused'];
  /** IANA name, see {@link Notice.timezone}. */
  readonly timezone?: string;
  readonly now: number;
}

/** More nobody reads; the rest is counted. */
const MOST_FINDINGS = 10;
const MOST_NAMES = 200;

/** What people are told of an incident by a decision to speak: complete in itself, and true at `extra.now`. */
export function noticeOf(incident: Story, decision: Decision, extra: NoticeExtra): Notice {
  const standing = standingOf(incident);
  const members = [...standing.fired].sort(([a, one], [b, other]) => byImportance(one, other) || (a < b ? -1 : 1));
  const isOver = endings.has(decision.reason);
  const lasting = [...standing.firing, ...standing.unknown].map(([, member]) => member);
  const judged = lasting.length > 0 ? lasting : standing.fired.map(([, member]) => member);
  const evaluatedAt = Math.max(incident.openedAt, ...judged.map((member) => member.evaluatedAt));
  const interval = Math.max(0, ...judged.map(({ intervalSeconds }) => intervalSeconds));
  const chart = isOver ? undefined : chartOf(members.map(([, member]) => member));
  const until = isOver ? (incident.closedAt ?? incident.calmSince) : null;
  const by = decision.reason === 'closed' ? incident.closedBy : incident.acknowledged?.by;
  return {
    deployment: incident.deployment,
    incident: incident.id,
    group: incident.group,
    number: decision.number,
    reason: decision.reason,
    severity: isOver || lasting.length === 0 ? decision.severity : standing.severity,
    title: incident.title,
    watches: names(members, ({ watch }) => watch),
    entities: names(members, ({ entity }) => entity),
    labels: sharedLabels(members.map(([, member]) => member)),
    ...(extra.timezone === undefined ? {} : { timezone: extra.timezone }),
    since: incident.openedAt,
    at: decision.at,
    ...(until === null ? {} : { until }),
    ...(decision.reason === 'closed' && incident.closeReason !== null ? { closeReason: incident.closeReason } : {}),
    ...(extra.refused === undefined || extra.refused.length === 0 ? {} : { refused: extra.refused }),
    ...(by === undefined ? {} : { by }),
    evaluatedAt,
    stale: !isOver && lasting.length > 0 && extra.now - evaluatedAt > FRESH_INTERVALS * interval,
    findings: members.slice(0, MOST_FINDINGS).map(([key, member]) => findingOf(key, member)),
    more: Math.max(0, members.length - MOST_FINDINGS),
    ...(chart === undefined ? {} : { chart }),
    ...(extra.image === undefined ? {} : { image: extra.image }),
    links: extra.links,
    dedupKey: dedupKey(incident),
  };
}

const endings: ReadonlySet<SpeakReason> = new Set(['all-resolved', 'closed', 'began-and-ended']);
const rank = { firing: 0, unknown: 1, normal: 2 } as const;

/** What fires first, the gravest first, the strongest first. */
const byImportance = (a: Member, b: Member): number =>
  rank[a.finding.status] - rank[b.finding.status] ||
  compareSeverities(gravestOf(b), gravestOf(a)) ||
  b.finding.score - a.finding.score;

/** What fires is as grave as it is; what is over was as grave as it got. */
const gravestOf = ({ finding, severity, worst }: Member) => (finding.status === 'normal' ? worst : severity);

function findingOf(key: string, member: Member): NoticeFinding {
  const { finding, entity } = member;
  return {
    key,
    kind: finding.kind,
    entity,
    label: finding.label,
    unit: finding.unit,
    status: finding.status,
    severity: gravestOf(member),
    since: finding.since,
    observed: finding.observed,
    expected: finding.expected,
    lower: finding.lower,
    upper: finding.upper,
    rarity: finding.rarity,
    shares: finding.shares,
    explanation: finding.explanation,
    ...(finding.forecast === undefined ? {} : { forecast: withoutCourse(finding.forecast) }),
  };
}

function withoutCourse(forecast: Foreseen): NonNullable<NoticeFinding['forecast']> {
  const told = { ...forecast };
  delete told.course;
  return told;
}

/** The picture of the most important thing that has one. */
function chartOf(members: readonly Member[]): NoticeChart | undefined {
  for (const { finding } of members) {
    const { points, label, unit, since } = finding;
    if (points === undefined || points.length < 2) continue;
    if (finding.forecast !== undefined) return { title: label, unit, points, ...foreseenChart(finding.forecast) };
    const limit = limitOf(finding.kind, finding.source);
    return { title: label, unit, points, since, ...(limit === undefined ? {} : { limit }) };
  }
  return undefined;
}

/** Nothing is strange yet: there is no time since when it was. */
function foreseenChart({ limit, course, peak }: Foreseen): Pick<NoticeChart, 'limit' | 'forecast'> {
  const forecast = course === undefined ? {} : { forecast: { ...course, ...(peak === undefined ? {} : { peak }) } };
  return { limit: limit.value, ...forecast };
}

/** The limit of a static rule: its name says it (`above 90`). */
function limitOf(kind: Member['finding']['kind'], source: string): number | undefined {
  const written = /^(?:above|below) (\S+)$/.exec(source)?.at(1);
  const limit = Number(written);
  return kind === 'rule' && Number.isFinite(limit) ? limit : undefined;
}

function names(members: Standing['fired'], of: (member: Member) => string): readonly string[] {
  return [...new Set(members.map(([, member]) => of(member)))].slice(0, MOST_NAMES);
}

/** Labels that all of them have, with the same value. */
function sharedLabels(members: readonly Member[]): Readonly<Record<string, string>> {
  const first = members.at(0)?.labels ?? {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      members.every(({ labels }) => Object.hasOwn(labels, name) && labels[name] === value),
    ),
  );
}
