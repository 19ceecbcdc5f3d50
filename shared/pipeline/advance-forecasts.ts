import type { Signal } from '../alerting/signal.ts';
import { ruleConfirmation } from '../detectors/rules.ts';
import { startCoverage } from '../forecasters/adaptive-intervals.ts';
import { restoreForecaster } from '../forecasters/catalogue.ts';
import { fillsUp } from '../forecasters/fills-up.ts';
import { limitsOf, type SeriesLimit } from '../forecasters/limits.ts';
import type { Limit } from '../forecasters/outlook.ts';
import { matchesGlob } from '../metrics/glob.ts';
import type { HistoryTick } from '../metrics/history-format.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { Series } from '../metrics/series.ts';
import { forecastEvery, forecastHorizon } from '../settings/forecast-settings.ts';
import type { Watch } from '../settings/settings.ts';
import type { SignalHead } from './entity-signal.ts';
import type { FittedShard, SeriesFit } from './fitted-shard.ts';
import { dangerAfter } from './forecast-danger.ts';
import type { ForecastRecord, SeriesForecast } from './forecast-record.ts';
import { qualityOf, qualitySumsOf } from './forecast-quality.ts';
import { hasDrifted, scoreForecasts } from './forecast-score.ts';
import { forecastSeries, type SeriesQuestion } from './forecast-series.ts';
import { forecastSignal } from './forecast-signal.ts';
import type { ForecastState, ForecastTold, SeriesMemory } from './forecast-state.ts';
import { type ForecastShardSummary, idleForecast } from './forecast-summary.ts';
import { tellForecasts } from './forecast-tell.ts';
import { heldGrid, holdValues, knownSeries } from './forecast-window.ts';
import { retireEntity, toldInEarnest } from './recovered.ts';
import type { SeriesToTell } from './series-to-tell.ts';
import type { HeldValues } from './shard-state.ts';
import type { Telling } from './tell-entity.ts';

/** Everything that a tick of a shard's forecasts is decided by: the same step gives the same outcome, bit for bit. */
export interface ForecastStep {
  readonly deployment: string;
  readonly watch: Watch;
  readonly shard: string;
  readonly tick: number;
  /** Up to when values are to be had: earlier than the tick where polling is stretched. Epoch seconds. */
  readonly asOf: number;
  /** Undefined for a shard that was never forecast. */
  readonly state: ForecastState | undefined;
  /** The series that have a limit. */
  readonly series: readonly SeriesDescription[];
  /** Undefined where none are fitted, or none that can be read. */
  readonly fitted: FittedShard | undefined;
  /** What history has got since the state was committed, or since the forecasters were fitted. */
  readonly pulls: readonly HistoryTick[];
}

/** The series of a shard that are to be forecast: those that have a limit. */
export const limitedSeries = (series: readonly SeriesDescription[], watch: Watch): readonly SeriesDescription[] =>
  series.filter((one) => limitsIn(watch, one).length > 0);

/** The limits of a series in its watch: where nobody wrote one, the usual one begins where people want to be told. */
export const limitsIn = ({ limits, forecast }: Watch, one: SeriesDescription): readonly SeriesLimit[] =>
  limitsOf(one, limits, forecast === 'off' ? undefined : forecast.recommendations.monitor);

/** What a tick knows of its series. */
export interface KnownValues {
  /** What came since the forecasters were fitted, to be held on to. */
  readonly held: HeldValues;
  /** By id: everything up to the newest settled slot. */
  readonly known: ReadonlyMap<string, Series>;
}

/** What is known of a shard's series at a tick. Pure. */
export function knownAt({ watch, asOf, state, series, fitted, pulls }: ForecastStep): KnownValues {
  const grid = heldGrid(asOf, watch, fitted);
  const held = holdValues(state, pulls, series, grid, watch.period);
  return { held, known: knownSeries(series, fitted, held, grid, watch.period) };
}

