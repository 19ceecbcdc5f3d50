import * as z from 'zod';
import type { Pace } from '../metrics/polling-pace.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { Log } from '../ports/log.ts';
import type { ObjectStore, Version } from '../ports/object-store.ts';
import { keys } from '../settings/keys.ts';
import { readJson } from './stored-json.ts';

const metrics = z.record(z.string(), z.number().nonnegative());

/** What the meter shows, as it is stored. */
export const paceRecord = z.object({
  version: z.literal(1),
  month: z.string(),
  from: z.number(),
  readAt: z.number(),
  countedTo: z.number(),
  settings: z.string(),
  levels: z.array(z.object({ from: z.number(), level: z.union([z.literal(0), z.literal(1), z.literal(2)]) })),
  since: z.number().nullable(),
  billed: z.number(),
  past: z.number(),
  expected: z.number(),
  projected: z.number(),
  projectedAsItIs: z.number(),
  limit: z.number().nullable(),
  metrics,
  mark: z.object({ at: z.number(), billed: z.number(), expected: z.number(), metrics }),
});

/**
 * The pace of polling as it was decided on last; undefined before the first reading of the meter. One that cannot be
 * read is taken for none, and that is said: it is made anew from what was counted.
 */
export async function readPace({
  store,
  log,
}: {
  readonly store: ObjectStore;
  readonly log: Log;
}): Promise<{ readonly pace: Pace | undefined; readonly version: Version | 'absent' | undefined }> {
  try {
    const found = await readJson(store, paceRecord, keys.pace);
    return { pace: found?.value, version: found?.version ?? 'absent' };
  } catch (error) {
    if (!(error instanceof StoredObjectError)) throw error;
    log.error('pace unreadable: the meter is read anew', { key: keys.pace, error: error.message });
    // Whatever is there is written over.
    return { pace: undefined, version: undefined };
  }
}
