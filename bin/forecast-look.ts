import { emptySeries, placePoints, type Series } from '../shared/metrics/series.ts';
import { settledUntil } from '../shared/metrics/gaps.ts';
import { readDays } from '../shared/metrics/history.ts';
import { planShards, readInventory, type Shard, updateInventory } from '../shared/metrics/inventory.ts';
import type { SeriesDescription } from '../shared/metrics/metric.ts';
import { limitedSeries } from '../shared/pipeline/advance-forecasts.ts';
import { backfillShard } from '../shared/pipeline/backfill.ts';
import { type FittedShard, loadFitted, readInUse } from '../shared/pipeline/fitted-shard.ts';
import { readForecasts } from '../shared/pipeline/forecast-metrics.ts';
import { pullPoints } from '../shared/pipeline/pull-points.ts';
import { trainForecasters } from '../shared/pipeline/train-forecasters.ts';
import { forecastEvery, forecastHorizon } from '../shared/settings/forecast-settings.ts';
import { keys } from '../shared/settings/keys.ts';
import type { Watch } from '../shared/settings/settings.ts';
import { type LocalClock, presentOf } from './detect-ticks.ts';
import type { ForecastSeries } from './forecast-facts.ts';
import { type LocalPorts, runForecastTick } from './run-tick.ts';
import { WhatIfStore } from './what-if-store.ts';

/** What is expected of a watch, as it stands now. */
export interface Look {
  readonly watch: Watch;
  /** Epoch seconds: now, and of files the end of their last point. */
  readonly present: number;
  /** Those that have a limit. */
  readonly series: readonly ForecastSeries[];
  /** Labels of those that have none. */
  readonly unlimited: readonly string[];
}

export type LookProgress = (step: string, done: number, of: number) => void;

const daySeconds = 86_400;
/** As far back as a forecaster learns. */
const learnedSeconds = 21 * daySeconds;
/** CloudWatch is asked for no more than may have been missed since the past was fetched. */
const missedSeconds = daySeconds;

/**
 * Looks ahead on a watch once: its past is fetched where that was never done, forecasters are fitted where none are, or
 * they are half a day old, and then the pipeline's own tick runs beside those that are deployed or followed here: it
 * leaves neither state nor forecasts behind, and tells nobody.
 *
 * @param isAsked whether the command line says more than the settings: then also what is fitted is thrown away.
 */
export async function lookAhead(
  watch: Watch,
  given: LocalPorts,
  clock: LocalClock,
  isAsked: boolean,
  onProgress: LookProgress,
): Promise<Look> {
  const present = await presentOf(watch, given);
  const every = forecastEvery(watch);
  try {
    clock.setTo(present);
    const { shards, fetchedDays } = await fetchPast(watch, given, present, onProgress);
    const pulls = new Set(shards.map(({ shard }) => keys.historyTick(watch.name, shard, watch.period, present)));
    const isScratch = (key: string): boolean =>
      key.startsWith('forecasts/') ||
      (key.startsWith('state/') && key.endsWith('/forecast')) ||
      // With limits that only the command line gives, it is another plan than that of the ticks beside us.
      key === keys.limitedShards(watch.name) ||
      (isAsked && key.startsWith(keys.modelPrefix(watch.name, 'forecaster'))) ||
      pulls.has(key);
    const ports = { ...given, store: new WhatIfStore(given.store, isScratch) };
    await pullNewest(watch, shards, ports, present, fetchedDays);

    const before = present - every;
    clock.setTo(before);
    await trainForecasters({ watch: watch.name, tick: before, by: 'command line', onProgress }, ports);
    // Which forecasters serve is decided a tick ahead.
    for (const tick of [before, present]) {
      clock.setTo(tick);
      await runForecastTick({ tick, watch: watch.name }, ports);
    }
    return await seen(watch, shards, ports, present);
  } finally {
    clock.setTo(undefined);
  }
}

