import type { FlappingPolicy } from './alert-policy.ts';
import { endedBy, isFlapping } from './incident-end.ts';
import type { Decision, Story } from './incident.ts';
import type { AskedSilence, NoticeReason, SilenceReason, SpeakReason } from './notice-reason.ts';
import { compareSeverities } from './severities.ts';
import { type Standing, standingOf } from './standing.ts';

/** What routes, windows and settings come to for one incident, now. */
export interface NoticePolicy {
  readonly groupWaitSeconds: number;
  readonly repeatSeconds: number;
  readonly resolveAfterSeconds: number;
  readonly flapping: FlappingPolicy | 'off';
  /** Why nobody is to be disturbed now, where that is so. */
  readonly window?: 'quiet-window' | 'muted' | undefined;
}

const speak = (reason: SpeakReason): NoticeReason => ({ speak: reason });
const silent = (reason: SilenceReason): NoticeReason => ({ silent: reason });

/**
 * Whether people are to be told of an incident now, and why, or why not: from what it is, what was told, what is asked
 * for and the clock (epoch seconds), and from nothing else.
 *
 * Of an incident that is over (`endedBy`) the answer is the same before and after it is closed.
 */
export function noticeReason(incident: Story, policy: NoticePolicy, now: number): NoticeReason {
  const standing = standingOf(incident);
  if (incident.status === 'closed') return ending(incident, standing, policy, now);
  if (standing.fired.length === 0) return silent('nothing-firing');
  const end = endedBy(incident, policy, now);
  if (end !== undefined) return ending({ ...incident, closeReason: end }, standing, policy, now);
  if (standing.inShadow) return silent('shadow-mode');
  if (incident.storm !== null) return silent('joined-storm');
  const { told } = incident;
  if (!incident.announced || told === null) return beginning(incident, standing, policy, now);
  const reason = standing.firing.length > 0 ? going({ ...incident, told }, standing, policy, now) : pausing(standing);
  return isTakenUp(incident) && !isNews(reason) ? speak('acknowledged') : reason;
}

/** It is over. Whoever heard of it hears of the end, once; what nobody could be told is told as a summary. */
function ending(incident: Story, { inShadow, fired }: Standing, policy: NoticePolicy, now: number): NoticeReason {
  const { told, closeReason, announced } = incident;
  if (announced && told !== null && !isEnding(told.reason))
    return speak(closeReason === 'recovered' || closeReason === 'joined-storm' ? 'all-resolved' : 'closed');
  if (announced) return silent('closed');
  if (fired.length === 0) return silent('nothing-firing');
  if (inShadow) return silent('shadow-mode');
  if (incident.storm !== null) return silent('joined-storm');
  const asked = incident.peace?.asked ?? undefined;
  if (asked !== undefined) return silent(asked);
  if (closeReason === 'by-person' || closeReason === null) return silent('closed');
  // What nobody could be told before is no reason to disturb anybody now.
  const peace = askedFor(incident, policy, now);
  return peace === undefined ? speak('began-and-ended') : silent(peace);
}

const isEnding = (reason: SpeakReason): boolean =>
  reason === 'all-resolved' || reason === 'closed' || reason === 'began-and-ended';

/** Nobody was told yet: what fires, or cannot be judged, or is calm but may go on. */
function beginning(incident: Story, { firing, unknown }: Standing, policy: NoticePolicy, now: number): NoticeReason {
  const isCalm = firing.length === 0 && unknown.length === 0;
  if (!incident.fresh) return silent(isCalm ? 'waiting-to-resolve' : 'too-old');
  const peace = askedFor(incident, policy, now);
  if (peace !== undefined) return silent(peace);
  // It ended before the peace that people asked for did.
  const asked = incident.peace?.asked ?? undefined;
  if (isCalm && asked !== undefined) return silent(asked);
  // What is calm needs nobody now: it is told as over once it is, or as a beginning should it go on.
  if (isCalm) return silent('waiting-to-resolve');
  if (isFlapping(incident, policy.flapping, now) && firing.length > 0) return speak('flapping');
  return now < incident.heardAt + policy.groupWaitSeconds ? silent('waiting-to-group') : speak('first-notice');
}

/** People were told, and it fires. */
function going(
  incident: Story & { readonly told: Decision },
  { firing, severity }: Standing,
  policy: NoticePolicy,
  now: number,
): NoticeReason {
  const { told, snoozed } = incident;
  const peace = askedFor(incident, policy, now);
  if (peace !== undefined) return silent(peace);
  const isWorse = compareSeverities(severity, told.severity) > 0;
  if (isFlapping(incident, policy.flapping, now)) {
    if (!incident.flappingTold) return speak('flapping');
    return isWorse ? speak('worse') : silent('flapping');
  }
  if (isWorse) return speak('worse');
  if (hasUntoldRefusal(incident)) return speak('channel-refused');
  if (firing.some((one) => isNewSeries(one, incident))) return speak('new-series');
  if (incident.acknowledged !== null) return silent('acknowledged');
  // Who asked for quiet until then is reminded then.
  if (snoozed !== null && snoozed.until > told.remindFrom) return speak('reminder');
  if (now < told.remindFrom + policy.repeatSeconds) return silent('already-notified');
  return compareSeverities(severity, 'MEDIUM') >= 0 ? speak('reminder') : silent('below-reminders');
}

/** That a limit is crossed is no news of a series that people were told of anyhow: then its forecast says it once more. */
function isNewSeries([key, { watch, finding }]: Standing['firing'][number], { told, members }: Story): boolean {
  const keys = told?.keys ?? [];
  if (keys.includes(key)) return false;
  if (finding.forecast?.isBeyond !== true) return true;
  const known = keys.flatMap((one) => (Object.hasOwn(members, one) ? [members[one]] : []));
  return !known.some((other) => other.watch === watch && other.finding.series === finding.series);
}

/** People were told, and nothing fires now. */
const pausing = ({ unknown }: Standing): NoticeReason => silent(unknown.length > 0 ? 'unknown' : 'waiting-to-resolve');

/** A channel is not to be relied on for it, and those who hear of it elsewhere do not know that. */
function hasUntoldRefusal({ channels }: Story): boolean {
  const all = Object.values(channels);
  return (
    all.some(({ rejected, refusalTold }) => rejected !== null && refusalTold !== true) &&
    all.some(({ rejected, delivered }) => rejected === null && delivered > 0)
  );
}

/** What people, or their settings, say of this moment (epoch seconds). */
export function askedFor(
  { snoozed }: Pick<Story, 'snoozed'>,
  { window }: Pick<NoticePolicy, 'window'>,
  now: number,
): AskedSilence | undefined {
  return snoozed !== null && snoozed.until > now ? 'snoozed' : window;
}

/** Somebody took it up, perhaps before anybody was told, and pagers are not told of that yet. */
const isTakenUp = ({ acknowledged }: Story): boolean => acknowledged !== null && acknowledged.told !== true;

/** It ends what was taken up, or must be heard before. */
const isNews = (reason: NoticeReason): boolean =>
  'speak' in reason && (reason.speak === 'worse' || reason.speak === 'flapping');
