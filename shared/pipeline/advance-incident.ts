import { withEndings } from '../alerting/endings.ts';
import { pagesGroup } from '../alerting/grouping.ts';
import type { Incident, Story } from '../alerting/incident.ts';
import { decisionRecords, lapsedRecords, noticeRecords } from './audit-lines.ts';
import type { AlertRun } from './alert-run.ts';
import { deliverNotices } from './deliver-notice.ts';
import { isUntold, type Outcome, remember } from './incident-claim.ts';
import { keepClosed, loadIncident, saveIncident, type StoredIncident } from './incident-store.ts';
import { recordPagesSpent } from './page-budget.ts';
import { claimedStories, type Step, stepIncident } from './step-incident.ts';
import { notePart } from './storm-parts.ts';
import { withUntoldEnd } from './untold-end.ts';

/** Whoever loses the swap begins again from what the winner left; more often than this is no race. */
const MOST_ATTEMPTS = 50;

/**
 * What is heard of a group, or found out. The record is undefined where there is none; so is what it becomes where there
 * is nothing to remember. Called again after a conflict: pure.
 */
export type Change = (record: Incident | undefined, now: number) => Incident | undefined;

/** What the clock alone does. */
export const asItIs: Change = (record) => record;

/**
 * One group's story, on by one step, harmless when it is repeated, doubled, or dies anywhere: hear; decide; claim what
 * is to be told by storing the decision, under compare-and-swap; tell it; remember what became of that. Whoever comes
 * while the claim holds only hears; whoever comes after it has lapsed takes over what is not remembered.
 *
 * @param read the record, where it was read just now.
 * @returns the record as it was left; undefined where there is none.
 * @throws StoredObjectError where the record cannot be read.
 */
export async function advanceIncident(
  group: string,
  run: AlertRun,
  change: Change,
  read?: StoredIncident,
): Promise<Incident | undefined> {
  const { store, clock } = run.ports;
  const claimant = run.claimant();
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const { incident: before, version } = attempt === 1 && read !== undefined ? read : await loadIncident(store, group);
    const now = clock.now();
    if (before?.forgottenUntil !== undefined && before.forgottenUntil > now)
      throw new Error(`incident '${group}' is being forgotten by another run; try again in a minute`);
    const heard = change(remembered(before), now);
    if (heard === undefined) return undefined;
    const isNew = heard.status === 'open' && heard.number !== before?.number;
    const step = await stepIncident(follow(before, heard, run, now), isNew, claimant, run, now);
    if (step.withheld !== undefined) await recordPagesSpent(step.withheld, run);
    if (step.record !== before) {
      await run.ledger.record(lapsedRecords(before, step.record, claimant, run.kinds, now));
      for (const over of leftBehind(before, step.record)) await keepClosed(store, over);
      if ((await saveIncident(store, step.record, version)) === 'conflict') continue;
    }
    await account(before, step, run, now);
    const told =
      claimedStories(step.record, claimant).length > 0 ? await tellStories(step.record, claimant, run) : step.record;
    if (told.storm !== null && step.record !== before) notePart(told, run);
    if (step.withheld !== undefined) await advanceIncident(pagesGroup(step.withheld.watch), run, asItIs);
    if (told.status === 'closed' && (before?.status === 'open' || told !== step.record)) await keepClosed(store, told);
    return told;
  }
  throw new Error(
    `incident '${group}' changed ${MOST_ATTEMPTS} times while it was being advanced; are many routers running?`,
  );
}

/** What is still to be said of the incident before goes on in the record of the one that follows it. */
const follow = (before: Incident | undefined, after: Incident, { kinds }: AlertRun, now: number): Incident =>
  before === undefined || before.number === after.number
    ? after
    : withEndings(withUntoldEnd(before, kinds, now), after);

/** Stories that the record will hold no more: their copies are all that remains. */
function leftBehind(before: Incident | undefined, after: Incident): readonly Story[] {
  const kept = new Set([after, ...(after.endings ?? [])].map(({ number }) => number));
  return before === undefined ? [] : [before, ...(before.endings ?? [])].filter(({ number }) => !kept.has(number));
}

/** The record without the mark of a deletion that never came about. */
function remembered(record: Incident | undefined): Incident | undefined {
  if (record?.forgottenUntil === undefined) return record;
  const kept = { ...record };
  delete kept.forgottenUntil;
  return kept;
}

/** Tells what this run has claimed, writes it into the audit, and only then remembers what became of it. */
async function tellStories(record: Incident, claimant: string, run: AlertRun): Promise<Incident> {
  const { ports, ledger, kinds } = run;
  const outcomes = new Map<number, readonly Outcome[]>();
  const stories = claimedStories(record, claimant);
  await Promise.all(
    stories.map(async (story) => {
      if (story.told !== null) outcomes.set(story.number, await deliverNotices({ ...story, told: story.told }, ports));
    }),
  );
  const now = ports.clock.now();
  for (const story of stories) {
    for (const { channel, delivery } of outcomes.get(story.number) ?? []) {
      const kind = kinds.get(channel);
      if (delivery.outcome === 'delivered' || delivery.outcome === 'not-tried') continue;
      if (kind !== undefined) ledger.failed(kind);
      ports.log.warn('notice not delivered', { channel, incident: story.id, group: story.group, ...delivery });
    }
  }
  await ledger.record(stories.flatMap((story) => noticeRecords(story, outcomes.get(story.number) ?? [], kinds, now)));
  const told = await rememberOutcomes(record, outcomes, claimant, run);
  for (const story of [told, ...(told.endings ?? [])]) {
    if (!outcomes.has(story.number) || !isUntold(story)) continue;
    ledger.untold();
    ports.log.error('nobody was told', { incident: story.id, group: story.group, reason: story.told?.reason });
  }
  return told;
}

async function rememberOutcomes(
  told: Incident,
  outcomes: ReadonlyMap<number, readonly Outcome[]>,
  claimant: string,
  { ports: { store, clock } }: AlertRun,
): Promise<Incident> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const { incident, version } = await loadIncident(store, told.group);
    // Forgotten meanwhile: there is nobody left to remember it.
    if (incident === undefined) return told;
    const now = clock.now();
    const after = rememberAll(incident, outcomes, claimant, now);
    if (after === incident || (await saveIncident(store, after, version)) === 'stored') return after;
  }
  throw new Error(
    `incident '${told.group}' changed ${MOST_ATTEMPTS} times while its notices were remembered; are many routers running?`,
  );
}

/** Of the incident, and of earlier ones whose end it keeps. */
function rememberAll(
  record: Incident,
  outcomes: ReadonlyMap<number, readonly Outcome[]>,
  claimant: string,
  now: number,
): Incident {
  const one = <S extends Story>(story: S): S => remember(story, outcomes.get(story.number) ?? [], claimant, now);
  const main = one(record);
  const endings = record.endings?.map(one);
  return endings === undefined || endings.every((ending, k) => ending === record.endings?.[k])
    ? main
    : { ...main, endings };
}

async function account(
  before: Incident | undefined,
  step: Step,
  { ledger, ports }: AlertRun,
  now: number,
): Promise<void> {
  const { record, spoke, silent, withheld } = step;
  if (spoke !== undefined && record.told !== null) {
    ledger.spoke(record.told.severity);
    ports.log.info('people are told', { incident: record.id, group: record.group, reason: spoke });
  }
  if (withheld !== undefined) ledger.keptSilent('page-budget-spent');
  if (silent !== undefined) ledger.keptSilent(silent);
  await ledger.record(decisionRecords(before, step, now));
}