/** What is forecast of each series, in their order. Pure. */
export function makeForecasts(step: ForecastStep, { known }: KnownValues): readonly SeriesForecast[] {
  const { watch, tick, series, fitted, state } = step;
  if (watch.forecast === 'off') return [];
  const policy = watch.forecast.recommendations;
  const forecasters = new Map(fitted?.series.map((one) => [one.id, one]));
  const memories = new Map(state?.series.map((one) => [one.id, one]));
  return series.map((one): SeriesForecast => {
    const { coverage80 = startCoverage(), coverage95 = startCoverage() } = memories.get(one.id) ?? {};
    const serving = forecasters.get(one.id);
    const saturation = saturationOf(step, one, serving);
    const made = forecastSeries({
      id: one.id,
      nature: one.nature,
      limits: limitsIn(watch, one),
      recent: seriesNamed(known, one.id),
      forecaster: atWork(serving),
      coverage80,
      coverage95,
      until: tick + forecastHorizon(watch),
      policy,
    });
    // Nothing is told of it from here: those who look at capacity need not read the forecasters.
    return saturation === undefined ? made : { ...made, saturation };
  });
}

/** One whose state cannot be read serves nobody: the series is fitted anew. */
function atWork(fitted: SeriesFit | undefined): SeriesQuestion['forecaster'] {
  if (fitted === undefined || fitted.forecaster === null) return undefined;
  const { forecaster, skill, hasSkill, since } = fitted;
  try {
    return { name: forecaster.name, fitted: restoreForecaster(forecaster), skill, hasSkill, since };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const seriesNamed = (known: ReadonlyMap<string, Series>, id: string): Series => {
  const found = known.get(id);
  if (found === undefined) throw new Error(`series '${id}' was asked for and is not known`);
  return found;
};

export interface ForecastAdvance {
  /** Without what only storage knows: the forecasters of the next tick. */
  readonly state: Omit<ForecastState, 'fitted'>;
  /** One per entity that has something to say. */
  readonly signals: readonly Signal[];
  readonly summary: ForecastShardSummary;
}

/** Scores what has come due, says what is foreseen, and what is remembered for the next tick. Pure. */
export function advanceForecasts(
  step: ForecastStep,
  { held, known }: KnownValues,
  record: ForecastRecord,
): ForecastAdvance {
  const { watch, shard, tick, state } = step;
  const made = new Map(record.series.map((one) => [one.id, one]));
  const fitted = new Map(step.fitted?.series.map((one) => [one.id, one]));
  const before = new Map(state?.series.map((one) => [one.id, one]));
  // A series that was discovered since the record was written belongs to the next tick.
  const series = step.series.filter(({ id }) => made.has(id));
  const memories: SeriesMemory[] = [];
  const toTell: SeriesToTell[] = [];
  for (const description of series) {
    const one = made.get(description.id);
    if (one === undefined) continue;
    const own = seriesNamed(known, description.id);
    const serving = fitted.get(description.id);
    const memory = before.get(description.id) ?? freshMemory(description.id);
    const facts = {
      made: one,
      known: own,
      isRuled: (limit: Limit) => isRuled(watch, description, limit),
      horizon: forecastHorizon(watch),
    };
    const confirm = watch.confirm ?? ruleConfirmation;
    const after = dangerAfter({ ...facts, before: memory, confirm, every: forecastEvery(watch), tick });
    memories.push({ ...scoreForecasts(memory, own, one, tick, serving?.fittedAt ?? 0), ...after });
    toTell.push({ ...facts, description, danger: after.danger, saturation: saturationOf(step, description, serving) });
  }
  const spoken = speak(step, toTell);
  const skills = new Map([...fitted.values()].map(({ id, skill, hasSkill }) => [id, hasSkill ? skill : null]));
  return {
    state: {
      watch: watch.name,
      shard,
      tick,
      periodSeconds: watch.period,
      consumed: record.consumed,
      recent: held,
      series: memories,
      told: spoken.told,
      drifted: memories.filter((one) => hasDrifted(one, skills.get(one.id) ?? null, tick)).map(({ id }) => id),
    },
    signals: spoken.signals,
    summary: {
      ...idleForecast(watch.name, shard, tick, 'forecast'),
      ...qualityOf([qualitySumsOf(memories)]),
      series: series.length,
      forecast: record.series.filter(({ missing }) => missing === null).length,
      withoutSkill: record.series.filter(({ missing, hasSkill }) => missing === null && !hasSkill).length,
      missing: missingOf(record),
      firing: spoken.firing,
      began: spoken.began,
      signals: spoken.signals.length,
    },
  };
}

/** Of a series that has not been forecast yet. */
export const freshMemory = (id: string): SeriesMemory => ({
  id,
  coverage80: startCoverage(),
  coverage95: startCoverage(),
  open: [],
  scored: [],
  crossings: [],
  fittedAt: 0,
  error: 0,
  lastError: 0,
  weight: 0,
  danger: [],
});

/** A line through the days means something only of what fills up, whatever was fitted. */
function saturationOf(
  { watch, fitted }: ForecastStep,
  description: SeriesDescription,
  serving: SeriesFit | undefined,
): SeriesToTell['saturation'] {
  if (fitted === undefined) return undefined;
  return fillsUp(description, limitsIn(watch, description)) ? (serving?.saturation ?? null) : null;
}

/** Whether a rule is broken by whatever is beyond the limit: its own line is that, or is met before. */
const isRuled = ({ rules }: Watch, { label }: SeriesDescription, { value, side }: Limit): boolean =>
  rules.some(
    (rule) =>
      (rule.kind === 'above' || rule.kind === 'below') &&
      rule.kind === side &&
      matchesGlob(rule.metric, label) &&
      (side === 'above' ? rule.limit <= value : rule.limit >= value),
  );

function missingOf({ series }: ForecastRecord): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { missing } of series) if (missing !== null) found[missing] = (found[missing] ?? 0) + 1;
  return found;
}

