import type { ExpertBank } from './experts.ts';
import { PROFILES } from './seasonal-profiles.ts';

const FORGETTING_PER_5_MINUTES = 0.9993;
/** An error may seem to grow, but not by much. */
const MOST = 1.05;

/** How much of a profile's error of now is still there some rows later: a regression through 0 that forgets. */
export interface ErrorPersistence {
  /** Learns of a row; to be called for each, in order. */
  learn(row: number): void;
  /** What was learned, `[lead * PROFILES + profile]`. */
  readonly factors: Float64Array;
  /** Brings {@link ErrorPersistence.factors} up to date. */
  update(): void;
}

/**
 * @param leads rows ahead, ascending.
 * @param bank whose profiles are corrected.
 */
export function errorPersistence(
  bank: ExpertBank,
  values: Float64Array,
  leads: ArrayLike<number>,
  decay: (per5Minutes: number) => number,
): ErrorPersistence {
  const forgetting = decay(FORGETTING_PER_5_MINUTES);
  const products = new Float64Array(leads.length * PROFILES);
  const squares = new Float64Array(leads.length * PROFILES);
  const factors = new Float64Array(leads.length * PROFILES);
  const { from, errors, profiles } = bank;
  return {
    factors,
    learn(row) {
      const at = row - from;
      for (let p = 0; p < PROFILES; p++) {
        const error = values[row] - profiles.rows[p][at];
        const before = errors[p];
        for (let lead = 0; lead < leads.length; lead++) {
          const known = at - leads[lead];
          if (known < 0) break;
          const cell = lead * PROFILES + p;
          const then = before[known];
          products[cell] = forgetting * products[cell] + then * error;
          squares[cell] = forgetting * squares[cell] + then * then;
        }
      }
    },
    update() {
      for (let cell = 0; cell < factors.length; cell++) {
        const share = squares[cell] > 0 ? products[cell] / squares[cell] : 0;
        factors[cell] = Math.min(Math.max(share, 0), MOST);
      }
    },
  };
}
