import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { countSeries } from '../../shared/metrics/inventory-counts.ts';
import { inventoryKind } from '../../shared/metrics/inventory-format.ts';
import {
  planShards,
  readInventory,
  readInventoryCounts,
  readOverview,
  readShardInventory,
  updateInventory,
} from '../../shared/metrics/inventory.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { readStored, writeStored } from '../../shared/models/stored-artefact.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { keys } from '../../shared/settings/keys.ts';
import { series } from '../scenarios/world.ts';

const day = 86_400;
const start = Date.parse('2026-11-16T00:00:00Z') / 1000;
const fleet = (servers: number, from = 0): readonly SeriesDescription[] =>
  Array.from({ length: servers * 4 }, (_, k) => series(`i-${String(from + Math.floor(k / 4))}`, `m${k % 4}`));

/** A store that counts what is read, and can be made to do something before a read. */
function countingPorts() {
  const memory = new MemoryObjectStore();
  const gets: string[] = [];
  const puts: string[] = [];
  const hooks: { beforeGet: (key: string) => Promise<void> } = { beforeGet: async () => undefined };
  const store: ObjectStore = {
    get: async (key) => {
      await hooks.beforeGet(key);
      gets.push(key);
      return memory.get(key);
    },
    put: (key, body, expected) => {
      puts.push(key);
      return memory.put(key, body, expected);
    },
    list: (prefix, after) => memory.list(prefix, after),
    delete: (key) => memory.delete(key),
  };
  return { ports: { store, bytes: nodeBytes }, memory, gets, puts, hooks };
}
const keysIn = async (store: ObjectStore): Promise<string[]> => {
  const found: string[] = [];
  for await (const key of store.list('')) found.push(key);
  return found;
};
const ids = (inventory: { readonly series: readonly { readonly description: SeriesDescription }[] }): string[] =>
  inventory.series.map(({ description }) => description.id).sort();

