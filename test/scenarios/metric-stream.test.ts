import { describe, expect, it } from 'vitest';
import { StreamSource } from '../../shared/adapters/aws/stream-source.ts';
import { readInventory } from '../../shared/metrics/inventory.ts';
import { historyPeriods, readDays } from '../../shared/metrics/history.ts';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import type { DetectPorts } from '../../shared/pipeline/detect-ports.ts';
import { MemoryDeadLetters } from '../../shared/adapters/local/memory-dead-letters.ts';
import { shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { takeStream } from '../../shared/pipeline/take-stream.ts';
import { keys } from '../../shared/settings/keys.ts';
import { series, usual, world, type Signalling, type World } from './world.ts';

const every = 300;
const start = Date.parse('2026-11-16T00:00:00Z') / 1000;
const home = { account: '111111111111', region: 'eu-west-1' };
const two = [series('a', 'cpu'), series('b', 'cpu')];
const ports = (w: World): DetectPorts => ({
  ...w.ports,
  // As the deployed function has it.
  source: (watch, shard) =>
    watch.collect === 'stream' && shard !== undefined
      ? new StreamSource({ ...w.ports, watch: watch.name, settle: watch.settle, shard, polled: w.source })
      : w.source,
});

/** Steps of an eighth, so that sums of five are exact, and a rush by which the rule fires. */
const value: Signalling = (one, time) => {
  const rush = one.entity === 'a' && time >= start + 16 * every && time < start + 19 * every ? 60 : 0;
  return Math.round(8 * usual(one, time)) / 8 + rush;
};
const rules = [{ kind: 'above', metric: 'cpu', limit: 100 }];
const open = (collect: 'poll' | 'stream', before?: World): World =>
  world(two, value, { collect, rules }, { retention: '1h' }, before?.store);

/** What Firehose writes of the minutes `from <= time < to`, and the function takes. */
async function deliver(w: World, from: number, to: number, arrivedAt = to + 90, members = two): Promise<void> {
  const lines: string[] = [];
  for (const one of members)
    for (let time = from; time < to; time += 60) {
      const now = value(one, Math.floor(time / every) * every);
      const statistics = { count: 1, sum: now, min: now, max: now };
      const { account, region } = home;
      lines.push(
        JSON.stringify({
          ...{ account_id: account, region, namespace: 'Test', metric_name: 'cpu' },
          ...{ dimensions: { Thing: one.entity }, timestamp: time * 1000, value: statistics },
        }),
      );
    }
  const key = `raw/stream/${arrivedAt}`;
  await w.store.put(key, await w.ports.bytes.gzip(new TextEncoder().encode(lines.join('\n'))));
  await takeStream({ key, arrivedAt }, home, { ...w.ports, deadLetters: new MemoryDeadLetters() });
}
const tickAt = async (w: World, k: number) => {
  const tick = start + k * every;
  w.clock.time = tick + 1;
  return (await detectAnomalies({ tick }, ports(w))).watches[0].ran[0];
};
/** The tick `k` of a watch that streams, before which all arrived that had to. */
const streamedTick = async (w: World, k: number) => {
  await deliver(w, start + (k - 2) * every, start + (k - 1) * every);
  return tickAt(w, k);
};
/** Ticks that asked for points; the past is fetched besides. */
const asked = (w: World) => w.source.asked.filter(({ to, from }) => to - from <= 1200).length;
const because = (w: World): unknown[] =>
  w.logged.flatMap(({ message, fields }) =>
    message === 'polled in place of the metric stream' ? [(fields as { because: unknown }).because] : [],
  );
async function points(w: World, until: number): Promise<unknown[]> {
  const found = [];
  for await (const { points: day } of readDays(w.ports, 'w', 's-0001', every, undefined, start, until))
    for (const [id, one] of day) found.push([id, [...one.times], [...one.values]]);
  return found;
}
/** What the judge remembers; what was asked for is another matter, and is what streams are for. */
const state = async (w: World): Promise<object> => {
  const found = await readStored(w.ports, shardStateKind, keys.state('w', 's-0001', 'anomaly'));
  return { ...found?.value, asked: undefined };
};

describe('a watch that streams', () => {
  it('is polled until the stream reaches back far enough, then costs no request, and remembers the same', async () => {
    const w = open('stream');
    const polled = open('poll');
    for (let k = 0; k < 12; k++) {
      await streamedTick(w, k);
      await tickAt(polled, k);
    }
    expect(asked(polled)).toBe(12);
    expect(because(w)).toEqual(Array.from({ length: asked(w) }, () => 'begins-too-late'));
    expect(asked(w)).toBeLessThan(6);
    expect(await points(w, start + 9 * every)).toEqual(await points(polled, start + 9 * every));
  });

  it('switched to and fro tells, learns and keeps what one that is polled does', async () => {
    const polled = open('poll');
    for (let k = 0; k < 30; k++) await tickAt(polled, k);

    const before = open('poll');
    for (let k = 0; k < 6; k++) await tickAt(before, k);
    const inventory = await readInventory(before.ports, 'w');
    const streaming = open('stream', before);
    for (let k = 6; k < 24; k++)
      expect(await streamedTick(streaming, k)).toMatchObject({ outcome: 'judged', lostSlots: 0 });
    expect(asked(streaming)).toBeLessThan(6);
    const back = open('poll', before);
    for (let k = 24; k < 30; k++) expect(await tickAt(back, k)).toMatchObject({ outcome: 'judged', lostSlots: 0 });

    const told = [before, streaming, back].flatMap(({ bus }) => bus.published);
    expect(told.length).toBeGreaterThan(3);
    expect(told).toEqual(polled.bus.published);
    expect(await state(back)).toEqual(await state(polled));
    expect(await points(back, start + 29 * every)).toEqual(await points(polled, start + 29 * every));
    expect(await readInventory(back.ports, 'w')).toEqual(inventory);
    expect(await historyPeriods(back.ports, 'w', 's-0001')).toEqual([every]);
  });

  it('is polled where the stream falls silent, says so, and is read again once it speaks', async () => {
    const w = open('stream');
    for (let k = 0; k < 9; k++) await streamedTick(w, k);
    const until = asked(w);
    for (let k = 9; k < 11; k++) await tickAt(w, k);
    expect(asked(w)).toBe(until + 2);
    expect(new Set(because(w).slice(until))).toEqual(new Set(['is-silent']));
    for (let k = 11; k < 22; k++) await streamedTick(w, k);
    expect(because(w)).toContain('was-interrupted');
    const again = asked(w);
    await streamedTick(w, 22);
    expect(asked(w)).toBe(again);
    const polled = open('poll');
    for (let k = 0; k < 23; k++) await tickAt(polled, k);
    expect(await points(w, start + 21 * every)).toEqual(await points(polled, start + 21 * every));
  });

  it('does not take two minutes of five for the slot: where deliveries are late, it is polled', async () => {
    const w = open('stream');
    for (let k = 0; k < 9; k++) await streamedTick(w, k);
    const until = asked(w);
    const slot = start + 7 * every;
    await deliver(w, slot, slot + 120);
    await tickAt(w, 9);
    expect(asked(w)).toBe(until + 1);
    expect(because(w).at(-1)).toBe('is-behind');
    await deliver(w, slot + 120, slot + 180, slot + 500);
    await deliver(w, slot + 180, slot + 300, slot + 700);
    await streamedTick(w, 10);
    expect(asked(w)).toBe(until + 1);
  });

  it('asks for what no delivery speaks of, and for nothing else', async () => {
    const w = open('stream');
    w.source.members = [...two, series('c', 'cpu')];
    for (let k = 0; k < 9; k++) await streamedTick(w, k);
    expect(w.source.asked.at(-1)).toMatchObject({ series: 1 });
    const of = new Map((await points(w, start + 7 * every)).map((one) => one as [string, number[]]));
    expect(of.get('c/cpu')).toEqual(of.get('a/cpu'));
  });

  it('asks for a metric that was only now taken into the stream, until that has it all the while', async () => {
    const w = open('stream');
    const only = two.slice(0, 1);
    for (let k = 0; k < 9; k++) {
      await deliver(w, start + (k - 2) * every, start + (k - 1) * every, start + (k - 1) * every + 90, only);
      await tickAt(w, k);
    }
    expect(w.source.asked.at(-1)).toMatchObject({ series: 1 });
    const until = asked(w);
    // The second one begins two minutes into a slot.
    await deliver(w, start + 7 * every + 120, start + 8 * every, start + 8 * every + 80);
    await deliver(w, start + 7 * every, start + 7 * every + 120, start + 8 * every + 90, only);
    await tickAt(w, 9);
    expect(asked(w)).toBe(until + 1);
    for (let k = 10; k < 12; k++) await streamedTick(w, k);
    expect(asked(w)).toBe(until + 2);
    const polled = open('poll');
    for (let k = 0; k < 12; k++) await tickAt(polled, k);
    expect(await points(w, start + 9 * every)).toEqual(await points(polled, start + 9 * every));
  });

  it('is polled where what was delivered cannot be read, such as by older code, and names the object', async () => {
    const w = open('stream');
    for (let k = 0; k < 9; k++) await streamedTick(w, k);
    await deliver(w, start + 7 * every, start + 8 * every);
    let newest = '';
    for await (const key of w.store.list('stream/')) newest = key;
    await w.store.put(newest, Uint8Array.of(1, 2, 3));
    expect(await tickAt(w, 9)).toMatchObject({ outcome: 'judged', lostSlots: 0 });
    expect(because(w).at(-1)).toBe('unreadable');
    expect(w.logged.find(({ level }) => level === 'error')?.fields).toMatchObject({ key: newest });
  });

  it('is polled after an outage of ours that would take thousands of objects to read', async () => {
    const w = open('stream');
    for (let k = 0; k < 9; k++) await streamedTick(w, k);
    for (let k = 9; k < 90; k += 1) await deliver(w, start + (k - 2) * every, start + (k - 1) * every);
    expect(await tickAt(w, 89)).toMatchObject({ outcome: 'judged', lostSlots: 0 });
    expect(because(w).at(-1)).toBe('span-too-long');
  });
});
