import type { Foreseen } from '../alerting/foreseen.ts';
import { compareSeverities, type Severity } from '../alerting/severities.ts';
import type { Recommendation } from '../forecasters/outlook.ts';
import { severityOfRecommendation } from '../forecasters/recommendation.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { SeriesForecast, SeriesOutlook } from './forecast-record.ts';
import { cannotSay } from './forecast-danger.ts';
import { saturationKey, saturationStatement } from './forecast-saturation.ts';
import { recovered } from './recovered.ts';
import { digits, headOf, type SeriesToTell } from './series-to-tell.ts';
import type { Told } from './shard-state.ts';
import type { Statement, Telling } from './tell-entity.ts';

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
  const unforeseen = new Set(
    series
      .filter((one) => wasUnforeseen(one, before.get(crossingKey(one.description.id))))
      .map(({ description }) => crossingKey(description.id)),
  );
  const next: Told[] = [];
  let began = 0;
  for (const [key, statement] of current) {
    const earlier = before.get(key);
    if (statement.status === 'firing') {
      if (earlier === undefined || earlier.normalTicks > 0) began++;
      next.push({ ...earlier, finding: statement, normalTicks: 0, isUnforeseen: unforeseen.has(key) });
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

/** What went on when people were last told something else, or nothing. */
const isGoing = (earlier: Told | undefined): earlier is Told => earlier !== undefined && earlier.normalTicks === 0;

/** Whether a limit is crossed that nobody foresaw, until something more is foreseen. */
function wasUnforeseen({ made, danger }: SeriesToTell, earlier: Told | undefined): boolean {
  const endangered = made.outlooks.filter(({ limit }) => danger.includes(limit.side));
  if (isGoing(earlier) && earlier.isUnforeseen !== true) return false;
  return isGoing(earlier)
    ? endangered.every((one) => one.isBeyond || one.recommendation === 'NONE')
    : endangered.some((one) => one.isBeyond);
}

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
  const since = earlier?.finding.since ?? tick;
  if (isFiring && endangered.every((outlook) => cannotSay(outlook, made))) {
    const { limit, note } = worst(endangered);
    const explanation = `whether ${description.label} goes ${limit.side} its limit of ${digits(limit.value)} cannot be said: ${note}`;
    return { ...head, status: 'unknown', since, score: 0, explanation };
  }
  const outlook = worst(isFiring ? endangered : made.outlooks);
  // While a danger passes it is watched: it would be no news that nothing is recommended.
  const recommendation = isFiring && outlook.recommendation === 'NONE' ? 'MONITOR' : outlook.recommendation;
  return {
    ...head,
    status: isFiring ? 'firing' : 'normal',
    since: isFiring && !isGoing(earlier) ? tick : since,
    score: outlook.probability ?? 0,
    ...(isFiring ? severityNow(one, outlook, recommendation, earlier) : {}),
    explanation: isFiring ? dangerWords(outlook, description, made.current, tick) : passedWords(outlook, description),
    forecast: foreseenOf(outlook, made, recommendation),
  };
}

/** So sure a crossing must be before what was written for it pages: it is told of as SCALE_SOON is. */
const SURE_PROBABILITY = 0.65;

/**
 * How grave it is: as was written with the limit, once it is crossed or that is as probable as .65, and MEDIUM at most
 * before; else by the advice, and HIGH at most where nobody foresaw it: one who hears of it first when it has come can
 * look first. While a rule tells that it is crossed, nothing here becomes graver: that would be told twice.
 */
function severityNow(
  one: SeriesToTell,
  outlook: SeriesOutlook,
  recommendation: Recommendation,
  earlier: Told | undefined,
): Pick<Statement, 'severity' | 'isProposed'> {
  const { limit, severity: written, isBeyond, probability } = outlook;
  const before = earlier?.finding.severity;
  const isHeld = isBeyond && one.isRuled(limit) && isGoing(earlier) && before !== undefined;
  const atMost = (severity: Severity, most: Severity): Severity =>
    compareSeverities(severity, most) > 0 ? most : severity;
  const held = (severity: Severity): Severity => (isHeld ? atMost(severity, before) : severity);
  if (written !== undefined) {
    const isSure = isBeyond || (probability !== null && probability >= SURE_PROBABILITY);
    return { severity: held(isSure ? written : atMost(written, 'MEDIUM')) };
  }
  const proposed = severityOfRecommendation[recommendation];
  return { severity: held(wasUnforeseen(one, earlier) ? atMost(proposed, 'HIGH') : proposed), isProposed: true };
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
