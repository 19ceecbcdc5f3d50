import { coverageOf, scaledError, type CrossingOutcome } from '../shared/evaluation/forecast-measures.ts';
import { forecasterNamed } from '../shared/forecasters/catalogue.ts';
import { chanceBeyond, crossingOf } from '../shared/forecasters/crossing.ts';
import type { FittedForecaster, Forecast } from '../shared/forecasters/forecaster.ts';
import { lastPlace, type Series } from '../shared/metrics/series.ts';
import { mean } from '../shared/numeric/statistics.ts';
import { lastValueForecast } from './backtest-last-value.ts';

/** A moment at which a series is forecast from what lay before it. */
export interface Origin {
  /** Number of the first slot that is forecast. */
  readonly row: number;
  /** The line whose crossing within 45 minutes is asked about; null for none. */
  readonly limit: number | null;
}

/** Plain data: it is handed from one thread to another. */
export interface SeriesBacktestRequest {
  /** By its name in the catalogue. */
  readonly forecaster: string;
  readonly stepSeconds: number;
  /** NaN for a gap. */
  readonly values: Float64Array;
  /** Ascending. */
  readonly origins: readonly Origin[];
  /** 1 for slots whose errors do not count, such as those that somebody called anomalous. */
  readonly leftOut?: Uint8Array;
  /** Whether every forecast is wanted, too, or its measures alone. */
  readonly wantsForecasts: boolean;
}

/** Mean absolute scaled errors, in the order of {@link measuredSeconds}; null where nothing came, or there is no unit. */
export type ScaledErrors = readonly (number | null)[];

export interface SeriesBacktest {
  readonly origins: number;
  /** Origins at which nothing could be said, by the reason. */
  readonly unforecastable: Readonly<Record<string, number>>;
  readonly errors: ScaledErrors;
  readonly naive: ScaledErrors;
  readonly seasonalNaive: ScaledErrors;
  /** Percent of values within the 80 and the 95 % range, over the first hour and over a day. */
  readonly coverage: { readonly hour: readonly (number | null)[]; readonly day: readonly (number | null)[] };
  readonly crossings: readonly CrossingOutcome[];
  /** Milliseconds, and how often. */
  readonly fit: { readonly milliseconds: number; readonly times: number };
  readonly forecast: { readonly milliseconds: number; readonly times: number };
  /** One per origin, where they were wanted; of the last value alone where the forecaster could say nothing. */
  readonly forecasts: readonly OriginForecast[];
}

export interface OriginForecast {
  readonly mean: Float64Array;
  /** Lower and upper end at 80 %, then at 95 %. */
  readonly ends: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  /** Of going above the limit within 45 minutes; null where none was asked about. */
  readonly probability: number | null;
}

/** Until when errors are averaged: 30, 45, 60 minutes and a day. */
export const measuredSeconds = [1800, 2700, 3600, 86_400] as const;
const HOUR = 3600;
const DAY = 86_400;
const CROSSING_SECONDS = 2700;
/** As much history as is handed over at an origin; no forecaster makes use of more. */
const CONTEXT_DAYS = 21;
const LEVELS = [80, 95] as const;
const SCALE_DAYS = 14;

const slots = (seconds: number, stepSeconds: number): number => Math.max(1, Math.round(seconds / stepSeconds));

/**
 * Forecasts a series from many past moments, each time from the slots before it alone, and measures what came of it. The
 * forecaster is fitted anew once a day, as it is in use.
 *
 * @throws RangeError on a forecaster that is not in the catalogue.
 */
