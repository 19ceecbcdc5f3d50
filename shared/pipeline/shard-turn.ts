/** Whoever loses the swap to another tick begins again from what that one left; more often than this is no race. */
export const MOST_ATTEMPTS = 5;

/** A tick after the next is due brings the same points; unless nothing has been judged for longer, and none comes. */
const STARVING_INTERVALS = 3;

/**
 * Why a shard's tick need not be run; undefined where it must.
 *
 * @param committed the tick that was committed last; undefined where none was.
 * @param every seconds between two ticks. @param now epoch seconds.
 */
export function reasonToIdle(
  tick: number,
  committed: number | undefined,
  every: number,
  now: number,
): 'already-judged' | 'too-old' | undefined {
  if (committed === undefined) return undefined;
  if (committed === tick) return 'already-judged';
  if (committed > tick) return 'too-old';
  const isLate = now - tick > every;
  const isStarving = tick - committed >= STARVING_INTERVALS * every;
  return isLate && !isStarving ? 'too-old' : undefined;
}
