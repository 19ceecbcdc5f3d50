import { describe, expect, it } from 'vitest';
import { readProgress } from '../../shared/metrics/history-backfill.ts';
import { readOverview } from '../../shared/metrics/inventory.ts';
import { backfillWatches } from '../../shared/pipeline/backfill-watches.ts';
import { detectAnomalies, runShard } from '../../shared/pipeline/detect-anomalies.ts';
import { discoverMetrics } from '../../shared/pipeline/discover-metrics.ts';
import type { MetricSource } from '../../shared/ports/metric-source.ts';
import { keys } from '../../shared/settings/keys.ts';
import { series, usual, world, type World } from './world.ts';

const every = 300;
const day = 86_400;
const start = Date.parse('2026-11-16T00:00:00Z') / 1000;
const fleet = (count: number) => Array.from({ length: count }, (_, k) => series(`e${k}`, 'cpu'));
const manyShards = (count = 600): World => world(fleet(count), usual, { maxSeries: 2000 }, { retention: '3d' });
const published = (w: World, name: string): number =>
  w.sink.published.filter((datum) => datum.name === name).reduce((sum, { value }) => sum + value, 0);
const drain = async (w: World): Promise<string[]> => {
  const outcomes: string[] = [];
  for (let message = w.queue.take(); message !== undefined; message = w.queue.take())
    outcomes.push((await runShard(message, { ...w.ports, backfill: 'apart' })).outcome);
  return outcomes;
};
const tickAt = (w: World, tick: number, now = tick + 1, ports = w.ports) => {
  w.clock.time = now;
  return detectAnomalies({ tick, watch: 'w' }, ports);
};

describe('the look for series, apart from the ticks', () => {
  const apart = (w: World) => ({ ...w.ports, discovery: 'apart' as const });
  const looks = (w: World): number => w.source.known.length;

  it('is left to its own schedule once something is known', async () => {
    const w = manyShards(3);
    await tickAt(w, start, start, apart(w));
    expect(looks(w)).toBe(1);
    for (let k = 1; k <= 24; k++) await tickAt(w, start + k * every, start + k * every, apart(w));
    expect(looks(w)).toBe(1);
    w.source.members = fleet(4);
    w.clock.time = start + 25 * every;
    const found = await discoverMetrics({ tick: start + 25 * every }, w.ports);
    expect(found).toMatchObject([{ watch: 'w', series: 4, added: 1, retired: 0 }]);
    const { watches } = await tickAt(w, start + 26 * every, start + 26 * every, apart(w));
    expect(watches[0]).toMatchObject({ series: 4, discovered: false });
  });

  it('is done by the tick all the same where something else is selected than last time', async () => {
    const w = manyShards(3);
    await tickAt(w, start, start, apart(w));
    const other = world(fleet(2), usual, { maxSeries: 1000 }, { retention: '3d' }, w.store);
    const { watches } = await tickAt(other, start + every, start + every, apart(other));
    expect(watches[0]).toMatchObject({ discovered: true });
  });

  it('retires what was absent for two weeks, and takes it back', async () => {
    const w = manyShards(600);
    await discoverMetrics({ tick: start }, w.ports);
    w.source.members = fleet(500);
    await discoverMetrics({ tick: start + day }, w.ports);
    expect(await discoverMetrics({ tick: start + 15 * day }, w.ports)).toMatchObject([{ retired: 100 }]);
    expect((await readOverview(w.ports, 'w')).shards).toMatchObject([{ shard: 's-0001', series: 500 }]);
    w.source.members = fleet(600);
    expect(await discoverMetrics({ tick: start + 16 * day }, w.ports)).toMatchObject([{ returned: 100, added: 0 }]);
  });

  it('also has shards visited that have nothing left to ask for: what fired there must be taken back', async () => {
    const w = manyShards(600);
    await discoverMetrics({ tick: start }, w.ports);
    w.source.members = fleet(500);
    await discoverMetrics({ tick: start + day }, w.ports);
    await discoverMetrics({ tick: start + 15 * day }, w.ports);
    const noon = start + 15 * day + 12 * 3600;
    await tickAt(w, noon, noon, apart(w));
    expect(w.queue.waiting).toEqual([]);
    expect(w.logged.filter(({ message }) => message === 'shard judged').length).toBeGreaterThan(0);
  });

  it.each([
    ['a shard', { watch: 'w', shard: 's-0001' }, /name no shard/],
    ['a watch that is not there', { watch: 'v' }, /no watch 'v'.*have w/],
  ])('refuses %s', async (_, request, words) => {
    await expect(discoverMetrics(request, manyShards(1).ports)).rejects.toThrow(words);
  });
});

