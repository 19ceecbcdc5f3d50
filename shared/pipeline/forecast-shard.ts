import { planShards, readShardInventory } from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { readStored, writeStored } from '../models/stored-artefact.ts';
import type { Version } from '../ports/object-store.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import { forecastEvery } from '../settings/forecast-settings.ts';
import { dayOf, keys } from '../settings/keys.ts';
import type { Watch } from '../settings/settings.ts';
import {
  advanceForecasts,
  type ForecastStep,
  knownAt,
  type KnownValues,
  limitedSeries,
  makeForecasts,
} from './advance-forecasts.ts';
import { watchNamed } from './detect-ports.ts';
import { dueSeries } from './due-series.ts';
import { type FittedShard, loadFitted, readInUse } from './fitted-shard.ts';
import { readNewPoints, type ReadTicks } from './forecast-points.ts';
import type { ForecastPorts } from './forecast-ports.ts';
import { expireForecasts, type ForecastRecord, forecastRecordKind, readForecasts } from './forecast-record.ts';
import { standingOf } from './forecast-quality.ts';
import { type ForecastState, forecastStateKind } from './forecast-state.ts';
import { type ForecastShardSummary, idleForecast } from './forecast-summary.ts';
import { heldGrid, holdsSince } from './forecast-window.ts';
import { staleMetric, forecastMetricData } from './own-metrics.ts';
import { MOST_ATTEMPTS, reasonToIdle } from './shard-turn.ts';
import { trainForecastShard } from './train-forecast-shard.ts';

/** A part of each tick's time goes to fitting what has no forecaster yet, or one that has become bad. */
const LONGEST_TRAINING_SECONDS = 120;

/**
 * The forecasts of one shard of a watch at a tick, harmless when it is repeated, doubled, or dies anywhere: load the
 * state; read what history has got since; forecast, and store the forecasts under the tick's own key, once: if others
 * are there, what they had read is read, and theirs are told; emit the signals; commit state and tick by compare-and-swap; and only whoever won that
 * publishes metrics and fits what is due.
 *
 * @throws RangeError for a watch that the settings do not have.
 * @throws StoredObjectError where the state, history, or forecasts that a run before us stored cannot be read.
 */
export async function forecastShard(message: ShardMessage, ports: ForecastPorts): Promise<ForecastShardSummary> {
  const watch = watchNamed(ports.settings, message.watch);
  const { shard, tick } = message;
  const idle = (outcome: ForecastShardSummary['outcome']) => idleForecast(watch.name, shard, tick, outcome);
  if (watch.forecast === 'off') return idle('empty');
  const startedAt = ports.clock.now();
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const stored = await readStored(ports, forecastStateKind, keys.state(watch.name, shard, 'forecast'));
    const reason = reasonToIdle(tick, stored?.value.tick, forecastEvery(watch), startedAt);
    if (reason !== undefined) {
      ports.log.info('shard not forecast', { ...message, reason });
      if (reason === 'too-old')
        await ports.sink.publish([staleMetric({ deployment: ports.settings.name, watch: watch.name }, tick)]);
      return idle(attempt > 1 ? 'superseded' : reason);
    }
    const done = await attemptForecast(message, watch, stored?.value, stored?.version ?? 'absent', ports);
    if (done === 'conflict') continue;
    if (done.state === undefined) return done.summary;
    const elapsed = ports.clock.now() - startedAt;
    await ports.sink.publish(forecastMetricData(done.summary, ports.settings.name, elapsed, forecastEvery(watch)));
    const isAdopting = done.state.fitted?.trainedAt !== stored?.value.fitted?.trainedAt;
    // What was fitted since the last tick is put to work by the next one: until then nothing is known to be due.
    const trained = isAdopting ? 0 : await trainWhatIsDue(message, watch, done, startedAt, ports);
    if (stored !== undefined && dayOf(stored.value.tick) !== dayOf(tick))
      await expireForecasts(ports, watch.name, shard, tick);
    const summary = { ...done.summary, trained };
    ports.log.info('shard forecast', { ...summary });
    return summary;
  }
  throw new Error(
    `forecast state of shard '${shard}' of '${watch.name}' changed ${MOST_ATTEMPTS} times while tick ${tick} was forecast: are many ticks running at once?`,
  );
}

interface Attempt {
  readonly summary: ForecastShardSummary;
  /** Undefined where nothing was to be done. */
  readonly state?: ForecastState;
  readonly fitted?: FittedShard | undefined;
  /** Series that have a forecaster which serves nobody: what is stored of it cannot be read. */
  readonly unserved?: readonly string[];
}

