import type { Rarity } from '../alerting/signal.ts';
import type { VerdictState } from '../detectors/verdict.ts';

export interface RarityMemory {
  judged: number;
  /** The strongest gated events so far, in falling order; 0 where there was none. */
  readonly events: Float32Array;
}

export const EVENTS = 64;

export function advanceRarity(
  memory: RarityMemory,
  alert: number,
  episode: VerdictState,
  stepSeconds: number,
): Rarity | undefined {
  const open = !Number.isNaN(episode.since);
  let rarity: Rarity | undefined;
  if (open) {
    const evidenceSeconds = memory.judged * stepSeconds;
    let stronger = 0;
    while (stronger < EVENTS && memory.events[stronger] >= episode.strongest) stronger++;
    rarity = { onceInSeconds: evidenceSeconds / (1 + stronger), evidenceSeconds, unseen: stronger === 0 };
  }
  if (alert > 0) {
    let at = EVENTS - 1;
    if (memory.events[at] < alert) {
      while (at > 0 && memory.events[at - 1] < alert) {
        memory.events[at] = memory.events[at - 1];
        at--;
      }
      memory.events[at] = alert;
    }
  }
  return rarity;
}