describe('a tick of more than there is time for', () => {
  it('queues nothing where two whole ticks wait, says so, and goes on once somebody works', async () => {
    const w = manyShards();
    for (const k of [0, 1]) expect((await tickAt(w, start + k * every)).watches[0]).toMatchObject({ queued: 2 });
    const skipped = await tickAt(w, start + 2 * every);
    expect(skipped.watches[0]).toMatchObject({ queued: 0, skipped: 'backlog', ran: [] });
    expect(w.queue.waiting).toHaveLength(4);
    expect(published(w, 'TicksSkipped')).toBe(1);
    expect(w.logged).toContainEqual({
      level: 'warn',
      message: 'tick skipped',
      fields: { watch: 'w', tick: start + 2 * every, shards: 2, reason: 'backlog' },
    });
    await drain(w);
    expect((await tickAt(w, start + 3 * every)).watches[0]).toMatchObject({ queued: 2 });
    expect(await drain(w)).toEqual(['judged', 'judged']);
  });

  it('is queued on where part of the last one waits: what is old is dropped when its turn comes, and counted', async () => {
    const w = manyShards();
    await tickAt(w, start);
    await drain(w);
    await tickAt(w, start + every);
    w.queue.take();
    await tickAt(w, start + 2 * every);
    expect(w.queue.waiting).toHaveLength(3);
    w.clock.time = start + 2 * every + 20;
    expect(await drain(w)).toEqual(['too-old', 'judged', 'judged']);
    expect(published(w, 'StaleShardMessages')).toBe(1);
    expect(published(w, 'TicksSkipped')).toBe(0);
  });

  it.each([
    ['the queue does not say how much waits', { backlog: () => Promise.reject(new Error('AccessDenied')) }],
    ['an inventory cannot be read that only says what is much', { backlog: () => Promise.resolve(9) }],
  ])('is queued all the same where %s, and that is said', async (_, broken) => {
    const w = manyShards();
    await tickAt(w, start);
    const queue = { send: w.queue.send.bind(w.queue), ...broken };
    const settings = {
      ...w.ports.settings,
      watches: { ...w.ports.settings.watches, other: w.ports.settings.watches['w'] },
    };
    await w.store.put('inventory/other', new TextEncoder().encode('no inventory'));
    const { watches } = await tickAt(w, start + every, start + every + 1, { ...w.ports, settings, queue });
    expect(watches).toMatchObject([{ watch: 'w', queued: 2 }]);
    expect(w.queue.waiting).toHaveLength(4);
    expect(w.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'backlog not known: the tick is queued' }),
    );
  });

  it('is not queued where it comes more than an interval late', async () => {
    const w = manyShards();
    expect((await tickAt(w, start, start + every)).watches[0]).toMatchObject({ queued: 2 });
    const late = await tickAt(w, start + every, start + 2 * every + 1);
    expect(late.watches[0]).toMatchObject({ queued: 0, skipped: 'late' });
    expect(published(w, 'TicksSkipped')).toBe(1);
  });

  it('is queued where it comes as late while polling is stretched: no tick pulls its points soon', async () => {
    const w = manyShards();
    await tickAt(w, start, start + every);
    await drain(w);
    const hour = 3600;
    const pace = {
      ...{ version: 1, month: '2026-11', from: start, readAt: start + 3 * hour, countedTo: start, settings: '' },
      ...{ levels: [{ from: start, level: 2 }], since: start, billed: 1, past: 0, expected: 1, limit: 1 },
      ...{ projected: 2, projectedAsItIs: 1, metrics: {}, mark: { at: 0, billed: 0, expected: 0, metrics: {} } },
    };
    await w.store.put(keys.pace, new TextEncoder().encode(JSON.stringify(pace)));
    const late = await tickAt(w, start + hour, start + hour + 2 * every + 1);
    expect(late.watches[0]).toMatchObject({ queued: 2 });
    const tooLate = await tickAt(w, start + 2 * hour, start + 3 * hour + 1);
    expect(tooLate.watches[0]).toMatchObject({ queued: 0, skipped: 'late' });
  });

  it('still has a shard judged that nobody has judged for three intervals, however late its message', async () => {
    const w = manyShards();
    await tickAt(w, start);
    await drain(w);
    await tickAt(w, start + 3 * every);
    w.clock.time = start + 5 * every;
    expect(await drain(w)).toEqual(['judged', 'judged']);
  });
});

