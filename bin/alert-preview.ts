import { tell } from '../shared/alerting/decision.ts';
import { groupOf } from '../shared/alerting/grouping.ts';
import { close } from '../shared/alerting/incident-end.ts';
import { hear } from '../shared/alerting/incident-hear.ts';
import type { Decision, Story } from '../shared/alerting/incident.ts';
import { noticeOf } from '../shared/alerting/notice-of.ts';
import type { Notice } from '../shared/alerting/notice.ts';
import type { SpeakReason } from '../shared/alerting/notice-reason.ts';
import type { Severity } from '../shared/alerting/severities.ts';
import { exampleSignal } from '../shared/pipeline/example-signal.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { isEnding } from '../shared/presentation/notice-words.ts';

export interface PreviewOptions {
  readonly settings: Settings;
  readonly watch: string;
  readonly reason: SpeakReason;
  readonly severity: Severity;
  /** Epoch seconds. */
  readonly now: number;
}

/** How long the example lasts, in seconds. */
const LASTING = 720;

/** A notice of an incident that never was, made as those are that people are told. */
export function exampleNotice({ settings, watch, reason, severity, now }: PreviewOptions): Notice {
  const example = {
    deployment: settings.name,
    watch,
    entity: 'web-server-01',
    labels: settings.watches[watch].labels,
    severity,
    since: now - LASTING,
    explanation: 'the last value is far above what is usual at this time of day',
  };
  const { flapping, severity: severities } = settings.alerts;
  const policy = { deployment: settings.name, severities, flapping };
  const firing = exampleSignal({ ...example, status: 'firing', now: now - LASTING / 2 });
  const group = groupOf(firing, 'entity');
  const incident = hear(undefined, { signal: firing, group, now: now - LASTING / 2 }, policy);
  const last = exampleSignal({ ...example, status: isEnding({ reason }) ? 'normal' : 'firing', now });
  const heard = hear(incident, { signal: last, group, now }, policy);
  if (heard === undefined) throw new Error('the example opens no incident');
  return previewOf(heard, reason, now, settings.watches[watch].timezone);
}

/** What people would be told of an incident for a reason. `now` is in epoch seconds, `timezone` an IANA name. */
export function previewOf(incident: Story, reason: SpeakReason, now: number, timezone = 'UTC'): Notice {
  const claim = { now, channels: [], claimedUntil: now, claimedBy: '' };
  const told: Story & { told: Decision } = tell(asTold(incident, reason, now), reason, claim);
  const refused = reason === 'channel-refused' ? [{ channel: 'pager', reason: '403: the key was withdrawn' }] : [];
  return noticeOf(told, told.told, { links: [], timezone, refused, now });
}

/** As it would be when that is said of it. */
function asTold(incident: Story, reason: SpeakReason, now: number): Story {
  switch (reason) {
    case 'acknowledged':
      return { ...incident, acknowledged: incident.acknowledged ?? { by: 'you', at: now } };
    case 'all-resolved':
    case 'began-and-ended':
      return close(incident, 'recovered', now);
    case 'closed':
      return close(incident, 'by-person', now, 'you');
    case 'first-notice':
    case 'worse':
    case 'new-series':
    case 'reminder':
    case 'flapping':
    case 'channel-refused':
    case 'page-budget-spent':
      return incident;
  }
}
