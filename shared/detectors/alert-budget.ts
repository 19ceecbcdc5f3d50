import { passGates } from './series-gates.ts';
import { createSeriesState, EXACT, WHOLES } from './series-state.ts';

/** How many first notices a watch may bring. */
export interface AlertBudget {
  readonly perWeek: number;
}

const WEEK_SECONDS = 604_800;
const PER_WEEK = { day: 7, week: 1, month: 7 / 30.4375 } as const;

/**
 * Reads `3 per week`, `1 a day`, `10/month`.
 *
 * @throws RangeError on anything else, and on a budget of 0.
 */
export function parseAlertBudget(text: string): AlertBudget {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(?:per|a|\/)\s*(day|week|month)\s*$/i.exec(text);
  const count = Number(found?.[1]);
  const unit = found?.[2]?.toLowerCase() as keyof typeof PER_WEEK | undefined;
  if (unit === undefined || !(count > 0)) {
    throw new RangeError(`"${text}" is no alert budget; write a number above 0 and a time, such as "3 per week"`);
  }
  return { perWeek: count * PER_WEEK[unit] };
}

/** What the detector said of one series, row by row in order; NaN where it could not judge. */
export interface JudgedTrace {
  /** Series of one entity are told together. */
  readonly entity: string;
  readonly stepSeconds: number;
  /** Epoch seconds. */
  readonly times: Float64Array;
  readonly novelty: ArrayLike<number>;
  /** Severity above usual in decades: `excessOf(score)`. */
  readonly excess: ArrayLike<number>;
  /**
   * What a detector with gates of its own, fixed whatever the threshold, would tell at each row; 0 where nothing. With
   * it no gates are replayed: what is at the threshold or above is told.
   */
  readonly alerts?: ArrayLike<number>;
  /** The first row whose alerts count; those before still tire the gates. Default 600: until then a detector learns. */
  readonly countedFrom?: number;
}

export interface BudgetOptions {
  /** Alerts of an entity with less than this between them are one notice. Default 1 h. */
  readonly groupSeconds: number;
  readonly severityGate: boolean;
}

export const budgetDefaults: BudgetOptions = { groupSeconds: 3600, severityGate: true };

export type BudgetThreshold =
  | {
      readonly kind: 'found';
      readonly threshold: number;
      /** What this threshold would have brought on the history it was set on, its later rows weighing more. */
      readonly noticesPerWeek: number;
      /** Entity-weeks that were looked at. */
      readonly entityWeeks: number;
    }
  | { readonly kind: 'not-enough-history'; readonly entityWeeks: number; readonly neededWeeks: number };

const WARM_ROWS = 600;
/** Below it every tenth point would be unusual; above it hardly anything ever is. */
const LOWEST_THRESHOLD = 1;
const HIGHEST_THRESHOLD = 14;
const HALVINGS = 14;
/** With less, not one notice could be expected of the whole history, and no threshold can be told from another. */
const LEAST_EXPECTED_NOTICES = 1;

/**
 * The threshold that would have kept a watch's own history within its budget of first notices: the gates, and only
 * they, are replayed over what the detector said. Later rows weigh more (twice the mean at the end, nothing at the
 * start), because every series grows calmer while its detector learns.
 */
export function thresholdForBudget(
  traces: readonly JudgedTrace[],
  budget: AlertBudget,
  options: BudgetOptions = budgetDefaults,
): BudgetThreshold {
  const { weeks: entityWeeks, entities } = extentOf(traces);
  const neededWeeks = (LEAST_EXPECTED_NOTICES * entities) / budget.perWeek;
  if (entityWeeks === 0 || entityWeeks < neededWeeks) return { kind: 'not-enough-history', entityWeeks, neededWeeks };
  const found = (threshold: number, rate: number): BudgetThreshold => ({
    kind: 'found',
    threshold,
    noticesPerWeek: rate,
    entityWeeks,
  });
  const rateAt = (threshold: number): number =>
    (firstNotices(traces, threshold, options).reduce((sum, { weight }) => sum + weight, 0) / entityWeeks) * entities;

  let low = LOWEST_THRESHOLD;
  let high = HIGHEST_THRESHOLD;
  const most = rateAt(low);
  if (most <= budget.perWeek) return found(low, most);
  let rate = rateAt(high);
  for (let halving = 0; halving < HALVINGS && rate <= budget.perWeek; halving++) {
    const middle = Math.sqrt(low * high);
    const middleRate = rateAt(middle);
    if (middleRate > budget.perWeek) low = middle;
    else [high, rate] = [middle, middleRate];
  }
  return found(high, rate);
}

/** First notices a week that a threshold brings, all rows weighing alike: what is delivered, beside what was asked. */
export function noticesPerWeek(
  traces: readonly JudgedTrace[],
  threshold: number,
  options: BudgetOptions = budgetDefaults,
): number {
  const { weeks, entities } = extentOf(traces);
  return weeks === 0 ? 0 : (firstNotices(traces, threshold, options).length / weeks) * entities;
}

/** Entity-weeks that count, each entity by its longest series, and how many entities there are. */
function extentOf(traces: readonly JudgedTrace[]): { readonly weeks: number; readonly entities: number } {
  const longest = new Map<string, number>();
  for (const { entity, stepSeconds, novelty, countedFrom = WARM_ROWS } of traces) {
    let judged = 0;
    for (let row = countedFrom; row < novelty.length; row++) if (!Number.isNaN(novelty[row])) judged++;
    longest.set(entity, Math.max(longest.get(entity) ?? 0, (judged * stepSeconds) / WEEK_SECONDS));
  }
  let weeks = 0;
  for (const own of longest.values()) weeks += own;
  return { weeks, entities: longest.size };
}

interface Notice {
  readonly time: number;
  /** How late in its series it comes: 0 at the first counted row, 2 at the last. */
  readonly weight: number;
}

function firstNotices(traces: readonly JudgedTrace[], threshold: number, options: BudgetOptions): readonly Notice[] {
  const byEntity = new Map<string, Notice[]>();
  for (const trace of traces) {
    const alerts = byEntity.get(trace.entity) ?? [];
    alerts.push(...replay(trace, threshold, options));
    byEntity.set(trace.entity, alerts);
  }
  return [...byEntity.values()].flatMap((alerts) => {
    alerts.sort((a, b) => a.time - b.time);
    return alerts.filter(({ time }, index) => index === 0 || time - alerts[index - 1].time > options.groupSeconds);
  });
}

function replay(trace: JudgedTrace, threshold: number, options: BudgetOptions): Notice[] {
  const { stepSeconds, times, novelty, excess, countedFrom = WARM_ROWS } = trace;
  const state = createSeriesState();
  state.exact[EXACT.stepSeconds] = stepSeconds;
  state.exact[EXACT.threshold] = threshold;
  state.exact[EXACT.severityGate] = options.severityGate ? 1 : 0;
  const alerts: Notice[] = [];
  for (let row = 0; row < novelty.length; row++) {
    if (Number.isNaN(novelty[row])) continue;
    if (trace.alerts === undefined) {
      const { alert } = passGates(state, novelty[row], excess[row]);
      state.wholes[WHOLES.points] += 1;
      if (alert === 0) continue;
    } else if (!(trace.alerts[row] > 0 && trace.alerts[row] >= threshold)) continue;
    if (row < countedFrom) continue;
    alerts.push({ time: times[row], weight: (2 * (row - countedFrom)) / (novelty.length - countedFrom) });
  }
  return alerts;
}
