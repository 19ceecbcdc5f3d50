import pLimit from 'p-limit';
import type { Looked } from '../alerting/status-view.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { StoragePorts } from '../models/stored-artefact.ts';
import type { Settings } from '../settings/settings.ts';

/** All that looking at a deployment needs from outside. */
export interface StatusPorts extends StoragePorts {
  readonly settings: Settings;
}

/** Enough at once to hide the store's latency; the SDK opens no more than fifty connections. */
const AT_ONCE = 32;

/** Of one look; what a full shard remembers takes some 30 ms to read and unpack. */
const MOST_SHARDS = 8;

/** A shard of a watch. */
export interface ShardName {
  readonly watch: string;
  readonly shard: string;
}

/** Reads some of everything that is there; what cannot be read is named, and everything else is read all the same. */
export async function readSome<I, O>(
  items: readonly I[],
  read: (item: I) => Promise<O>,
): Promise<{ readonly found: readonly O[]; readonly unreadable: readonly string[] }> {
  const limit = pLimit(AT_ONCE);
  const unreadable: string[] = [];
  const all = await limit.map(items, async (item) => {
    try {
      return [await read(item)];
    } catch (error) {
      if (!(error instanceof StoredObjectError)) throw error;
      unreadable.push(error.key ?? 'an object');
      return [];
    }
  });
  return { found: all.flat(), unreadable };
}

/** The shards of that part of all there are; the last part for one that is beyond. */
export function partOf(
  all: readonly ShardName[],
  part: number,
): Pick<Looked, 'shards' | 'shardsRead' | 'atOnce' | 'part'> & { readonly names: readonly ShardName[] } {
  const parts = Math.max(1, Math.ceil(all.length / MOST_SHARDS));
  const own = Number.isInteger(part) ? Math.min(parts - 1, Math.max(0, part)) : 0;
  const names = all.slice(own * MOST_SHARDS, (own + 1) * MOST_SHARDS);
  return { shards: all.length, shardsRead: names.length, atOnce: MOST_SHARDS, part: own, names };
}
