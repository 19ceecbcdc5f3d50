import { describe, expect, it } from 'vitest';
import { updateInventory } from '../../shared/metrics/inventory.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { forecastMetrics, forecastShard } from '../../shared/pipeline/forecast-metrics.ts';
import { keys } from '../../shared/settings/keys.ts';
import { DatedStore } from './dated-store.ts';
import { every, forecastWorld, hill, percent, start } from './forecast-world.ts';
import { series } from './world.ts';

const day = 86_400;

/**
 * Three full shards, of 125 things each: in the first one series has a limit, in the second two, in the third none, and
 * something called `free` that may be given one.
 */
const three = (limited: readonly number[] = [0, 125, 126]): readonly SeriesDescription[] =>
  Array.from({ length: 375 }, (_, thing) => `i-${thing}`).flatMap((of, thing) => [
    limited.includes(thing) ? percent(of, 'm0') : series(of, 'm0'),
    ...['m1', 'm2', thing === 374 ? 'free' : 'm3'].map((label) => series(of, label)),
  ]);

/** A deployment of which each object knows when it was written. */
function deployed(members: readonly SeriesDescription[], watch: object = {}, store = new DatedStore({ now: () => 0 })) {
  const w = forecastWorld(members, hill, { ...watch }, store);
  store.clock = w.clock;
  return { ...w, store, ports: { ...w.ports, written: store } };
}
type Deployed = ReturnType<typeof deployed>;

/** Ticks whose shards are forecast right away, but for those that nobody works on. */
async function ticks(w: Deployed, from: number, count: number, dead: readonly string[] = []): Promise<void> {
  for (let tick = from; tick < from + count * every; tick += every) {
    w.clock.time = tick;
    const { watches } = await forecastMetrics({ tick }, w.ports);
    expect(watches).toHaveLength(1);
    for (let message = w.queue.take(); message !== undefined; message = w.queue.take())
      if (!dead.includes(message.shard)) await forecastShard(message, w.ports);
  }
}
const overdue = (w: Deployed): readonly number[] =>
  w.sink.published.filter(({ name }) => name === 'ForecastsOverdue').map(({ value }) => value);
const inventoryReads = (w: Deployed): readonly string[] => w.store.gets.filter((key) => key.includes('!shards'));

describe('forecasts of which each tick says how many series are late', () => {
  it('are never late from a first deployment on, though nothing can be forecast before it is trained', async () => {
    const w = deployed(three());
    // The first tick comes before anything is known to be looked after.
    await ticks(w, start, 1);
    await updateInventory(w.ports, 'w', w.members, start + 1);
    await ticks(w, start + every, 8);
    expect(overdue(w)).toEqual(new Array(9).fill(0));
    expect(w.logged.some(({ message }) => message.startsWith('forecasts late'))).toBe(false);
  });

  it('are late after three intervals in which nobody forecast a shard, by as many series as have a limit there', async () => {
    const w = deployed(three());
    await updateInventory(w.ports, 'w', w.members, start);
    await ticks(w, start, 2);
    await ticks(w, start + 2 * every, 4, ['s-0002']);
    expect(overdue(w)).toEqual([0, 0, 0, 0, 2, 2]);
    expect(w.logged.findLast(({ level }) => level === 'warn')).toMatchObject({
      message: 'forecasts late: not made for three intervals',
      fields: { watch: 'w', shards: ['s-0002'], series: 2 },
    });
    // Who works again has caught up with the tick after the next.
    await ticks(w, start + 6 * every, 2);
    expect(overdue(w).slice(-1)).toEqual([0]);
  });

  it('are late also where a shard was never forecast at all', async () => {
    const w = deployed(three());
    await updateInventory(w.ports, 'w', w.members, start);
    await ticks(w, start, 4, ['s-0001', 's-0002']);
    expect(overdue(w)).toEqual([0, 0, 0, 3]);
  });

  it('say that nothing is late where nothing has a limit', async () => {
    const w = deployed(three([]));
    await updateInventory(w.ports, 'w', w.members, start);
    await ticks(w, start, 6);
    expect(overdue(w)).toEqual(new Array(6).fill(0));
  });

  it('say nothing, and do nothing, where they are off', async () => {
    const w = deployed(three(), { forecast: 'off' });
    await updateInventory(w.ports, 'w', w.members, start);
    expect((await forecastMetrics({ tick: start }, w.ports)).watches).toEqual([]);
    expect(w.sink.published).toEqual([]);
  });

  it('are not late of a time in which they were off, nor of a limit that they have just been given', async () => {
    const w = deployed(three());
    await updateInventory(w.ports, 'w', w.members, start);
    await ticks(w, start, 2);
    const again = deployed(three(), { limits: [{ metric: 'free', above: 5 }] }, w.store);
    await ticks(again, start + 30 * day, 3);
    expect(overdue(again)).toEqual([0, 0, 0]);
  });

  it('are none of the business of a laptop, where nobody looks', async () => {
    const w = forecastWorld([percent('a', 'cpu')], hill);
    await updateInventory(w.ports, 'w', w.members, start);
    await forecastMetrics({ tick: start }, w.ports);
    expect(w.sink.published.map(({ name }) => name)).not.toContain('ForecastsOverdue');
  });

  it('go on where their lateness cannot be known: nothing is said, which the alarm takes for bad news', async () => {
    const w = deployed([percent('a', 'cpu')]);
    await updateInventory(w.ports, 'w', w.members, start);
    const denied = async function* (): AsyncGenerator<never> {
      throw new Error('AccessDenied');
    };
    const { watches } = await forecastMetrics({ tick: start }, { ...w.ports, written: { written: denied } });
    expect(watches[0].ran).toMatchObject([{ outcome: 'forecast' }]);
    expect(overdue(w)).toEqual([]);
    expect(w.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'roll of forecasts not called' }),
    );
  });
});

