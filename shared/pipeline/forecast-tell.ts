import type { Foreseen } from '../alerting/foreseen.ts';
import { isBeyond, type SeriesLimit } from '../forecasters/limits.ts';
import type { Recommendation } from '../forecasters/outlook.ts';
import { severityOfRecommendation } from '../forecasters/recommendation.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { Series } from '../metrics/series.ts';
import type { SeriesForecast, SeriesOutlook } from './forecast-record.ts';
import { saturationKey, saturationStatement } from './forecast-saturation.ts';
import { recovered } from './recovered.ts';
import { digits, headOf, type SeriesToTell } from './series-to-tell.ts';
import type { Told } from './shard-state.ts';
import type { Statement, Telling } from './tell-entity.ts';

type Side = SeriesLimit['side'];

/** A danger that was foreseen passes when it has become less probable than this. */
const PASSED_PROBABILITY = 0.3;

/**
 * The sides on which a limit of a series is in danger after a tick.
 *
 * It begins where a crossing is foreseen: something is recommended, and it is not beyond now. A limit that was crossed
 * without having been foreseen is no forecast: it begins a danger only where somebody wrote that limit, and no static
 * rule of that side tells it. What nobody asked for and was crossed within the last horizon is no news either: a busy
 * server dances around 80 % all day.
 * It goes on while the limit is crossed, or a crossing is as probable as 3 in 10. What cannot be forecast now changes nothing.
 */
export function dangerAfter(one: Omit<SeriesToTell, 'description' | 'saturation'>): readonly Side[] {
  const { made, danger } = one;
  if (made.missing !== null) return danger;
  return made.outlooks.filter((outlook) => isInDanger(outlook, one)).map(({ limit }) => limit.side);
}

function isInDanger(
  outlook: SeriesOutlook,
  { made, known, danger, isRuled, horizon }: Omit<SeriesToTell, 'description' | 'saturation'>,
): boolean {
  const { limit, recommendation, probability, isAsked } = outlook;
  if (danger.includes(limit.side)) {
    if (outlook.isBeyond || recommendation !== 'NONE') return true;
    return made.hasSkill && probability !== null && probability >= PASSED_PROBABILITY;
  }
  if (outlook.isBeyond) return isAsked && !isRuled(limit.side);
  if (recommendation === 'NONE') return false;
  return isAsked || !wasBeyond(known, limit, horizon);
}

function wasBeyond({ values, stepSeconds }: Series, limit: SeriesOutlook['limit'], seconds: number): boolean {
  const from = Math.max(0, values.length - Math.ceil(seconds / stepSeconds));
  for (let slot = from; slot < values.length; slot++) if (isBeyond(values[slot], limit)) return true;
  return false;
}

/**
 * What to say of an entity's forecasts after a tick: every limit in danger, and everything that will be full within two
 * weeks; what fired before and cannot be forecast now, as unknown; what has passed, three times.
 *
 * @param told what was said before.
 * @param series of this entity, with `danger` as it is after the tick.
 */
export function tellForecasts(series: readonly SeriesToTell[], told: readonly Told[], tick: number): Telling {
  const before = new Map(told.map((one) => [one.finding.key, one]));
  const current = new Map<string, Statement>();
  for (const one of series) {
    const earlier = before.get(crossingKey(one.description.id));
    const crossing = crossingStatement(one, earlier, tick);
    if (crossing !== undefined) current.set(crossing.key, crossing);
    const filling = saturationStatement(one, before.get(saturationKey(one.description.id)), tick);
    current.set(filling.key, filling);
  }
  const next: Told[] = [];
  let began = 0;
  for (const [key, statement] of current) {
    const earlier = before.get(key);
    if (statement.status === 'firing') {
      if (earlier === undefined || earlier.normalTicks > 0) began++;
      next.push({ ...earlier, finding: statement, normalTicks: 0 });
    } else if (earlier !== undefined) next.push(...recovered(earlier, statement));
  }
  for (const earlier of told) if (!current.has(earlier.finding.key)) next.push(...recovered(earlier, undefined));
  return { statements: next.map(({ finding }) => finding), told: next, began };
}

