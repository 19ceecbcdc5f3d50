import type { ChannelMemory, Story } from '../alerting/incident.ts';
import type { SpeakReason } from '../alerting/notice-reason.ts';
import type { Delivery } from '../ports/channel.ts';

/** So long a decision is its writer's to tell; afterwards anybody takes over what is not remembered. */
export const CLAIM_SECONDS = 60;
/** A channel may take so long to answer: later than this before the claim ends, nothing is begun any more. */
export const LONGEST_DELIVERY_SECONDS = 35;
/** What could not be delivered for so long is given up. */
const GIVE_UP_SECONDS = 86_400;
/** Between two tries to deliver. */
export const LONGEST_PAUSE_SECONDS = 1800;

export type Owed = NonNullable<ChannelMemory['owed']>;

/** Somebody else is telling this story now. */
export const isClaimed = ({ told }: Story, claimant: string, now: number): boolean =>
  told !== null && told.claimedBy !== '' && told.claimedBy !== claimant && now < told.claimedUntil;

/** Reasons after which a channel has nothing open any more. */
const endings: ReadonlySet<SpeakReason> = new Set<SpeakReason>(['all-resolved', 'closed', 'began-and-ended']);
export const isEnding = (reason: SpeakReason): boolean => endings.has(reason);

export const emptyMemory: ChannelMemory = {
  delivered: 0,
  deliveredAt: null,
  mayBeOpen: false,
  owed: null,
  rejected: null,
};

/**
 * What remains of a claim that lapsed, because whoever held it died: what was in flight may have arrived. The same
 * object where nothing lapsed.
 */
export function settleLapsed<S extends Story>(story: S, claimant: string, now: number): S {
  const { told } = story;
  if (told === null || told.claimedBy === '' || told.claimedBy === claimant || now < told.claimedUntil) return story;
  return {
    ...story,
    told: { ...told, claimedBy: '' },
    channels: mapChannels(story, (memory) =>
      memory.owed?.inFlight === true
        ? {
            ...memory,
            mayBeOpen: memory.mayBeOpen || !isEnding(memory.owed.reason),
            owed: { ...memory.owed, inFlight: false },
          }
        : memory,
    ),
  };
}

/** Channels that this claim's holder is to tell. */
export const inFlight = (story: Story): readonly (readonly [string, Owed])[] =>
  Object.entries(story.channels).flatMap(([name, { owed }]) =>
    owed?.inFlight === true ? [[name, owed] as const] : [],
  );

const isDue = ({ owed }: ChannelMemory, now: number): boolean => owed !== null && !owed.inFlight && owed.nextAt <= now;

/** Claims what is owed and due, to be told by this run. The same object where nothing is. */
export function claimDue<S extends Story>(story: S, claimant: string, now: number): S {
  const { told } = story;
  if (told === null || !Object.values(story.channels).some((memory) => isDue(memory, now))) return story;
  return {
    ...story,
    told: { ...told, claimedBy: claimant, claimedUntil: now + CLAIM_SECONDS },
    channels: mapChannels(story, (memory) =>
      memory.owed !== null && isDue(memory, now) ? { ...memory, owed: takeOff(memory.owed) } : memory,
    ),
  };
}

/** An attempt that begins now. */
const takeOff = (owed: Owed): Owed => ({ ...owed, attempts: owed.attempts + 1, inFlight: true });

/** What became of telling one channel one notice; `not-tried`: there was no time left to begin. */
export interface Outcome {
  readonly channel: string;
  readonly owed: Owed;
  readonly isPager: boolean;
  readonly delivery: Delivery | { readonly outcome: 'not-tried' };
}

export type Settled = 'delivered' | 'owed' | 'rejected' | 'given-up';

export const settledAs = ({ delivery, owed }: Outcome, now: number): Settled => {
  if (delivery.outcome === 'delivered' || delivery.outcome === 'rejected') return delivery.outcome;
  return now - owed.since >= GIVE_UP_SECONDS ? 'given-up' : 'owed';
};

/**
 * What a story is once the outcomes are known, whoever else wrote it meanwhile; the claim is let go where it is still
 * this run's. The same object where nothing of it concerns the story any more.
 */
