import * as z from 'zod';
import { isElsewhere } from './elsewhere.ts';
import type { Incident, Member } from './incident.ts';
import type { Finding } from './signal.ts';

/** More than so many of one watch are refused: a watch that needs more wants another sensitivity. */
export const MOST_FEEDBACK = 1000;

/**
 * "This is normal", said by a person of one deviation. Never changed once it is written: taken back, it is deleted.
 * All times are epoch seconds.
 */
export const feedbackSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  watch: z.string(),
  shard: z.string(),
  entity: z.string(),
  /** Null where the entity as a whole was meant. */
  series: z.string().nullable(),
  /** Of the finding, for people. */
  label: z.string(),
  /** The view that fired. */
  source: z.enum(['series', 'entity']),
  /** Which way it deviated from what was expected; `any` for an entity, which has no direction. */
  direction: z.enum(['above', 'below', 'any']),
  /** Of an entity: the metrics that accounted for it. Led by others, it is another kind of deviation. */
  metrics: z.array(z.string()),
  /** How strong it was at its strongest, in the detectors' decades. */
  strength: z.number().positive(),
  observed: z.number().nullable(),
  expected: z.number().nullable(),
  unit: z.string(),
  /** Who said so, when, of which incident. */
  by: z.string(),
  at: z.number(),
  incident: z.string(),
  /** When it ends; null for never. */
  until: z.number().nullable(),
});
export type Feedback = z.infer<typeof feedbackSchema>;

export interface FeedbackHead {
  readonly incident: Pick<Incident, 'id'>;
  readonly by: string;
  readonly at: number;
  readonly until: number | null;
}

/** Whether a person can call it normal: an anomaly that says what it was. Rules and forecasts are no guesses. */
export const canBeNormal = ({ kind, source, deviation }: Finding): boolean =>
  kind === 'anomaly' &&
  (source === 'series' || source === 'entity') &&
  deviation !== undefined &&
  deviation.strength > 0;

/** @returns undefined for what cannot be called normal; see {@link canBeNormal}. */
export function feedbackOf(
  { finding, watch, shard, entity }: Member,
  { incident, by, at, until }: FeedbackHead,
  id: string,
): Feedback | undefined {
  const { deviation, series, label, unit } = finding;
  if (!canBeNormal(finding) || deviation === undefined) return undefined;
  const isWhole = finding.source === 'entity' || series === undefined;
  const source = isWhole ? 'entity' : 'series';
  const what = { watch, shard, entity, series: isWhole ? null : series, label, source, unit } as const;
  return { version: 1, id, ...what, ...deviation, by, at, incident: incident.id, until };
}

/** Whether two say the same: the second adds nothing while the first is as strong and lasts as long. */
export function covers(first: Feedback, second: Feedback): boolean {
  const isAlike =
    first.watch === second.watch &&
    first.entity === second.entity &&
    first.series === second.series &&
    first.source === second.source &&
    first.direction === second.direction &&
    first.metrics.join('\n') === second.metrics.join('\n');
  const lasts = first.until === null || (second.until !== null && first.until >= second.until);
  return isAlike && lasts && first.strength >= second.strength;
}

/**
 * The anomalies of an incident that "this is normal" is said of. What was called normal as a whole takes with it what
 * its metrics told by themselves: they are one deviation.
 *
 * @param key of one member; undefined for all that fired in the incident.
 */
export function calledNormal(
  incident: Pick<Incident, 'members'>,
  key?: string,
): readonly (readonly [string, Member])[] {
  const anomalies = Object.entries(incident.members).filter(
    // What was judged elsewhere is called normal there: nobody there would hear of it.
    ([, { finding, firedAt, watch }]) => firedAt !== null && canBeNormal(finding) && !isElsewhere(watch),
  );
  const meant = key === undefined ? undefined : incident.members[key];
  if (key === undefined) return anomalies;
  if (meant === undefined) return [];
  return anomalies.filter(
    ([name, { watch, entity }]) =>
      name === key || (meant.finding.source === 'entity' && watch === meant.watch && entity === meant.entity),
  );
}
