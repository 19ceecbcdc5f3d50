import { describe, expect, it } from 'vitest';
import type { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { packArtefact } from '../../shared/models/artefact.ts';
import { levelAt, type Pace } from '../../shared/metrics/polling-pace.ts';
import { detectAnomalies, runShard } from '../../shared/pipeline/detect-anomalies.ts';
import { discoverMetrics } from '../../shared/pipeline/discover-metrics.ts';
import { readPace } from '../../shared/pipeline/pace-record.ts';
import { shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { keys } from '../../shared/settings/keys.ts';
import { withFault } from './faults.ts';
import { every, run, start, stateOf, tick } from './ticking.ts';
import { copyStore, series, type Signalling, usual, world, type World } from './world.ts';

const HOUR = 3600;
const members = [series('a', 'cpu'), series('a', 'memory'), series('b', 'cpu'), series('c', 'cpu')];
/** Four metrics every five minutes are 35 cents a month, every hour 3 cents. */
const tight = { maxMonthlyUsd: 0.05 };
/** The past is short: it is there after the first tick. */
const brief = { retention: '1d' };
const from = start;

const trouble: Signalling = (one, time) =>
  usual(one, time) + (one.entity === 'b' && time >= from + 5 * HOUR + 600 && time < from + 6 * HOUR + 1800 ? 90 : 0);
const rules = [{ kind: 'above', metric: 'cpu', limit: 110 }];
const open = (more: Readonly<Record<string, unknown>>, store?: MemoryObjectStore): World =>
  world(members, trouble, { rules }, { ...brief, ...more }, store);

const paceOf = async (w: World): Promise<Pace | undefined> => (await readPace(w.ports)).pace;
const firingOf = (w: World, since: number, until: number): ReadonlySet<string> => {
  // What is in shadow is not told where something is told in earnest.
  const signals = w.bus.published.filter(({ evaluatedAt: at, mode }) => mode === 'live' && at >= since && at <= until);
  return new Set(
    signals.flatMap(({ findings }) => findings).flatMap(({ status, key }) => (status === 'firing' ? [key] : [])),
  );
};
const asksOf = (w: World, since: number): readonly number[] =>
  w.source.asked.filter(({ to, series: count }) => to > since && count === members.length).map(({ to }) => to);

describe('a month that would cost more than it may', () => {
  it('is polled every 15 minutes, then every 60, and judged slot by slot as without that', async () => {
    const [free, stretched] = [open({}), open(tight)];
    const level = new Map<number, number>();
    let pulled = from - 1;
    for (let time = from; time < from + 8 * HOUR; time += every) {
      await tick(free, time);
      await tick(stretched, time);
      level.set(time, levelAt(await paceOf(stretched), time));
      if ((await stateOf(stretched.store, stretched))?.tick !== time) continue;
      const [one, other] = [await stateOf(free.store, free), await stateOf(stretched.store, stretched)];
      expect(other?.judgedTo).toBe(one?.judgedTo);
      expect(other?.entities.map(({ judged, recent }) => ({ judged, recent }))).toEqual(
        one?.entities.map(({ judged, recent }) => ({ judged, recent })),
      );
      // What began and ended since the last pull is told as well.
      const fired = firingOf(stretched, time, time);
      const meanwhile = firingOf(free, pulled + 1, time);
      expect([...fired].filter((key) => !meanwhile.has(key))).toEqual([]);
      expect([...firingOf(free, time, time)].filter((key) => !fired.has(key))).toEqual([]);
      pulled = time;
    }
    expect([...new Set(level.values())]).toEqual([0, 1, 2]);
    const pulls = [...level]
      .filter(([time]) => stretched.source.asked.some(({ to }) => to === time))
      .map(([time]) => time);
    const gaps = new Set(pulls.map((time, k) => time - (pulls[k - 1] ?? time - every)));
    expect(gaps).toEqual(new Set([300, 900, 3600]));
    expect(stretched.bus.published.some(({ findings }) => findings.some(({ status }) => status === 'firing'))).toBe(
      true,
    );
    expect(stretched.sink.published.filter(({ name }) => name === 'BudgetProjected').length).toBeGreaterThan(3);
    expect(free.sink.published.filter(({ name }) => name === 'BudgetProjected')).toEqual([]);
  });

  it('says in its signals when the next one comes, and calls no shard late', async () => {
    const w = open(tight);
    await run(w, from, from + 4 * HOUR);
    const late: number[] = [];
    const written = {
      async *written(prefix: string) {
        const state = await stateOf(w.store, w);
        if (prefix === 'state/w/') yield { key: keys.state('w', 's-0001', 'anomaly'), writtenAt: state?.tick ?? 0 };
      },
    };
    const beats: string[] = [];
    const heartbeat = { beat: async (watch: string) => void beats.push(watch) };
    for (let time = from + 4 * HOUR; time < from + 8 * HOUR; time += every) {
      w.clock.time = time;
      await detectAnomalies({ tick: time }, { ...w.ports, written, heartbeat });
      late.push(
        ...w.sink.published.filter((one) => one.name === 'SeriesOverdue' && one.time === time).map((one) => one.value),
      );
    }
    expect(late).toEqual(Array.from({ length: 48 }, () => 0));
    expect(beats).toHaveLength(48);
    const intervals = w.bus.published
      .filter(({ evaluatedAt }) => evaluatedAt >= from + 4 * HOUR)
      .map((one) => one.intervalSeconds);
    expect(new Set(intervals)).toEqual(new Set([3600]));
  });

  it('is polled as asked again from the first tick of the next month on', async () => {
    const month = Date.parse('2026-04-01T00:00:00Z') / 1000;
    const w = open({ maxMonthlyUsd: 0.0001 });
    await run(w, month - 4 * HOUR, month + HOUR);
    expect(levelAt(await paceOf(w), month - 1)).toBe(2);
    expect(asksOf(w, month - 1).filter((to) => to >= month)).toEqual(
      Array.from({ length: 12 }, (_, k) => month + k * every),
    );
  });

  it('pulls all the same when somebody asks for a tick now', async () => {
    const w = open(tight);
    await run(w, from, from + 5 * HOUR);
    w.clock.time = from + 5 * HOUR + 700;
    const { watches } = await detectAnomalies({}, w.ports);
    expect(watches[0]).toMatchObject({ ran: [{ outcome: 'judged' }] });
    expect(watches[0].skipped).toBeUndefined();
  });

  it('hands workers the interval that holds, so that none takes its shard for late', async () => {
    const many = Array.from({ length: 600 }, (_, k) => series(`e${k}`, 'cpu'));
    const w = world(many, usual, { maxSeries: 1000 }, { ...brief, maxMonthlyUsd: 0.5 });
    const sent: unknown[] = [];
    for (let time = from; time <= from + 3 * HOUR; time += every) {
      await tick(w, time);
      for (let message = w.queue.take(); message !== undefined; message = w.queue.take()) sent.push(message);
    }
    expect(sent[0]).toEqual({ watch: 'w', shard: 's-0001', tick: from });
    expect(sent.at(-1)).toEqual({ watch: 'w', shard: 's-0002', tick: from + 3 * HOUR, every: 3600 });

    const one = open(tight);
    await run(one, from, from + 600);
    one.clock.time = from + 600 + 1800;
    const message = { watch: 'w', shard: 's-0001', tick: from + 600 };
    expect(await runShard(message, one.ports)).toMatchObject({ outcome: 'too-old' });
    expect(await runShard({ ...message, every: 3600 }, one.ports)).toMatchObject({ outcome: 'judged' });
  });
});

describe('what is asked', () => {
  it('is counted by ticks, by the past and by listing, each of it once', async () => {
    const w = open({});
    const listed = {
      ...w.ports,
      source: () => ({
        discover: async () => ({ ...(await w.source.discover(undefined)), requests: 3 }),
        read: w.source.read.bind(w.source),
      }),
    };
    for (let time = from; time < from + 3 * HOUR + 300; time += every) {
      w.clock.time = time;
      await detectAnomalies({ tick: time }, listed);
    }
    const asked = w.source.asked.reduce((sum, one) => sum + one.series, 0);
    const past = await jsonAt(w.store, keys.askedPast('2026-03', 'w', 's-0001'));
    const ticks = await stateOf(w.store, w);
    expect(past['metrics']).toBeGreaterThan(0);
    expect((ticks?.asked?.metrics ?? 0) + Number(past['metrics'])).toBe(asked);
    expect(await jsonAt(w.store, keys.asked('2026-03', 'w', 's-0001'))).toMatchObject({
      metrics: ticks?.asked?.metrics,
      expected: 4,
      perPull: 4,
    });
    expect(await jsonAt(w.store, keys.askedListing('2026-03', 'w'))).toMatchObject({ requests: 4 * 3, perLook: 3 });
  });

  it('is counted though its run died, or another run was quicker', async () => {
    const w = open({});
    await run(w, from, from + 600);
    const before = (await stateOf(w.store, w))?.asked?.metrics ?? 0;
    // It dies having stored its points; the next tick judges them with its own.
    const dying = withFault(w.ports, undefined);
    w.clock.time = from + 600;
    await detectAnomalies({ tick: from + 600 }, dying.ports);
    const at =
      dying.calls.findIndex((name) => name.startsWith(`put ${keys.historyTick('w', 's-0001', every, from + 600)}`)) + 1;
    expect(at).toBeGreaterThan(0);
    const other = open({});
    await run(other, from, from + 600);
    other.clock.time = from + 600;
    const dead = withFault(other.ports, { at, when: 'after' });
    await Promise.race([detectAnomalies({ tick: from + 600 }, dead.ports), dead.died]);
    await tick(other, from + 900);
    expect((await stateOf(other.store, other))?.asked?.metrics).toBe(before + 2 * members.length);
  });

  it('that cannot be read is begun anew, or left out, and keeps nobody from being looked after', async () => {
    const w = open(tight);
    await run(w, from, from + 2 * HOUR);
    for (const key of [
      keys.pace,
      keys.asked('2026-03', 'w', 's-0001'),
      keys.askedListing('2026-03', 'w'),
      keys.askedPast('2026-03', 'w', 's-0001'),
    ])
      await w.store.put(key, new TextEncoder().encode('{"version":1,"by":"nobody"'));
    expect(await tick(w, from + 2 * HOUR)).toMatchObject({ outcome: 'judged' });
    expect(w.logged.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual(
      expect.arrayContaining(['pace unreadable: the meter is read anew', 'count unreadable: left out']),
    );
    await run(w, from + 2 * HOUR + every, from + 4 * HOUR);
    expect(await paceOf(w)).toMatchObject({ month: '2026-03', limit: 0.05 });
    expect(await jsonAt(w.store, keys.asked('2026-03', 'w', 's-0001'))).toMatchObject({ by: 'ticks' });
  });

  it('is no reason to go unwatched where the meter cannot be read at all', async () => {
    const w = open(tight);
    const store = {
      ...plain(w.store),
      get: async (key: string) => (key === keys.pace ? Promise.reject(new Error('AccessDenied')) : w.store.get(key)),
    };
    w.clock.time = from;
    const { watches } = await detectAnomalies({ tick: from }, { ...w.ports, store });
    expect(watches[0].ran[0]).toMatchObject({ outcome: 'judged' });
    expect(w.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'meter not read: polling is as asked for' }),
    );
  });

  it('of a time that has not come decides nothing', async () => {
    const w = open(tight);
    await run(w, from, from + 600);
    const before = await paceOf(w);
    w.clock.time = from + 600;
    await detectAnomalies({ tick: from + 86_400 }, w.ports);
    expect(await paceOf(w)).toEqual(before);
  });

  it('is listed by a function of its own, too', async () => {
    const w = open({});
    const source = () => ({
      discover: async () => ({ ...(await w.source.discover(undefined)), requests: 7 }),
      read: w.source.read.bind(w.source),
    });
    for (let k = 0; k < 2; k++) await discoverMetrics({ tick: from + k }, { ...w.ports, source });
    expect(await jsonAt(w.store, keys.askedListing('2026-03', 'w'))).toMatchObject({ requests: 14, perLook: 7 });
  });
});

describe('a tick at which the meter is read', () => {
  it('leaves pace and count as if nothing had happened, whichever call kills it, and says it once at most', async () => {
    const few = (store?: MemoryObjectStore): World =>
      world([series('a', 'cpu')], usual, {}, { ...brief, maxMonthlyUsd: 0.001 }, store);
    const w = few();
    await run(w, from, from + 3 * HOUR);
    const at = from + 3 * HOUR;
    const outcomeOf = async (store: MemoryObjectStore): Promise<string> => {
      const state = await stateOf(store, w);
      const bytes = state === undefined ? '' : Buffer.from(packArtefact(shardStateKind, state)).toString('base64');
      const kept = [keys.pace, keys.asked('2026-03', 'w', 's-0001')].map(async (key) =>
        JSON.stringify(await jsonAt(store, key)),
      );
      return [bytes, ...(await Promise.all(kept))].join('\n');
    };
    const undisturbed = await copyStore(w.store);
    await tick(few(undisturbed), at);
    const expected = await outcomeOf(undisturbed);
    expect(JSON.parse(expected.split('\n')[1])).toMatchObject({ readAt: at });
    for (const when of ['before', 'after'] as const)
      for (let call = 1; ; call++) {
        const store = await copyStore(w.store);
        const [first, second] = [few(store), few(store)];
        first.clock.time = at;
        const faulty = withFault(first.ports, { at: call, when });
        const end = await Promise.race([detectAnomalies({ tick: at }, faulty.ports), faulty.died]);
        if (end !== 'died') break;
        await tick(second, at);
        const name = `${when} call ${call}: ${faulty.calls.at(-1) ?? ''}`;
        // The copy that a run leaves after its commit may be lost with it: the next hour's makes up for it.
        const isAfterCommit = faulty.calls.includes(`put ${keys.state('w', 's-0001', 'anomaly')}`);
        const [pace, left] = [await outcomeOf(store), expected].map((text) =>
          text.split('\n').slice(0, isAfterCommit ? 2 : 3),
        );
        expect({ name, left: pace }).toEqual({ name, left });
        const said = [first, second].flatMap(({ sink }) =>
          sink.published.filter((one) => one.name === 'BudgetProjected'),
        );
        expect(said.length, name).toBeLessThanOrEqual(1);
      }
  });

  it('is taken over by another watch where the one that reads has not come for two hours', async () => {
    const two = { watches: { w: { select: 'Test' }, v: { select: 'Test' } } };
    const w = world(members, usual, {}, { ...brief, ...two });
    w.clock.time = from;
    await detectAnomalies({ tick: from, watch: 'w' }, w.ports);
    for (let time = from; time <= from + 2 * HOUR; time += every) {
      w.clock.time = time;
      expect((await paceOf(w))?.readAt).toBe(from);
      await detectAnomalies({ tick: time, watch: 'v' }, w.ports);
    }
    expect((await paceOf(w))?.readAt).toBe(from + 2 * HOUR);
  });

  it('reads it once where several watches come at the same time', async () => {
    const two = { maxMonthlyUsd: 0.05, watches: { w: { select: 'Test' }, v: { select: 'Test' } } };
    const w = world(members, usual, {}, { ...brief, ...two });
    const lists: string[] = [];
    for (let time = from; time < from + 3 * HOUR; time += every) {
      w.clock.time = time;
      const doing = withFault(w.ports, undefined);
      await Promise.all(['w', 'v'].map((watch) => detectAnomalies({ tick: time, watch }, doing.ports)));
      lists.push(...doing.calls.filter((call) => call.startsWith('list meter/') && time > from));
    }
    const readings = w.logged.filter(({ message }) => message === 'meter read');
    expect(readings).toHaveLength(3);
    // From then on one of them reads.
    expect(lists).toHaveLength(2);
    expect(Object.keys((await paceOf(w))?.metrics ?? {}).sort()).toEqual(['v', 'w']);
  });
});

const jsonAt = async (store: MemoryObjectStore, key: string): Promise<Record<string, unknown>> => {
  const found = await store.get(key);
  return found === undefined ? {} : (JSON.parse(new TextDecoder().decode(found.body)) as Record<string, unknown>);
};

const plain = (store: MemoryObjectStore) => ({
  get: store.get.bind(store),
  put: store.put.bind(store),
  list: store.list.bind(store),
  delete: store.delete.bind(store),
});