export function remember<S extends Story>(story: S, outcomes: readonly Outcome[], claimant: string, now: number): S {
  const of = new Map(outcomes.map((outcome) => [outcome.channel, outcome]));
  const isOurs = story.told?.claimedBy === claimant;
  let changed = isOurs;
  const channels = mapChannels(story, (memory, name) => {
    const outcome = of.get(name);
    if (outcome === undefined) return memory;
    const after = rememberOne(memory, outcome, isOurs, now);
    if (after !== memory) changed = true;
    return after;
  });
  if (!changed) return story;
  const told = story.told !== null && isOurs ? { ...story.told, claimedBy: '', claimedUntil: now } : story.told;
  return { ...story, channels, told };
}

function rememberOne(memory: ChannelMemory, outcome: Outcome, isOurs: boolean, now: number): ChannelMemory {
  const { owed, delivery } = outcome;
  // Whoever took over from us, or decided anew, owes something else now, or is at it.
  const isSame = memory.owed !== null && memory.owed.notice === owed.notice;
  const isTaken = isSame && !isOurs;
  switch (delivery.outcome) {
    case 'delivered':
      return {
        ...memory,
        delivered: Math.max(memory.delivered, owed.notice),
        deliveredAt: now,
        mayBeOpen: !isEnding(owed.reason),
        owed: memory.owed !== null && isSame ? followUp(memory.owed, now) : memory.owed,
        rejected: null,
        refusalTold: false,
      };
    case 'rejected':
      if (isTaken) return memory;
      return { ...memory, owed: isSame ? owedAllTheSame(outcome, now) : memory.owed, rejected: delivery.reason };
    case 'not-tried':
      if (!isSame || isTaken) return memory;
      return { ...memory, owed: { ...owed, attempts: owed.attempts - 1, inFlight: false } };
    case 'retryable': {
      const mayBeOpen = memory.mayBeOpen || (delivery.maybe && !isEnding(owed.reason));
      if (!isSame || isTaken) return mayBeOpen === memory.mayBeOpen ? memory : { ...memory, mayBeOpen };
      if (settledAs(outcome, now) === 'given-up')
        return { ...memory, mayBeOpen, owed: null, rejected: `given up after a day: ${delivery.reason}` };
      const pause = Math.min(delivery.afterSeconds ?? growingPause(owed.attempts), LONGEST_PAUSE_SECONDS);
      return {
        ...memory,
        mayBeOpen,
        owed: { ...owed, inFlight: false, nextAt: now + pause, error: delivery.reason },
      };
    }
  }
}

/** Whether every channel that a decision was for has refused it for good, so that nobody knows of it. */
export function isUntold({ told, channels }: Story): boolean {
  if (told === null || told.channels.length === 0) return false;
  return told.channels.every((name) => {
    const { delivered, rejected, owed } = Object.hasOwn(channels, name) ? channels[name] : emptyMemory;
    return delivered < told.number && rejected !== null && (owed === null || owed.error === rejected);
  });
}

/** What a channel is owed once it has taken what it was owed. */
const followUp = ({ followedBy }: Owed, now: number): Owed | null =>
  followedBy === undefined
    ? null
    : {
        notice: followedBy,
        reason: 'acknowledged',
        since: now,
        attempts: 0,
        nextAt: now,
        page: false,
        error: '',
        inFlight: false,
      };

/**
 * What a pager refused is owed for as long as what was lost: whoever mends its key within the day is paged, or rid of what
 * is over, and until then the age of an owed page tells people that nobody was.
 */
function owedAllTheSame({ owed, delivery, isPager }: Outcome, now: number): Owed | null {
  if (!isPager || delivery.outcome !== 'rejected' || now - owed.since >= GIVE_UP_SECONDS) return null;
  return { ...owed, inFlight: false, nextAt: now + LONGEST_PAUSE_SECONDS, error: delivery.reason };
}

/** 30 s after the first attempt, then 1, 2, 4… minutes. */
/** Seconds to wait after so many tries. */
export const growingPause = (attempts: number): number => 30 * 2 ** Math.min(attempts - 1, 10);

const mapChannels = (
  { channels }: Story,
  change: (memory: ChannelMemory, name: string) => ChannelMemory,
): Record<string, ChannelMemory> =>
  Object.fromEntries(Object.entries(channels).map(([name, memory]) => [name, change(memory, name)]));
