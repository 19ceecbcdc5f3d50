import type { Series } from '../metrics/series.ts';
import { forecasterNamed } from './catalogue.ts';
import type { FittedForecaster, Skill } from './forecaster.ts';
import { checkStep, measuredValues } from './recent-window.ts';
import { plainForecasts, rollingOrigins } from './rolling-origins.ts';

/** How a candidate did at past moments of the newest two weeks, each time knowing only what came before. */
export interface CandidateReport {
  readonly name: string;
  /** What its skill makes of the error of doing nothing over the last third of the horizon, in the metric's unit. */
  readonly error: number | null;
  /** 1 − error / that of the better of persistence and a median of three hours; null where it could not be measured. */
  readonly skill: number | null;
  /** Past moments it was asked at. */
  readonly origins: number;
}

/** The forecaster that serves a series. */
export interface Selection {
  readonly name: string;
  /** Fitted on all of history. */
  readonly fitted: FittedForecaster<unknown>;
  /** Undefined where history was too short to measure any. */
  readonly skill: Skill | undefined;
  /** Hardly better than saying that nothing changes, or not measured: nothing is to be raised by it. */
  readonly noSkill: boolean;
  /** In the order of the candidates, each name once. */
  readonly reports: readonly CandidateReport[];
  /** In words, for people: why this one. */
  readonly reason: string;
}

/** What competes where settings name nothing. */
export const defaultCandidates: readonly string[] = ['automatic', 'naive', 'seasonal-naive'];

/** Below this skill the forecasts it flagged were measured to be no better than persistence. */
export const LEAST_SKILL = 0.02;
/** An incumbent gives way only to one whose error is less by this part: what is closer is chance. */
const MARGIN = 0.03;
/** Errors count from this part of the horizon on: 30 to 45 minutes of 45. */
const MATTERS_FROM = 2 / 3;
const FALLBACK = 'naive';

/**
 * Lets forecasters compete on one series, by the skill that each measures when it is fitted: at rolling origins, on what
 * it had not seen, against the same two forecasts that cost nothing. An incumbent stays unless the error of the best is
 * 3 % less. One that has no answer to this history, for its gaps, gives way to those that have. Where none could be measured, persistence or an earlier candidate serves, and nothing is raised by it.
 *
 * A comparison on held-back days of its own was measured too, and foretold worse who would be better, at three times the
 * cost: see decision 24.
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
  const baseline = errorOfDoingNothing(history, horizonSteps);
  const entries = names.map((name) => ({ name, fitted: fitWhereItCan(name, history, seed) }));
  const reports = entries.map(({ name, fitted }) => reportOf(name, fitted?.skill, baseline));
  const measured = entries
    .flatMap(({ name, fitted }) => (fitted?.skill === undefined ? [] : [{ name, fitted, skill: fitted.skill }]))
    .sort((one, other) => other.skill.value - one.skill.value);
  const answering = measured.filter(({ fitted }) => canAnswer(fitted, history, horizonSteps));
  const ranked = answering.length > 0 ? answering : measured;
  if (ranked.length === 0) return unmeasured(history, entries, seed, reports, incumbent);
  const best = ranked[0];
  const holder = ranked.find(({ name }) => name === incumbent);
  const stays = holder !== undefined && 1 - best.skill.value >= (1 - holder.skill.value) * (1 - MARGIN);
  const champion = stays ? holder : best;
  return {
    ...champion,
    noSkill: !(champion.skill.value >= LEAST_SKILL),
    reports,
    reason: reasonOf(champion, best),
  };
}

interface Measured {
  readonly name: string;
  readonly skill: Skill;
}

const reportOf = (name: string, skill: Skill | undefined, baseline: number | null): CandidateReport =>
  skill === undefined
    ? { name, error: null, skill: null, origins: 0 }
    : {
        name,
        error: baseline === null ? null : (1 - skill.value) * baseline,
        skill: skill.value,
        origins: skill.origins,
      };

/** The lesser mean error of persistence and of the median of three hours, over the last third of the horizon. */
function errorOfDoingNothing({ stepSeconds, values: raw }: Series, horizonSteps: number): number | null {
  const values = measuredValues(raw);
  const firstStep = Math.ceil(horizonSteps * MATTERS_FROM);
  let last = 0;
  let median = 0;
  let count = 0;
  for (const origin of rollingOrigins(1, values.length - firstStep + 1, stepSeconds)) {
    const plain = plainForecasts(values, origin, stepSeconds);
    if (plain === undefined) continue;
    for (let step = firstStep; step <= horizonSteps && origin + step <= values.length; step++) {
      const value = values[origin + step - 1];
      if (Number.isNaN(value)) continue;
      last += Math.abs(value - plain.last);
      median += Math.abs(value - plain.median);
      count++;
    }
  }
  return count === 0 ? null : Math.min(last, median) / count;
}

/** A backtest passes over moments that cannot be answered; whoever is asked now, with such gaps, must have an answer. */
function canAnswer(fitted: FittedForecaster<unknown>, history: Series, horizonSteps: number): boolean {
  const answer = fitted.forecast(history, horizonSteps, []);
  return !('unforecastable' in answer) || answer.unforecastable !== 'not-enough-history';
}

/** Undefined where the history does not suffice for it. */
function fitWhereItCan(name: string, history: Series, seed: number): FittedForecaster<unknown> | undefined {
  const forecaster = forecasterNamed(name);
  try {
    return forecaster.fit(history, forecaster.defaults, seed);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function unmeasured(
  history: Series,
  entries: readonly { readonly name: string; readonly fitted: FittedForecaster<unknown> | undefined }[],
  seed: number,
  reports: readonly CandidateReport[],
  incumbent: string | undefined,
): Selection {
  const found = entries.find(({ name, fitted }) => name === incumbent && fitted !== undefined) ??
    entries.find(({ fitted }) => fitted !== undefined) ?? { name: FALLBACK, fitted: undefined };
  const fitted = found.fitted ?? forecasterNamed(FALLBACK).fit(history, forecasterNamed(FALLBACK).defaults, seed);
  const reason = `${found.name}, unproven: too little history to compare forecasters on`;
  return { name: found.name, fitted, skill: undefined, noSkill: true, reports, reason };
}

function reasonOf({ name, skill }: Measured, best: Measured): string {
  const stays =
    name === best.name
      ? ''
      : `; the error of ${best.name} is only ${percent(1 - (1 - best.skill.value) / (1 - skill.value))} less, and ` +
        `${percent(MARGIN)} are needed to replace it`;
  return skill.value >= LEAST_SKILL
    ? `${name}: ${percent(skill.value)} better than saying that nothing changes, at ${skill.origins} moments${stays}`
    : `${name}: nothing is better than saying that nothing changes${stays}`;
}

const percent = (part: number): string => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
