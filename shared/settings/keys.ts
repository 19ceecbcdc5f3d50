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
  /** The series of one shard, where a watch has several. No watch can be called so: `!` is encoded in names. */
  inventoryPart: (watch: string, shard: string, name: string) =>
    `inventory/!shards/${safe(watch)}/${safe(shard)}-${safe(name)}`,
  /** All history of a shard, whatever the period of its points. */
  historyPrefix: (watch: string, shard: string) => `history/${safe(watch)}/${safe(shard)}/`,
  /** Points of one period: a shard whose watch has another period now keeps both, apart from each other. */
  historyPeriodPrefix: (watch: string, shard: string, periodSeconds: number) =>
    `${keys.historyPrefix(watch, shard)}${periodSeconds}s/`,
  historyHourPrefix: (watch: string, shard: string, periodSeconds: number, time: number) =>
    `${keys.historyPeriodPrefix(watch, shard, periodSeconds)}${hourOf(time)}/`,
  historyTick: (watch: string, shard: string, periodSeconds: number, tick: number) =>
    `${keys.historyHourPrefix(watch, shard, periodSeconds, tick)}${tickName(tick)}`,
  historyDay: (watch: string, shard: string, periodSeconds: number, time: number) =>
    `${keys.historyDayPrefix(watch, shard, periodSeconds)}${dayOf(time)}`,
  historyBackfill: (watch: string, shard: string, periodSeconds: number, time: number) =>
    `${keys.historyBackfillPrefix(watch, shard, periodSeconds)}${dayOf(time)}`,
  historyDayPrefix: (watch: string, shard: string, periodSeconds: number) =>
    `${keys.historyPeriodPrefix(watch, shard, periodSeconds)}day/`,
  historyBackfillPrefix: (watch: string, shard: string, periodSeconds: number) =>
    `${keys.historyPeriodPrefix(watch, shard, periodSeconds)}backfill/`,
  /** What of the backfill is done; sorts after the days of `backfill/` and is none of them. */
  historyProgress: (watch: string, shard: string, periodSeconds: number) =>
    `${keys.historyPeriodPrefix(watch, shard, periodSeconds)}progress`,
  /** What metric streams delivered for a shard, by when it came. */
  streamPrefix: (watch: string, shard: string) => `stream/${safe(watch)}/${safe(shard)}/`,
  streamBatch: (watch: string, shard: string, arrivedAt: number, batch: string) =>
    `${keys.streamPrefix(watch, shard)}${tickName(arrivedAt)}-${safe(batch)}`,
  modelPrefix: (watch: string, role: ModelRole) => `models/${safe(watch)}/${role}/`,
  model: (watch: string, role: ModelRole, id: string) => `${keys.modelPrefix(watch, role)}${safe(id)}`,
  champion: (watch: string, role: ModelRole) => `${keys.modelPrefix(watch, role)}champion.json`,
  state: (watch: string, shard: string, part: 'anomaly' | 'forecast') =>
    `${keys.statePrefix(watch)}${safe(shard)}/${part}`,
  statePrefix: (watch: string) => `state/${safe(watch)}/`,
  /** Which shards have series with a limit, as ticks of forecasts found them. No shard can be called so. */
  limitedShards: (watch: string) => `state/${safe(watch)}/!limited.json`,
  /** When a training of a watch came to its end last. */
  trained: (watch: string) => `models/${safe(watch)}/trained.json`,
  /** What was forecast of a shard at a tick; create-only. */
  forecasts: (watch: string, shard: string, tick: number) =>
    `${keys.forecastsPrefix(watch, shard)}${dayOf(tick)}/${tickName(tick)}`,
  forecastsPrefix: (watch: string, shard: string) => `forecasts/${safe(watch)}/${safe(shard)}/`,
  /** The forecasters fitted for a shard's series: two places in turn, so that what is in use is not written over. */
  forecasters: (watch: string, shard: string, place: 'a' | 'b') =>
    `${keys.modelPrefix(watch, 'forecaster')}${safe(shard)}/${place}`,
  /** Which of the two is in use. */
  forecastersInUse: (watch: string, shard: string) =>
    `${keys.modelPrefix(watch, 'forecaster')}${safe(shard)}/champion.json`,
  anomalies: (tick: number, watch: string, shard: string) =>
    `${keys.anomaliesPrefix(tick, watch, shard)}${tickName(tick)}`,
  /** Of the day, UTC, that `time` lies in. */
  anomaliesPrefix: (time: number, watch: string, shard: string) =>
    `anomalies/${dayOf(time)}/${safe(watch)}-${safe(shard)}-`,
  /** The usual ranges that a shard was judged by, up to a tick; create-only. Beside the days, whose names begin with digits. */
  ranges: (watch: string, shard: string, tick: number) => `${keys.rangesPrefix(watch, shard)}${tickName(tick)}`,
  rangesPrefix: (watch: string, shard: string) => `anomalies/ranges/${safe(watch)}/${safe(shard)}/`,
  /** One per group: its open incident, and what must be remembered after its end. Groups are short: see `groupOf`. */
  incidentPrefix: 'incidents/open/',
  /** Mutes and open records lie behind it, and nothing that grows with time. */
  afterClosedIncidents: { prefix: 'incidents/', startAfter: 'incidents/closed0' },
  incident: (group: string) => `incidents/open/${safe(group)}.json`,
  closedIncidentPrefix: (day: string) => `incidents/closed/${day}/`,
  closedIncident: (closedAt: number, group: string, number: number) =>
    `incidents/closed/${dayOf(closedAt)}/${safe(group)}-${tickName(number)}.json`,
  /** What is remembered of scheduled tests of ourselves. */
  alertTest: 'incidents/test.json',
  /** What is counted per watch: beginnings for storms, pages of the day. */
  watchBook: (watch: string) => `incidents/watches/${safe(watch)}.json`,
  mutePrefix: 'incidents/mutes/',
  mute: (id: string) => `incidents/mutes/${safe(id)}.json`,
  feedbackRoot: 'feedback/',
  feedbackPrefix: (watch: string) => `${keys.feedbackRoot}${safe(watch)}/`,
  feedback: (watch: string, id: string) => `${keys.feedbackPrefix(watch)}${safe(id)}`,
  auditPrefix: (day: string) => `audit/${day}/`,
  /** @param batch unique to what handled it, ascending in time. */
  audit: (time: number, batch: string) => `audit/${dayOf(time)}/${safe(batch)}.jsonl`,
  /** @param until end of its period: by the hour, for near midnight two days' digests may end on one day of UTC. */
  digest: (until: number) => `reports/digest/${hourOf(until)}.json`,
  chart: (name: string) => `charts/${safe(name)}.png`,
  /** What the meter shows, and the pace of polling. */
  pace: 'meter/pace.json',
  /** Everything that was asked of providers in a month such as `2026-11`. */
  meterPrefix: (month: string) => `meter/${month}/`,
  /** By the ticks of a shard; for the past of a shard; and for listing, of a watch. No name ends as ours do. */
  asked: (month: string, watch: string, shard: string) =>
    `${keys.meterPrefix(month)}${safe(watch)}/${safe(shard)}.json`,
  askedPast: (month: string, watch: string, shard: string) =>
    `${keys.meterPrefix(month)}${safe(watch)}/${safe(shard)}.past.json`,
  askedListing: (month: string, watch: string) => `${keys.meterPrefix(month)}${safe(watch)}/!listing.json`,
} as const;