export const crossingKey = (series: string): string => `forecast:${series}`;

const ranks: Readonly<Record<Recommendation, number>> = {
  NONE: 0,
  MONITOR: 1,
  PREPARE_SCALING: 2,
  SCALE_SOON: 3,
  SCALE_IMMEDIATELY: 4,
};

/** Of a series that is near both of its limits the graver one is told. */
const worst = (outlooks: readonly SeriesOutlook[]): SeriesOutlook =>
  outlooks.reduce((one, other) =>
    ranks[other.recommendation] - ranks[one.recommendation] > 0 ||
    (other.recommendation === one.recommendation && (other.probability ?? 0) > (one.probability ?? 0))
      ? other
      : one,
  );

function crossingStatement(one: SeriesToTell, earlier: Told | undefined, tick: number): Statement | undefined {
  const { made, danger, description } = one;
  const key = crossingKey(description.id);
  const head = { key, source: 'crossing', ...headOf(one) };
  if (made.missing !== null) {
    const explanation = `${description.label} cannot be forecast: ${reasons[made.missing]}`;
    return { ...head, status: 'unknown', since: earlier?.finding.since ?? tick, score: 0, explanation };
  }
  if (made.outlooks.length === 0) return undefined;
  const endangered = made.outlooks.filter(({ limit }) => danger.includes(limit.side));
  const isFiring = endangered.length > 0;
  const outlook = worst(isFiring ? endangered : made.outlooks);
  const isOngoing = earlier?.normalTicks === 0;
  // While a danger passes it is watched: it would be no news that nothing is recommended.
  const recommendation = isFiring && outlook.recommendation === 'NONE' ? 'MONITOR' : outlook.recommendation;
  return {
    ...head,
    status: isFiring ? 'firing' : 'normal',
    since: isFiring && !isOngoing ? tick : (earlier?.finding.since ?? tick),
    score: outlook.probability ?? 0,
    ...(isFiring ? { severity: outlook.severity ?? severityOfRecommendation[recommendation] } : {}),
    explanation: isFiring ? dangerWords(outlook, description, made.current, tick) : passedWords(outlook, description),
    forecast: foreseenOf(outlook, made, recommendation),
  };
}

const foreseenOf = (outlook: SeriesOutlook, { skill }: SeriesForecast, recommendation: Recommendation): Foreseen => ({
  limit: outlook.limit,
  probability: outlook.probability,
  crossesAt: outlook.isBeyond ? null : outlook.crossesAt,
  isBeyond: outlook.isBeyond,
  ...(Number.isFinite(outlook.peak.value) ? { peak: outlook.peak } : {}),
  recommendation,
  scaleTo: outlook.scaleTo,
  skill,
  note: outlook.note,
});

const reasons: Readonly<Record<NonNullable<SeriesForecast['missing']>, string>> = {
  'not-trained': 'no forecaster is fitted yet',
  'not-enough-history': 'there is too little history',
  'missing-data': 'its newest values are missing',
};

function dangerWords(outlook: SeriesOutlook, { label }: SeriesDescription, current: number, tick: number): string {
  const { limit, probability, crossesAt, peak } = outlook;
  const line = `${limit.side} its limit of ${digits(limit.value)}`;
  const now = Number.isFinite(current) ? `, now ${digits(current)}` : '';
  const extreme = limit.side === 'above' ? 'peak' : 'low';
  const ahead = Number.isFinite(peak.value) ? `, ${extreme} of ${digits(peak.value)} expected` : '';
  if (outlook.isBeyond) return `${label} is ${line}${now}${ahead}`;
  const minutes = crossesAt === null ? undefined : Math.max(1, Math.round((crossesAt - tick) / 60));
  const when = minutes === undefined ? '' : ` in about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  const chance = probability === null ? '' : ` (${Math.round(100 * probability)} %)`;
  return `${label} is expected ${line}${when}${chance}${now}${ahead}`;
}

const passedWords = ({ limit }: SeriesOutlook, { label }: SeriesDescription): string =>
  `${label} is not expected ${limit.side} its limit of ${digits(limit.value)} any more`;
