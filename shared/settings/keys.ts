/**
 * Every key in the bucket, and on disk, is built and parsed here. Names that come from users (watch, entity) are
 * percent-encoded, so that no name can leave its folder.
 */
const safe = (name: string): string =>
  encodeURIComponent(name).replace(
    /[.!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** `2026-11-21T09` of an epoch second, UTC. */
export const hourOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 13);
/** `2026-11-21` of an epoch second, UTC. */
export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Ten digits: ascending in the store's own order until the year 2286. */
const tickName = (tick: number): string => String(Math.round(tick)).padStart(10, '0');

export const keys = {
  settings: (hash: string) => `settings/${hash}.json`,
  inventory: (watch: string) => `inventory/${safe(watch)}`,
  historyPrefix: (watch: string, shard: string) => `history/${safe(watch)}/${safe(shard)}/`,
  historyHourPrefix: (watch: string, shard: string, time: number) =>
    `${keys.historyPrefix(watch, shard)}${hourOf(time)}/`,
  historyTick: (watch: string, shard: string, tick: number) =>
    `${keys.historyHourPrefix(watch, shard, tick)}${tickName(tick)}`,
  historyDay: (watch: string, shard: string, time: number) => `${keys.historyPrefix(watch, shard)}day/${dayOf(time)}`,
  historyBackfill: (watch: string, shard: string, time: number) =>
    `${keys.historyPrefix(watch, shard)}backfill/${dayOf(time)}`,
  historyDayPrefix: (watch: string, shard: string) => `${keys.historyPrefix(watch, shard)}day/`,
  historyBackfillPrefix: (watch: string, shard: string) => `${keys.historyPrefix(watch, shard)}backfill/`,
  /** What of the backfill is done; sorts after the days of `backfill/` and is none of them. */
  historyProgress: (watch: string, shard: string) => `${keys.historyPrefix(watch, shard)}progress`,
  modelPrefix: (watch: string, role: ModelRole) => `models/${safe(watch)}/${role}/`,
  model: (watch: string, role: ModelRole, id: string) => `${keys.modelPrefix(watch, role)}${safe(id)}`,
  champion: (watch: string, role: ModelRole) => `${keys.modelPrefix(watch, role)}champion.json`,
  state: (watch: string, shard: string, part: 'anomaly' | 'forecast') => `state/${safe(watch)}/${safe(shard)}/${part}`,
  anomalies: (tick: number, watch: string, shard: string) =>
    `anomalies/${dayOf(tick)}/${safe(watch)}-${safe(shard)}-${tickName(tick)}`,
} as const;

/** The day (`2026-11-21`) of a compacted or backfilled object's key, or undefined for any other key. */
export function dayOfHistoryKey(key: string): string | undefined {
  return /^history\/[^/]+\/[^/]+\/(?:day|backfill)\/(\d{4}-\d\d-\d\d)$/.exec(key)?.[1];
}

export type ModelRole = 'entity-detector' | 'forecaster';

/** The tick of a history tick's key, or undefined for any other key. */
export function tickOfHistoryKey(key: string): number | undefined {
  const match = /^history\/[^/]+\/[^/]+\/\d{4}-\d\d-\d\dT\d\d\/(\d{10})$/.exec(key);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
