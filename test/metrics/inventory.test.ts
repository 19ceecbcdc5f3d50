import { describe, expect, it } from 'vitest';
import { Encoder } from 'cbor-x/index-no-eval';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { appendTick } from '../../shared/metrics/history.ts';
import { inventoryKind, inventoryPartKind, type StoredInventory } from '../../shared/metrics/inventory-format.ts';
import {
  emptyInventory,
  type Inventory,
  inventoryDefaults,
  planShards,
  readInventory,
  reconcile,
  updateInventory,
} from '../../shared/metrics/inventory.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { keys } from '../../shared/settings/keys.ts';
import { goldenArtefactSuite } from '../models/golden-artefact.ts';
import { chunkOf, memoryPorts, pairsOf, readWindow } from './stored-ports.ts';
import fc from '../fakes/property.ts';

const day = 86_400;
const start = Date.parse('2026-11-16T00:00:00Z') / 1000;

const seriesOf = (entity: string, label: string): SeriesDescription => ({
  id: `AWS/EC2/${label}{InstanceId=${entity}}:Average`,
  entity,
  label,
  metric: { namespace: 'AWS/EC2', name: label, dimensions: { InstanceId: entity }, statistic: 'Average' },
  periodSeconds: 300,
  nature: { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' },
});
const fleet = (servers: number, metrics: number, prefix = 'i'): readonly SeriesDescription[] =>
  Array.from({ length: servers * metrics }, (_, k) =>
    seriesOf(
      `${prefix}-${String(Math.floor(k / metrics)).padStart(4, '0')}`,
      `m${String(k % metrics).padStart(4, '0')}`,
    ),
  );
const shardById = (inventory: Inventory): ReadonlyMap<string, string> =>
  new Map(inventory.series.map(({ description, shard }) => [description.id, shard]));
const sizes = (inventory: Inventory): readonly number[] =>
  planShards(inventory, 300).map(({ series }) => series.length);
const after = (before: Inventory, found: readonly SeriesDescription[], now = start): Inventory =>
  reconcile(before, found, now).inventory;

const golden: StoredInventory = {
  parts: [],
  generation: 0,
  nextShard: 3,
  selection: '{"select":[{"namespace":"AWS/EC2"}]}',
  series: [
    { description: seriesOf('i-1', 'CPUUtilization'), shard: 's-0001', absentSince: null, retiredAt: null },
    {
      description: {
        ...seriesOf('i-2', 'ErrorRate'),
        metric: {
          expression: '100 * e / r',
          metrics: {
            e: { namespace: 'N', name: 'Errors', dimensions: {}, statistic: 'Sum', account: '111111111111' },
            r: { namespace: 'N', name: 'Requests', dimensions: {}, statistic: 'p99.9', region: 'eu-west-1' },
          },
        },
        nature: { unit: 'Percent', bad: 'both', gap: 'zero' },
      },
      shard: 's-0002',
      absentSince: start,
      retiredAt: start + 14 * day,
    },
  ],
};
const part = { shard: 's-0002', name: '7-0123456789abcdef', series: 500, asked: 498 };
goldenArtefactSuite(inventoryKind, { 1: golden, 2: { ...golden, generation: 7, parts: [part] } });
goldenArtefactSuite(inventoryPartKind, { 1: golden.series });

describe('placing series into shards', () => {
  it.each([
    ['servers of four metrics fill shards to 500', fleet(250, 4), [500, 500]],
    ['an entity is never cut to fill the last places', fleet(100, 7), [497, 203]],
    ['an entity larger than a shard is cut at 500', fleet(1, 1_201), [500, 500, 201]],
    ['what is left of a cut entity leaves room for others', [...fleet(1, 501), ...fleet(2, 200, 'j')], [500, 401]],
    ['500 exactly need one shard', fleet(1, 500), [500]],
  ])('%s', (_what, found, expected) => {
    expect(sizes(after(emptyInventory, found))).toEqual(expected);
  });

  it('keeps whole entities together', () => {
    const inventory = after(emptyInventory, fleet(300, 3));
    const homes = new Map<string, Set<string>>();
    for (const { description, shard } of inventory.series) {
      homes.set(description.entity, (homes.get(description.entity) ?? new Set()).add(shard));
    }
    expect([...homes.values()].every((shards) => shards.size === 1)).toBe(true);
  });

  it('puts a new metric of a known entity where the entity is, though its shard is full', () => {
    const first = after(emptyInventory, fleet(250, 4));
    const grown = after(first, [...fleet(250, 4), seriesOf('i-0000', 'new')]);
    expect(shardById(grown).get(seriesOf('i-0000', 'new').id)).toBe('s-0001');
    expect(sizes(grown)).toEqual([501, 500]);
  });

  it('opens a shard for an entity that grows on and on, before its shard is twice too large', () => {
    let inventory = after(emptyInventory, fleet(1, 400));
    for (let size = 500; size <= 1_500; size += 100) inventory = after(inventory, fleet(1, size));
    expect(sizes(inventory)).toEqual([1_000, 500]);
  });

  it('takes a description that changed, and leaves the series where it is', () => {
    const first = after(emptyInventory, fleet(2, 2));
    const [one, ...others] = fleet(2, 2);
    const inventory = after(first, [{ ...one, label: 'renamed' }, ...others]);
    expect(planShards(inventory, 300)[0]?.series[0]?.label).toBe('renamed');
    expect(shardById(inventory)).toEqual(shardById(first));
  });

  it('moves a series whose entity changed to where most of its new entity is', () => {
    const first = after(emptyInventory, fleet(300, 4));
    const regrouped = fleet(300, 4).map((one) => ({
      ...one,
      entity: Number(one.entity.slice(2)) < 3 ? 'group' : one.entity,
    }));
    const inventory = after(first, regrouped);
    expect(shardById(inventory)).toEqual(shardById(first));
    expect(inventory.series).toHaveLength(1_200);
  });

  it('takes a series that is discovered twice once', () => {
    expect(after(emptyInventory, [...fleet(2, 2), ...fleet(2, 2)]).series).toHaveLength(4);
  });
});

describe('what is asked for in other words', () => {
  const statistic = (one: SeriesDescription, name: 'Average' | 'Maximum'): SeriesDescription => ({
    ...one,
    id: one.id.replace(/\w+$/, name),
    metric: { ...one.metric, statistic: name },
  });
  const formula = (expression: string): SeriesDescription => ({
    ...seriesOf('i-1', 'rate'),
    id: `rate=${expression}`,
    metric: { expression, metrics: {} },
  });

  it.each<[string, readonly SeriesDescription[], readonly SeriesDescription[], readonly string[]]>([
    [
      'another statistic takes the place of the one before',
      fleet(2, 1),
      fleet(2, 1).map((one) => statistic(one, 'Maximum')),
      fleet(2, 1).map(({ id }) => id),
    ],
    [
      'a second statistic beside the first replaces nothing',
      fleet(1, 1),
      [...fleet(1, 1), ...fleet(1, 1).map((one) => statistic(one, 'Maximum'))],
      [],
    ],
    [
      'another formula under the same label takes the place of the one before',
      [formula('a')],
      [formula('b')],
      ['rate=a'],
    ],
    ['what is merely absent waits', fleet(2, 1), fleet(1, 1), []],
    ['another metric of the same thing replaces nothing', fleet(1, 1), [seriesOf('i-0000', 'other')], []],
  ])('%s', (_, before, found, retired) => {
    const inventory = after(after(emptyInventory, before), found, start + 60);
    const gone = inventory.series.filter(({ retiredAt }) => retiredAt === start + 60);
    expect(gone.map(({ description }) => description.id)).toEqual(retired);
    const placed = new Map(inventory.series.map(({ description, shard }) => [description.id, shard]));
    expect(new Set(placed.values()).size).toBe(1);
  });

  it('is asked for again, with its history, once the words are as they were', () => {
    const first = after(emptyInventory, fleet(1, 1));
    const changed = after(first, [statistic(fleet(1, 1)[0], 'Maximum')], start + 60);
    const back = after(changed, fleet(1, 1), start + 120);
    expect(planShards(back, 300)).toEqual(planShards(first, 300));
  });

  it('is planned in the period of today, but for what comes more rarely', () => {
    const rare = { ...seriesOf('i-1', 'CPUCreditBalance'), periodSeconds: 300 };
    const inventory = after(emptyInventory, [seriesOf('i-1', 'CPUUtilization'), rare]);
    const planned = (period: number) =>
      planShards(inventory, period).flatMap(({ series }) => series.map((one) => [one.label, one.periodSeconds]));
    expect(planned(300)).toEqual([
      ['CPUCreditBalance', 300],
      ['CPUUtilization', 300],
    ]);
    expect(planned(60)).toEqual([['CPUUtilization', 60]]);
    expect(planned(3600)).toEqual([
      ['CPUCreditBalance', 3600],
      ['CPUUtilization', 3600],
    ]);
    expect(inventory.series.every(({ description }) => description.periodSeconds === 300)).toBe(true);
  });
});

describe('absence', () => {
  const all = fleet(2, 2);
  const half = all.slice(0, 2);

  it('is asked about for 14 days, then no more', () => {
    let inventory = after(emptyInventory, all);
    inventory = after(inventory, half, start + day);
    expect(sizes(inventory)).toEqual([4]);
    inventory = after(inventory, half, start + 15 * day - 1);
    expect(sizes(inventory)).toEqual([4]);
    const { inventory: retired, changes } = reconcile(inventory, half, start + 15 * day);
    expect(sizes(retired)).toEqual([2]);
    expect(changes).toEqual({ added: 0, returned: 0, retired: 2, forgotten: 0 });
  });

  it('begins anew each time the series is seen', () => {
    let inventory = after(emptyInventory, all);
    for (let days = 1; days <= 60; days++)
      inventory = after(inventory, days % 10 === 0 ? all : half, start + days * day);
    expect(sizes(inventory)).toEqual([4]);
  });

  it('ends in being forgotten once the history has expired', () => {
    let inventory = after(emptyInventory, all);
    for (const days of [0, 14, 14 + 189]) inventory = after(inventory, half, start + days * day);
    expect(inventory.series).toHaveLength(4);
    expect(reconcile(inventory, half, start + 205 * day)).toMatchObject({
      inventory: { series: { length: 2 } },
      changes: { forgotten: 2 },
    });
  });

  it('changes nothing, and writes nothing, while everything is as it was', () => {
    const inventory = after(emptyInventory, all);
    expect(reconcile(inventory, all, start + day).inventory).toBe(inventory);
    const missing = after(inventory, half, start + day);
    expect(reconcile(missing, half, start + 2 * day).inventory).toBe(missing);
  });
});

const discoveries = fc.array(
  fc.record({
    days: fc.integer({ min: 0, max: 20 }),
    found: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 5 })), {
      selector: ([entity, label]) => `${entity}/${label}`,
      maxLength: 30,
    }),
  }),
  { maxLength: 12 },
);

