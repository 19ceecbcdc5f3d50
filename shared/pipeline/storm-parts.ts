import { stormGroup } from '../alerting/grouping.ts';
import type { Incident, Story } from '../alerting/incident.ts';
import type { NoticeReason } from '../alerting/notice-reason.ts';
import type { AlertRun } from './alert-run.ts';
import { chiefOf } from './page-budget.ts';

/**
 * The incident as part of its watch's storm, where so many began with it that they are told as one. Asked when it begins,
 * and again before people are told of it alone; nobody is asked once they were.
 */
export async function joinStorm(
  story: Incident,
  reason: NoticeReason,
  isNew: boolean,
  run: AlertRun,
): Promise<Incident> {
  if (story.announced || story.storm !== null || story.status === 'closed') return story;
  // Others are several things already: a watch, or all there is, is one story anyhow.
  if (story.groupedBy !== 'entity' && story.groupedBy !== 'label') return story;
  const isAbout =
    'speak' in reason ? reason.speak === 'first-notice' || reason.speak === 'flapping' : isWaiting(reason, isNew);
  if (!isAbout) return story;
  const { watch, intervalSeconds } = chiefOf(story);
  const { group, number, openedAt } = story;
  const beginning = { group, number, openedAt, intervalSeconds };
  const storm = await run.books.begin(watch, beginning, run.ports.settings.alerts.storm);
  return storm.length === 0 ? story : { ...story, storm: stormGroup(watch) };
}

const isWaiting = (reason: NoticeReason, isNew: boolean): boolean =>
  isNew && 'silent' in reason && reason.silent === 'waiting-to-group';

/** To be heard by the storm that it is part of. */
export function notePart(part: Story, { parts }: Pick<AlertRun, 'parts'>): void {
  const { watch } = chiefOf(part);
  const known = parts.get(watch);
  if (known === undefined) parts.set(watch, [part]);
  else known.push(part);
}