/** The day (`2026-11-21`) of a compacted or backfilled object's key, or undefined for any other key. */
export function dayOfHistoryKey(key: string): string | undefined {
  return /^history\/[^/]+\/[^/]+\/[\d.]+s\/(?:day|backfill)\/(\d{4}-\d\d-\d\d)$/.exec(key)?.[1];
}

/** Whether what is at a key is created there once and never changed, only deleted. */
export const isWrittenOnce = (key: string): boolean =>
  tickOfHistoryKey(key) !== undefined || tickOfKey(key) !== undefined || tickOfRangesKey(key) !== undefined;

/** Length in seconds of the points that a history key is of, or undefined for any other key. */
export function periodOfHistoryKey(key: string): number | undefined {
  const period = /^history\/[^/]+\/[^/]+\/(\d+(?:\.\d+)?)s\//.exec(key)?.[1];
  return period === undefined ? undefined : Number(period);
}

/** When what a stream's key holds arrived, epoch seconds, or undefined for any other key. */
export function arrivalOfStreamKey(key: string): number | undefined {
  const arrived = /^stream\/[^/]+\/[^/]+\/(\d{10})-/.exec(key)?.[1];
  return arrived === undefined ? undefined : Number(arrived);
}

/** The watch and the id of a feedback's key, or undefined for any other key. */
export function feedbackOfKey(key: string): { readonly watch: string; readonly id: string } | undefined {
  const match = /^feedback\/([^/]+)\/([^/]+)$/.exec(key);
  return match === null ? undefined : { watch: decodeURIComponent(match[1]), id: decodeURIComponent(match[2]) };
}

/** The tick of the key of anomalies or forecasts, or undefined for any other key. */
export function tickOfKey(key: string): number | undefined {
  const match = /^(?:anomalies\/[^/]+\/.*-|forecasts\/.*\/)(\d{10})$/.exec(key);
  return match === null ? undefined : Number(match[1]);
}

/** The tick of the key of a shard's ranges, or undefined for any other key. */
export function tickOfRangesKey(key: string): number | undefined {
  const match = /^anomalies\/ranges\/[^/]+\/[^/]+\/(\d{10})$/.exec(key);
  return match === null ? undefined : Number(match[1]);
}

export type ModelRole = 'entity-detector' | 'forecaster';

/** The tick of a history tick's key, or undefined for any other key. */
export function tickOfHistoryKey(key: string): number | undefined {
  const match = /^history\/[^/]+\/[^/]+\/[\d.]+s\/\d{4}-\d\d-\d\dT\d\d\/(\d{10})$/.exec(key);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
