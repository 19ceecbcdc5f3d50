import type { NoticeFinding } from '../alerting/notice.ts';
import { glanceValue } from './glance-value.ts';
import { momentWords } from './moment-words.ts';
import { plainText } from './plain-text.ts';
import { shortUnit } from './words.ts';

/** What is told of a forecast: an outlook and what it stands on. */
export type ToldForecast = NonNullable<NoticeFinding['forecast']>;

/** Of which words are made: a notice's finding, or a signal's. */
interface Foretold {
  readonly observed: number | null;
  readonly unit: string;
  readonly explanation: string;
  readonly forecast?: ToldForecast | undefined;
}

export const isForecast = ({ kind }: Pick<NoticeFinding, 'kind'>): boolean => kind === 'forecast';

const minute = 60;
const hour = 3600;
const day = 86_400;

/** `25 min`, `5 hours`, `9 days`, and in which unit that is. */
function awayIn(seconds: number): { readonly unit: string; readonly size: number } {
  if (seconds < 90 * minute) return { unit: 'min', size: minute };
  return seconds < 36 * hour ? { unit: 'hours', size: hour } : { unit: 'days', size: day };
}

/** `in about 25 min`, `any moment`; empty where the time is none. @param seconds from now */
function aheadWords(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 90) return 'any moment';
  const { unit, size } = awayIn(seconds);
  return `in about ${Math.round(seconds / size)} ${unit}`;
}

/** ` (6 to 14)`, in the unit in which the crossing is said; empty where it is not known how sure that is. */
function spreadWords({ between, crossesAt }: ToldForecast, at: number): string {
  if (between === undefined || crossesAt === null || !between.every(Number.isFinite)) return '';
  const { size } = awayIn(crossesAt - at);
  const [from, to] = between.map((time) => Math.max(0, Math.round((time - at) / size)));
  return from === to ? '' : ` (${from} to ${to})`;
}

/** A probability as people bet: `3 in 4`; empty where it is none. */
export function oddsWords(probability: number | null): string {
  if (probability === null || !(probability >= 0 && probability <= 1)) return '';
  if (probability >= 0.95) return 'almost certain';
  if (probability < 0.05) return 'unlikely';
  const odds = [
    [1, 10],
    [1, 5],
    [1, 4],
    [1, 3],
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [9, 10],
  ] as const;
  const [count, of] = odds.reduce((best, one) =>
    Math.abs(one[0] / one[1] - probability) < Math.abs(best[0] / best[1] - probability) ? one : best,
  );
  return `${count} in ${of}`;
}

/** What happens beyond the limit: a percentage that reaches 100 is full, what falls to nothing is used up. */
function beyondWords({ limit, between }: ToldForecast, unit: string): string {
  const value = glanceValue(limit.value, unit);
  if (limit.side === 'below') return limit.value <= 0 ? 'be used up' : `fall below ${value}`;
  if (shortUnit(unit) === '%' && limit.value >= 99) return 'be full';
  return between === undefined ? `cross ${value}` : `reach ${value}`;
}

/** Of a slow trend that has come to its end: it is there, and not beyond. */
function arrivedWords({ value, side }: ToldForecast['limit'], unit: string): string {
  if (side === 'below') return value <= 0 ? 'is used up' : `has fallen to ${glanceValue(value, unit)}`;
  return shortUnit(unit) === '%' && value >= 99 ? 'is full' : `has reached ${glanceValue(value, unit)}`;
}

/**
 * What is expected, as the end of a sentence that begins with the series: `will cross 80 % in about 25 min`, `may fall
 * below 5 GB`, `will be full in about 9 days (6 to 14)`, `is above 80 %`.
 *
 * @param at epoch seconds of whoever says it.
 */
export function crossingWords(forecast: ToldForecast | undefined, unit: string, at: number): string {
  if (forecast === undefined) return 'is expected to cross its limit';
  const { limit, probability, crossesAt, isBeyond } = forecast;
  // Of what is crossed the probability is 1; a slow trend has none.
  if (isBeyond)
    return probability === null ? arrivedWords(limit, unit) : `is ${limit.side} ${glanceValue(limit.value, unit)}`;
  const verb = (probability !== null && probability < 0.5) || crossesAt === null ? 'may' : 'will';
  const ahead = crossesAt === null ? '' : aheadWords(crossesAt - at);
  return (
    [`${verb} ${beyondWords(forecast, unit)}`, ahead].filter((words) => words !== '').join(' ') +
    spreadWords(forecast, at)
  );
}

/** `peak 93 % at 14:35 UTC`; `lowest` of a limit below. Empty where none is expected. */
export function worstWords({ peak, limit }: ToldForecast, unit: string, at: number, timezone = 'UTC'): string {
  if (peak === undefined || !Number.isFinite(peak.value)) return '';
  const word = limit.side === 'above' ? 'peak' : 'lowest';
  return `${word} ${glanceValue(peak.value, unit)} at ${momentWords(peak.time, at, timezone)}`;
}

