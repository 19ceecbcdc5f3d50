import type { StoragePorts } from '../models/stored-artefact.ts';
import { keys, tickOfKey } from '../settings/keys.ts';
import { type ForecastRecord, readForecasts } from './forecast-record.ts';

/** What is older says nothing of what comes. */
const NEWS_SECONDS = 6 * 3600;

/**
 * The newest forecasts of a shard; undefined where there are none of the last six hours.
 *
 * @param now epoch seconds.
 * @throws StoredObjectError where they cannot be read.
 */
export async function newestForecasts(
  ports: StoragePorts,
  watch: string,
  shard: string,
  now: number,
): Promise<ForecastRecord | undefined> {
  let newest: number | undefined;
  const after = keys.forecasts(watch, shard, Math.max(0, now - NEWS_SECONDS));
  for await (const key of ports.store.list(keys.forecastsPrefix(watch, shard), after))
    newest = tickOfKey(key) ?? newest;
  return newest === undefined ? undefined : readForecasts(ports, watch, shard, newest);
}
