import { tell } from '../alerting/decision.ts';
import type { ChannelMemory, Decision, Story } from '../alerting/incident.ts';
import type { SpeakReason } from '../alerting/notice-reason.ts';
import { isPager } from '../alerting/routes.ts';
import type { Channel } from '../ports/channel.ts';
import { CLAIM_SECONDS, emptyMemory, isEnding, type Owed } from './incident-claim.ts';

export type ChannelKinds = ReadonlyMap<string, Channel['kind']>;

/** Reasons that may page. */
const paging: ReadonlySet<SpeakReason> = new Set<SpeakReason>([
  'first-notice',
  'worse',
  'new-series',
  'flapping',
  'page-budget-spent',
]);

/** Something of this incident reached the channel, or may have. */
const isTold = (memory: ChannelMemory | undefined): boolean =>
  memory !== undefined && (memory.delivered > 0 || memory.mayBeOpen);

const isOwed = (memory: ChannelMemory | undefined): memory is ChannelMemory & { owed: Owed } =>
  memory !== undefined && memory.owed !== null;

/**
 * Who hears a decision, and as what. An end goes to whoever may have heard the beginning; who is still owed the beginning
 * then hears that it began and ended, but for pagers, which nobody is woken by for what is over.
 *
 * @param audience channels that the routes name for the incident as it is.
 */
export function hearersOf(
  story: Story,
  reason: SpeakReason,
  audience: readonly string[],
  kinds: ChannelKinds,
): ReadonlyMap<string, SpeakReason> {
  if (reason === 'all-resolved' || reason === 'closed')
    return new Map(
      Object.entries(story.channels).flatMap(([name, memory]): [string, SpeakReason][] => {
        if (isTold(memory)) return [[name, reason]];
        return memory.owed !== null && !isPager(kinds.get(name)) ? [[name, 'began-and-ended']] : [];
      }),
    );
  if (reason === 'channel-refused')
    return new Map(
      audience
        .filter((name) => isTold(story.channels[name]) && !isOwed(story.channels[name]))
        .filter((name) => story.channels[name].rejected === null)
        .map((name) => [name, reason]),
    );
  const memoryOf = (name: string): ChannelMemory | undefined => story.channels[name];
  if (reason === 'acknowledged')
    return new Map(
      Object.keys(story.channels)
        .filter((name) => isPager(kinds.get(name)) && isTold(memoryOf(name)) && !isOwed(memoryOf(name)))
        .map((name) => [name, reason]),
    );
  return new Map(
    audience
      .filter((name) => isAddressed(reason, kinds.get(name)))
      .map((name) => {
        const memory = memoryOf(name);
        // Who was never told the beginning is not reminded of it.
        return [name, isOwed(memory) && !isTold(memory) ? memory.owed.reason : reason];
      }),
  );
}

function isAddressed(reason: SpeakReason, kind: Channel['kind'] | undefined): boolean {
  if (reason === 'new-series') return kind === 'pagerduty' || kind === 'webhook' || kind === 'lambda';
  if (reason === 'reminder' || reason === 'began-and-ended') return kind !== 'pagerduty';
  return true;
}

/** Pagers that this decision would have ring for an incident that they know nothing of yet. */
export const newPages = (
  story: Story,
  hearers: ReadonlyMap<string, SpeakReason>,
  kinds: ChannelKinds,
): readonly string[] =>
  [...hearers].flatMap(([name, reason]) =>
    isPager(kinds.get(name)) && paging.has(reason) && !isTold(story.channels[name]) ? [name] : [],
  );

/**
 * The story with the decision to speak, claimed by whoever decided: what it owes is in flight from the moment that it is stored.
 *
 * @param hearers who is told, and as what; nobody, where the routes name nobody for it.
 */
export function withDecision<S extends Story>(
  story: S,
  reason: SpeakReason,
  hearers: ReadonlyMap<string, SpeakReason>,
  kinds: ChannelKinds,
  { claimant, now }: { readonly claimant: string; readonly now: number },
): S & { told: Decision } {
  const isHeard = hearers.size > 0;
  const next = tell(story, reason, {
    now,
    channels: [...hearers.keys()],
    claimedUntil: isHeard ? now + CLAIM_SECONDS : now,
    claimedBy: isHeard ? claimant : '',
  });
  const channels: Record<string, ChannelMemory> = {};
  const isRead = (isHeard && reason !== 'acknowledged' && reason !== 'new-series') || reason === 'channel-refused';
  const before = isRead ? withRefusalsTold(story.channels) : story.channels;
  // What is over is begun nowhere any more.
  for (const [name, memory] of Object.entries(before))
    channels[name] = isEnding(reason) ? { ...memory, owed: null } : followed(memory, next.told, kinds.get(name));
  for (const [name, as] of hearers) {
    const memory = before[name] ?? emptyMemory;
    const page = isPager(kinds.get(name)) && paging.has(as);
    // A page that was owed is as old as when it was first owed.
    const since = memory.owed?.page === page ? memory.owed.since : now;
    const notice = next.told.number;
    const takeUp = next.acknowledged === null || isEnding(as) ? undefined : owedTakeUp(memory);
    channels[name] = {
      ...memory,
      owed: {
        notice,
        reason: as,
        since,
        attempts: 1,
        nextAt: now,
        page,
        error: '',
        inFlight: true,
        ...(takeUp === undefined ? {} : { followedBy: takeUp }),
      },
    };
  }
  return { ...next, channels };
}

/** Each notice says which channels refused what came before it: nobody need be told once more. */
const withRefusalsTold = (channels: Story['channels']): Story['channels'] =>
  Object.fromEntries(
    Object.entries(channels).map(([name, memory]) => [
      name,
      memory.rejected === null || memory.refusalTold === true ? memory : { ...memory, refusalTold: true },
    ]),
  );

/** A pager drops the acknowledgement of what it does not know: what it is still owed goes first. */
function followed(memory: ChannelMemory, told: Decision, kind: Channel['kind'] | undefined): ChannelMemory {
  if (told.reason !== 'acknowledged' || memory.owed === null || !isPager(kind)) return memory;
  return { ...memory, owed: { ...memory.owed, followedBy: told.number } };
}

/** Number of the notice that somebody took it up, where the channel has not heard that yet. */
const owedTakeUp = ({ owed }: ChannelMemory): number | undefined =>
  owed?.reason === 'acknowledged' ? owed.notice : owed?.followedBy;
