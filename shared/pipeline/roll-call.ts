import type { ShardOverview } from '../metrics/inventory.ts';
import type { DetectPorts } from './detect-ports.ts';
import type { Watch } from '../settings/settings.ts';
import { type Lateness, lateShards, livenessMetrics } from './late-shards.ts';
import { isFirstOfDay, modelAge } from './model-age.ts';

/**
 * The dead-man's switch of a watch: who of its shards answers, published before anything can fail at this tick. Where it
 * cannot be known nothing is published, and the alarm takes that for bad news; the tick goes on.
 *
 * @returns undefined where nobody looks, as on a laptop, or where it could not be known.
 */
export async function callTheRoll(
  watch: Watch,
  shards: ShardOverview['shards'],
  tick: number,
  ports: DetectPorts,
): Promise<Lateness | undefined> {
  const { written, clock, sink, log, settings } = ports;
  if (written === undefined) return undefined;
  try {
    const lateness = await lateShards(watch, shards, clock.now(), written);
    if (lateness.late.length > 0)
      log.warn('shards late: not judged for three intervals', {
        watch: watch.name,
        tick,
        shards: lateness.late.slice(0, 20),
        series: lateness.seriesOverdue,
        oldestSeconds: lateness.oldestVerdictAge,
      });
    const ages = isFirstOfDay(tick, watch.every) ? await modelAge(settings.name, watch.name, tick, ports) : [];
    await sink.publish([...livenessMetrics(settings.name, watch.name, lateness, tick), ...ages]);
    return lateness;
  } catch (error) {
    // Not swallowed: the alarm takes what is missing for bad news. What can be judged must not wait for it.
    log.error('roll not called', { watch: watch.name, tick, error: String(error) });
    return undefined;
  }
}
