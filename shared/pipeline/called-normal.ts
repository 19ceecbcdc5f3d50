import * as z from 'zod';
import type { Feedback } from '../alerting/feedback.ts';
import type { LeastStrength } from '../detectors/detector.ts';

/** What the judge needs to know of a feedback, and a shard remembers of it. */
export const calledNormalSchema = z.object({
  id: z.string(),
  entity: z.string(),
  /** Null for the entity as a whole. */
  series: z.string().nullable(),
  direction: z.enum(['above', 'below', 'any']),
  /** Of an entity: the series that led it. */
  metrics: z.array(z.string()),
  /** In decades. */
  strength: z.number(),
  /** Epoch seconds; null for never. */
  until: z.number().nullable(),
});
export type CalledNormal = z.infer<typeof calledNormalSchema>;

export const calledNormalOf = ({
  id,
  entity,
  series,
  direction,
  metrics,
  strength,
  until,
}: Feedback): CalledNormal => ({
  id,
  entity,
  series,
  direction,
  metrics,
  strength,
  until,
});

/** What is told again must be three times as rare as what was called normal. */
export const NORMAL_MARGIN = 0.5;

/** What holds at a tick: what has ended counts no more. */
export const normalAt = (all: readonly CalledNormal[], tick: number): readonly CalledNormal[] =>
  all.filter(({ until }) => until === null || until > tick);

/** How strong a series' deviations must be to be told; undefined where nobody called any normal. */
export function leastOfSeries(all: readonly CalledNormal[] | undefined, series: string): LeastStrength | undefined {
  const own = all?.filter((one) => one.series === series) ?? [];
  if (own.length === 0) return undefined;
  const least = (other: CalledNormal['direction']): number =>
    Math.max(0, ...own.filter(({ direction }) => direction !== other).map(({ strength }) => strength + NORMAL_MARGIN));
  return { above: least('below'), below: least('above') };
}

/** What was called normal of an entity as a whole. */
export const normalOfEntity = (all: readonly CalledNormal[] | undefined, entity: string): readonly CalledNormal[] =>
  all?.filter((one) => one.series === null && one.entity === entity) ?? [];

/**
 * Whether a deviation of an entity as a whole is one of those that were called normal: led by one of the same metrics,
 * and not much stronger.
 *
 * @param leader series with the largest share in it; undefined where none has.
 */
export const isCalledNormal = (known: readonly CalledNormal[], strength: number, leader: string | undefined): boolean =>
  known.some(
    (one) =>
      strength < one.strength + NORMAL_MARGIN &&
      (one.metrics.length === 0 || (leader !== undefined && one.metrics.includes(leader))),
  );