async function fetchPast(
  watch: Watch,
  ports: LocalPorts,
  present: number,
  onProgress: LookProgress,
): Promise<{ readonly shards: readonly Shard[]; readonly fetchedDays: number }> {
  const known = await readInventory(ports, watch.name);
  // What CloudWatch has of the past is a matter of money and minutes: `collect` asks for it, and says so.
  const isFetched = watch.source.kind === 'csv' || watch.source.kind === 'simulated';
  if (!isFetched) return { shards: planShards(known, watch.period), fetchedDays: 0 };
  const { series } = await ports.source(watch).discover(watch);
  const { inventory } = await updateInventory(ports, watch.name, series, present);
  const shards = planShards(inventory, watch.period);
  let fetchedDays = 0;
  for (const [index, { shard }] of shards.entries()) {
    let asked = 0;
    const { days } = await backfillShard({ watch: watch.name, shard, tick: present }, ports, () => {
      onProgress('fetching the past', index + Math.min(0.9, asked++ / 30), shards.length);
      return true;
    });
    fetchedDays = Math.max(fetchedDays, days);
  }
  return { shards, fetchedDays };
}

/** What came since the past was fetched, and since a tick last pulled. A reading of this host is no past. */
async function pullNewest(
  watch: Watch,
  shards: readonly Shard[],
  ports: LocalPorts,
  present: number,
  fetchedDays: number,
): Promise<void> {
  if (watch.source.kind === 'host') return;
  const to = Math.floor(present / watch.period) * watch.period;
  const reach = watch.source.kind === 'cloudwatch' || fetchedDays > 0 ? missedSeconds : learnedSeconds;
  const from = to - Math.ceil(reach / watch.period) * watch.period;
  for (const { shard, series } of shards) {
    const limited = limitedSeries(series, watch);
    if (limited.length === 0) continue;
    const request = { watch: watch.name, shard, periodSeconds: watch.period, tick: present, from, to };
    await pullPoints(
      { ...ports, source: ports.source(watch) },
      { ...request, series: limited, previous: () => Promise.resolve([]) },
    );
  }
}

async function seen(watch: Watch, shards: readonly Shard[], ports: LocalPorts, present: number): Promise<Look> {
  const all: ForecastSeries[] = [];
  for (const { shard, series } of shards) {
    const limited = limitedSeries(series, watch);
    const record = await readForecasts(ports, watch.name, shard, present);
    if (limited.length === 0 || record === undefined) continue;
    const fitted = await fittedOf(watch, shard, ports);
    const histories = await recentOf(watch, shard, limited, ports, present);
    for (const made of record.series) {
      const description = limited.find(({ id }) => id === made.id);
      const history = histories.get(made.id);
      if (description === undefined || history === undefined) continue;
      const saturation = fitted?.series.find(({ id }) => id === made.id)?.saturation ?? undefined;
      all.push({ watch: watch.name, description, made, history, saturation });
    }
  }
  const unlimited = shards.flatMap(({ series }) => {
    const limited = new Set(limitedSeries(series, watch).map(({ id }) => id));
    return series.filter(({ id }) => !limited.has(id)).map(({ label }) => label);
  });
  return { watch, present, series: all, unlimited: [...new Set(unlimited)] };
}

async function fittedOf(watch: Watch, shard: string, ports: LocalPorts): Promise<FittedShard | undefined> {
  const inUse = await readInUse(ports, watch.name, shard);
  return inUse === undefined ? undefined : loadFitted(ports, watch.name, shard, inUse.value);
}

/** Four horizons, as a chart shows them, up to the newest settled slot. */
async function recentOf(
  watch: Watch,
  shard: string,
  series: readonly SeriesDescription[],
  ports: LocalPorts,
  present: number,
): Promise<ReadonlyMap<string, Series>> {
  const { period } = watch;
  const to = Math.min(Math.floor(present / period) * period, settledUntil(present, period, watch.settle));
  const from = to - Math.max(24, Math.ceil((4 * forecastHorizon(watch)) / period)) * period;
  const grids = new Map(series.map(({ id }) => [id, emptySeries(period, from, to)]));
  for await (const { points } of readDays(ports, watch.name, shard, period, new Set(grids.keys()), from, to))
    for (const [id, own] of points) {
      const grid = grids.get(id);
      if (grid !== undefined) placePoints(own, grid);
    }
  return grids;
}
