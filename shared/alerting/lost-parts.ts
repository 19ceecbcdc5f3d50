import type { Incident } from './incident.ts';
import { standingOf } from './standing.ts';

/**
 * The storm without those of its parts that are no part of it any more: they count as ended. The very same object where
 * none of them goes on in it.
 *
 * @param lost groups. @param now epoch seconds.
 */
export function loseParts(storm: Incident, lost: ReadonlySet<string>, now: number): Incident {
  const goesOn = ({ finding }: Incident['members'][string]): boolean =>
    finding.status !== 'normal' && lost.has(finding.key);
  if (!Object.values(storm.members).some(goesOn)) return storm;
  const members = Object.fromEntries(
    Object.entries(storm.members).map(([key, member]) => [
      key,
      goesOn(member) ? { ...member, finding: { ...member.finding, status: 'normal' as const } } : member,
    ]),
  );
  const { firing, unknown } = standingOf({ members });
  const isCalm = firing.length === 0 && unknown.length === 0;
  return { ...storm, members, calmSince: isCalm ? (storm.calmSince ?? now) : null };
}
