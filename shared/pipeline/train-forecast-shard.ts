import { readDays } from '../metrics/history.ts';
import { fillGaps, settledUntil } from '../metrics/gaps.ts';
import { planShards, readInventory } from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { emptySeries, firstValue, placePoints, type Series } from '../metrics/series.ts';
import { median } from '../numeric/statistics.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import { forecastHorizon } from '../settings/forecast-settings.ts';
import type { Watch } from '../settings/settings.ts';
import { limitedSeries } from './advance-forecasts.ts';
import { watchNamed } from './detect-ports.ts';
import { fitSeries, networkSeries } from './fit-series.ts';
import { beginFitting, type FittedSeries, type FittedShard, loadFitted, storeFitted } from './fitted-shard.ts';
import type { ForecastPorts } from './forecast-ports.ts';

/** What a training needs from outside. */
export type TrainForecastPorts = Pick<ForecastPorts, 'settings' | 'store' | 'bytes' | 'clock' | 'log'>;

export interface ShardTrainingRequest extends ShardMessage {
  readonly by: string;
  /** Series to be fitted anew whatever their age. @default none */
  readonly drifted?: readonly string[];
  /** Series are fitted anew that were fitted so many seconds ago. @default a little more than a day */
  readonly olderThan?: number;
  /** Only the series for which a neural network competes, and with it: minutes each. @default false: all, without */
  readonly networks?: boolean;
  /** Asked before each series: what is left is fitted by the next training. */
  readonly mayGoOn: () => boolean;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface ShardTraining {
  readonly watch: string;
  readonly shard: string;
  /** `no-time`: series are due, and none was begun in time. */
  readonly outcome: 'trained' | 'nothing-due' | 'nothing-to-train' | 'no-time' | 'overtaken';
  /** Series that have a limit, those that were fitted now, and those that are still due. */
  readonly series: number;
  readonly trained: number;
  readonly left: number;
  /** How many series each forecaster serves, and how many of them nothing serves better than persistence. */
  readonly forecasters: Readonly<Record<string, number>>;
  readonly withoutSkill: number;
  /** Median of the skills that were measured; null where none was. */
  readonly skill: number | null;
}

/** The train function fits each series once a day; where it does not come to it, a tick does, some hours later. */
const OLD_SECONDS = 26 * 3600;
/** What was fitted on less than so much history has much to learn in so few hours; and the past may be fetched meanwhile. */
const YOUNG = [
  { learned: 86_400, refit: 3600 },
  { learned: 3 * 86_400, refit: 6 * 3600 },
] as const;
/** Of what has never had a value there may be one by then. */
const EMPTY_REFIT_SECONDS = 6 * 3600;
/** A network that won serves until networks are trained again; where that fails for so long, others take its place. */
const NETWORK_OLD_SECONDS = 7 * 86_400;
/** No network may take the time of all others. */
const LONGEST_NETWORK_SECONDS = 240;
const LONGEST_HISTORY_SECONDS = 21 * 86_400;
/** Two weeks of minutes: as many as there are to be had, and 80 MB for a whole shard. */
const MOST_SLOTS = 20_160;

/**
 * Whether any series of a shard must be fitted: new, aged, or become bad.
 *
 * @param fitted what the tick worked with; undefined where there is none that can be read.
 */
export const isTrainingDue = (
  series: readonly SeriesDescription[],
  fitted: FittedShard | undefined,
  drifted: readonly string[],
  tick: number,
): boolean => dueSeries(series, fitted, tick, OLD_SECONDS, drifted).length > 0;

/** The series that must be fitted, the one that has waited longest first. */
function dueSeries(
  series: readonly SeriesDescription[],
  fitted: FittedShard | undefined,
  tick: number,
  olderThan: number,
  drifted: readonly string[],
  networks = false,
): readonly SeriesDescription[] {
  const known = new Map(fitted?.series.map((one) => [one.id, one]));
  const age = ({ id }: SeriesDescription): number => tick - (known.get(id)?.fittedAt ?? -Infinity);
  const isDue = (one: SeriesDescription): boolean => {
    const before = known.get(one.id);
    if (!networks && before?.forecaster?.name === 'lstm') return age(one) >= NETWORK_OLD_SECONDS;
    return age(one) >= Math.min(olderThan, refitAfter(before)) || drifted.includes(one.id);
  };
  return series.filter(isDue).sort((a, b) => age(b) - age(a) || (a.id < b.id ? -1 : 1));
}

function refitAfter(before: FittedSeries | undefined): number {
  if (before === undefined) return 0;
  if (Number.isNaN(before.since)) return EMPTY_REFIT_SECONDS;
  return YOUNG.find(({ learned }) => before.fittedAt - before.since < learned)?.refit ?? Infinity;
}

/**
 * Fits forecasters for the series of a shard that are due: reads up to three weeks of history, lets the forecasters
 * compete on each, and puts what was fitted into use with everything that was fitted before. What it does not come to
 * in time is left to the next training.
 *
 * @throws RangeError for a watch that the settings do not have. @throws StoredObjectError where history is unreadable.
 */
export async function trainForecastShard(
  request: ShardTrainingRequest,
  ports: TrainForecastPorts,
): Promise<ShardTraining> {
  const { shard, tick, by, drifted = [], olderThan = OLD_SECONDS, networks = false, mayGoOn } = request;
  const watch = watchNamed(ports.settings, request.watch);
  const planned = planShards(await readInventory(ports, watch.name), watch.period);
  const series = limitedSeries(planned.find((one) => one.shard === shard)?.series ?? [], watch);
  const head = { watch: watch.name, shard, series: series.length };
  if (series.length === 0 || watch.forecast === 'off') return { ...head, ...nothing, outcome: 'nothing-to-train' };

  const begun = await beginFitting(ports, watch.name, shard);
  const { inUse } = begun;
  const loaded = inUse === undefined ? undefined : await loadFitted(ports, watch.name, shard, inUse.value);
  const before = loaded?.periodSeconds === watch.period ? loaded : undefined;
  const chosen = networks ? networkSeries(watch, planned) : undefined;
  const due = dueSeries(series, before, tick, olderThan, drifted, networks).filter(
    (one) => chosen?.has(one.id) ?? true,
  );
  if (due.length === 0)
    return { ...head, ...reportOf(before?.series ?? []), trained: 0, left: 0, outcome: 'nothing-due' };

  const to = Math.min(Math.floor(tick / watch.period) * watch.period, settledUntil(tick, watch.period, watch.settle));
  const past = await readPastSeries(ports, watch, shard, series, to);
  const known = new Map(before?.series.map((one) => [one.id, one]));
  const fitted = new Map<string, FittedSeries>();
  for (const one of due) {
    if (!mayGoOn()) break;
    request.onProgress?.(fitted.size, due.length);
    fitted.set(
      one.id,
      fitSeries({
        description: one,
        watch,
        history: past.get(one.id) ?? emptySeries(watch.period, to, to),
        horizonSteps: Math.ceil(forecastHorizon(watch) / watch.period),
        incumbent: known.get(one.id),
        seed: ports.settings.seed,
        at: tick,
        network: chosen === undefined ? undefined : { isTimeUp: isTimeUp(ports, mayGoOn) },
      }),
    );
  }
  request.onProgress?.(fitted.size, due.length);
  const all = series.flatMap((one) => {
    const now = fitted.get(one.id) ?? known.get(one.id);
    return now === undefined ? [] : [{ ...now, values: past.get(one.id)?.values ?? now.values }];
  });
  const done: FittedShard = { watch: watch.name, shard, periodSeconds: watch.period, trainedAt: tick, to, series: all };
  const why = `${fitted.size} of ${series.length} series were due`;
  const stored = fitted.size === 0 ? 'no-time' : await storeFitted(ports, done, { by, why }, begun);
  const outcome = stored === 'stored' ? 'trained' : stored;
  const training: ShardTraining = {
    ...head,
    ...reportOf(all),
    trained: fitted.size,
    left: due.length - fitted.size,
    outcome,
  };
  ports.log.info('forecasters fitted', { ...training });
  return training;
}

function isTimeUp({ clock }: TrainForecastPorts, mayGoOn: () => boolean): () => boolean {
  const until = clock.now() + LONGEST_NETWORK_SECONDS;
  return () => !mayGoOn() || clock.now() >= until;
}

const nothing = { trained: 0, left: 0, forecasters: {}, withoutSkill: 0, skill: null };

function reportOf(series: readonly FittedSeries[]): Pick<ShardTraining, 'forecasters' | 'withoutSkill' | 'skill'> {
  const forecasters: Record<string, number> = {};
  for (const { forecaster } of series)
    if (forecaster !== null) forecasters[forecaster.name] = (forecasters[forecaster.name] ?? 0) + 1;
  const skills = series.flatMap(({ skill }) => (skill === null ? [] : [skill]));
  return {
    forecasters,
    withoutSkill: series.filter(({ hasSkill }) => !hasSkill).length,
    skill: skills.length === 0 ? null : median(skills),
  };
}

/** What is known of each series, up to three weeks back, on one grid that ends at `to`; gaps have their meaning. */
async function readPastSeries(
  ports: TrainForecastPorts,
  watch: Watch,
  shard: string,
  series: readonly SeriesDescription[],
  to: number,
): Promise<ReadonlyMap<string, Series>> {
  const { period } = watch;
  const span = Math.min(LONGEST_HISTORY_SECONDS, MOST_SLOTS * period, ports.settings.retention);
  const from = Math.max(0, to - Math.floor(span / period) * period);
  const wanted = new Map(series.map((one) => [one.id, emptySeries(period, from, to)]));
  const onUnreadable = (error: Error): void => {
    ports.log.error('history object unreadable', { error: error.message });
  };
  const days = readDays(ports, watch.name, shard, period, new Set(wanted.keys()), from, to, { onUnreadable });
  for await (const { points } of days)
    for (const [id, own] of points) {
      const slots = wanted.get(id);
      if (slots !== undefined) placePoints(own, slots);
    }
  return new Map(
    series.map((one) => {
      const onGrid = wanted.get(one.id) ?? emptySeries(period, from, to);
      const filled = fillGaps(onGrid, one.nature, to).series;
      const first = firstValue(filled.values);
      // What was before the first value is none of its history.
      return [one.id, { start: from + first * period, stepSeconds: period, values: filled.values.slice(first) }];
    }),
  );
}
