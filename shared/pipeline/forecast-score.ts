import { brierOf, scoreDue } from '../evaluation/forecast-measures.ts';
import { advanceCoverage } from '../forecasters/adaptive-intervals.ts';
import { isBeyond } from '../forecasters/limits.ts';
import type { Series } from '../metrics/series.ts';
import type { SeriesForecast } from './forecast-record.ts';
import type { OpenForecast, ScoredCrossing, SeriesMemory } from './forecast-state.ts';

/** How far ahead accuracy is measured. */
export const SCORED_AHEAD_SECONDS = 1800;
/** For so long a scored forecast counts. */
const SCORED_SECONDS = 3600;
/** A value that has not come an hour after its time will not: the forecast is let go without a score. */
const WAITED_SECONDS = 3600;
/** Old errors count for a third after so many forecasts that came due: a day of five minutes. */
const FADING = 1 - 1 / 288;
/** Fewer forecasts say nothing of how good they have become. */
const LEAST_WEIGHT = 24;
/** So much of its skill must be gone, and more than half of it, before a forecaster is fitted anew out of turn. */
const LOST_SKILL = 0.3;
/** What was fitted less long ago has hardly anything to learn. */
const LEAST_REFIT_SECONDS = 6 * 3600;

/** What is to be scored when its time has come; undefined where nothing was forecast. */
export function openForecast(made: SeriesForecast, tick: number, stepSeconds: number): OpenForecast | undefined {
  const steps = made.mean.length;
  if (made.missing !== null || steps === 0) return undefined;
  const ahead = Math.floor((tick + SCORED_AHEAD_SECONDS - made.start) / stepSeconds);
  const step = Math.min(steps - 1, Math.max(0, ahead));
  return {
    tick,
    due: made.start + step * stepSeconds,
    mean: made.mean[step],
    lower80: made.lower80[step],
    upper80: made.upper80[step],
    lower95: made.lower95[step],
    upper95: made.upper95[step],
    last: made.current,
    start: made.start,
    end: made.start + steps * stepSeconds,
    crossings: made.outlooks.flatMap(({ limit, probability, isBeyond: isCrossed }) =>
      probability === null || isCrossed ? [] : [{ value: limit.value, side: limit.side, probability }],
    ),
  };
}

/**
 * Scores what has come due, lets go what is over, and takes in what was forecast now. Bands widen and narrow by what
 * came. A crossing is scored when the whole horizon has passed.
 *
 * @param known the series up to the newest settled slot; gaps score nothing.
 * @param fittedAt when the forecaster that serves was fitted: a new one begins with a clean record.
 */
export function scoreForecasts(
  before: SeriesMemory,
  known: Series,
  made: SeriesForecast,
  tick: number,
  fittedAt: number,
): SeriesMemory {
  const end = known.start + known.values.length * known.stepSeconds;
  const isNew = before.fittedAt !== fittedAt;
  const next = {
    coverage80: before.coverage80,
    coverage95: before.coverage95,
    error: isNew ? 0 : before.error,
    lastError: isNew ? 0 : before.lastError,
    weight: isNew ? 0 : before.weight,
  };
  const scored = before.scored.filter(({ due }) => due > end - SCORED_SECONDS);
  const crossings = before.crossings.filter((one) => one.end > end - SCORED_SECONDS);
  const open: OpenForecast[] = [];
  for (const one of before.open) {
    let left = one;
    if (!Number.isNaN(one.due) && one.due < end) {
      const score = scoreDue({ ...one, value: valueAt(known, one.due), bands: bandsOf(one) });
      if (score !== undefined) {
        const { error, lastError, size, inside } = score;
        const [inside80, inside95] = inside;
        scored.push({ due: one.due, error, lastError, size, inside80, inside95 });
        next.coverage80 = advanceCoverage(next.coverage80, 80, inside80);
        next.coverage95 = advanceCoverage(next.coverage95, 95, inside95);
        next.error = next.error * FADING + error;
        next.lastError = next.lastError * FADING + lastError;
        next.weight = next.weight * FADING + 1;
        left = { ...one, due: Number.NaN };
      } else if (end - one.due > WAITED_SECONDS) left = { ...one, due: Number.NaN };
    }
    if (left.end <= end) {
      crossings.push(...crossingScores(left, known));
      left = { ...left, crossings: [] };
    }
    if (!Number.isNaN(left.due) || left.crossings.length > 0) open.push(left);
  }
  const opened = openForecast(made, tick, known.stepSeconds);
  if (opened !== undefined) open.push(opened);
  return { ...before, ...next, fittedAt, open, scored, crossings };
}

const bandsOf = ({ lower80, upper80, lower95, upper95 }: OpenForecast) => [
  { lower: lower80, upper: upper80 },
  { lower: lower95, upper: upper95 },
];

function crossingScores({ crossings, start, end }: OpenForecast, known: Series): readonly ScoredCrossing[] {
  const values: number[] = [];
  for (let time = start; time < end; time += known.stepSeconds) {
    const value = valueAt(known, time);
    if (!Number.isNaN(value)) values.push(value);
  }
  if (values.length === 0) return [];
  return crossings.map((one) => {
    const came = values.some((value) => isBeyond(value, one));
    return { end, brier: brierOf(one.probability, came) };
  });
}

function valueAt({ start, stepSeconds, values }: Series, time: number): number {
  const slot = Math.round((time - start) / stepSeconds);
  return slot >= 0 && slot < values.length ? values[slot] : Number.NaN;
}

/** Whether a series' forecasts have become clearly worse than when they were fitted: then it is fitted anew. */
export function hasDrifted(
  { error, lastError, weight, fittedAt }: SeriesMemory,
  skill: number | null,
  tick: number,
): boolean {
  if (skill === null || weight < LEAST_WEIGHT || tick - fittedAt < LEAST_REFIT_SECONDS || lastError === 0) return false;
  const realised = 1 - error / lastError;
  return realised < skill - LOST_SKILL && realised < skill / 2;
}
