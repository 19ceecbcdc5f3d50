import type { MetricNature } from '../metrics/metric.ts';
import { isPercentage } from './limits.ts';
import type { Limit, Outlook, Recommendation } from './outlook.ts';

/** Expected peaks, in percent utilisation, from which on each is advised; ascending, `target` below all of them. */
export interface RecommendationPolicy {
  readonly monitor: number;
  readonly prepare: number;
  readonly soon: number;
  readonly immediately: number;
  /** Utilisation that capacity is to be scaled to. */
  readonly target: number;
}

export const recommendationDefaults: RecommendationPolicy = {
  monitor: 80,
  prepare: 85,
  soon: 90,
  immediately: 95,
  target: 70,
};

/** What the paths or bands of a forecast say of a limit: everything of an outlook that is not advice. */
export type Crossing = Pick<Outlook, 'probability' | 'crossesAt' | 'isBeyond' | 'peak' | 'note'>;

/** Below it a crossing is not to be expected: more often than not it stays away. */
export const EXPECTED_PROBABILITY = 0.5;
/**
 * So sure it must be, of going beyond what each advice begins at and not only beyond the limit, before it is given. A
 * wide band has a high peak and says little; it is worth a look and not a page.
 */
const certainties = { PREPARE_SCALING: EXPECTED_PROBABILITY, SCALE_SOON: 0.65, SCALE_IMMEDIATELY: 0.8 } as const;

/**
 * How full something is expected to be, in percent, by the worst that is expected of it:
 *
 * - a percentage with a limit above is its own utilisation;
 * - a percentage with a limit below (what is left: credits, free memory) is full by what is not left, 100 − value;
 * - anything else is measured by its limit, which stands where `monitor` stands: a limit of 1,000 connections and a
 *   peak of 1,125 is 90 where monitor is 80; mirrored for a limit below, where 1,000 GB free and a low of 889 is 90, and
 *   nothing left is without bound.
 *
 * NaN where the limit has no size to measure by (0, or negative): then crossing it is all that can be said.
 */
export function utilisationAt(
  worst: number,
  { value, side }: Limit,
  nature: MetricNature,
  { monitor }: RecommendationPolicy,
): number {
  if (isPercentage(nature)) return side === 'above' ? worst : 100 - worst;
  if (!(value > 0)) return Number.NaN;
  if (side === 'above') return (monitor * worst) / value;
  return worst > 0 ? (monitor * value) / worst : Infinity;
}

/**
 * What a forecast means for a limit, with what is advised.
 *
 * NONE where the peak stays on the good side, or the crossing is less probable than 1 in 2, or its probability cannot
 * be told, or the forecaster is no better than persistence (`hasSkill` false): nothing is foreseen then, and the note
 * says why. Otherwise MONITOR at least, and by {@link utilisationAt} more: PREPARE_SCALING where its own value is
 * exceeded with a probability of .5, SCALE_SOON of .65, SCALE_IMMEDIATELY of .8. A limit that is crossed now is no
 * forecast: its probability is 1, and what is advised follows from what is; more than that is advised only where the
 * forecast is that sure of it, and its forecaster has skill.
 *
 * The capacity to go to is utilisation ÷ target, as a multiple of what there is, from PREPARE_SCALING on; null for a
 * limit below that is no percentage, since what is left does not say how much there is in all.
 *
 * @param facts.current the newest known value; NaN where there is none.
 * @param facts.chanceBeyond how probable it is to go beyond a value on the limit's bad side; null where it cannot be told.
 */
