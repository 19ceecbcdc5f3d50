import type { LstmHooks } from '../forecasters/lstm-training.ts';
import { readOverview } from '../metrics/inventory.ts';
import type { MetricSink } from '../ports/metric-sink.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { watchNamed } from './detect-ports.ts';
import { forecasterTrainingMetrics } from './own-metrics.ts';
import {
  type ShardTraining,
  type ShardTrainingRequest,
  trainForecastShard,
  type TrainForecastPorts,
} from './train-forecast-shard.ts';
import { stoppable } from './stoppable-progress.ts';
import { forEachWatch } from './watches-in-turn.ts';

export type { ShardTraining } from './train-forecast-shard.ts';

export type TrainForecastersPorts = TrainForecastPorts & { readonly sink: MetricSink };

export interface TrainForecastersRequest {
  /** @default all watches */
  readonly watch?: string;
  /** Epoch seconds: history before it is used. @default now */
  readonly tick?: number;
  /** Epoch seconds of the clock at which the last fit is begun; what is left is fitted by the next training. @default never */
  readonly until?: number;
  /** Who asked. @default 'schedule' */
  readonly by?: string;
  /** Series are fitted anew that were fitted so many seconds ago. @default half a day */
  readonly olderThan?: number;
  /** Who computes a network's slopes, such as threads of this machine. @default this thread */
  readonly openBatches?: LstmHooks['openBatches'];
  readonly onProgress?: (step: string, done: number, of: number) => void;
}

export interface ForecasterTraining {
  readonly watch: string;
  /** One per shard that has a limit, and one more for each in which networks competed. */
  readonly shards: readonly ShardTraining[];
}

/** What was fitted in the last hours is as good as new: a training that is repeated goes on where it was. */
const HALF_A_DAY = 12 * 3600;
/** Where time is limited no network may take that of all others. */
const LONGEST_NETWORK_SECONDS = 240;

/**
 * Fits forecasters for every series that has a limit, shard by shard, and puts them into use for the ticks that follow:
 * first the quick ones of all shards, then neural networks where a watch names them. Ended by `until`, it leaves what
 * is done in use, and is taken up by the next training.
 *
 * @throws RangeError for a watch that the settings do not have.
 * @throws AggregateError after all shards of all watches were tried, where some failed.
 */
export async function trainForecasters(
  request: TrainForecastersRequest,
  ports: TrainForecastersPorts,
): Promise<{ readonly watches: readonly ForecasterTraining[] }> {
  const tick = request.tick ?? Math.floor(ports.clock.now());
  const chosen = request.watch === undefined ? watchesOf(ports.settings) : [watchNamed(ports.settings, request.watch)];
  const forecast = chosen.filter((watch) => watch.forecast !== 'off');
  const watches = await forEachWatch(forecast, tick, ports.log, async (watch) => {
    const startedAt = ports.clock.now();
    const { shards, failures } = await trainWatch(watch, tick, request, ports);
    const endedAt = ports.clock.now();
    await ports.sink.publish(
      forecasterTrainingMetrics(
        { deployment: ports.settings.name, watch: watch.name },
        shards,
        endedAt - startedAt,
        endedAt,
      ),
    );
    if (failures.length > 0)
      throw new AggregateError(
        failures,
        `forecasters of ${failures.length} shards of '${watch.name}' could not be fitted: ${String(failures[0])}`,
      );
    return { watch: watch.name, shards };
  });
  return { watches };
}

async function trainWatch(
  watch: Watch,
  tick: number,
  request: TrainForecastersRequest,
  ports: TrainForecastersPorts,
): Promise<{ readonly shards: readonly ShardTraining[]; readonly failures: readonly unknown[] }> {
  const { until = Infinity, by = 'schedule', olderThan = HALF_A_DAY } = request;
  const { tell, throwIfStopped } = stoppable(request.onProgress);
  const shards = (await readOverview(ports, watch.name)).shards.map(({ shard }) => shard);
  const hasNetworks = watch.forecast !== 'off' && watch.forecast.lstm !== undefined;
  const rounds = [...shards.map((shard) => ({ shard, networks: false }))];
  if (hasNetworks) rounds.push(...shards.map((shard) => ({ shard, networks: true })));
  const done: ShardTraining[] = [];
  const mayGoOn = (): boolean => ports.clock.now() < until;
  const failures: unknown[] = [];
  for (const [place, { shard, networks }] of rounds.entries()) {
    const given: ShardTrainingRequest = {
      watch: watch.name,
      shard,
      tick,
      by,
      networks,
      olderThan,
      ...(request.openBatches === undefined ? {} : { openBatches: request.openBatches }),
      longestNetwork: until === Infinity ? undefined : LONGEST_NETWORK_SECONDS,
      mayGoOn,
      onProgress: (fitted, of) => tell(`fitting forecasters of ${watch.name}`, place + fitted / of, rounds.length),
    };
    try {
      const training = await trainForecastShard(given, ports);
      if (training.outcome !== 'nothing-to-train') done.push(training);
    } catch (error) {
      throwIfStopped();
      ports.log.error('forecasters of a shard failed', { watch: watch.name, shard, tick, error: String(error) });
      failures.push(error);
    }
  }
  tell('done', rounds.length, rounds.length);
  return { shards: done, failures };
}
