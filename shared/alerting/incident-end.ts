import type { FlappingPolicy } from './alert-policy.ts';
import type { Incident, Story } from './incident.ts';
import { MEMORY_SECONDS } from './member-bounds.ts';
import { standingOf } from './standing.ts';

export type CloseReason = NonNullable<Incident['closeReason']>;

/** How long calm must last, in seconds. */
export interface EndPolicy {
  readonly resolveAfterSeconds: number;
  readonly flapping: FlappingPolicy | 'off';
}

/** Whether it began so often of late that it is held until it is calm for longer. */
export const isFlapping = ({ starts }: Pick<Story, 'starts'>, flapping: FlappingPolicy | 'off', now: number): boolean =>
  flapping !== 'off' && starts.filter((at) => at > now - flapping.within).length >= flapping.starts;

/** Whether an open incident is over, and by what; undefined while it is not. Time closes nothing that is unknown. */
export function endedBy(incident: Story, policy: EndPolicy, now: number): CloseReason | undefined {
  const { firing, unknown, fired } = standingOf(incident);
  if (incident.status === 'closed' || firing.length > 0 || unknown.length > 0) return undefined;
  if (fired.length > 0 && fired.every(([, { finding }]) => finding.gone === true)) return 'entity-gone';
  const calm = now - (incident.calmSince ?? now);
  const held = policy.flapping !== 'off' && isHeld(incident, policy.flapping) ? policy.flapping.within : 0;
  return calm >= Math.max(policy.resolveAfterSeconds, held) ? 'recovered' : undefined;
}

/** Told as flapping, or about to be: `starts` are those of the window's length before it was heard of last. */
const isHeld = ({ starts, flappingTold }: Story, { starts: many }: FlappingPolicy): boolean =>
  flappingTold || starts.length >= many;

/** The incident, ended at `now` (epoch seconds); the very same where it was already. @param by the person, if one did. */
export function close<Of extends Story>(incident: Of, reason: CloseReason, now: number, by?: string): Of {
  if (incident.status === 'closed') return incident;
  return {
    ...incident,
    status: 'closed',
    closedAt: now,
    closeReason: reason,
    ...(by === undefined ? {} : { closedBy: by }),
  };
}

/**
 * Whether a record may be deleted: it is closed, no message about it can still be on its way, and no channel is to hear
 * anything more of it or of an earlier incident of the group.
 */
export function isForgettable(record: Incident, now: number): boolean {
  if (record.status !== 'closed' || record.closedAt === null || now - record.closedAt < MEMORY_SECONDS) return false;
  const owes = ({ channels }: Story): boolean => Object.values(channels).some(({ owed }) => owed !== null);
  return !owes(record) && (record.endings ?? []).length === 0;
}
