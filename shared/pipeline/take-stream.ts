import pLimit from 'p-limit';
import * as z from 'zod';
import type { Home } from '../alerting/elsewhere.ts';
import { readInventory } from '../metrics/inventory.ts';
import { isExpression } from '../metrics/metric.ts';
import { metricKey, type MetricMinutes, streamBatchKind } from '../metrics/stream-batch.ts';
import { readStreamRecords, type StreamedMinute } from '../metrics/stream-records.ts';
import { packArtefact } from '../models/artefact.ts';
import { type StoragePorts, writeStored } from '../models/stored-artefact.ts';
import type { DeadLetters } from '../ports/dead-letters.ts';
import type { Log } from '../ports/log.ts';
import { keys } from '../settings/keys.ts';
import { type Settings, watchesOf } from '../settings/settings.ts';

export interface StreamPorts extends StoragePorts {
  readonly settings: Settings;
  /** For what is no record, and what is no object of Firehose's. */
  readonly deadLetters: DeadLetters;
  readonly log: Log;
}

/** An object that Firehose wrote. */
export interface Delivery {
  readonly key: string;
  /** When S3 had it, epoch seconds: the same however often we hear of it. */
  readonly arrivedAt: number;
}

export interface TakenStream {
  readonly records: number;
  /** Records of a series that somebody watches; the others are of metrics that nobody selected. */
  readonly watched: number;
  readonly refused: number;
  /** Shards that got something. */
  readonly shards: number;
}

/** Firehose hands on 64 MB, as it counts before it compresses; several times that is no object of ours. */
export const LARGEST_BYTES = 256 * 1024 * 1024;
const MOST_NAMED = 20;
const WRITES_AT_ONCE = 8;
/** Where the deployment has Firehose write. */
const PREFIX = 'raw/stream/';

const notice = z.object({
  Records: z
    .array(
      z.object({
        eventTime: z.iso.datetime({ offset: true }),
        s3: z.object({ object: z.object({ key: z.string().min(1) }) }),
      }),
    )
    .optional(),
  Event: z.string().optional(),
});

/**
 * What S3 says of new objects; nothing where it only tries whether we hear it.
 *
 * @throws RangeError that names what is wrong with the message.
 */
export function readDeliveries(body: string): readonly Delivery[] {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    throw new RangeError(`notification: not JSON: ${JSON.stringify(body.slice(0, 80))} → only S3 puts messages here`);
  }
  const parsed = notice.safeParse(given);
  const isNone = !parsed.success || (parsed.data.Records === undefined && parsed.data.Event !== 's3:TestEvent');
  if (isNone) throw new RangeError(`notification: ${body.slice(0, 80)} → send what S3 says of new objects`);
  return (parsed.data.Records ?? []).map(({ eventTime, s3 }) => ({
    key: keyOf(s3.object.key),
    arrivedAt: Math.floor(Date.parse(eventTime) / 1000),
  }));
}

/** S3 writes keys as they stand in forms. */
function keyOf(encoded: string): string {
  let key = '';
  try {
    key = decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    // Said below, as any other key that is not one of ours.
  }
  if (key.startsWith(PREFIX)) return key;
  throw new RangeError(`notification: object ${JSON.stringify(encoded.slice(0, 80))} → send what lies below ${PREFIX}`);
}

/**
 * Distributes what a metric stream delivered over the shards whose series it is of, one create-only object each, from
 * which their ticks read. Doing it again changes nothing. What is no record, and an object that is none of Firehose's,
 * is put aside with the reason, in a letter that can be sent here again; everything else of it is taken.
 *
 * @param home where we are: a record of our own account is of a series that names none.
 * @throws Error where the store or the dead letters fail, for the queue to try again.
 */