describe('the past of a watch of several shards', () => {
  /** One read of a day takes so long. */
  const slow = (w: World, seconds: number): World['ports'] => {
    const source: MetricSource = {
      discover: (...given) => w.source.discover(...given),
      read: async (...given) => {
        w.clock.time += seconds;
        return w.source.read(...given);
      },
    };
    return { ...w.ports, source: () => source };
  };
  const progressOf = async (w: World, shard: string) =>
    (await readProgress(w.ports, 'w', shard, every)).passes.map(({ next, to }) => (to - next) / day);

  it('is not fetched by the worker of a tick', async () => {
    const w = manyShards();
    await tickAt(w, start);
    await drain(w);
    expect(w.source.asked.filter(({ from, to }) => to - from >= day)).toEqual([]);
  });

  it('is fetched newest day first over all shards, as far as time allows, and gone on with', async () => {
    const w = manyShards(1_100);
    await discoverMetrics({ tick: start }, w.ports);
    w.clock.time = start;
    const first = await backfillWatches(start + 250, slow(w, 60));
    expect(first).toMatchObject({ days: 5, unfinished: 3 });
    const done = await Promise.all(['s-0001', 's-0002', 's-0003'].map((shard) => progressOf(w, shard)));
    expect(done.flat().sort()).toEqual([1, 2, 2]);
    w.clock.time = start + every;
    expect(await backfillWatches(Infinity, slow(w, 1))).toMatchObject({ unfinished: 0 });
    for (const shard of ['s-0001', 's-0002', 's-0003']) expect(await progressOf(w, shard)).toEqual([3]);
    const asked = w.source.asked.length;
    expect(await backfillWatches(Infinity, slow(w, 1))).toEqual({
      days: 0,
      points: 0,
      billedMetrics: 0,
      unfinished: 0,
    });
    expect(w.source.asked).toHaveLength(asked);
  });

  it('of newcomers comes before older days of what is known', async () => {
    const w = manyShards(600);
    await discoverMetrics({ tick: start }, w.ports);
    w.clock.time = start;
    await backfillWatches(start + 2, slow(w, 1));
    w.source.members = fleet(601);
    await discoverMetrics({ tick: start + 3600 }, w.ports);
    w.clock.time = start + 3600;
    w.source.asked.length = 0;
    await backfillWatches(Infinity, slow(w, 1));
    const ofItsShard = w.source.asked.map(({ series: count }) => count).filter((count) => count < 500);
    // The hour of today and the day that the others have already, then day by day what is newest of both.
    expect(ofItsShard).toEqual([1, 1, 100, 1, 100, 1]);
  });

  it('is asked for again by the next run where the source does not answer, and others do not wait for it', async () => {
    const w = manyShards(600);
    await discoverMetrics({ tick: start }, w.ports);
    w.clock.time = start;
    w.source.problem = (one) => (one.id === 'e3/cpu' ? { kind: 'throttled', message: 'slow down' } : undefined);
    expect(await backfillWatches(Infinity, w.ports)).toMatchObject({ unfinished: 1 });
    w.source.problem = () => undefined;
    expect(await backfillWatches(Infinity, w.ports)).toMatchObject({ unfinished: 0 });
    expect((await readProgress(w.ports, 'w', 's-0001', every)).missing).toEqual([]);
  });

  it('is told of where a shard’s records cannot be read, after all others had their turn', async () => {
    const w = manyShards(600);
    await discoverMetrics({ tick: start }, w.ports);
    w.clock.time = start;
    const broken: World['ports'] = {
      ...w.ports,
      source: () => ({
        discover: (...given) => w.source.discover(...given),
        read: (asked, from, to) =>
          asked.length === 500 ? Promise.reject(new Error('denied')) : w.source.read(asked, from, to),
      }),
    };
    await expect(backfillWatches(Infinity, broken)).rejects.toThrow(/the past of 1 shards failed: Error: denied/);
    expect(await progressOf(w, 's-0002')).toEqual([3]);
  });
});
