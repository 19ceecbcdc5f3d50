import type { ChannelMemory, Incident, Story } from '../alerting/incident.ts';
import type { SpeakReason } from '../alerting/notice-reason.ts';
import { noticeReason } from '../alerting/notice-policy.ts';
import { type ChannelKinds, hearersOf, withDecision } from './decide-notice.ts';
import { isClaimed, isEnding } from './incident-claim.ts';

/** Nothing in it counts for what is over, but for when it may be told. */
const noPolicy = { groupWaitSeconds: 0, repeatSeconds: 0, resolveAfterSeconds: 0, flapping: 'off' } as const;

/** When nobody may be asked for peace any more. */
const AFTER_ALL = Number.MAX_VALUE;

/** Whether an incident is over and people are still to be told that, sooner or later. */
export const hasUntoldEnd = (record: Story): boolean => endReason(record) !== undefined;

function endReason(record: Story): SpeakReason | undefined {
  if (record.status !== 'closed') return undefined;
  const reason = noticeReason(record, noPolicy, AFTER_ALL);
  return 'speak' in reason ? reason.speak : undefined;
}

/**
 * A closed incident that another is about to follow, with its end decided and owed where nobody has told it yet: a person
 * may close one in the minute before it begins anew. What is in flight may arrive, so the end waits until that is over.
 *
 * @param now epoch seconds.
 * @returns the very same object where there is nothing more to tell.
 */
export function withUntoldEnd(record: Incident, kinds: ChannelKinds, now: number): Incident {
  const reason = endReason(record);
  if (reason === undefined) return record;
  const isBusy = isClaimed(record, '', now);
  const channels = mapValues(record.channels, (memory) =>
    memory.owed?.inFlight === true && !isEnding(memory.owed.reason) ? { ...memory, mayBeOpen: true } : memory,
  );
  const known = { ...record, channels };
  // Nobody was told, and nobody is left to be asked who should be: it is told to whoever is not woken by it.
  const readers = [...kinds].filter(([, kind]) => kind !== 'pagerduty').map(([name]) => name);
  const ended = withDecision(known, reason, hearersOf(known, reason, readers, kinds), kinds, {
    claimant: '',
    now,
  });
  const nextAt = isBusy ? (record.told?.claimedUntil ?? now) : now;
  return {
    ...ended,
    told: { ...ended.told, claimedUntil: now },
    channels: mapValues(ended.channels, (memory) =>
      memory.owed === null ? memory : { ...memory, owed: { ...memory.owed, attempts: 0, inFlight: false, nextAt } },
    ),
  };
}

const mapValues = (
  channels: Readonly<Record<string, ChannelMemory>>,
  change: (memory: ChannelMemory) => ChannelMemory,
): Record<string, ChannelMemory> =>
  Object.fromEntries(Object.entries(channels).map(([name, memory]) => [name, change(memory)]));
