import { withEndings } from '../alerting/endings.ts';
import { pagesGroup } from '../alerting/grouping.ts';
import { type Incident, incidentSchema, type Member, type Story } from '../alerting/incident.ts';
import type { SpeakReason } from '../alerting/notice-reason.ts';
import { renewPages, spendPages } from '../alerting/pages-spent.ts';
import { standingOf } from '../alerting/standing.ts';
import { isAlwaysPaged, pageDay } from '../alerting/watch-book.ts';
import type { Settings } from '../settings/settings.ts';
import { keys } from '../settings/keys.ts';
import type { Change } from './advance-incident.ts';
import type { AlertRun } from './alert-run.ts';
import { newPages } from './decide-notice.ts';
import { updateJson } from './stored-json.ts';
import { timezoneOf } from './story-timezone.ts';
import { withUntoldEnd } from './untold-end.ts';

/** A page too many: of which watch, and whom it would have called. */
export interface Withheld {
  readonly watch: string;
  readonly pagers: readonly string[];
}

/**
 * Takes the pages that a decision comes to out of the day's budget of its watch, before anybody is paged. What the budget
 * has no room for is told to everybody else. Asked again for the same incident it answers the same.
 *
 * @param hearers see {@link hearersOf}.
 */
export async function withholdPages(
  story: Story,
  hearers: ReadonlyMap<string, SpeakReason>,
  run: AlertRun,
  now: number,
): Promise<{ readonly heard: ReadonlyMap<string, SpeakReason>; readonly withheld?: Withheld }> {
  const { settings } = run.ports;
  const pagers = newPages(story, hearers, run.kinds);
  if (pagers.length === 0 || isAlwaysPaged(story) || story.groupedBy === 'pages') return { heard: hearers };
  const { watch } = chiefOf(story);
  const day = pageDay(now, timezoneOf(settings, watch));
  if ((await run.books.takePage(watch, story.id, day, settings.alerts.pagesPerDay)) === 'page')
    return { heard: hearers };
  return {
    heard: new Map([...hearers].filter(([name]) => !pagers.includes(name))),
    withheld: { watch, pagers },
  };
}

/** Has it recorded that the pages are spent, to be told once a day: before anything is told without a page. */
export async function recordPagesSpent({ watch, pagers }: Withheld, run: AlertRun): Promise<void> {
  const { settings, store, clock } = run.ports;
  const { pagesPerDay } = settings.alerts;
  if (pagesPerDay === 'off') return;
  const timezone = timezoneOf(settings, watch);
  await updateJson(store, incidentSchema, keys.incident(pagesGroup(watch)), (record: Incident | undefined) => {
    const now = clock.now();
    const day = pageDay(now, timezone);
    const spent = spendPages(record, { deployment: settings.name, watch, day, timezone, pagesPerDay, now, pagers });
    return withEndings(record === undefined ? undefined : withUntoldEnd(record, run.kinds, now), spent);
  });
}

/** What the clock does to a record of spent pages: at midnight there are pages again. */
export const renewal =
  (settings: Settings): Change =>
  (record, now) => {
    if (record === undefined) return record;
    const watch = Object.values(record.members)[0]?.watch ?? '';
    return renewPages(record, pageDay(now, timezoneOf(settings, watch)), now);
  };

/** The gravest thing that takes part: whose watch's budget an incident is of, and whose storm. */
export function chiefOf(story: Story): Member {
  const { fired, firing, severity } = standingOf(story);
  const all = firing.length > 0 ? firing : fired.length > 0 ? fired : Object.entries(story.members);
  const [, chief] = all.find(([, member]) => member.severity === severity) ?? all[0];
  return chief;
}