describe('the inventory of a watch of several shards', () => {
  it('lets a worker read its own shard, not everybody’s', async () => {
    const { ports, gets } = countingPorts();
    await updateInventory(ports, 'w', fleet(1_000), start);
    gets.length = 0;
    const own = await readShardInventory(ports, 'w', 's-0003');
    expect(own.series).toHaveLength(500);
    expect(gets).toEqual(['inventory/w', expect.stringMatching(/^inventory\/!shards\/w\/s-0003-1-[0-9a-f]{16}$/)]);
    const planned = planShards(await readInventory(ports, 'w'), 300).find(({ shard }) => shard === 's-0003');
    expect(planShards(own, 300)).toEqual([planned]);
  });

  it('lets a tick plan from one small object', async () => {
    const { ports, gets } = countingPorts();
    await updateInventory(ports, 'w', fleet(1_000), start, 'everything');
    gets.length = 0;
    const overview = await readOverview(ports, 'w');
    expect(gets).toEqual(['inventory/w']);
    expect(overview).toMatchObject({ idle: [], isEmpty: false, selection: 'everything' });
    expect(overview.shards).toHaveLength(8);
    expect(overview.shards.every(({ series: count }) => count === 500)).toBe(true);
  });

  it('writes nothing where only the order of what is said of a series is another', async () => {
    const { ports, puts } = countingPorts();
    const said = (nature: object) => [{ ...series('a', 'm'), nature: { ...nature } as SeriesDescription['nature'] }];
    await updateInventory(ports, 'w', said({ unit: 'Percent', bad: 'up', gap: 'gap', highest: 100 }), start);
    puts.length = 0;
    await updateInventory(ports, 'w', said({ highest: 100, gap: 'gap', bad: 'up', unit: 'Percent' }), start + 1);
    expect(puts).toEqual([]);
    await updateInventory(ports, 'w', said({ highest: 99, gap: 'gap', bad: 'up', unit: 'Percent' }), start + 2);
    expect(puts).toEqual(['inventory/w']);
  });

  it('says how much there is without reading any of it, as if all of it were counted', async () => {
    const { ports, gets } = countingPorts();
    await updateInventory(ports, 'w', fleet(500), start);
    await updateInventory(ports, 'w', fleet(450), start + day);
    await updateInventory(ports, 'w', [...fleet(430), series('i-9', 'm9')], start + 16 * day);
    gets.length = 0;
    const counts = await readInventoryCounts(ports, 'w');
    expect(gets).toEqual(['inventory/w']);
    expect(counts).toEqual(countSeries((await readInventory(ports, 'w')).series));
    expect(counts).toEqual({ asked: 1801, entities: 450, absent: 80, retired: 200, billed: 1801 });
  });

  it('counts what an earlier release wrote without counts, and writes them down at its next change', async () => {
    const { ports, gets } = countingPorts();
    await updateInventory(ports, 'w', fleet(250), start);
    const before = await readStored(ports, inventoryKind, keys.inventory('w'));
    const parts = (before?.value.parts ?? []).map(({ shard, name, series: members, asked }) => ({
      ...{ shard, name, series: members, asked },
    }));
    if (before !== undefined) await writeStored(ports, inventoryKind, keys.inventory('w'), { ...before.value, parts });
    expect(await readInventoryCounts(ports, 'w')).toMatchObject({ asked: 1000, entities: 250 });
    await updateInventory(ports, 'w', [...fleet(250), series('i-249', 'm9')], start + 1);
    gets.length = 0;
    expect(await readInventoryCounts(ports, 'w')).toMatchObject({ asked: 1001, entities: 250 });
    expect(gets).toEqual(['inventory/w']);
  });

  it('writes only the shards that changed, and forgets what they were', async () => {
    const { ports, puts, memory } = countingPorts();
    await updateInventory(ports, 'w', fleet(500), start);
    puts.length = 0;
    await updateInventory(ports, 'w', fleet(501), start + 1);
    expect(puts).toEqual([expect.stringMatching(/!shards\/w\/s-0005-2-/), 'inventory/w']);
    // A thing is gone: its shard is written again, and the one before it deleted.
    puts.length = 0;
    await updateInventory(ports, 'w', fleet(500, 1), start + 2);
    expect(puts).toEqual([expect.stringMatching(/!shards\/w\/s-0001-3-/), 'inventory/w']);
    const parts = (await keysIn(memory)).filter((key) => key.includes('!shards'));
    expect(parts.map((key) => /s-\d{4}/.exec(key)?.[0])).toEqual(['s-0001', 's-0002', 's-0003', 's-0004', 's-0005']);
  });

  it('says which shards have nothing left to ask for', async () => {
    const { ports } = countingPorts();
    await updateInventory(ports, 'w', fleet(250), start);
    await updateInventory(ports, 'w', fleet(125), start + day);
    await updateInventory(ports, 'w', fleet(125), start + 16 * day);
    expect(await readOverview(ports, 'w')).toMatchObject({
      shards: [{ shard: 's-0001', series: 500 }],
      idle: ['s-0002'],
      isEmpty: false,
    });
  });

  it('is found whole by who holds a head that was replaced meanwhile', async () => {
    const { ports, hooks } = countingPorts();
    await updateInventory(ports, 'w', fleet(500), start);
    let isRaced = false;
    hooks.beforeGet = async (key) => {
      if (isRaced || !key.includes('!shards')) return;
      isRaced = true;
      await updateInventory(ports, 'w', fleet(500, 1), start + 1);
    };
    const found = await readInventory(ports, 'w');
    expect(isRaced).toBe(true);
    expect(ids(found)).toEqual([...new Set([...fleet(500), ...fleet(500, 1)].map(({ id }) => id))].sort());
    hooks.beforeGet = async () => undefined;
    isRaced = false;
    expect((await readShardInventory(ports, 'w', 's-0001')).series).toHaveLength(500);
  });

  it('loses nothing when several add at once, and leaves no part unread', async () => {
    const { ports } = countingPorts();
    await Promise.all(Array.from({ length: 4 }, (_, k) => updateInventory(ports, 'w', fleet(200, 200 * k), start + k)));
    expect(ids(await readInventory(ports, 'w'))).toEqual(
      fleet(800)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('goes on from one object to several, each series in the shard where it was', async () => {
    const { ports } = countingPorts();
    const { inventory } = await updateInventory(ports, 'w', fleet(100), start);
    await updateInventory(ports, 'w', fleet(300), start + 1);
    const shards = new Map((await readInventory(ports, 'w')).series.map((one) => [one.description.id, one.shard]));
    for (const one of inventory.series) expect(shards.get(one.description.id)).toBe(one.shard);
    expect(new Set(shards.values()).size).toBe(3);
  });

  it('reads what a release before this wrote, all in one object', async () => {
    const { ports } = countingPorts();
    const { inventory } = await updateInventory(ports, 'v', fleet(300), start);
    const old = { ...inventoryKind, version: 1, payload: () => inventory, upgrades: {} };
    await writeStored(ports, old, keys.inventory('w'), { ...inventory, parts: [], generation: 0 });
    const named = async (watch: string) =>
      (await readOverview(ports, watch)).shards.map(({ shard, series: count }) => [shard, count]);
    expect(await named('w')).toEqual(await named('v'));
    expect((await readShardInventory(ports, 'w', 's-0002')).series).toHaveLength(500);
    await updateInventory(ports, 'w', fleet(301), start + 1);
    expect(ids(await readInventory(ports, 'w'))).toEqual(
      fleet(301)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('says what to do where parts are missing for good', async () => {
    const { ports, memory } = countingPorts();
    await updateInventory(ports, 'w', fleet(500), start);
    for (const key of await keysIn(memory)) if (key.includes('s-0002')) await memory.delete(key);
    await expect(readInventory(ports, 'w')).rejects.toThrow(/'inventory\/w' names parts that are not there.*restore/);
    expect((await readShardInventory(ports, 'w', 's-0001')).series).toHaveLength(500);
  });

  it('shares its folder with no watch, whatever that is called', () => {
    for (const name of ['!shards', '!shards/w', '../w'])
      expect(keys.inventory(name).startsWith('inventory/!shards')).toBe(false);
  });
});