interface Spoken {
  readonly signals: readonly Signal[];
  readonly told: readonly ForecastTold[];
  readonly firing: number;
  readonly began: number;
}

function speak({ deployment, watch, shard, tick, state }: ForecastStep, toTell: readonly SeriesToTell[]): Spoken {
  const head: SignalHead = {
    deployment,
    watch: watch.name,
    shard,
    labels: watch.labels,
    evaluatedAt: tick,
    intervalSeconds: forecastEvery(watch),
  };
  const drawn = new Map(toTell.map((one) => [one.description.id, one]));
  const remembered = new Map((state?.told ?? []).map(({ entity, told }) => [entity, told]));
  const signals: Signal[] = [];
  const told: ForecastTold[] = [];
  const count = { firing: 0, began: 0 };
  const say = (entity: string, telling: Telling): void => {
    count.began += telling.began;
    count.firing += telling.statements.filter(({ status }) => status === 'firing').length;
    const signal = forecastSignal(head, entity, telling.statements, telling.told, drawn, watch.shadow);
    if (signal !== undefined) signals.push(signal);
    const kept = signal?.mode === 'live' ? toldInEarnest(telling.told, signal) : telling.told;
    if (kept.length > 0) told.push({ entity, told: kept });
  };
  const byEntity = new Map<string, SeriesToTell[]>();
  for (const one of toTell) {
    const { entity } = one.description;
    byEntity.set(entity, [...(byEntity.get(entity) ?? []), one]);
  }
  for (const [entity, series] of byEntity) {
    say(entity, tellForecasts(series, remembered.get(entity) ?? [], tick));
    remembered.delete(entity);
  }
  for (const [entity, earlier] of remembered) say(entity, retireEntity(earlier));
  return { signals, told, ...count };
}
