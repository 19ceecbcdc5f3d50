import { type JudgedTrace, noticesPerWeek, parseAlertBudget, thresholdForBudget } from '../detectors/alert-budget.ts';
import { entityDetector } from '../detectors/entity-detector.ts';
import { seriesDetector } from '../detectors/series-detector.ts';
import { excessOf } from '../detectors/series-score.ts';
import { localTime } from '../metrics/time-zone.ts';
import { DECADES_PER_ONSET, standsAlone } from './judge-whole.ts';
import type { EntityPast } from './training-data.ts';

/** What was asked of the alert budget and what the watch's own history says it delivers. */
export interface BudgetOutcome {
  /** As the settings say it, such as `3 per week`. */
  readonly asked: string;
  /** First notices a week and watch. */
  readonly askedPerWeek: number;
  readonly threshold: number;
  /**
   * What a threshold that was set in the same way on the start of history brought on its end, which it had not seen;
   * where history is too short to keep an end aside, what the threshold itself brought on the end.
   */
  readonly deliveredPerWeek: number;
}

/** A threshold set on this part of history says, by the rest, what such thresholds deliver. */
const SET_PART = 0.7;

/**
 * The threshold that keeps a watch within its budget. It is set on all of the watch's history, for the newest part of it
 * is the likest to what comes; what such a threshold delivers is said by another one, set on the start of history and
 * held against the end. All that the streaming detectors tell counts: of an entity its series, unless it has so many
 * metrics that only the whole is told, and the whole where it has several. A model's vote is held to the budget by its
 * own limit.
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
  const budget = parseAlertBudget(asked);
  const traces = past.flatMap((one) => [
    ...(standsAlone(one.series.length) ? [] : tracesOf(one, stepSeconds, timezone)),
    ...(one.series.length > 1 ? [traceOfWhole(one, stepSeconds)] : []),
  ]);
  const own = { perWeek: budget.perWeek * share };
  const found = thresholdForBudget(traces, own);
  if (found.kind === 'not-enough-history') {
    const { entityWeeks, neededWeeks } = found;
    return {
      missing: `${entityWeeks.toFixed(1)} entity-weeks of history were judged, and ${neededWeeks.toFixed(1)} are needed`,
    };
  }
  const starts = traces.map((trace) => firstRows(trace, SET_PART));
  const before = thresholdForBudget(starts, own);
  const ends = traces.map((trace) => ({ ...trace, countedFrom: Math.floor(trace.novelty.length * SET_PART) }));
  return {
    asked,
    askedPerWeek: budget.perWeek,
    threshold: found.threshold,
    deliveredPerWeek: noticesPerWeek(ends, before.kind === 'found' ? before.threshold : found.threshold) / share,
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
    .flatMap((one) =>
      standsAlone(one.series.length) ? [traceOfWhole(one, stepSeconds)] : tracesOf(one, stepSeconds, timezone),
    )
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
    ...(trace.alerts === undefined ? {} : { alerts: Array.from(trace.alerts).slice(0, rows) }),
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

/** What the entity view tells: its onset in the unit of the series, as it is held against the watch's threshold. */
function traceOfWhole({ entity, series, times, values }: EntityPast, stepSeconds: number): JudgedTrace {
  const width = series.length;
  const state = entityDetector.start(entityDetector.defaults, width, stepSeconds);
  const novelty = new Float64Array(times.length).fill(Number.NaN);
  const alerts = new Float64Array(times.length);
  for (let row = 0; row < times.length; row++) {
    const judged = entityDetector.step(state, values.subarray(row * width, (row + 1) * width));
    if ('unscorable' in judged) continue;
    novelty[row] = judged.novelty * DECADES_PER_ONSET;
    alerts[row] = judged.alert * DECADES_PER_ONSET;
  }
  return { entity, stepSeconds, times, novelty, excess: new Float64Array(times.length), alerts };
}