describe('whatever comes and goes', () => {
  it('a series that is known never changes its shard, and each shard holds what it should', () => {
    const policy = { ...inventoryDefaults, shardSize: 5 };
    fc.assert(
      fc.property(discoveries, (rounds) => {
        let inventory = emptyInventory;
        let now = start;
        for (const { days, found } of rounds) {
          const before = shardById(inventory);
          now += days * day;
          const series = found.map(([entity, label]) => seriesOf(`i-${entity}`, `m${label}`));
          inventory = reconcile(inventory, series, now, policy).inventory;
          const homes = shardById(inventory);
          for (const [id, shard] of homes) expect(before.get(id) ?? shard).toBe(shard);
          expect(inventory.series).toHaveLength(homes.size);
          const planned = new Set(planShards(inventory, 300).flatMap((shard) => shard.series.map(({ id }) => id)));
          for (const { id } of series) expect(planned.has(id)).toBe(true);
        }
      }),
    );
  });
});

describe('the stored inventory', () => {
  it('loses nothing when many writers add at once', async () => {
    const ports = memoryPorts();
    const parts = Array.from({ length: 8 }, (_, i) => fleet(10, 4, `w${i}`));
    await Promise.all(parts.map((part, i) => updateInventory(ports, 'w', part, start + i)));
    const ids = new Set((await readInventory(ports, 'w')).series.map(({ description }) => description.id));
    expect(ids.size).toBe(320);
  });

  it('is empty before the first discovery, and read by whoever comes next', async () => {
    const ports = memoryPorts();
    expect(await readInventory(ports, 'w')).toEqual(emptyInventory);
    const { inventory, changes } = await updateInventory(ports, 'w', fleet(2, 3), start);
    expect(changes).toEqual({ added: 6, returned: 0, retired: 0, forgotten: 0 });
    expect(await readInventory(ports, 'w')).toEqual(inventory);
  });

  it('remembers what was selected, also where nothing else changed, until something else is', async () => {
    const ports = memoryPorts();
    const found = fleet(2, 3);
    await updateInventory(ports, 'w', found, start, 'A');
    const { inventory } = await updateInventory(ports, 'w', found, start + 1, 'B');
    expect([inventory.selection, (await readInventory(ports, 'w')).selection]).toEqual(['B', 'B']);
    await updateInventory(ports, 'w', fleet(3, 3), start + 2);
    expect(await readInventory(ports, 'w')).toMatchObject({ selection: 'B', series: { length: 9 } });
  });

  it('of a newer release is refused and left as it is', async () => {
    const ports = memoryPorts();
    const newer = await nodeBytes.gzip(
      new Encoder({ useRecords: false }).encode({ kind: 'inventory', version: 3, payload: {} }),
    );
    await ports.store.put(keys.inventory('w'), newer);
    await expect(updateInventory(ports, 'w', fleet(1, 1), start)).rejects.toMatchObject({
      reason: 'newer-version',
      message: expect.stringContaining("object 'inventory/w': 'inventory' of version 3") as string,
    });
    expect((await ports.store.get(keys.inventory('w')))?.body).toEqual(newer);
  });
});

