import type { Series } from '../metrics/series.ts';
import { forecasterNamed, keepsItsFit } from './catalogue.ts';
import type { FittedForecaster, Skill } from './forecaster.ts';
import { LEAST_ORIGINS } from './intervals.ts';
import { checkStep, measuredValues, slotsADay } from './recent-window.ts';
import { plainForecasts, rollingOrigins, skillOf } from './rolling-origins.ts';

/** How a candidate did on the newest part of history, which it had not seen. */
export interface CandidateReport {
  readonly name: string;
  /** Mean absolute error over the horizons that matter, in the metric's unit; null where it could not be measured. */
  readonly error: number | null;
  /** 1 − error / that of the better of persistence and a median of three hours; null where it could not be measured. */
  readonly skill: number | null;
  /** Origins that were compared; where it had nothing to say, persistence stood in. */
  readonly origins: number;
}

/** The forecaster that serves a series. */
export interface Selection {
  readonly name: string;
  /** Fitted on all of history. */
  readonly fitted: FittedForecaster<unknown>;
  /** Undefined where history was too short to compare. */
  readonly skill: Skill | undefined;
  /** Hardly better than saying that nothing changes, or not measured: nothing is to be raised by it. */
  readonly noSkill: boolean;
  readonly reports: readonly CandidateReport[];
  /** In words, for people: why this one. */
  readonly reason: string;
}

/** What competes where settings name nothing. */
export const defaultCandidates: readonly string[] = ['automatic', 'naive', 'seasonal-naive'];

/** Below this skill the forecasts it flagged were measured to be no better than persistence. */
const LEAST_SKILL = 0.02;
/** An incumbent gives way only to one that is better by this part: less is chance. */
const MARGIN = 0.03;
/** The part of history that is kept from the candidates, at most so many days. */
const HELD_BACK_PART = 0.25;
const HELD_BACK_DAYS = 4;
const ORIGINS = 48;
/** Errors count from this part of the horizon on: 30 to 45 minutes of 45. */
const MATTERS_FROM = 2 / 3;
const FALLBACK = 'naive';

/**
 * Lets forecasters compete on one series. Each is fitted on all but the newest quarter (at most four days), forecasts
 * from up to 48 origins in it, and is compared over the last third of the horizon. The best is fitted again on all of
 * history; an incumbent stays unless the best one is 3 % better. Persistence serves where nothing can be compared.
 *
 * @param candidates names of the catalogue; the earlier one wins where two are equal.
 * @param horizonSteps what will be asked for, 1 or more.
 * @param incumbent the one that serves now; one that is no candidate any more is passed over.
 * @throws RangeError on an unknown candidate, none at all, or a horizon or a step that is none.
 */
export function selectForecaster(
  history: Series,
  candidates: readonly string[],
  horizonSteps: number,
  seed: number,
  incumbent?: string,
): Selection {
  checkStep(history.stepSeconds);
  if (!Number.isInteger(horizonSteps) || horizonSteps < 1)
    throw new RangeError(`The horizon is ${horizonSteps} steps: give a whole number from 1.`);
  if (candidates.length === 0) throw new RangeError('There is no candidate to select from: give at least one name.');
  const names = [...new Set(candidates)];
  names.forEach(forecasterNamed);
  const trial = trialOf(history, horizonSteps);
  const entries = names.map((name) => compete(name, trial, seed));
  const reports = entries.map(({ report }) => report);
  const ranked = entries.filter(isMeasured).sort((one, other) => one.error - other.error);
  if (ranked.length === 0) return unmeasured(history, names, seed, reports, incumbent);
  const best = ranked[0];
  const holder = ranked.find(({ report }) => report.name === incumbent);
  const champion = holder !== undefined && best.error >= holder.error * (1 - MARGIN) ? holder : best;
  const { name } = champion.report;
  const skill = { value: champion.skill, origins: champion.report.origins };
  return {
    name,
    fitted: keepsItsFit.has(name) ? champion.fitted : fitByDefaults(name, history, seed),
    skill,
    noSkill: !(skill.value >= LEAST_SKILL),
    reports,
    reason: reasonOf(champion, best, trial),
  };
}

/** The newest part of history, which the candidates do not see before they are asked. */
interface Trial {
  readonly history: Series;
  /** What candidates are fitted on. */
  readonly known: Series;
  /** Slots before which lies all that is known when it is asked. */
  readonly origins: Int32Array;
  readonly horizonSteps: number;
  /** The first step that counts. */
  readonly firstStep: number;
  /** The lesser mean absolute error of the last value and of the median of three hours. */
  readonly baseline: number;
}

interface Entry {
  readonly report: CandidateReport;
  readonly fitted: FittedForecaster<unknown> | undefined;
}

interface MeasuredEntry {
  readonly report: CandidateReport;
  readonly fitted: FittedForecaster<unknown>;
  readonly error: number;
  readonly skill: number;
}

const isMeasured = (entry: Entry | MeasuredEntry): entry is MeasuredEntry => 'error' in entry;