export function outlookOf(
  crossing: Crossing,
  limit: Limit,
  facts: {
    readonly current: number;
    readonly nature: MetricNature;
    readonly hasSkill: boolean;
    readonly policy: RecommendationPolicy;
    readonly chanceBeyond: (value: number) => number | null;
  },
): Outlook {
  const { current, nature, hasSkill, policy, chanceBeyond } = facts;
  const { value, side } = limit;
  const { isBeyond, peak, probability } = crossing;
  const head = { limit: { value, side }, isBeyond, peak, crossesAt: crossing.crossesAt };
  const staysWithin = side === 'above' ? !(peak.value > value) : !(peak.value < value);
  const advised = (worst: number, isKnown: (rung: Rung) => boolean): Pick<Outlook, 'recommendation' | 'scaleTo'> => {
    const utilisation = utilisationAt(worst, limit, nature, policy);
    const recommendation = rungs.find((rung) => utilisation >= startOf[rung](policy) && isKnown(rung)) ?? 'MONITOR';
    const isTellable = isPercentage(nature) || side === 'above';
    const isScaled = recommendation !== 'MONITOR' && isTellable;
    return { recommendation, scaleTo: isScaled ? rounded(utilisation / policy.target) : null };
  };
  const isSure = (rung: Rung): boolean =>
    (chanceBeyond(valueAt(startOf[rung](policy), limit, nature, policy)) ?? 0) >= certainties[rung];
  if (isBeyond) {
    const reached = utilisationAt(current, limit, nature, policy);
    const worst = hasSkill ? worseOf(side, current, peak.value) : current;
    const isKnown = (rung: Rung): boolean => reached >= startOf[rung](policy) || isSure(rung);
    return { ...head, probability: 1, note: crossing.note, ...advised(worst, isKnown) };
  }
  const nothing = { recommendation: 'NONE', scaleTo: null } as const;
  if (!hasSkill) return { ...head, probability, ...nothing, note: noted(crossing.note, noSkillNote) };
  if (probability === null || staysWithin || probability < EXPECTED_PROBABILITY)
    return { ...head, probability, ...nothing, note: crossing.note };
  return { ...head, probability, note: crossing.note, ...advised(peak.value, isSure) };
}

/** What is said where nothing is foreseen because nothing can be. */
export const noSkillNote = 'no better than the last value';

const noted = (note: string, more: string): string =>
  note === '' || note.includes(more) ? (note === '' ? more : note) : `${note}; ${more}`;

/** From the most urgent on: a crossing is worth a look at least, however far below the first one its limit was set. */
const rungs = ['SCALE_IMMEDIATELY', 'SCALE_SOON', 'PREPARE_SCALING'] as const;
type Rung = (typeof rungs)[number];

const startOf: Readonly<Record<Rung, (policy: RecommendationPolicy) => number>> = {
  PREPARE_SCALING: ({ prepare }) => prepare,
  SCALE_SOON: ({ soon }) => soon,
  SCALE_IMMEDIATELY: ({ immediately }) => immediately,
};

/** What a series reads at a utilisation, but never on the good side of its limit: {@link utilisationAt} turned round. */
function valueAt(
  utilisation: number,
  { value, side }: Limit,
  nature: MetricNature,
  { monitor }: RecommendationPolicy,
): number {
  if (isPercentage(nature)) return worseOf(side, value, side === 'above' ? utilisation : 100 - utilisation);
  return side === 'above' ? (value * utilisation) / monitor : (value * monitor) / utilisation;
}

const worseOf = (side: Limit['side'], one: number, other: number): number => {
  if (Number.isNaN(one)) return other;
  if (Number.isNaN(other)) return one;
  return side === 'above' ? Math.max(one, other) : Math.min(one, other);
};

/** Two digits: more would be no capacity that anybody can order. */
const rounded = (multiple: number): number | null =>
  Number.isFinite(multiple) ? Math.ceil(multiple * 100 - 1e-9) / 100 : null;

/** How grave each is, where nobody said otherwise. */
export const severityOfRecommendation = {
  NONE: 'INFO',
  MONITOR: 'LOW',
  PREPARE_SCALING: 'MEDIUM',
  SCALE_SOON: 'HIGH',
  SCALE_IMMEDIATELY: 'CRITICAL',
} as const satisfies Record<Recommendation, string>;
