import { packArtefact } from '../models/artefact.ts';
import { readStored, type StoragePorts, writeStored } from '../models/stored-artefact.ts';
import { keys } from '../settings/keys.ts';
import { fitsPeriod } from './fitting-period.ts';
import { readAll } from './history.ts';
import {
  type Inventory,
  inventoryKind,
  type InventoryPart,
  inventoryPartKind,
  type InventorySeries,
  type StoredInventory,
} from './inventory-format.ts';
import { addCounts, countSeries, type InventoryCounts } from './inventory-counts.ts';
import { shardName } from './inventory-placement.ts';
import { emptyInventory, type InventoryChanges, reconcile } from './inventory-reconcile.ts';
import type { SeriesDescription } from './metric.ts';

export type { Inventory } from './inventory-format.ts';
export { emptyInventory, inventoryDefaults, reconcile } from './inventory-reconcile.ts';

export interface Shard {
  readonly shard: string;
  readonly series: readonly SeriesDescription[];
}

/** What planning a tick needs to know: it costs one read of a small object, however many series there are. */
export interface ShardOverview {
  /** In order of their names, those of which something is asked for. */
  readonly shards: readonly {
    readonly shard: string;
    readonly series: number;
    /** Another one whenever what belongs to the shard has changed. */
    readonly version: string;
  }[];
  /** Shards that were used and have nothing to ask for any more. */
  readonly idle: readonly string[];
  readonly selection: string | null;
  /** Whether nothing was ever found. */
  readonly isEmpty: boolean;
}

const mostAttempts = 20;

/**
 * Brings a watch's inventory up to what was discovered, by compare-and-swap: what others add at the same time is kept.
 * Writes only when something changed, and of the shards only those that did.
 *
 * @param now time of the discovery, epoch seconds.
 * @param selection what was selected, to be compared with at later ticks; what was known of it stays by default.
 * @throws StoredObjectError if the inventory cannot be read, such as one of a newer release; it is left as it is.
 */
export async function updateInventory(
  ports: StoragePorts,
  watch: string,
  discovered: readonly SeriesDescription[],
  now: number,
  selection?: string,
): Promise<{ readonly inventory: Inventory; readonly changes: InventoryChanges }> {
  const key = keys.inventory(watch);
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const present = await readStored(ports, inventoryKind, key);
    const whole = await wholeOf(ports, watch, present?.value);
    if (whole === 'changed') continue;
    const { inventory: reconciled, changes } = reconcile(whole, discovered, now);
    const isSelected = selection === undefined || selection === reconciled.selection;
    const inventory = isSelected ? reconciled : { ...reconciled, selection };
    if (inventory === whole) return { inventory, changes };
    const next = await store(ports, watch, present?.value, whole, inventory);
    if ((await writeStored(ports, inventoryKind, key, next, present?.version ?? 'absent')) === 'stored') {
      await forget(ports, watch, present?.value, next);
      return { inventory, changes };
    }
  }
  throw new Error(`object '${key}' changed ${mostAttempts} times while it was being updated; are many ticks running?`);
}

/** A watch's inventory; empty before its first discovery. @throws StoredObjectError if it cannot be read. */
export async function readInventory(ports: StoragePorts, watch: string): Promise<Inventory> {
  return consistently(ports, watch, (head) => wholeOf(ports, watch, head));
}

/** The shards of a watch and how large they are. @throws StoredObjectError if the inventory cannot be read. */
export async function readOverview(ports: StoragePorts, watch: string): Promise<ShardOverview> {
  const head = (await readStored(ports, inventoryKind, keys.inventory(watch)))?.value ?? emptyStored;
  const counts = new Map(head.parts.map(({ shard, asked }) => [shard, asked]));
  for (const { shard, retiredAt } of head.series)
    counts.set(shard, (counts.get(shard) ?? 0) + (retiredAt === null ? 1 : 0));
  const names = new Map(head.parts.map(({ shard, name }) => [shard, name]));
  const shards = [...counts].flatMap(([shard, series]) =>
    series > 0 ? [{ shard, series, version: names.get(shard) ?? String(head.generation) }] : [],
  );
  return {
    shards: shards.sort((a, b) => (a.shard < b.shard ? -1 : 1)),
    idle: namesOf(head.nextShard).filter((shard) => (counts.get(shard) ?? 0) === 0),
    selection: head.selection,
    isEmpty: counts.size === 0,
  };
}

/** How much a watch has: what is written down of each of its shards, added up. @throws StoredObjectError */
export async function readInventoryCounts(ports: StoragePorts, watch: string): Promise<InventoryCounts> {
  return consistently(ports, watch, async (head = emptyStored) => {
    const counts: InventoryCounts[] = [countSeries(head.series)];
    await readAll(
      head.parts,
      async (part) => part.counts ?? (await readPart(ports, watch, part)),
      (found) => {
        if (found !== undefined) counts.push('asked' in found ? found : countSeries(found));
      },
    );
    return counts.length <= head.parts.length ? 'changed' : addCounts(counts);
  });
}

/**
 * All that belongs to one shard, retired series included: the inventory of a watch that has nothing else. Costs two
 * reads of small objects, however many series the watch has.
 *
 * @throws StoredObjectError if it cannot be read.
 */
