import type { Decision, Story } from './incident.ts';
import type { SpeakReason } from './notice-reason.ts';
import { gravest } from './severities.ts';
import { standingOf } from './standing.ts';

/** Who tells it, where, and until when nobody else does; times in epoch seconds. */
export interface Claim {
  readonly now: number;
  readonly channels: readonly string[];
  readonly claimedUntil: number;
  readonly claimedBy: string;
}

/** Reasons that only some channels hear: people are to be reminded as if they had not been told. */
const quiet: ReadonlySet<SpeakReason> = new Set(['new-series', 'acknowledged', 'channel-refused']);
/** Reasons that tell nothing new of what fires. */
const unchanged: ReadonlySet<SpeakReason> = new Set(['acknowledged', 'channel-refused', 'all-resolved', 'closed']);

/** The incident with the decision to speak: the next notice's number, and what people will then have been told. */
export function tell<Of extends Story>(
  incident: Of,
  reason: SpeakReason,
  { now, channels, claimedUntil, claimedBy }: Claim,
): Of & { told: Decision } {
  const { told } = incident;
  const standing = standingOf(incident);
  const isNews = told === null || !unchanged.has(reason);
  const going = [...standing.firing, ...standing.unknown];
  const keys = (going.length > 0 ? going : standing.fired).map(([key]) => key);
  return {
    ...incident,
    told: {
      number: (told?.number ?? 0) + 1,
      reason,
      severity: isNews ? gravest([told?.severity ?? 'INFO', standing.severity]) : told.severity,
      at: now,
      remindFrom: told !== null && quiet.has(reason) ? told.remindFrom : now,
      keys: isNews ? [...new Set([...(told?.keys ?? []), ...keys])] : told.keys,
      channels: [...channels],
      claimedUntil,
      claimedBy,
    },
    announced: true,
    flappingTold: incident.flappingTold || reason === 'flapping',
    acknowledged: takenUp(incident, reason),
    silence: null,
  };
}

/** Who took up something milder did not take up this. */
function takenUp({ acknowledged }: Story, reason: SpeakReason): Story['acknowledged'] {
  if (acknowledged === null || reason === 'worse') return null;
  return reason === 'acknowledged' ? { ...acknowledged, told: true } : acknowledged;
}
