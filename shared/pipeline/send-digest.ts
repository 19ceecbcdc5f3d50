import * as z from 'zod';
import { digestSchema, type Digest } from '../alerting/digest.ts';
import type { Delivery } from '../ports/channel.ts';
import { keys } from '../settings/keys.ts';
import type { AlertPorts } from './alert-ports.ts';
import { digestDue, type DigestPeriod, type DigestSettings } from './digest-period.ts';
import { digestOf } from './digest-of.ts';
import { CLAIM_SECONDS, growingPause, LONGEST_DELIVERY_SECONDS, LONGEST_PAUSE_SECONDS } from './incident-claim.ts';
import { readAudit } from './read-audit.ts';
import { readJson, updateJson, writeJson } from './stored-json.ts';

const sentSchema = z.object({
  version: z.literal(1),
  digest: digestSchema,
  /** Until then only who wrote it tells it; epoch seconds. */
  claimedUntil: z.number(),
  claimedBy: z.string(),
  channels: z.record(
    z.string(),
    z.object({
      outcome: z.enum(['owed', 'delivered', 'rejected']),
      attempts: z.int().nonnegative(),
      nextAt: z.number(),
      detail: z.string(),
    }),
  ),
});
type Sent = z.infer<typeof sentSchema>;

/** `nobody`: no channel takes digests. `waiting`: somebody else tells it, or it is not to be tried again yet. */
export type DigestOutcome = 'off' | 'not-due' | 'nobody' | 'waiting' | 'told' | 'owed';

/**
 * Sends the digest of the period that has ended, once to each channel: claimed under a key of its own before anybody is
 * told, remembered per channel, and tried again with growing pauses for a day. Called by every sweep; asks the store for
 * one object while nothing is due.
 *
 * @throws StoredObjectError naming the key where what was stored cannot be read.
 */
export async function sendDigest(ports: AlertPorts): Promise<DigestOutcome> {
  const { store, clock, settings, runId } = ports;
  const { digest: wanted } = settings.alerts;
  if (wanted === 'off') return 'off';
  const now = clock.now();
  const period = digestDue(wanted, now);
  if (period === undefined) return 'not-due';
  if (now > (ports.speakUntil ?? Infinity)) return 'waiting';
  const audience = audienceOf(ports, wanted);
  if (audience.length === 0) return 'nobody';
  const key = keys.digest(period.until);
  const claim = { claimedUntil: now + CLAIM_SECONDS, claimedBy: runId };
  const present = await readJson(store, sentSchema, key);
  let sent: Sent;
  if (present === undefined) {
    sent = { version: 1, digest: await composed(ports, wanted, period), ...claim, channels: unheard(audience, now) };
    if ((await writeJson(store, key, sent, 'absent')) === 'conflict') return 'waiting';
  } else {
    const due = dueChannels(present.value, now);
    if (present.value.claimedUntil > now) return 'waiting';
    if (due.length === 0) return isDone(present.value) ? 'told' : 'waiting';
    sent = { ...present.value, ...claim };
    if ((await writeJson(store, key, sent, present.version)) === 'conflict') return 'waiting';
  }
  const outcomes = await tell(sent, ports);
  const remembered = await updateJson(store, sentSchema, key, (before) => remember(before ?? sent, outcomes, ports));
  return isDone(remembered) ? 'told' : 'owed';
}

async function composed(ports: AlertPorts, wanted: DigestSettings, period: DigestPeriod): Promise<Digest> {
  const { every, timezone } = wanted;
  const lines = await readAudit(ports.store, { from: period.from, to: period.until });
  return digestOf(lines, ports.settings, { ...period, every, timezone });
}

/** Those that settings name, else every one that takes digests. */
function audienceOf({ channels }: AlertPorts, { channels: named }: DigestSettings): readonly string[] {
  return [...channels].flatMap(([name, channel]) =>
    channel.deliverDigest !== undefined && (named?.includes(name) ?? true) ? [name] : [],
  );
}

const unheard = (audience: readonly string[], now: number): Sent['channels'] =>
  Object.fromEntries(audience.map((name) => [name, { outcome: 'owed', attempts: 0, nextAt: now, detail: '' }]));

const dueChannels = ({ channels }: Sent, now: number): readonly string[] =>
  Object.entries(channels).flatMap(([name, { outcome, nextAt }]) =>
    outcome === 'owed' && nextAt <= now ? [name] : [],
  );

const isDone = ({ channels }: Sent): boolean => Object.values(channels).every(({ outcome }) => outcome !== 'owed');

type Outcomes = ReadonlyMap<string, Delivery>;

async function tell(sent: Sent, ports: AlertPorts): Promise<Outcomes> {
  const told = dueChannels(sent, ports.clock.now()).map(async (name) => {
    const delivery = await tellOne(name, sent, ports);
    if (delivery !== undefined && delivery.outcome !== 'delivered')
      ports.log.warn('digest not delivered', { channel: name, outcome: delivery.outcome, reason: delivery.reason });
    return delivery === undefined ? [] : [[name, delivery] as const];
  });
  return new Map((await Promise.all(told)).flat());
}

/** Undefined where nothing was tried, because it could outlast the claim. */
async function tellOne(name: string, sent: Sent, ports: AlertPorts): Promise<Delivery | undefined> {
  if (ports.clock.now() > sent.claimedUntil - LONGEST_DELIVERY_SECONDS) return undefined;
  const channel = ports.channels.get(name);
  if (channel?.deliverDigest === undefined)
    return { outcome: 'rejected', reason: `channel '${name}' takes no digest any more` };
  try {
    return await channel.deliverDigest(sent.digest);
  } catch (error) {
    // A fault of ours in one channel leaves the others alone, and is tried again like any other.
    return { outcome: 'retryable', reason: String(error), maybe: true };
  }
}

function remember(sent: Sent, outcomes: Outcomes, { clock, runId }: AlertPorts): Sent {
  const now = clock.now();
  const channels = Object.entries(sent.channels).map(([name, memory]) => {
    const delivery = outcomes.get(name);
    if (delivery === undefined || memory.outcome !== 'owed') return [name, memory] as const;
    const attempts = memory.attempts + 1;
    if (delivery.outcome === 'delivered')
      return [name, { outcome: 'delivered' as const, attempts, nextAt: now, detail: delivery.answer }] as const;
    if (delivery.outcome === 'rejected')
      return [name, { outcome: 'rejected' as const, attempts, nextAt: now, detail: delivery.reason }] as const;
    const nextAt = now + Math.min(delivery.afterSeconds ?? growingPause(attempts), LONGEST_PAUSE_SECONDS);
    return [name, { outcome: 'owed' as const, attempts, nextAt, detail: delivery.reason }] as const;
  });
  // Whoever took a lapsed claim over keeps it.
  const claimedUntil = sent.claimedBy === runId ? now : sent.claimedUntil;
  return { ...sent, claimedUntil, channels: Object.fromEntries(channels) };
}
