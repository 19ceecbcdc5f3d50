import { planShards, readShardInventory, type ShardOverview } from '../metrics/inventory.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import { forecastEvery } from '../settings/forecast-settings.ts';
import type { DetectPorts } from './detect-ports.ts';
import type { Watch } from '../settings/settings.ts';
import type { ForecastPorts } from './forecast-ports.ts';
import {
  forecastLivenessMetrics,
  LATE_INTERVALS,
  type Lateness,
  lateForecasts,
  lateShards,
  livenessMetrics,
} from './late-shards.ts';
import type { LimitedShard } from './limited-shards.ts';
import { isFirstOfDay, modelAge } from './model-age.ts';
import { isFirstOfSixHours } from './own-metrics.ts';

/** Of the age at which something is late: a usual age is said a few times a day, for its price. */
const NOTABLE_SHARE = 0.5;

/**
 * The dead-man's switch of a watch: who of its shards answers, published before anything can fail at this tick. Where it
 * cannot be known nothing is published, and the alarm takes that for bad news; the tick goes on.
 *
 * @param lateAfterSeconds longer than three intervals where polling is stretched.
 * @returns undefined where nobody looks, as on a laptop, or where it could not be known.
 */
export async function callTheRoll(
  watch: Watch,
  shards: ShardOverview['shards'],
  tick: number,
  ports: DetectPorts,
  lateAfterSeconds = LATE_INTERVALS * watch.every,
): Promise<Lateness | undefined> {
  const { written, clock, sink, log, settings } = ports;
  if (written === undefined) return undefined;
  try {
    const paced = { name: watch.name, every: lateAfterSeconds / LATE_INTERVALS };
    const lateness = await lateShards(paced, shards, clock.now(), written, (one) => seriesToJudge(watch, one, ports));
    if (lateness.late.length > 0)
      log.warn('shards late: not judged for three intervals', {
        watch: watch.name,
        tick,
        shards: lateness.late.slice(0, 20),
        series: lateness.seriesOverdue,
        oldestSeconds: lateness.oldestVerdictAge,
      });
    const ages = isFirstOfDay(tick, watch.every) ? await modelAge(settings.name, watch.name, tick, ports) : [];
    const all = livenessMetrics(settings.name, watch.name, lateness, tick);
    const isAged = lateness.oldestVerdictAge > NOTABLE_SHARE * lateAfterSeconds || isFirstOfSixHours(tick, watch.every);
    await sink.publish([...all.filter(({ name }) => isAged || name !== 'OldestVerdictAge'), ...ages]);
    return lateness;
  } catch (error) {
    // Not swallowed: the alarm takes what is missing for bad news. What can be judged must not wait for it.
    log.error('roll not called', { watch: watch.name, tick, error: String(error) });
    return undefined;
  }
}

/** Those of a shard that are asked for in the watch's period of today; all of them, where that cannot be read. */
async function seriesToJudge(
  { name, period }: Watch,
  { shard, series }: Pick<ShardOverview['shards'][number], 'shard' | 'series'>,
  ports: DetectPorts,
): Promise<number> {
  try {
    const planned = planShards(await readShardInventory(ports, name, shard), period);
    return planned.reduce((sum, one) => sum + one.series.length, 0);
  } catch (error) {
    // A shard that cannot be read is not judged, which is what people must hear of.
    if (!(error instanceof StoredObjectError)) throw error;
    ports.log.error('inventory of a late shard unreadable', { watch: name, shard, error: error.message });
    return series;
  }
}

/**
 * The same switch for forecasts: who of the shards that have something to forecast was forecast.
 *
 * @returns undefined where nobody looks, as on a laptop, or where it could not be known.
 */
export async function callTheForecastRoll(
  watch: Watch,
  limited: readonly LimitedShard[],
  tick: number,
  { written, clock, sink, log, settings }: ForecastPorts,
): Promise<Lateness | undefined> {
  if (written === undefined) return undefined;
  try {
    const lateness = await lateForecasts(watch.name, forecastEvery(watch), limited, clock.now(), written);
    if (lateness.late.length > 0)
      log.warn('forecasts late: not made for three intervals', {
        watch: watch.name,
        tick,
        shards: lateness.late.slice(0, 20),
        series: lateness.seriesOverdue,
        oldestSeconds: lateness.oldestVerdictAge,
      });
    await sink.publish(forecastLivenessMetrics(settings.name, watch.name, lateness, tick));
    return lateness;
  } catch (error) {
    // As above: nothing said is bad news, and no reason not to forecast.
    log.error('roll of forecasts not called', { watch: watch.name, tick, error: String(error) });
    return undefined;
  }
}