/** `now 71 %, peak 93 % at 14:35 UTC, 3 in 4` */
function outlookWords(finding: Omit<Foretold, 'explanation'>, at: number, timezone = 'UTC'): string {
  const { observed, unit, forecast } = finding;
  if (forecast === undefined) return nowWords(observed, unit);
  const odds = forecast.isBeyond ? '' : oddsWords(forecast.probability);
  return [nowWords(observed, unit), worstWords(forecast, unit, at, timezone), odds]
    .filter((words) => words !== '')
    .join(', ');
}

/** `will cross 80 % in about 25 min (now 71 %, peak 93 % at 14:35 UTC, 3 in 4)`, `will be full in about 9 days (6 to 14), now 83 %` */
export function foreseenWords(finding: Omit<Foretold, 'explanation'>, at: number, timezone = 'UTC'): string {
  const facts = outlookWords(finding, at, timezone);
  const crossing = crossingWords(finding.forecast, finding.unit, at);
  if (facts === '') return crossing;
  return crossing.endsWith(')') ? `${crossing}, ${facts}` : `${crossing} (${facts})`;
}

const nowWords = (observed: number | null, unit: string): string =>
  observed === null || !Number.isFinite(observed) ? '' : `now ${glanceValue(observed, unit)}`;

/** `now 71 %, limit 80 %, peak 93 % at 14:35 UTC` */
export function boundaryWords(finding: Omit<Foretold, 'explanation'>, at: number, timezone = 'UTC'): string {
  const { observed, unit, forecast } = finding;
  if (forecast === undefined) return nowWords(observed, unit);
  const limit = `limit ${glanceValue(forecast.limit.value, unit)}`;
  return [nowWords(observed, unit), limit, worstWords(forecast, unit, at, timezone)]
    .filter((words) => words !== '')
    .join(', ');
}

/** When it is expected to be crossed: `about 14:20 UTC, 3 in 4`; days ahead `about Nov 30, between Nov 27 and Dec 5`. */
export function whenWords(forecast: ToldForecast | undefined, at: number, timezone = 'UTC'): string {
  if (forecast === undefined) return '';
  const { crossesAt, between, probability, isBeyond } = forecast;
  const isFar = crossesAt !== null && crossesAt - at >= 36 * hour;
  const time = (seconds: number): string =>
    isFar ? momentWords(seconds, at, timezone).split(', ')[0] : momentWords(seconds, at, timezone);
  const range = between?.every(Number.isFinite) === true ? `between ${time(between[0])} and ${time(between[1])}` : '';
  const about = crossesAt === null || isBeyond ? '' : `crossing about ${time(crossesAt)}`;
  return [about, about === '' ? '' : range, isBeyond ? '' : oddsWords(probability)]
    .filter((words) => words !== '')
    .join(', ');
}

const advice = {
  NONE: 'nothing to do',
  MONITOR: 'keep an eye on it',
  PREPARE_SCALING: 'prepare to scale',
  SCALE_SOON: 'scale soon',
  SCALE_IMMEDIATELY: 'scale now',
} as const satisfies Readonly<Record<ToldForecast['recommendation'], string>>;

/** `scale soon, to 1.33 times what there is (SCALE_SOON)` */
export function adviceWords({ recommendation, scaleTo }: Pick<ToldForecast, 'recommendation' | 'scaleTo'>): string {
  const to = scaleWords(scaleTo);
  return `${advice[recommendation]}${to === '' ? '' : `, to ${to}`} (${recommendation})`;
}

/** `1.33 times what there is`; empty where no capacity is advised. */
export const scaleWords = (scaleTo: number | null): string =>
  scaleTo === null || !(scaleTo > 0 && scaleTo < 1e6) ? '' : `${Number(scaleTo.toFixed(2))} times what there is`;

/** Below this a forecaster has no skill: what it says is not to be raised. */
const noSkill = 0.02;

/** What its forecasts were worth: `38 % better than the last value`, `no better than the last value`. */
export function skillWords(skill: number | null): string {
  if (skill === null || !Number.isFinite(skill)) return 'not measured yet: too little history';
  return skill < noSkill ? 'no better than the last value' : `${Math.round(skill * 100)} % better than the last value`;
}

/** What to do, what it is worth, and what else must be known; sentences. */
export function forecastReason({ forecast, explanation }: Pick<Foretold, 'forecast' | 'explanation'>): string {
  if (forecast === undefined) return plainText(explanation, 500);
  const note = plainText(forecast.note, 300);
  // A trend over days is not measured against the last value.
  const isMeasured = forecast.between === undefined || forecast.skill !== null;
  return [
    `Advice: ${adviceWords(forecast)}.`,
    isMeasured ? `Forecasts of it were ${skillWords(forecast.skill)}.` : '',
    note === '' ? '' : note.endsWith('.') ? note : `${note}.`,
  ]
    .filter((words) => words !== '')
    .join(' ');
}
