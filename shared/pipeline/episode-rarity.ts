import type { Rarity } from '../alerting/signal.ts';
import { learnRarity, rarityOfStrength, type RarityState } from '../detectors/rarity.ts';

/** What is needed to say how unusual a row, or the episode it belongs to, is. */
export interface RarityMemory {
  readonly rarity: RarityState;
  /** The strongest row of the open episode, in decades; 0 while there is none. */
  peak: number;
  /** What was said of it when it came: later rows of the episode say the same. */
  toldOnce: number;
  toldEvidence: number;
  toldUnseen: boolean;
}

export const noRarity = { peak: 0, toldOnce: Number.NaN, toldEvidence: 0, toldUnseen: false } as const;

/**
 * How unusual a row is, by what was known before it; inside an episode, how unusual its strongest row was. Then learns
 * from it. Undefined while there is no evidence.
 *
 * @param strength in decades. @param isOpen whether the row belongs to an episode.
 * @param learns false where it is to leave no trace in what later rows are compared with.
 */
export function advanceRarity(
  memory: RarityMemory,
  strength: number,
  isOpen: boolean,
  learns: boolean,
): Rarity | undefined {
  const own = rarityOfStrength(memory.rarity, strength);
  if (learns) learnRarity(memory.rarity, strength);
  if (!isOpen) {
    memory.peak = noRarity.peak;
    memory.toldOnce = noRarity.toldOnce;
    memory.toldEvidence = noRarity.toldEvidence;
    memory.toldUnseen = noRarity.toldUnseen;
    return own ?? undefined;
  }
  if (strength > memory.peak || Number.isNaN(memory.toldOnce)) {
    memory.peak = Math.max(memory.peak, strength);
    if (own !== null) {
      memory.toldOnce = own.onceInSeconds;
      memory.toldEvidence = own.evidenceSeconds;
      memory.toldUnseen = own.unseen;
    }
  }
  if (Number.isNaN(memory.toldOnce)) return undefined;
  return { onceInSeconds: memory.toldOnce, evidenceSeconds: memory.toldEvidence, unseen: memory.toldUnseen };
}