async function attemptForecast(
  { shard, tick, every }: ShardMessage,
  watch: Watch,
  state: ForecastState | undefined,
  version: Version | 'absent',
  ports: ForecastPorts,
): Promise<Attempt | 'conflict'> {
  const series = await seriesOf(ports, watch, shard);
  if (series.length === 0 && (state === undefined || state.told.length === 0))
    return { summary: idleForecast(watch.name, shard, tick, 'empty') };

  const fitted = await fittedOf(ports, watch, shard, state);
  const earlier = await readForecasts(ports, watch.name, shard, tick);
  const { from } = heldGrid(tick, watch, fitted);
  const { pulls, ...read } =
    fitted === undefined
      ? { pulls: [], consumed: 0, ticks: null }
      : await readNewPoints(ports, {
          watch: watch.name,
          shard,
          periodSeconds: watch.period,
          tick,
          after: holdsSince(state, from, watch.period) ? state?.consumed : undefined,
          ...(earlier === undefined ? {} : { earlier }),
          from,
        });
  const asOf = valuesUntil(tick, read.consumed, every, watch);
  const head = { deployment: ports.settings.name, watch, shard, tick, asOf };
  const step: ForecastStep = { ...head, state, series, fitted, pulls };
  const known = knownAt(step);
  const record = earlier ?? (await store(ports, step, known, read));
  if (record === 'conflict') return 'conflict';

  const advance = advanceForecasts(step, known, record);
  if (advance.signals.length > 0) await ports.bus.publish(advance.signals);
  const inUse = await readInUse(ports, watch.name, shard);
  const next: ForecastState = {
    ...advance.state,
    fitted: inUse === undefined ? null : { place: inUse.value.place, trainedAt: inUse.value.trainedAt },
  };
  const key = keys.state(watch.name, shard, 'forecast');
  const outcome = await writeStored(ports, forecastStateKind, key, next, version);
  if (outcome === 'conflict') return 'conflict';
  return { summary: advance.summary, state: next, fitted, unserved: unservedOf(record, fitted) };
}

/**
 * Where polling is stretched, what is newer than the last pull is not missing: it was not asked for. Forecasts then begin
 * where values end, and look as far ahead of now as ever. A pull that is overdue is no such excuse.
 */
function valuesUntil(tick: number, pulled: number, stretched: number | undefined, { every }: Watch): number {
  return stretched !== undefined && tick - pulled <= stretched + every ? Math.min(tick, pulled) : tick;
}

function unservedOf(record: ForecastRecord, fitted: FittedShard | undefined): readonly string[] {
  const silent = new Set(record.series.flatMap(({ id, missing }) => (missing === 'not-trained' ? [id] : [])));
  return (fitted?.series ?? []).flatMap(({ id, forecaster }) => (forecaster !== null && silent.has(id) ? [id] : []));
}

async function seriesOf(ports: ForecastPorts, watch: Watch, shard: string): Promise<readonly SeriesDescription[]> {
  const planned = planShards(await readShardInventory(ports, watch.name, shard), watch.period);
  return limitedSeries(planned.find((one) => one.shard === shard)?.series ?? [], watch);
}

/** Those that the tick before decided on; none under another period, for they know nothing of its points. */
async function fittedOf(
  ports: ForecastPorts,
  watch: Watch,
  shard: string,
  state: ForecastState | undefined,
): Promise<FittedShard | undefined> {
  if (state === undefined || state.fitted === null) return undefined;
  const fitted = await loadFitted(ports, watch.name, shard, state.fitted);
  return fitted?.periodSeconds === watch.period ? fitted : undefined;
}

/**
 * What we forecast. Where another run of this tick stored its forecasts meanwhile, those are what was forecast, and we
 * must begin anew from what it had read: it may have been more than we did, or less.
 */
async function store(
  ports: ForecastPorts,
  step: ForecastStep,
  known: KnownValues,
  read: ReadTicks,
): Promise<ForecastRecord | 'conflict'> {
  const { watch, shard, tick } = step;
  const ours = {
    watch: watch.name,
    shard,
    tick,
    periodSeconds: watch.period,
    consumed: read.consumed,
    ticks: read.ticks,
    standing: standingOf(step.state),
    series: makeForecasts(step, known),
  };
  const key = keys.forecasts(watch.name, shard, tick);
  return (await writeStored(ports, forecastRecordKind, key, ours, 'absent')) === 'stored' ? ours : 'conflict';
}

async function trainWhatIsDue(
  { shard, tick }: ShardMessage,
  watch: Watch,
  { state, fitted, unserved = [] }: Attempt,
  startedAt: number,
  ports: ForecastPorts,
): Promise<number> {
  const series = await seriesOf(ports, watch, shard);
  const given = { tick, drifted: state?.drifted ?? [], unserved };
  if (dueSeries(series, fitted, given).length === 0) return 0;
  const until = startedAt + Math.min(forecastEvery(watch) / 2, LONGEST_TRAINING_SECONDS);
  const due = { ...given, watch: watch.name, shard, by: 'forecast function' };
  const { trained } = await trainForecastShard({ ...due, mayGoOn: () => ports.clock.now() < until }, ports);
  return trained;
}
