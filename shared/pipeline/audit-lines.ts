import type { Incident, Story } from '../alerting/incident.ts';
import type { SilenceReason } from '../alerting/notice-reason.ts';
import { standingOf } from '../alerting/standing.ts';
import { type AuditRecord, auditHead } from './alert-audit.ts';
import type { ChannelKinds } from './decide-notice.ts';
import { inFlight, type Outcome, settledAs } from './incident-claim.ts';
import type { Step } from './step-incident.ts';

/** What the audit says of a decision: that it began, is over, or that nobody is told from now on. */
export function decisionRecords(
  before: Incident | undefined,
  { record, silent, withheld }: Step,
  now: number,
): readonly AuditRecord[] {
  const isNew = before?.number !== record.number;
  const silence = (reason: SilenceReason): AuditRecord => ({
    ...auditHead(record, `silence/${reason}/${now}`, now),
    kind: 'silence',
    reason,
  });
  const { closeReason } = record;
  const isClosed = record.status === 'closed' && closeReason !== null && (isNew || before.status === 'open');
  return [
    ...(isNew && standingOf(record).fired.length > 0
      ? [{ ...auditHead(record, 'opened', now), kind: 'opened' as const }]
      : []),
    ...(withheld === undefined ? [] : [silence('page-budget-spent')]),
    ...(silent === undefined ? [] : [silence(silent)]),
    ...(isClosed ? [{ ...auditHead(record, 'closed', now), kind: 'closed' as const, reason: closeReason }] : []),
  ];
}

/** What became of telling the notices of a claim; nothing where nothing was tried. */
export function noticeRecords(
  story: Story,
  outcomes: readonly Outcome[],
  kinds: ChannelKinds,
  now: number,
): readonly AuditRecord[] {
  const tried = outcomes.flatMap((outcome) =>
    outcome.delivery.outcome === 'not-tried' ? [] : [{ ...outcome, delivery: outcome.delivery }],
  );
  return noticeRecord(
    story,
    tried.map((outcome) => {
      const { channel, owed, delivery } = outcome;
      const detail = delivery.outcome === 'delivered' ? delivery.answer : delivery.reason;
      return { channel, owed, outcome: settledAs(outcome, now), detail };
    }),
    kinds,
    now,
  );
}

/**
 * What was in flight under claims that the record before had and the one after has no more, and nobody but their holder
 * knows the outcome of. Should the holder still be alive, its own line is of the same name, and counts.
 */
export function lapsedRecords(
  before: Incident | undefined,
  after: Incident,
  claimant: string,
  kinds: ChannelKinds,
  now: number,
): readonly AuditRecord[] {
  const claims = new Map(storiesOf(after).map(({ number, told }) => [number, told?.claimedBy]));
  return storiesOf(before).flatMap((story) => {
    const holder = story.told?.claimedBy ?? '';
    if (holder === '' || holder === claimant || claims.get(story.number) === holder) return [];
    const detail = 'whoever was telling it never said what became of it';
    const flown = inFlight(story).map(([channel, owed]) => ({ channel, owed, outcome: 'unknown' as const, detail }));
    return noticeRecord(story, flown, kinds, now);
  });
}

const storiesOf = (record: Incident | undefined): readonly Story[] =>
  record === undefined ? [] : [record, ...(record.endings ?? [])];

type NoticeRecord = Extract<AuditRecord, { kind: 'notice' }>;

interface Flown
  extends Pick<NoticeRecord['channels'][string], 'outcome' | 'detail'>, Pick<Outcome, 'channel' | 'owed'> {}

function noticeRecord(
  story: Story,
  flown: readonly Flown[],
  kinds: ChannelKinds,
  now: number,
): readonly NoticeRecord[] {
  const { told } = story;
  if (flown.length === 0 || told === null) return [];
  const channels = flown.map(({ channel, owed: { notice, reason, page }, outcome, detail }) => {
    const older = notice === told.number ? {} : { notice };
    return [channel, { kind: kinds.get(channel) ?? 'none', reason, ...older, outcome, detail, page }] as const;
  });
  return [
    {
      ...auditHead(story, `told/${told.claimedBy}`, now),
      kind: 'notice',
      notice: told.number,
      reason: told.reason,
      again: flown.every(({ owed }) => owed.attempts > 1),
      channels: Object.fromEntries(channels),
    },
  ];
}
