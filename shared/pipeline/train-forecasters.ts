import { planShards, readInventory } from '../metrics/inventory.ts';
import type { MetricSink } from '../ports/metric-sink.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { watchNamed } from './detect-ports.ts';
import { forecasterTrainingMetrics } from './own-metrics.ts';
import { type ShardTraining, trainForecastShard, type TrainForecastPorts } from './train-forecast-shard.ts';

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
  readonly onProgress?: (step: string, done: number, of: number) => void;
}

export interface ForecasterTraining {
  readonly watch: string;
  /** One per shard that has a limit, and one more for each in which networks competed. */
  readonly shards: readonly ShardTraining[];
}

/** What was fitted in the last hours is as good as new: a training that is repeated goes on where it was. */
const HALF_A_DAY = 12 * 3600;

/**
 * Fits forecasters for every series that has a limit, shard by shard, and puts them into use for the ticks that follow:
 * first the quick ones of all shards, then neural networks where a watch names them. Ended by `until`, it leaves what
 * is done in use, and is taken up by the next training.
 *
 * @throws RangeError for a watch that the settings do not have.
 */
export async function trainForecasters(
  request: TrainForecastersRequest,
  ports: TrainForecastersPorts,
): Promise<{ readonly watches: readonly ForecasterTraining[] }> {
  const tick = request.tick ?? Math.floor(ports.clock.now());
  const chosen = request.watch === undefined ? watchesOf(ports.settings) : [watchNamed(ports.settings, request.watch)];
  const watches = chosen.filter(({ forecast }) => forecast !== 'off');
  const trained: ForecasterTraining[] = [];
  for (const watch of watches) {
    const startedAt = ports.clock.now();
    const shards = await trainWatch(watch, tick, request, ports);
    const endedAt = ports.clock.now();
    await ports.sink.publish(forecasterTrainingMetrics(watch.name, shards, endedAt - startedAt, endedAt));
    trained.push({ watch: watch.name, shards });
  }
  return { watches: trained };
}

async function trainWatch(
  watch: Watch,
  tick: number,
  request: TrainForecastersRequest,
  ports: TrainForecastersPorts,
): Promise<readonly ShardTraining[]> {
  const { until = Infinity, by = 'schedule', olderThan = HALF_A_DAY, onProgress } = request;
  const shards = planShards(await readInventory(ports, watch.name), watch.period).map(({ shard }) => shard);
  const hasNetworks = watch.forecast !== 'off' && watch.forecast.lstm !== undefined;
  const rounds = [...shards.map((shard) => ({ shard, networks: false }))];
  if (hasNetworks) rounds.push(...shards.map((shard) => ({ shard, networks: true })));
  const done: ShardTraining[] = [];
  const mayGoOn = (): boolean => ports.clock.now() < until;
  for (const [place, { shard, networks }] of rounds.entries()) {
    const training = await trainForecastShard(
      {
        watch: watch.name,
        shard,
        tick,
        by,
        networks,
        // A series that was just fitted by the quick ones is not too young for a network.
        olderThan: networks ? 0 : olderThan,
        mayGoOn,
        onProgress: (fitted, of) =>
          onProgress?.(`fitting forecasters of ${watch.name}`, place + fitted / of, rounds.length),
      },
      ports,
    );
    if (training.outcome !== 'nothing-to-train') done.push(training);
  }
  onProgress?.('done', rounds.length, rounds.length);
  return done;
}
