import type { Incident } from '../../../../shared/alerting/incident.ts';
import { dedupKey } from '../../../../shared/alerting/incident-name.ts';
import { compareSeverities } from '../../../../shared/alerting/severities.ts';
import { standingOf } from '../../../../shared/alerting/standing.ts';
import { isEnd, type Arrival } from './services.ts';
import type { Trace } from './simulate.ts';

/** A promise that was broken, in words. */
export type Violation = string;

/** Everything that the router promises, whatever goes wrong. */
export function violationsOf(trace: Trace): readonly Violation[] {
  return [
    ...untold(trace),
    ...pagerAstray(trace),
    ...repeats(trace),
    ...unrecorded(trace),
    ...wrongWords(trace),
    ...leftOver(trace),
  ];
}

const told = ({ arrivals }: Trace, { id }: Incident, channel: string): readonly Arrival[] =>
  arrivals.filter((arrival) => arrival.notice.incident === id && arrival.channel === channel);

/** People asked for silence, or a storm speaks for it. */
const isExcused = (incident: Incident): boolean =>
  incident.snoozed !== null || incident.storm !== null || incident.closeReason === 'by-person';

const isPaged = ({ members }: Incident): boolean =>
  Object.values(members).some(({ firedAt, worst }) => firedAt !== null && compareSeverities(worst, 'HIGH') >= 0);

/** As it stands at the end, when nothing has gone wrong for long. */
const isGrave = (incident: Incident): boolean => {
  const { firing, severity } = standingOf(incident);
  return firing.length > 0 && compareSeverities(severity, 'HIGH') >= 0;
};

/** Every incident that fires is told at least once on every route that should hear it. */
function untold(trace: Trace): readonly Violation[] {
  return [...trace.open, ...trace.closed].flatMap((incident): Violation[] => {
    const { fired } = standingOf(incident);
    if (fired.length === 0 || isExcused(incident)) return [];
    const found: Violation[] = [];
    const isRefused = (channel: string): boolean => trace.refused.has(`${incident.id} ${channel}`);
    const isFresh = incident.fresh || incident.status === 'closed';
    if (incident.groupedBy !== 'pages' && isFresh && told(trace, incident, 'slack').length === 0 && !isRefused('slack'))
      found.push(`${name(incident)} was never told on slack`);
    // What is over by the time that it can be told wakes nobody, and pages that are spent are withheld.
    const mustPage = incident.status === 'open' && incident.fresh && isGrave(incident) && !isBudgeted(trace);
    if (mustPage && told(trace, incident, 'pager').length === 0) found.push(`${name(incident)} never paged anybody`);
    return found;
  });
}

const isBudgeted = ({ scenario }: Trace): boolean => scenario.policy.pagesPerDay !== 'off';

/** PagerDuty ends open if and only if the incident is open, and knows what somebody took up. */
function pagerAstray(trace: Trace): readonly Violation[] {
  const open = new Map(trace.open.map((incident) => [dedupKey(incident), incident]));
  const found: Violation[] = [];
  for (const key of trace.pagerOpen) if (!open.has(key)) found.push(`PagerDuty has ${key} open, which is over`);
  for (const [key, incident] of open) {
    if (told(trace, incident, 'pager').length > 0 && !trace.pagerOpen.has(key))
      found.push(`PagerDuty has ${key} closed, which goes on`);
    if (incident.acknowledged !== null && trace.pagerOpen.has(key) && !trace.pagerTakenUp.has(key))
      found.push(`PagerDuty does not know that somebody took up ${key}`);
  }
  return found;
}

/**
 * A notice repeats on a channel only if a crash, a time-out or a lost answer fell between that channel's delivery and its
 * memory; two routers at once tell nothing twice.
 */
