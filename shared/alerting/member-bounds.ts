import type { Incident, Member } from './incident.ts';

/**
 * What a record remembers it remembers for so many seconds: longer than a queue keeps a message (a day), and than two
 * hours of retries on either side of it.
 */
export const MEMORY_SECONDS = 26 * 3600;

/** Charts are for the first few of a notice. */
const MOST_CHARTS = 3;
/** Of a group that holds everything there is; beyond, the least important are heard anew at each tick. */
const MOST_MEMBERS = 2000;

/** Keeps a record as small as a notice needs it, whatever was heard: chart points for a few, and no endless list. */
export function boundMembers(members: Incident['members'], now: number): Incident['members'] {
  const ranked = Object.entries(members)
    .filter(([, member]) => !isOver(member, now))
    .sort(([a, one], [b, other]) => byImportance(one, other) || (a < b ? -1 : 1));
  let charts = 0;
  const bounded = ranked.slice(0, MOST_MEMBERS).map(([key, member]): [string, Member] => {
    if (member.finding.points === undefined) return [key, member];
    charts += 1;
    return [key, charts <= MOST_CHARTS ? member : withoutPoints(member)];
  });
  return Object.fromEntries(bounded);
}

/** Took no part in this incident, and no message about it can still be on its way. */
const isOver = ({ firedAt, evaluatedAt }: Member, now: number): boolean =>
  firedAt === null && evaluatedAt < now - MEMORY_SECONDS;

const rank = { firing: 0, unknown: 1, normal: 2 } as const;

/** By what does not depend on other members, so that the order in which they are heard makes no difference. */
const byImportance = (a: Member, b: Member): number =>
  Number(a.firedAt === null) - Number(b.firedAt === null) ||
  Number(a.mode === 'shadow') - Number(b.mode === 'shadow') ||
  rank[a.finding.status] - rank[b.finding.status] ||
  b.finding.score - a.finding.score;

function withoutPoints(member: Member): Member {
  const finding = { ...member.finding };
  delete finding.points;
  if (finding.forecast !== undefined) {
    finding.forecast = { ...finding.forecast };
    delete finding.forecast.course;
  }
  return { ...member, finding };
}