export async function takeStream(delivery: Delivery, home: Home, ports: StreamPorts): Promise<TakenStream> {
  const { key, arrivedAt } = delivery;
  const found = await ports.store.get(key);
  if (found === undefined) {
    ports.log.warn('a delivery of the metric stream is gone: was it deleted, or did it wait for days?', { key });
    return nothing;
  }
  const text = await textOf(found.body, ports);
  if ('why' in text) {
    await putAside(delivery, text.why, {}, ports);
    return nothing;
  }
  const { minutes, refused } = readStreamRecords(text.text);
  const watched = new Set<StreamedMinute>();
  const places = [...(await byShard(minutes, home, ports))];
  await pLimit(WRITES_AT_ONCE).map(places, async ([{ watch, shard }, members]) => {
    for (const minute of [...members.values()].flat()) watched.add(minute);
    const metrics = [...members].map(([metric, all]) => columns(metric, all));
    // One that is there says the same; where more is watched since, that lies beside it.
    const digest = ports.bytes.digest(packArtefact(streamBatchKind, metrics)).slice(0, 16);
    await writeStored(ports, streamBatchKind, keys.streamBatch(watch, shard, arrivedAt, digest), metrics, 'absent');
  });
  if (refused.length > 0) {
    const why = `${refused.length} lines of ${key} are no records of a metric stream`;
    await putAside(delivery, why, { refused: refused.slice(0, MOST_NAMED) }, ports);
  }
  const taken = { records: minutes.length, watched: watched.size, refused: refused.length, shards: places.length };
  ports.log.info('metric stream taken', { key, ...taken });
  return taken;
}

const nothing: TakenStream = { records: 0, watched: 0, refused: 0, shards: 0 };

async function textOf(
  body: Uint8Array,
  { bytes }: StreamPorts,
): Promise<{ readonly text: string } | { readonly why: string }> {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  try {
    return { text: new TextDecoder().decode(isGzip ? await bytes.gunzip(body, LARGEST_BYTES) : body) };
  } catch (error) {
    // As damaged at every other try: the letter says so.
    return { why: `cannot be unpacked: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The letter is what S3 says of a new object, and the reason: put back into the queue, it is handled again. */
async function putAside(
  { key, arrivedAt }: Delivery,
  why: string,
  more: Readonly<Record<string, unknown>>,
  { deadLetters, log }: StreamPorts,
): Promise<void> {
  const eventTime = new Date(arrivedAt * 1000).toISOString();
  const content = { ...more, Records: [{ eventTime, s3: { object: { key: encodeURIComponent(key) } } }] };
  log.error('put aside of a metric stream', { key, why, ...more });
  await deadLetters.put({ why, content });
}

interface Place {
  readonly watch: string;
  readonly shard: string;
}

async function byShard(
  minutes: readonly StreamedMinute[],
  home: Home,
  ports: StreamPorts,
): Promise<ReadonlyMap<Place, ReadonlyMap<string, readonly StreamedMinute[]>>> {
  const byMetric = new Map<string, StreamedMinute[]>();
  for (const minute of minutes) {
    if (minute.region !== home.region) continue;
    const { account, namespace, name, dimensions } = minute;
    const own = { namespace, name, dimensions, statistic: 'Average' } as const;
    // Our own account may be named by a watch, too.
    const ids = [metricKey({ ...own, account }), ...(account === home.account ? [metricKey(own)] : [])];
    for (const id of ids) {
      const known = byMetric.get(id);
      if (known === undefined) byMetric.set(id, [minute]);
      else known.push(minute);
    }
  }
  const found = new Map<Place, Map<string, readonly StreamedMinute[]>>();
  for (const { name: watch, collect } of watchesOf(ports.settings)) {
    if (collect !== 'stream') continue;
    const places = new Map<string, Place>();
    for (const { shard, description } of (await readInventory(ports, watch)).series) {
      if (isExpression(description.metric)) continue;
      const metric = metricKey(description.metric);
      const delivered = byMetric.get(metric);
      if (delivered === undefined) continue;
      let place = places.get(shard);
      if (place === undefined) places.set(shard, (place = { watch, shard }));
      found.set(place, (found.get(place) ?? new Map<string, readonly StreamedMinute[]>()).set(metric, delivered));
    }
  }
  return found;
}

const columns = (metric: string, minutes: readonly StreamedMinute[]): MetricMinutes => ({
  metric,
  times: Float64Array.from(minutes, ({ time }) => time),
  counts: Float64Array.from(minutes, ({ count }) => count),
  sums: Float64Array.from(minutes, ({ sum }) => sum),
  minima: Float64Array.from(minutes, ({ min }) => min),
  maxima: Float64Array.from(minutes, ({ max }) => max),
});