describe('a tick of forecasts', () => {
  it('reads each shard of a large inventory once, and then those that were changed', async () => {
    const w = deployed(three());
    await updateInventory(w.ports, 'w', w.members, start);
    const plan = async (tick: number): Promise<readonly string[]> => {
      w.clock.time = tick;
      w.store.gets.length = 0;
      await forecastMetrics({ tick }, w.ports);
      while (w.queue.take() !== undefined);
      return inventoryReads(w).map((key) => /s-\d{4}/.exec(key)?.[0] ?? key);
    };
    expect(await plan(start)).toEqual(['s-0001', 's-0002', 's-0003']);
    expect(await plan(start + every)).toEqual([]);
    await updateInventory(w.ports, 'w', [...w.members, percent('i-374', 'm9')], start + every);
    expect(await plan(start + 2 * every)).toEqual(['s-0003']);
    expect(await plan(start + 3 * every)).toEqual([]);
    // Another release may see limits where this one sees none: once a day all are looked at.
    expect(await plan(start + day)).toEqual([]);
    expect(await plan(Math.ceil(start / day) * day)).toHaveLength(3);
  });

  it('queues the shards that have a limit, and once an hour all of them, for what has none may have to be taken back', async () => {
    const w = deployed(three());
    await updateInventory(w.ports, 'w', w.members, start);
    const queued = async (tick: number): Promise<readonly string[]> => {
      w.clock.time = tick;
      await forecastMetrics({ tick }, w.ports);
      const found: string[] = [];
      for (let message = w.queue.take(); message !== undefined; message = w.queue.take()) found.push(message.shard);
      return found;
    };
    expect(await queued(start + every)).toEqual(['s-0001', 's-0002']);
    expect(await queued(start + 3600)).toEqual(['s-0001', 's-0002', 's-0003']);
  });

  it('finds anew what has limits where what it knew of that is damaged, or other limits were written', async () => {
    const w = deployed(three());
    await updateInventory(w.ports, 'w', w.members, start);
    await forecastMetrics({ tick: start + every }, w.ports);
    await w.store.put(keys.limitedShards('w'), new TextEncoder().encode('{"version":1'));
    expect((await forecastMetrics({ tick: start + 2 * every }, w.ports)).watches[0]).toMatchObject({
      shards: 2,
      series: 3,
    });
    expect(w.logged).toContainEqual(expect.objectContaining({ message: 'what has limits is found anew' }));
    const other = deployed(three(), { limits: [{ metric: 'free', above: 5 }] }, w.store);
    const { watches } = await forecastMetrics({ tick: start + 3 * every }, other.ports);
    expect(watches[0]).toMatchObject({ shards: 3, series: 4 });
  });

  it('sends a shard that cannot be read to its worker, to fail there by name, and forecasts all others', async () => {
    const w = deployed(three());
    await updateInventory(w.ports, 'w', w.members, start);
    for await (const key of w.store.list('inventory/!shards/w/s-0002'))
      await w.store.put(key, new TextEncoder().encode('no inventory'));
    const { watches } = await forecastMetrics({ tick: start + every }, w.ports);
    expect(watches[0]).toMatchObject({ shards: 2, queued: 2 });
    expect(w.queue.waiting.map(({ shard }) => shard)).toEqual(['s-0001', 's-0002']);
    expect(w.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'inventory of a shard unreadable' }),
    );
  });
});