function trialOf(history: Series, horizonSteps: number): Trial {
  const { start, stepSeconds } = history;
  const values = measuredValues(history.values);
  const held = Math.min(Math.floor(values.length * HELD_BACK_PART), HELD_BACK_DAYS * slotsADay(stepSeconds));
  const first = values.length - held;
  const firstStep = Math.ceil(horizonSteps * MATTERS_FROM);
  const clean = { start, stepSeconds, values };
  const origins = rollingOrigins(first, values.length - firstStep + 1, stepSeconds, ORIGINS).filter(
    (origin) =>
      plainForecasts(values, origin, stepSeconds) !== undefined && hasOutcome(values, origin, firstStep, horizonSteps),
  );
  const trial = { history: clean, known: before(clean, first), origins, horizonSteps, firstStep, baseline: Number.NaN };
  const errorOf = (which: 'last' | 'median') =>
    meanError(trial, (origin) => new Float64Array(horizonSteps).fill(plainAt(trial, origin)[which]));
  return { ...trial, baseline: Math.min(errorOf('last'), errorOf('median')) };
}

const before = ({ start, stepSeconds, values }: Series, slot: number, slots = slot): Series => {
  const from = Math.max(0, slot - slots);
  return { start: start + from * stepSeconds, stepSeconds, values: values.subarray(from, slot) };
};

function hasOutcome(values: Float64Array, origin: number, firstStep: number, lastStep: number): boolean {
  for (let step = firstStep; step <= lastStep; step++)
    if (!Number.isNaN(values[origin + step - 1] ?? Number.NaN)) return true;
  return false;
}

const plainAt = ({ history }: Trial, origin: number): { readonly last: number; readonly median: number } =>
  plainForecasts(history.values, origin, history.stepSeconds) ?? { last: 0, median: 0 };

/** Mean absolute error over the steps that count; NaN where nothing could be compared. */
function meanError(
  { history, origins, firstStep, horizonSteps }: Trial,
  forecastAt: (origin: number) => Float64Array,
): number {
  let sum = 0;
  let count = 0;
  for (const origin of origins) {
    const mean = forecastAt(origin);
    for (let step = firstStep; step <= horizonSteps && origin + step <= history.values.length; step++) {
      const away = Math.abs(history.values[origin + step - 1] - mean[step - 1]);
      if (Number.isNaN(away)) continue;
      sum += away;
      count++;
    }
  }
  return sum / count;
}

function compete(name: string, trial: Trial, seed: number): Entry | MeasuredEntry {
  const { origins, baseline, horizonSteps } = trial;
  const none = { report: { name, error: null, skill: null, origins: 0 }, fitted: undefined };
  if (origins.length < LEAST_ORIGINS) return none;
  const fitted = fitWhereItCan(name, trial.known, seed);
  if (fitted === undefined) return none;
  const slots = windowSlotsOf(name, trial.history.stepSeconds);
  let answered = 0;
  const error = meanError(trial, (origin) => {
    const forecast = fitted.forecast(before(trial.history, origin, slots), horizonSteps, []);
    if ('unforecastable' in forecast) return new Float64Array(horizonSteps).fill(plainAt(trial, origin).last);
    answered++;
    return forecast.mean;
  });
  if (2 * answered < origins.length) return none;
  const skill = skillOf(error, baseline);
  return { report: { name, error, skill, origins: origins.length }, fitted, error, skill };
}

const windowSlotsOf = (name: string, stepSeconds: number): number => {
  const forecaster = forecasterNamed(name);
  return forecaster.windowSlots(forecaster.defaults, stepSeconds);
};

const fitByDefaults = (name: string, history: Series, seed: number): FittedForecaster<unknown> => {
  const forecaster = forecasterNamed(name);
  return forecaster.fit(history, forecaster.defaults, seed);
};

/** Undefined where the history does not suffice for it. */
function fitWhereItCan(name: string, history: Series, seed: number): FittedForecaster<unknown> | undefined {
  try {
    return fitByDefaults(name, history, seed);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function unmeasured(
  history: Series,
  names: readonly string[],
  seed: number,
  reports: readonly CandidateReport[],
  incumbent: string | undefined,
): Selection {
  const inTurn = incumbent !== undefined && names.includes(incumbent) ? [incumbent, ...names] : names;
  for (const name of [...inTurn, FALLBACK]) {
    const fitted = fitWhereItCan(name, history, seed);
    if (fitted === undefined) continue;
    const reason = `${name}, unproven: too little history to compare forecasters on`;
    return { name, fitted, skill: undefined, noSkill: true, reports, reason };
  }
  throw new RangeError(`No forecaster can be fitted on a history of ${history.values.length} slots.`);
}

function reasonOf(champion: MeasuredEntry, best: MeasuredEntry, { origins, baseline }: Trial): string {
  const { name } = champion.report;
  const stays =
    champion === best
      ? ''
      : `; ${best.report.name} is only ${percent(1 - best.error / champion.error)} better, and ` +
        `${percent(MARGIN)} are needed to replace it`;
  if (!(champion.skill >= LEAST_SKILL)) return `${name}: nothing is better than saying that nothing changes${stays}`;
  return `${name}: ${percent(1 - champion.error / baseline)} better than saying that nothing changes, at ${origins.length} moments${stays}`;
}

const percent = (part: number): string => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