export function backtestSeries(request: SeriesBacktestRequest): SeriesBacktest {
  const { stepSeconds, values, origins, wantsForecasts } = request;
  const forecaster = forecasterNamed(request.forecaster);
  const day = slots(DAY, stepSeconds);
  const known =
    request.leftOut === undefined ? values : values.map((x, k) => (request.leftOut?.[k] === 1 ? Number.NaN : x));
  const scale = unitOf(values, origins[0]?.row ?? 0, day);
  const ours = noErrors();
  const naive = noErrors();
  const seasonal = noErrors();
  const coverage = { hour: LEVELS.map((): number[] => []), day: LEVELS.map((): number[] => []) };
  const crossings: CrossingOutcome[] = [];
  const unforecastable: Record<string, number> = {};
  const forecasts: OriginForecast[] = [];
  const fit = { milliseconds: 0, times: 0 };
  const asked = { milliseconds: 0, times: 0 };
  let fitted: FittedForecaster<unknown> | undefined;
  let fittedAt = -Infinity;

  for (const { row, limit } of origins) {
    const from = Math.max(0, row - CONTEXT_DAYS * day);
    const recent: Series = { start: from * stepSeconds, stepSeconds, values: values.slice(from, row) };
    if (fitted === undefined || row - fittedAt >= day) {
      const began = performance.now();
      fitted = forecaster.fit(recent, forecaster.defaults, 1);
      fit.milliseconds += performance.now() - began;
      fit.times++;
      fittedAt = row;
    }
    const began = performance.now();
    const answer = fitted.forecast(recent, day, LEVELS);
    asked.milliseconds += performance.now() - began;
    asked.times++;
    if ('unforecastable' in answer) {
      unforecastable[answer.unforecastable] = (unforecastable[answer.unforecastable] ?? 0) + 1;
      if (wantsForecasts) forecasts.push(lastValueForecast(recent, day, limit));
      continue;
    }
    const came = known.subarray(row, row + day);
    ours.add(came, answer.mean, stepSeconds);
    naive.add(came, new Float64Array(day).fill(recent.values[Math.max(0, lastPlace(recent.values))]), stepSeconds);
    if (row >= day) seasonal.add(came, values.subarray(row - day, row), stepSeconds);
    for (const [level] of LEVELS.entries()) {
      const band = answer.bands[level];
      const hour = coverageOf(came.subarray(0, slots(HOUR, stepSeconds)), band);
      if (hour !== undefined) coverage.hour[level].push(hour);
      const whole = coverageOf(came.subarray(slots(HOUR, stepSeconds)), later(band, slots(HOUR, stepSeconds)));
      if (whole !== undefined && came.length === day) coverage.day[level].push(whole);
    }
    const { told, counted } = limit === null ? { told: null, counted: null } : chanceOf(fitted, recent, limit);
    if (limit !== null && told !== null) {
      const outcome = outcomeOf(came, slots(CROSSING_SECONDS, stepSeconds), limit, stepSeconds);
      if (outcome !== undefined) crossings.push({ probability: told, ...outcome });
    }
    if (wantsForecasts) forecasts.push({ mean: answer.mean, ends: endsOf(answer), probability: counted });
  }
  const averages = (lists: readonly number[][]): (number | null)[] =>
    lists.map((all) => (all.length === 0 ? null : mean(all)));
  return {
    origins: origins.length,
    unforecastable,
    errors: ours.scaled(scale),
    naive: naive.scaled(scale),
    seasonalNaive: seasonal.scaled(scale),
    coverage: { hour: averages(coverage.hour), day: averages(coverage.day) },
    crossings,
    fit,
    forecast: asked,
    forecasts,
  };
}

/**
 * As it is asked in use: three quarters of an hour ahead, and no farther.
 *
 * @returns what people would be told, null where that is nothing; and what the forecast comes to all the same.
 */
function chanceOf(
  fitted: FittedForecaster<unknown>,
  recent: Series,
  value: number,
): { readonly told: number | null; readonly counted: number } {
  const limit = { value, side: 'above' } as const;
  const near = fitted.forecast(recent, slots(CROSSING_SECONDS, recent.stepSeconds), LEVELS);
  const plain = (): number => lastValueForecast(recent, 1, value).probability ?? 0.5;
  if ('unforecastable' in near) return { told: null, counted: plain() };
  const told = crossingOf(near, limit, recent).probability;
  return { told, counted: told ?? chanceBeyond(near, limit) ?? plain() };
}

/** Undefined where not all of it came, and what did is no crossing. */
function outcomeOf(
  came: Float64Array,
  horizon: number,
  limit: number,
  stepSeconds: number,
): Pick<CrossingOutcome, 'crossed' | 'lead'> | undefined {
  const first = came.subarray(0, horizon).findIndex((value) => value > limit);
  if (first >= 0) return { crossed: true, lead: (first + 1) * stepSeconds };
  const isWhole = came.length >= horizon && !came.subarray(0, horizon).some(Number.isNaN);
  return isWhole ? { crossed: false, lead: null } : undefined;
}

/** Sums of absolute errors up to each horizon. */
function noErrors() {
  const lists = measuredSeconds.map((): number[] => []);
  return {
    add(came: Float64Array, expected: Float64Array, stepSeconds: number): void {
      measuredSeconds.forEach((seconds, index) => {
        const length = slots(seconds, stepSeconds);
        if (came.length < length || expected.length < length) return;
        const error = scaledError(came.subarray(0, length), expected.subarray(0, length), 1);
        if (error !== undefined) lists[index].push(error);
      });
    },
    scaled: (scale: number): ScaledErrors =>
      lists.map((all) => (all.length === 0 || !(scale > 0) ? null : mean(all) / scale)),
  };
}

/** Mean change from day to day over the 14 days before the first origin, a thousandth of the deviation at least. */
function unitOf(values: Float64Array, first: number, day: number): number {
  const before = values.subarray(0, first);
  const whole = before.filter((value) => !Number.isNaN(value));
  const centre = mean(whole);
  const deviation = Math.sqrt(mean(whole.map((value) => (value - centre) ** 2)));
  const changes: number[] = [];
  for (let row = Math.max(day, first - SCALE_DAYS * day); row < first; row++) {
    const change = Math.abs(values[row] - values[row - day]);
    if (!Number.isNaN(change)) changes.push(change);
  }
  return Math.max(changes.length === 0 ? 0 : mean(changes), 1e-3 * deviation + 1e-9);
}

const later = (band: Forecast['bands'][number], from: number): Forecast['bands'][number] => ({
  level: band.level,
  lower: band.lower.subarray(from),
  upper: band.upper.subarray(from),
});

const endsOf = ({ bands: [narrow, wide] }: Forecast): OriginForecast['ends'] => [
  narrow.lower,
  narrow.upper,
  wide.lower,
  wide.upper,
];
