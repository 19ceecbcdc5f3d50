/** A severity of six decades above usual scores .85; scores rise for ever and reach neither 0 nor 1. */
const SCALE_SQUARED = 36;

/** The score of so many decades of severity above (below, where negative) half the usual worst. */
export const scoreOf = (excess: number): number => 0.5 * (1 + excess / Math.sqrt(excess * excess + SCALE_SQUARED));

/** The decades that {@link scoreOf} made a score of. */
export function excessOf(score: number): number {
  const part = 2 * score - 1;
  return Math.sqrt(SCALE_SQUARED) * (part / Math.sqrt(1 - part * part));
}
