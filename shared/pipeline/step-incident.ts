import { close, endedBy } from '../alerting/incident-end.ts';
import type { Incident, Story } from '../alerting/incident.ts';
import { askedFor, noticeReason } from '../alerting/notice-policy.ts';
import type { SilenceReason, SpeakReason } from '../alerting/notice-reason.ts';
import { notePeace } from '../alerting/peace.ts';
import { audienceOf } from './alert-audience.ts';
import type { AlertRun } from './alert-run.ts';
import { hearersOf, withDecision } from './decide-notice.ts';
import { claimDue, inFlight, isClaimed, settleLapsed } from './incident-claim.ts';
import { type Withheld, withholdPages } from './page-budget.ts';
import { joinStorm } from './storm-parts.ts';

/** What a group's record becomes, and what is to be said of that once it is stored. */
export interface Step {
  /** The very same object where nothing changed. */
  readonly record: Incident;
  readonly spoke?: SpeakReason;
  readonly withheld?: Withheld;
  readonly silent?: SilenceReason;
}

/**
 * Decides what is to be said of a group now, and claims what this run is to tell: of its incident, and of the ends of
 * earlier ones that are still owed. While another run holds the claim, nothing is decided.
 *
 * @param isNew the incident began with what was just heard.
 * @param claimant who claims what is to be told; nobody else's name.
 */
export async function stepIncident(
  record: Incident,
  isNew: boolean,
  claimant: string,
  run: AlertRun,
  now: number,
): Promise<Step> {
  const { speakUntil = Infinity } = run.ports;
  if (now > speakUntil) return { record };
  const endings = stepEndings(record, claimant, run, now);
  const settled = settleLapsed(record, claimant, now);
  const main = endings === record.endings || endings === undefined ? settled : { ...settled, endings };
  if (isClaimed(main, claimant, now)) return { record: main };
  const { channels, policy, windowAt } = audienceOf(main, run.ports.settings, run.kinds, run.mutes, now);
  const known = notePeace(main, (at) => askedFor(main, { window: windowAt(at) }, at));
  const end = endedBy(known, policy, now);
  const ended = end === undefined ? known : close(known, end, now);
  const story = await joinStorm(ended, noticeReason(ended, policy, now), isNew, run);
  const reason = noticeReason(story, policy, now);
  if ('speak' in reason) {
    const speak = story.groupedBy === 'pages' && reason.speak === 'first-notice' ? 'page-budget-spent' : reason.speak;
    const hearers = hearersOf(story, speak, channels, run.kinds);
    const { heard, ...withheld } = await withholdPages(story, hearers, run, now);
    const told = withDecision(story, speak, heard, run.kinds, { claimant, now });
    return { record: claimDue(told, claimant, now), spoke: speak, ...withheld };
  }
  if (story.silence === reason.silent) return { record: claimDue(story, claimant, now) };
  return { record: claimDue({ ...story, silence: reason.silent }, claimant, now), silent: reason.silent };
}

/** Ends of earlier incidents: what is due is claimed, what is done is dropped. The very same list where nothing is. */
function stepEndings(record: Incident, claimant: string, run: AlertRun, now: number): Incident['endings'] {
  if (record.endings === undefined) return undefined;
  const stepped = record.endings
    .map((ending) => {
      const settled = settleLapsed(ending, claimant, now);
      return isClaimed(settled, claimant, now) || isPostponed(settled, run, now)
        ? settled
        : claimDue(settled, claimant, now);
    })
    .filter(({ channels }) => Object.values(channels).some(({ owed }) => owed !== null));
  const isSame = stepped.length === record.endings.length && stepped.every((one, k) => one === record.endings?.[k]);
  return isSame ? record.endings : stepped;
}

/** That something began and ended unheard disturbs nobody who asked for peace. */
function isPostponed(ending: Story, { ports: { settings }, kinds, mutes }: AlertRun, now: number): boolean {
  if (ending.told?.reason !== 'began-and-ended') return false;
  return askedFor(ending, audienceOf(ending, settings, kinds, mutes, now).policy, now) !== undefined;
}

/** Stories of a record that this run is to tell. */
export const claimedStories = (record: Incident, claimant: string): readonly Story[] =>
  [record, ...(record.endings ?? [])].filter(
    (story) => story.told?.claimedBy === claimant && inFlight(story).length > 0,
  );
