import type { AlertFacts } from './alert-policy.ts';
import type { Member, Story } from './incident.ts';
import { standingOf } from './standing.ts';

/**
 * What routes and windows look at: one for each thing that took part, with its own watch, labels and severity, for an
 * incident may be many things. Of one where nothing took part yet, what is remembered of it.
 */
export function factsOf(incident: Pick<Story, 'members'>): readonly [AlertFacts, ...AlertFacts[]] {
  const all = Object.entries(incident.members);
  const { fired } = standingOf(incident);
  const things = new Map<string, [string, Member][]>();
  for (const [key, member] of fired.length > 0 ? fired : all) {
    const thing = JSON.stringify([member.watch, member.entity, Object.entries(member.labels).sort()]);
    things.set(thing, [...(things.get(thing) ?? []), [key, member]]);
  }
  const [first, ...rest] = [...things.values()].map((of): AlertFacts => {
    const { watch, entity, labels } = of[0][1];
    return { severity: standingOf({ members: Object.fromEntries(of) }).severity, watch, entity, labels };
  }) as [AlertFacts | undefined, ...AlertFacts[]];
  return [first ?? { severity: 'INFO', watch: '', entity: '', labels: {} }, ...rest];
}
