import { type JudgedTrace, noticesPerWeek, parseAlertBudget, thresholdForBudget } from '../detectors/alert-budget.ts';
import { seriesDetector } from '../detectors/series-detector.ts';
import { excessOf } from '../detectors/series-score.ts';
import { localTime } from '../metrics/time-zone.ts';
import { standsAlone } from './judge-whole.ts';
import type { EntityPast } from './training-data.ts';

/** What was asked of the alert budget and what the watch's own history says it delivers. */
export interface BudgetOutcome {
  /** As the settings say it, such as `3 per week`. */
  readonly asked: string;
  /** First notices a week and watch. */
  readonly askedPerWeek: number;
  readonly threshold: number;
  /** On the part of history that did not set the threshold. */
  readonly deliveredPerWeek: number;
}

/** The threshold is set on this part of history; the rest says what it delivers. */
const SET_PART = 0.7;

/**
 * The threshold that keeps a watch within its budget, set on the start of its history and held against the end. Of an
 * entity with so many metrics that it is judged as a whole only, the series are not told and do not count.
 *
 * @param share of the watch's entities that `past` holds.
 */
export function budgetThreshold(
  past: readonly EntityPast[],
  asked: string,
  share: number,
  stepSeconds: number,
  timezone: string,
): BudgetOutcome | { readonly missing: string } {
  const told = past.filter(({ series }) => !standsAlone(series.length));
  if (told.length === 0) return { missing: 'its entities are judged as a whole, where the default threshold holds' };
  const budget = parseAlertBudget(asked);
  const traces = told.flatMap((one) => tracesOf(one, stepSeconds, timezone));
  const own = { perWeek: budget.perWeek * share };
  const early = thresholdForBudget(
    traces.map((trace) => firstRows(trace, SET_PART)),
    own,
  );
  if (early.kind === 'not-enough-history') {
    const { entityWeeks, neededWeeks } = early;
    return {
      missing: `${entityWeeks.toFixed(1)} entity-weeks of history were judged, and ${neededWeeks.toFixed(1)} are needed`,
    };
  }
  const late = traces.map((trace) => ({ ...trace, countedFrom: Math.floor(trace.novelty.length * SET_PART) }));
  return {
    asked,
    askedPerWeek: budget.perWeek,
    threshold: early.threshold,
    deliveredPerWeek: noticesPerWeek(late, early.threshold) / share,
  };
}

/** The novelty that such a part of all rows reaches: a threshold as one contamination of history. */
export function contaminationThreshold(
  past: readonly EntityPast[],
  contamination: number,
  stepSeconds: number,
  timezone: string,
): number | undefined {
  const all = past
    .flatMap((one) => tracesOf(one, stepSeconds, timezone))
    .flatMap(({ novelty }) => [...Array.from(novelty)]);
  const judged = Float64Array.from(all)
    .filter((one) => !Number.isNaN(one))
    .sort();
  const found = judged.at(-Math.max(1, Math.ceil(judged.length * contamination)));
  return found === undefined || !(found > 0) ? undefined : found;
}

const firstRows = (trace: JudgedTrace, part: number): JudgedTrace => {
  const rows = Math.floor(trace.novelty.length * part);
  return {
    ...trace,
    times: trace.times.subarray(0, rows),
    novelty: Array.from(trace.novelty).slice(0, rows),
    excess: Array.from(trace.excess).slice(0, rows),
  };
};

function tracesOf({ entity, series, times, values }: EntityPast, stepSeconds: number, timezone: string): JudgedTrace[] {
  const toLocal = localTime(timezone);
  return series.map((_, column) => {
    const state = seriesDetector.start(seriesDetector.defaults, stepSeconds);
    const novelty = new Float64Array(times.length).fill(Number.NaN);
    const excess = new Float64Array(times.length).fill(Number.NaN);
    times.forEach((time, row) => {
      const judged = seriesDetector.step(state, toLocal(time), values[row * series.length + column]);
      if ('unscorable' in judged) return;
      novelty[row] = judged.novelty;
      excess[row] = excessOf(judged.score);
    });
    return { entity, stepSeconds, times, novelty, excess };
  });
}
