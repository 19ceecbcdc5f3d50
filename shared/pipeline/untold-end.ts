import type { ChannelMemory, Incident } from '../alerting/incident.ts';
import { noticeReason } from '../alerting/notice-policy.ts';
import { type ChannelKinds, hearersOf, withDecision } from './decide-notice.ts';
import { isClaimed, isEnding } from './incident-claim.ts';

/** Nothing in it counts for what is over. */
const noPolicy = { groupWaitSeconds: 0, repeatSeconds: 0, resolveAfterSeconds: 0, flapping: 'off' } as const;

/**
 * A closed incident that another is about to follow, with its end decided and owed where nobody has told it yet: a person
 * may close one in the minute before it begins anew. What is in flight may arrive, so the end waits until that is over.
 *
 * @param now epoch seconds.
 * @returns the very same object where there is nothing more to tell.
 */
export function withUntoldEnd(record: Incident, kinds: ChannelKinds, now: number): Incident {
  if (record.status !== 'closed') return record;
  const reason = noticeReason(record, noPolicy, now);
  if (!('speak' in reason)) return record;
  const isBusy = isClaimed(record, '', now);
  const channels = mapValues(record.channels, (memory) =>
    memory.owed?.inFlight === true && !isEnding(memory.owed.reason) ? { ...memory, mayBeOpen: true } : memory,
  );
  const known = { ...record, channels };
  // Nobody was told, and nobody is left to be asked who should be: it is told to whoever is not woken by it.
  const readers = [...kinds].filter(([, kind]) => kind !== 'pagerduty').map(([name]) => name);
  const ended = withDecision(known, reason.speak, hearersOf(known, reason.speak, readers, kinds), kinds, {
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
