import { passGates, restGates, SEVERITY_PER_NOVELTY } from './series-gates.ts';
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
  /**
   * The first row whose alerts count; those before still tire the gates. Default 600, until which a detector learns, or
   * a third of the rows where that is less: hours have no more than 600 rows in 25 days.
   */
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
const WARM_PART = 1 / 3;
/** Below it every tenth point would be unusual; above it hardly anything ever is. */
const LOWEST_THRESHOLD = 1;
const HIGHEST_THRESHOLD = 14;
/** A threshold is known to within a quarter of a percent; by less than 2 % it is not moved. */
const HALVINGS = 10;
/** With less, not one notice could be expected of the whole history, and no threshold can be told from another. */
const LEAST_EXPECTED_NOTICES = 1;

/**
 * How much more the rows weigh that come later: every series grows calmer while its detector learns, so that what a
 * threshold brought at the start says little of what it will bring. Three times the mean at the end, nothing at the
 * start. Chosen on one half of the labelled files and held against the other; docs/decisions/0018 tells how.
 */
const LATENESS = 2;
const weightOf = (part: number): number => (LATENESS + 1) * part ** LATENESS;

/**
 * The threshold that would have kept a watch's own history within its budget of first notices: the gates, and only
 * they, are replayed over what the detector said, later rows weighing more.
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
  for (const trace of traces) {
    const { entity, stepSeconds, novelty } = trace;
    let judged = 0;
    for (let row = firstCounted(trace); row < novelty.length; row++) if (!Number.isNaN(novelty[row])) judged++;
    longest.set(entity, Math.max(longest.get(entity) ?? 0, (judged * stepSeconds) / WEEK_SECONDS));
  }
  let weeks = 0;
  for (const own of longest.values()) weeks += own;
  return { weeks, entities: longest.size };
}

const firstCounted = ({ countedFrom, novelty }: JudgedTrace): number =>
  countedFrom ?? Math.min(WARM_ROWS, Math.floor(novelty.length * WARM_PART));

interface Notice {
  readonly time: number;
  /** How late in its series it comes: 0 at the first counted row, 3 at the last; 1 on average. */
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
  const { stepSeconds, times, novelty, excess } = trace;
  const countedFrom = firstCounted(trace);
  const state = createSeriesState();
  state.exact[EXACT.stepSeconds] = stepSeconds;
  state.exact[EXACT.threshold] = threshold;
  state.exact[EXACT.severityGate] = options.severityGate ? 1 : 0;
  const alerts: Notice[] = [];
  const tell = (row: number): void => {
    if (row < countedFrom) return;
    alerts.push({ time: times[row], weight: weightOf((row - countedFrom) / (novelty.length - countedFrom)) });
  };
  let rested = 0;
  for (let row = 0; row < novelty.length; row++) {
    if (Number.isNaN(novelty[row])) continue;
    if (trace.alerts !== undefined) {
      if (trace.alerts[row] > 0 && trace.alerts[row] >= threshold) tell(row);
      continue;
    }
    // Fatigue only lowers what is held against the threshold: below it nothing opens.
    if (novelty[row] < threshold && excess[row] < threshold * SEVERITY_PER_NOVELTY) {
      rested++;
      continue;
    }
    restGates(state, rested);
    state.wholes[WHOLES.points] += rested;
    rested = 0;
    const { alert } = passGates(state, novelty[row], excess[row]);
    state.wholes[WHOLES.points] += 1;
    if (alert > 0) tell(row);
  }
  return alerts;
}
