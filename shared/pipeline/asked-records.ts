import * as z from 'zod';
import type { AskedMetrics } from '../metrics/asked-metrics.ts';
import { billingMonth } from '../metrics/billing-month.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { Log } from '../ports/log.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { keys } from '../settings/keys.ts';
import { updateJson, writeJson } from './stored-json.ts';

const head = { version: z.literal(1), watch: z.string() };
const count = z.number().nonnegative();

/** What was asked in a month by the ticks of a shard: a copy of what its state has counted, an hour old at most. */
export const askedByTicks = z.object({
  ...head,
  by: z.literal('ticks'),
  shard: z.string(),
  /** Everything up to this tick is counted; epoch seconds. */
  tick: z.number(),
  /** Metrics billed. */
  metrics: count,
  /** Of one pull: what it was billed, smoothed; and what it should be, which no stream says. */
  perPull: count,
  expected: count,
  /** Metrics that are watched, asked for or streamed. */
  watched: count,
  series: count,
  /** Of these, those that are forecast. */
  limited: count,
});
/** What was asked in a month for the past of a shard. */
export const askedForPast = z.object({ ...head, by: z.literal('past'), shard: z.string(), metrics: count });
/** Requests in a month that listed what there is; and those of one look. */
export const askedToList = z.object({ ...head, by: z.literal('listing'), requests: count, perLook: count });

export const askedRecord = z.discriminatedUnion('by', [askedByTicks, askedForPast, askedToList]);
export type AskedByTicks = z.infer<typeof askedByTicks>;
export type AskedRecord = z.infer<typeof askedRecord>;

/** All that counting needs from outside. */
export interface CountingPorts {
  readonly store: ObjectStore;
  readonly log: Log;
}

/** Leaves a copy of what a shard's state has counted where the meter is read. The next copy makes up for a lost one. */
export async function copyAsked(
  asked: AskedMetrics,
  of: Pick<AskedByTicks, 'watch' | 'shard' | 'tick' | 'expected' | 'watched' | 'series' | 'limited'>,
  { store }: CountingPorts,
): Promise<void> {
  const { month, metrics, perPull } = asked;
  const record: AskedByTicks = { version: 1, by: 'ticks', ...of, metrics, perPull };
  await writeJson(store, keys.asked(month, of.watch, of.shard), record);
}

/** Counts what was asked for the past of a shard. @param time epoch seconds, of the month that it is billed in. */
export async function countPast(
  { watch, shard, time, metrics }: { watch: string; shard: string; time: number; metrics: number },
  ports: CountingPorts,
): Promise<void> {
  if (metrics === 0) return;
  await add(keys.askedPast(billingMonth(time).name, watch, shard), askedForPast, ports, (before) => ({
    version: 1 as const,
    by: 'past' as const,
    watch,
    shard,
    metrics: (before?.metrics ?? 0) + metrics,
  }));
}

/** Counts a look at what there is. @param time epoch seconds, of the month that it is billed in. */
export async function countListing(
  { watch, time, requests }: { watch: string; time: number; requests: number },
  ports: CountingPorts,
): Promise<void> {
  if (requests === 0) return;
  await add(keys.askedListing(billingMonth(time).name, watch), askedToList, ports, (before) => ({
    version: 1 as const,
    by: 'listing' as const,
    watch,
    requests: (before?.requests ?? 0) + requests,
    perLook: requests,
  }));
}

/** A count that cannot be read is begun anew, and that is said: nothing that is looked after may wait for it. */
async function add<T>(
  key: string,
  schema: z.ZodType<T>,
  { store, log }: CountingPorts,
  change: (before: T | undefined) => T,
): Promise<void> {
  try {
    await updateJson(store, schema, key, change);
  } catch (error) {
    if (!(error instanceof StoredObjectError)) throw error;
    log.error('count unreadable: begun anew', { key, error: error.message });
    await writeJson(store, key, change(undefined));
  }
}