describe('1,000 series that are added, removed and added again', () => {
  it('lose no point and no state', { timeout: 30_000 }, async () => {
    const ports = memoryPorts();
    const stable = fleet(50, 4, 'stable');
    const comingAndGoing = fleet(250, 4, 'moving');
    const pulled = new Map<string, [number, number][]>();
    const states = new Map<string, number>();
    let tick = start;

    /** A tick of every shard: each series gets a point, and its state counts them. */
    const run = async (found: readonly SeriesDescription[]): Promise<void> => {
      tick += day;
      const { inventory } = await updateInventory(ports, 'w', found, tick);
      const present = new Set(found.map(({ id }) => id));
      for (const { shard, series } of planShards(inventory, 300)) {
        const points: Record<string, [number, number][]> = {};
        for (const { id } of series.filter((one) => present.has(one.id))) {
          const key = `${shard} ${id}`;
          states.set(key, (states.get(key) ?? 0) + 1);
          const point: [number, number] = [tick - 300, states.get(key)!];
          points[id] = [point];
          pulled.set(id, [...(pulled.get(id) ?? []), point]);
        }
        await appendTick(ports, 'w', shard, 300, chunkOf(tick, points));
      }
    };

    await run(stable);
    await run([...stable, ...comingAndGoing]);
    for (let gone = 0; gone < 20; gone++) await run(stable);
    expect(planShards(await readInventory(ports, 'w'), 300).flatMap(({ series }) => series)).toHaveLength(200);
    await run([...comingAndGoing, ...stable].reverse());
    await run([...stable, ...comingAndGoing]);

    const inventory = await readInventory(ports, 'w');
    expect(inventory.series).toHaveLength(1_200);
    for (const { shard, series } of planShards(inventory, 300)) {
      const ids = series.map(({ id }) => id);
      const history = await readWindow(ports, 'w', shard, 300, ids, 0, Infinity);
      for (const id of ids) {
        expect(pairsOf(history.get(id))).toEqual(pulled.get(id));
        // The state went on where it was: its count is that of all points ever, not of those since the return.
        expect(states.get(`${shard} ${id}`)).toBe(pulled.get(id)!.length);
      }
    }
  });
});
