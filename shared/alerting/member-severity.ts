import type { Incident, Member } from './incident.ts';
import { severityOf, type SeverityRow } from './severity.ts';
import { gravest } from './severities.ts';

/** A metric takes part in an entity's strangeness from this share on. */
const LEAST_SHARE = 0.1;

/**
 * The members with the severity that each of those that fire has now, and the gravest it had. How many metrics take part
 * is a matter of the whole incident, so that one that joins may make others worse; what is in shadow counts only there.
 */
export function weighMembers(members: Incident['members'], table: readonly SeverityRow[]): Incident['members'] {
  const live = partakers(members, (member) => member.mode === 'live');
  const all = partakers(members, () => true);
  const weighed: Incident['members'] = {};
  for (const [key, member] of Object.entries(members)) {
    weighed[key] =
      member.finding.status === 'normal' ? member : weigh(member, member.mode === 'live' ? live : all, table);
  }
  return weighed;
}

function weigh(member: Member, metrics: number, table: readonly SeverityRow[]): Member {
  const { finding, lastFiredAt } = member;
  if (lastFiredAt === null) return member;
  // What recovered and fires again has fired since its new beginning only; a gap makes nothing graver, nor milder.
  const firedAt = Math.max(member.firedAt ?? lastFiredAt, finding.since);
  const now = severityOf(finding, { now: lastFiredAt, firedAt, metrics }, table);
  const severity = finding.status === 'unknown' ? gravest([member.severity, now]) : now;
  const worst = gravest([member.worst, severity]);
  return severity === member.severity && worst === member.worst ? member : { ...member, severity, worst };
}

/** Series that fire, and those that account for a good part of an entity that does. What is only foreseen is not strange. */
function partakers(members: Incident['members'], counts: (member: Member) => boolean): number {
  const series = new Set<string>();
  for (const member of Object.values(members)) {
    if (member.finding.status !== 'firing' || !counts(member)) continue;
    const { finding, watch } = member;
    if (finding.kind === 'forecast') continue;
    if (finding.series !== undefined) series.add(`${watch}|${finding.series}`);
    for (const share of finding.shares) if (share.share >= LEAST_SHARE) series.add(`${watch}|${share.series}`);
  }
  return series.size;
}