export async function readShardInventory(ports: StoragePorts, watch: string, shard: string): Promise<Inventory> {
  return consistently(ports, watch, async (head = emptyStored) => {
    const part = head.parts.find((one) => one.shard === shard);
    const series =
      part === undefined ? head.series.filter((one) => one.shard === shard) : await readPart(ports, watch, part);
    return series === undefined ? 'changed' : { series, nextShard: head.nextShard, selection: head.selection };
  });
}

/**
 * The shards to run and the series each asks for, in order of their names; retired series are left out. All are asked
 * for in the watch's period of today: what the last discovery did not find may have been described under another one,
 * and is left out where its points come more rarely than that.
 *
 * @param periodSeconds the watch's period.
 */
export function planShards(inventory: Inventory, periodSeconds: number): readonly Shard[] {
  const shards = new Map<string, SeriesDescription[]>();
  for (const { shard, description, retiredAt } of inventory.series) {
    if (retiredAt !== null) continue;
    const isOther = description.periodSeconds !== periodSeconds;
    if (isOther && !fitsPeriod(description, periodSeconds)) continue;
    const members = shards.get(shard) ?? [];
    members.push(isOther ? { ...description, periodSeconds } : description);
    shards.set(shard, members);
  }
  return [...shards].map(([shard, series]) => ({ shard, series })).sort((a, b) => (a.shard < b.shard ? -1 : 1));
}

const namesOf = (nextShard: number): readonly string[] =>
  Array.from({ length: nextShard - 1 }, (_, k) => shardName(k + 1));

const emptyStored: StoredInventory = { ...emptyInventory, parts: [], generation: 0 };

/** Reads the head, and again where a part that it names has been replaced meanwhile. */
async function consistently<T>(
  ports: StoragePorts,
  watch: string,
  read: (head: StoredInventory | undefined) => Promise<T | 'changed'>,
): Promise<T> {
  const key = keys.inventory(watch);
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const found = await read((await readStored(ports, inventoryKind, key))?.value);
    if (found !== 'changed') return found;
  }
  throw new Error(
    `object '${key}' names parts that are not there, ${mostAttempts} times: restore inventory/ as a whole`,
  );
}

const readPart = async (
  ports: StoragePorts,
  watch: string,
  { shard, name }: InventoryPart,
): Promise<readonly InventorySeries[] | undefined> =>
  (await readStored(ports, inventoryPartKind, keys.inventoryPart(watch, shard, name)))?.value;

async function wholeOf(
  ports: StoragePorts,
  watch: string,
  head: StoredInventory | undefined,
): Promise<Inventory | 'changed'> {
  if (head === undefined) return emptyInventory;
  const series = [...head.series];
  const missing: string[] = [];
  await readAll(
    head.parts,
    (part) => readPart(ports, watch, part),
    (found, { name }) => {
      if (found === undefined) missing.push(name);
      else for (const one of found) series.push(one);
    },
  );
  return missing.length > 0 ? 'changed' : { series, nextShard: head.nextShard, selection: head.selection };
}

/**
 * The object to store. A watch of one shard has it all in there; of a larger one, each shard's series get an object of
 * their own, so that a worker reads what it needs and not what two hundred others do.
 */
async function store(
  ports: StoragePorts,
  watch: string,
  before: StoredInventory | undefined,
  known: Inventory,
  { series, nextShard, selection }: Inventory,
): Promise<StoredInventory> {
  const generation = (before?.generation ?? 0) + 1;
  const head = { generation, nextShard, selection };
  if (nextShard <= 2) return { ...head, series, parts: [] };
  const former = byShard(known.series);
  const unchanged = new Map((before?.parts ?? []).map((part) => [part.shard, part]));
  const parts: InventoryPart[] = [];
  await readAll(
    [...byShard(series)],
    async ([shard, members]): Promise<InventoryPart> => {
      const part = unchanged.get(shard);
      const isSame = members.length === part?.series && members.every((one, k) => one === former.get(shard)?.[k]);
      if (isSame && part.counts !== undefined) return part;
      const counts = countSeries(members);
      if (isSame) return { ...part, counts };
      const digest = ports.bytes.digest(packArtefact(inventoryPartKind, members)).slice(0, 16);
      const name = `${generation}-${digest}`;
      // One that is there has the same content: its name says so.
      await writeStored(ports, inventoryPartKind, keys.inventoryPart(watch, shard, name), members, 'absent');
      return { shard, name, series: members.length, asked: counts.asked, counts };
    },
    (part) => void parts.push(part),
  );
  return { ...head, series: [], parts };
}

/** What nobody will look for again. Whoever still holds the head of before looks at the new one, and finds it all. */
async function forget(
  ports: StoragePorts,
  watch: string,
  before: StoredInventory | undefined,
  after: StoredInventory,
): Promise<void> {
  const kept = new Set(after.parts.map(({ name, shard }) => `${shard} ${name}`));
  const gone = (before?.parts ?? []).filter(({ name, shard }) => !kept.has(`${shard} ${name}`));
  await readAll(
    gone,
    ({ shard, name }) => ports.store.delete(keys.inventoryPart(watch, shard, name)),
    () => undefined,
  );
}

function byShard(series: readonly InventorySeries[]): ReadonlyMap<string, readonly InventorySeries[]> {
  const shards = new Map<string, InventorySeries[]>();
  for (const one of series) {
    const members = shards.get(one.shard);
    if (members === undefined) shards.set(one.shard, [one]);
    else members.push(one);
  }
  return shards;
}