function repeats({ arrivals }: Trace): readonly Violation[] {
  const byNotice = new Map<string, Arrival[]>();
  const add = (key: string, arrival: Arrival): void => void byNotice.set(key, [...(byNotice.get(key) ?? []), arrival]);
  for (const arrival of arrivals) {
    const { notice, channel } = arrival;
    add(`notice ${notice.number} of ${notice.dedupKey} on ${channel}`, arrival);
    const once = isEnd(notice) ? 'the end' : notice.reason === 'first-notice' ? 'the beginning' : undefined;
    if (once !== undefined) add(`${once} of ${notice.dedupKey} on ${channel}`, arrival);
  }
  return [...byNotice].flatMap(([what, all]) => {
    const unexcused = all.filter(({ answerLost, process, remembered }) => {
      const isLost = answerLost || ((process.dead || process.failures > 0) && !remembered);
      return !isLost;
    });
    return unexcused.length > 1 ? [`${what} was told ${unexcused.length} times for no reason`] : [];
  });
}

/** The audit has a line for each time that something was told, wherever whoever told it died. */
function unrecorded({ arrivals, audit }: Trace): readonly Violation[] {
  const lines = new Map<string, number>();
  for (const record of audit)
    if (record.kind === 'notice')
      for (const [channel, { notice = record.notice }] of Object.entries(record.channels)) {
        const key = `${record.incident} ${notice} ${channel}`;
        lines.set(key, (lines.get(key) ?? 0) + 1);
      }
  const found: Violation[] = [];
  for (const { notice, channel, process } of arrivals) {
    const key = `${notice.incident} ${notice.number} ${channel}`;
    const left = lines.get(key) ?? 0;
    lines.set(key, left - 1);
    // Two mishaps at once: the store refused the line, and whoever would have tried again died.
    const isExcused = process.dead && process.failures > 0;
    if (left === 0 && !isExcused)
      found.push(`${notice.reason} of ${notice.dedupKey} on ${channel} is not in the audit`);
  }
  return found;
}

/** No end without recovery, no page for what is mild, nothing told of an incident after its end. */
function wrongWords(trace: Trace): readonly Violation[] {
  const found: Violation[] = [];
  const incidents = new Map([...trace.open, ...trace.closed].map((one) => [one.id, one]));
  for (const { notice, channel } of trace.arrivals) {
    const incident = incidents.get(notice.incident);
    if (incident === undefined) {
      found.push(`${notice.reason} of ${notice.dedupKey}, which nobody remembers`);
      continue;
    }
    if (channel === 'pager' && incident.groupedBy !== 'pages' && !isPaged(incident))
      found.push(`${name(incident)} is mild, and paged`);
    if (notice.reason === 'all-resolved' && incident.groupedBy === 'entity') {
      const isRecovered = trace.said.some(
        ({ entity, status, tick }) => entity === incident.title && status === 'normal' && tick > incident.openedAt,
      );
      if (!isRecovered) found.push(`${name(incident)} was resolved, and nobody had said so`);
    }
    if (isEnd(notice) && incident.status === 'open') found.push(`${name(incident)} was told to be over, and is open`);
  }
  return found;
}

/** Once everything works again, nothing is owed, claimed or kept for ever. */
function leftOver(trace: Trace): readonly Violation[] {
  return [...trace.open, ...trace.closed].flatMap((incident) => {
    const found: Violation[] = [];
    for (const [channel, { owed }] of Object.entries(incident.channels)) {
      if (owed !== null && !trace.refused.has(`${incident.id} ${channel}`))
        found.push(`${name(incident)} still owes ${channel} ${owed.reason}`);
    }
    for (const ending of incident.endings ?? [])
      found.push(`${name(incident)} still keeps the end of ${ending.number}`);
    const fires = standingOf(incident).firing.length > 0;
    if (incident.status === 'closed' && incident.closeReason === 'recovered' && fires)
      found.push(`${name(incident)} recovered, and fires`);
    return found;
  });
}

const name = ({ group, number }: Incident): string => `${group} of ${number}`;
