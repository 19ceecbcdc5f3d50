import { readDays } from '../metrics/history.ts';
import { fillGaps, settledUntil } from '../metrics/gaps.ts';
import { planShards, readInventory, readShardInventory } from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { LstmHooks } from '../forecasters/lstm-training.ts';
import { emptySeries, firstValue, placePoints, type Series } from '../metrics/series.ts';
import { median } from '../numeric/statistics.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import { forecastHorizon } from '../settings/forecast-settings.ts';
import type { Watch } from '../settings/settings.ts';
import { limitedSeries } from './advance-forecasts.ts';
import { watchNamed } from './detect-ports.ts';
import { dueSeries } from './due-series.ts';
import { fitSeries, networkSeries } from './fit-series.ts';
import { beginFitting, type FittedShard, loadFitted, type SeriesFit, storeFitted } from './fitted-shard.ts';
import type { ForecastPorts } from './forecast-ports.ts';
import { learningWindows } from './learning-windows.ts';
import { stoppable } from './stoppable-progress.ts';
import { windowForTicks } from './window-for-ticks.ts';

/** What a training needs from outside. */
export type TrainForecastPorts = Pick<ForecastPorts, 'settings' | 'store' | 'bytes' | 'clock' | 'log'>;

export interface ShardTrainingRequest extends ShardMessage {
  readonly by: string;
  /** Series to be fitted anew whatever their age. @default none */
  readonly drifted?: readonly string[];
  /** Series whose stored forecaster cannot be made use of. @default none */
  readonly unserved?: readonly string[];
  /** Series are fitted anew that were fitted so many seconds ago. @default a little more than a day */
  readonly olderThan?: number;
  /** Only the series for which a neural network competes, and with it: minutes each. @default false: all, without */
  readonly networks?: boolean;
  /** Seconds after which a network ends with the best that it has found. @default until it improves no more */
  readonly longestNetwork?: number | undefined;
  /** Who computes a network's slopes. @default this thread */
  readonly openBatches?: LstmHooks['openBatches'];
  /** Asked before each series: what is left is fitted by the next training. */
  readonly mayGoOn: () => boolean;
  /** Of the series that are due; parts of one where a network takes its minutes. */
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

const LONGEST_HISTORY_SECONDS = 21 * 86_400;
/** Two weeks of minutes: as many as there are to be had, and 80 MB for a whole shard. */
const MOST_SLOTS = 20_160;

/**
 * Fits forecasters for the series of a shard that are due: reads up to three weeks of history, lets the forecasters
 * compete on each, and puts what was fitted into use with everything that was fitted before, and with what ticks need of
 * that history. What it does not come to
 * in time is left to the next training.
 *
 * @throws RangeError for a watch that the settings do not have. @throws StoredObjectError where history is unreadable.
 * @throws AggregateError once everything else is in use, where series could not be fitted by a fault of ours.
 */
export async function trainForecastShard(
  request: ShardTrainingRequest,
  ports: TrainForecastPorts,
): Promise<ShardTraining> {
  const { shard, tick, by, networks = false, mayGoOn } = request;
  const { tell, throwIfStopped } = stoppable(request.onProgress);
  const watch = watchNamed(ports.settings, request.watch);
  // Only which series get a network is decided over the whole watch.
  const inventory = networks ? readInventory(ports, watch.name) : readShardInventory(ports, watch.name, shard);
  const planned = planShards(await inventory, watch.period);
  const series = limitedSeries(planned.find((one) => one.shard === shard)?.series ?? [], watch);
  const head = { watch: watch.name, shard, series: series.length };
  if (series.length === 0 || watch.forecast === 'off') return { ...head, ...nothing, outcome: 'nothing-to-train' };

  const begun = await beginFitting(ports, watch.name, shard);
  const { inUse } = begun;
  const loaded = inUse === undefined ? undefined : await loadFitted(ports, watch.name, shard, inUse.value);
  const before = loaded?.periodSeconds === watch.period ? loaded : undefined;
  const chosen = networks ? networkSeries(watch, planned) : undefined;
  const network = watch.forecast.lstm;
  const due = dueSeries(series, before, { ...request, network }).filter((one) => chosen?.has(one.id) ?? true);
  if (due.length === 0)
    return { ...head, ...reportOf(before?.series ?? []), trained: 0, left: 0, outcome: 'nothing-due' };

  const to = Math.min(Math.floor(tick / watch.period) * watch.period, settledUntil(tick, watch.period, watch.settle));
  const past = await readPastSeries(ports, watch, shard, series, to);
  const known = new Map(before?.series.map((one) => [one.id, one]));
  const fitted = new Map<string, SeriesFit>();
  const faults: unknown[] = [];
  const learnsAt = learningWindows(ports.settings.alerts.quiet, watch);
  for (const one of due) {
    if (!mayGoOn()) break;
    const place = fitted.size;
    tell(place, due.length);
    const incumbent = known.get(one.id);
    const history = learnable(one, past.get(one.id) ?? emptySeries(watch.period, to, to), learnsAt);
    try {
      const fit = fitSeries({
        description: one,
        watch,
        history,
        horizonSteps: Math.ceil(forecastHorizon(watch) / watch.period),
        incumbent,
        seed: ports.settings.seed,
        at: tick,
        network:
          chosen === undefined
            ? undefined
            : {
                isTimeUp: isTimeUp(ports, request),
                ...(request.openBatches === undefined ? {} : { openBatches: request.openBatches }),
                onProgress: ({ epoch, epochs, batch, batches }) =>
                  tell(place + (epoch - 1 + batch / batches) / epochs, due.length),
              },
      });
      fitted.set(one.id, fit);
    } catch (error) {
      throwIfStopped();
      ports.log.error('series not fitted', { watch: watch.name, shard, series: one.id, error: String(error) });
      faults.push(error);
      fitted.set(one.id, unfitted(one, incumbent, history, tick, String(error), networks));
    }
  }
  tell(fitted.size, due.length);
  const all = series.flatMap((one) => {
    const now = fitted.get(one.id) ?? known.get(one.id);
    const values = past.get(one.id)?.values;
    return now === undefined || values === undefined ? [] : [{ ...now, window: windowForTicks(now, values, watch) }];
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
  if (faults.length > 0)
    throw new AggregateError(
      faults,
      `${faults.length} series of shard '${shard}' of '${watch.name}' were not fitted: ${String(faults[0])}`,
    );
  return training;
}

/** What served goes on serving, and both it and what has nothing wait their turn again: the others are not kept from theirs. */
function unfitted(
  { id }: SeriesDescription,
  incumbent: SeriesFit | undefined,
  { start, values }: Series,
  at: number,
  reason: string,
  networks: boolean,
): SeriesFit {
  if (incumbent !== undefined) return { ...incumbent, ...(networks ? { networkAt: at } : { fittedAt: at }) };
  const none = { forecaster: null, skill: null, hasSkill: false, saturation: null };
  return { ...none, id, reason, fittedAt: at, since: values.length === 0 ? Number.NaN : start };
}

function isTimeUp({ clock }: TrainForecastPorts, { longestNetwork = Infinity, mayGoOn }: ShardTrainingRequest) {
  const until = clock.now() + longestNetwork;
  return (): boolean => !mayGoOn() || clock.now() >= until;
}

const nothing = { trained: 0, left: 0, forecasters: {}, withoutSkill: 0, skill: null };

function reportOf(series: readonly SeriesFit[]): Pick<ShardTraining, 'forecasters' | 'withoutSkill' | 'skill'> {
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

/** What nothing shall be learned from is a gap to whoever learns; what is forecast from knows it all the same. */
function learnable(
  { entity }: SeriesDescription,
  series: Series,
  learnsAt: ReturnType<typeof learningWindows>,
): Series {
  if (learnsAt === undefined) return series;
  const { start, stepSeconds } = series;
  const values = series.values.map((value, slot) =>
    learnsAt(entity, start + slot * stepSeconds) ? value : Number.NaN,
  );
  return { start, stepSeconds, values };
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
