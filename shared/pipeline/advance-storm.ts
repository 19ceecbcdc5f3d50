import { stormGroup } from '../alerting/grouping.ts';
import type { Incident, Story } from '../alerting/incident.ts';
import { loseParts } from '../alerting/lost-parts.ts';
import { hearPart } from '../alerting/storm.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { advanceIncident, type Change } from './advance-incident.ts';
import type { AlertRun } from './alert-run.ts';
import { loadIncident } from './incident-store.ts';

/** The storm of a watch, on by one step, with what this run knows of its parts. */
export async function advanceStorm(watch: string, run: AlertRun): Promise<Incident | undefined> {
  const group = stormGroup(watch);
  const parts = run.parts.get(watch) ?? [];
  const lost = await lostParts(group, parts, run);
  const hearing: Change = (record, now) => {
    const heard = { deployment: run.ports.settings.name, watch, now };
    const storm = parts.reduce(
      (before: Incident | undefined, part) => (isOf(before, part) ? hearPart(before, part, heard) : before),
      record,
    );
    return storm === undefined ? undefined : loseParts(storm, lost, now);
  };
  return advanceIncident(group, run, hearing);
}

/** What was over before the storm began was part of an earlier one. */
const isOf = (storm: Incident | undefined, part: Story): boolean =>
  storm === undefined || storm.status === 'closed' || part.closedAt === null || part.closedAt >= storm.openedAt;

/**
 * Groups that the storm takes for part of it and that are not any more: they ended, and began anew as stories of their
 * own, before anybody told the storm. Whoever is not among the parts at hand is looked up.
 */
async function lostParts(
  group: string,
  parts: readonly Story[],
  { ports: { store } }: AlertRun,
): Promise<ReadonlySet<string>> {
  const { incident: storm } = await loadIncident(store, group);
  if (storm?.status !== 'open') return new Set();
  const here = new Set(parts.map((part) => part.group));
  const lost = new Set<string>();
  for (const { finding } of Object.values(storm.members)) {
    if (finding.status === 'normal' || here.has(finding.key)) continue;
    if (!(await isPart(finding.key, group, store))) lost.add(finding.key);
  }
  return lost;
}

async function isPart(of: string, storm: string, store: ObjectStore): Promise<boolean> {
  try {
    return (await loadIncident(store, of)).incident?.storm === storm;
  } catch (error) {
    // The sweep says so of the part; the storm is told of the others, and of this one as it was.
    if (error instanceof StoredObjectError) return true;
    throw error;
  }
}
