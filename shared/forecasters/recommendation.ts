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
 * So sure it must be before more than preparing, and more than scaling soon, is advised. A wide band has a high peak and
 * says little; it is worth a look and not a page.
 */
const SOON_PROBABILITY = 0.65;
const IMMEDIATE_PROBABILITY = 0.8;

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
 * says why. Otherwise MONITOR at least, and by {@link utilisationAt} more; SCALE_SOON needs a probability of .65,
 * SCALE_IMMEDIATELY one of .8. A limit that is crossed now is no forecast: its probability is 1, and what is advised
 * follows from the worse of what is and what is expected, without skill from what is alone.
 *
 * The capacity to go to is utilisation ÷ target, as a multiple of what there is, from PREPARE_SCALING on; null for a
 * limit below that is no percentage, since what is left does not say how much there is in all.
 *
 * @param current the newest known value; NaN where there is none.
 */
export function outlookOf(
  crossing: Crossing,
  limit: Limit,
  facts: {
    readonly current: number;
    readonly nature: MetricNature;
    readonly hasSkill: boolean;
    readonly policy: RecommendationPolicy;
  },
): Outlook {
  const { current, nature, hasSkill, policy } = facts;
  const { value, side } = limit;
  const { isBeyond, peak, probability } = crossing;
  const head = { limit: { value, side }, isBeyond, peak, crossesAt: crossing.crossesAt };
  const staysWithin = side === 'above' ? !(peak.value > value) : !(peak.value < value);
  const advised = (certainty: number, worst: number): Pick<Outlook, 'recommendation' | 'scaleTo'> => {
    const utilisation = utilisationAt(worst, limit, nature, policy);
    const recommendation = capped(rungOf(utilisation, policy), certainty);
    const isScaled = recommendation !== 'NONE' && recommendation !== 'MONITOR';
    const isTellable = isPercentage(nature) || side === 'above';
    return { recommendation, scaleTo: isScaled && isTellable ? rounded(utilisation / policy.target) : null };
  };
  if (isBeyond) {
    const worst = hasSkill ? worseOf(side, current, peak.value) : current;
    return { ...head, probability: 1, note: crossing.note, ...advised(1, worst) };
  }
  const nothing = { recommendation: 'NONE', scaleTo: null } as const;
  if (!hasSkill) return { ...head, probability, ...nothing, note: noted(crossing.note, noSkillNote) };
  if (probability === null || staysWithin || probability < EXPECTED_PROBABILITY)
    return { ...head, probability, ...nothing, note: crossing.note };
  return { ...head, probability, note: crossing.note, ...advised(probability, peak.value) };
}

/** What is said where nothing is foreseen because nothing can be. */
export const noSkillNote = 'no better than the last value';

const noted = (note: string, more: string): string =>
  note === '' || note.includes(more) ? (note === '' ? more : note) : `${note}; ${more}`;

/** A crossing is worth a look at least, however far below the first rung its limit was set. */
function rungOf(utilisation: number, { prepare, soon, immediately }: RecommendationPolicy): Recommendation {
  if (utilisation >= immediately) return 'SCALE_IMMEDIATELY';
  if (utilisation >= soon) return 'SCALE_SOON';
  if (utilisation >= prepare) return 'PREPARE_SCALING';
  return 'MONITOR';
}

function capped(rung: Recommendation, certainty: number): Recommendation {
  if (rung === 'SCALE_IMMEDIATELY' && certainty < IMMEDIATE_PROBABILITY)
    return certainty < SOON_PROBABILITY ? 'PREPARE_SCALING' : 'SCALE_SOON';
  if (rung === 'SCALE_SOON' && certainty < SOON_PROBABILITY) return 'PREPARE_SCALING';
  return rung;
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
