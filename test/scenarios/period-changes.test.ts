import { describe, expect, it } from 'vitest';
import type { Signal } from '../../shared/alerting/signal.ts';
import type { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { readDays } from '../../shared/metrics/history.ts';
import { planShards, readInventory } from '../../shared/metrics/inventory.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import type { ShardState } from '../../shared/pipeline/shard-state.ts';
import { readPast } from '../../shared/pipeline/training-data.ts';
import { withFault } from './faults.ts';
import { day, every, run, start, stateOf, tick } from './ticking.ts';
import { copyStore, series, type Signalling, usual, world, type World } from './world.ts';

const hour = 3600;
const minute = 60;

/** Values that say what period they are of: a sum over five minutes is five times that of one. */
const summed: Signalling = (one, time) => (usual(one, time) * one.periodSeconds) / minute;

interface Deployed {
  readonly period: number;
  readonly value?: Signalling;
  readonly watch?: Readonly<Record<string, unknown>>;
  readonly retention?: string;
  readonly members?: readonly SeriesDescription[];
  readonly store?: MemoryObjectStore;
}

/** The watch deployed with a period, on what an earlier deployment left. */
const deployed = ({ period, value, watch, retention, members, store }: Deployed): World =>
  world(
    (members ?? [series('a', 'cpu'), series('a', 'memory')]).map((one) => ({ ...one, periodSeconds: period })),
    value ?? summed,
    { period: `${period}s`, ...watch },
    { retention: retention ?? '2d' },
    store,
  );

/** Every point stored under a period, by time. */
async function storedPoints(w: World, period: number, id: string): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  for await (const { points } of readDays(w.ports, 'w', 's-0001', period, undefined, 0, Infinity)) {
    const { times, values } = points.get(id) ?? { times: [], values: [] };
    times.forEach((time, k) => found.set(time, values[k]));
  }
  return found;
}

const statusesOf = (signals: readonly Signal[], key: string): string =>
  signals.flatMap(({ findings }) => findings.filter((one) => one.key === key).map(({ status }) => status)).join(' ');

const entitiesOf = (state: ShardState | undefined) => state?.entities.map(({ judged, warm }) => ({ judged, warm }));

const changeAt = start + 6 * every;

describe('a watch whose period is changed', () => {
  it.each([
    ['to shorter points', every, minute],
    ['to longer points', minute, every],
    ['to hours', every, hour],
  ])('%s judges, remembers and stores what a first deployment with that period would', async (_, from, to) => {
    const before = deployed({ period: from });
    await run(before, start, changeAt);
    const after = deployed({ period: to, store: before.store });
    const first = deployed({ period: to });
    // Until the past is fetched and read, and some points of today are judged.
    const until = changeAt + Math.max(hour, 3 * to);
    await run(after, changeAt, until);
    await run(first, changeAt, until);
    const state = await stateOf(after.store, after);
    expect(state?.entities.map(({ warm }) => warm)).toEqual([true]);
    expect(state?.entities[0]?.judged.series[0]?.judged).toBeGreaterThanOrEqual((2 * day) / to);
    expect(entitiesOf(state)).toEqual(entitiesOf(await stateOf(first.store, first)));
    const points = await storedPoints(after, to, 'a/cpu');
    expect(points).toEqual(await storedPoints(first, to, 'a/cpu'));
    expect(points.size).toBeGreaterThanOrEqual((2 * day) / to);
    const [cpu] = after.source.members;
    for (const [time, value] of points) expect(value).toBe(summed(cpu, time));
  });

  it('trains on points of its period of today alone', async () => {
    const before = deployed({ period: every });
    await run(before, start, changeAt);
    const after = deployed({ period: minute, store: before.store });
    await run(after, changeAt, changeAt + hour);
    const shards = planShards(await readInventory(after.ports, 'w'), minute);
    const past = await readPast(after.ports, 'w', shards, new Set(['a']), start - 2 * day, changeAt, minute);
    const [cpu, memory] = after.source.members;
    expect(past[0]?.times.length).toBeGreaterThanOrEqual((2 * day) / minute);
    past[0]?.times.forEach((time, row) => {
      expect([...past[0].values.subarray(2 * row, 2 * row + 2)]).toEqual([summed(cpu, time), summed(memory, time)]);
    });
  });

  it('loses no slot and judges none twice where the two grids meet', async () => {
    const retention = '1s';
    const before = deployed({ period: every, retention });
    await run(before, start, changeAt);
    const judgedTo = (await stateOf(before.store, before))?.judgedTo ?? 0;
    const after = deployed({ period: minute, retention, store: before.store });
    // Nobody judged for two hours around the change.
    const ran = await tick(after, changeAt + 2 * hour);
    const to = (await stateOf(after.store, after))?.judgedTo ?? 0;
    expect(ran).toMatchObject({ lostSlots: 0, points: (2 * (to - judgedTo)) / minute });
  });

  it('keeps every entity in its shard', async () => {
    const members = Array.from({ length: 1_100 }, (_, k) => series(`e${k}`, 'cpu'));
    const watch = { maxSeries: 2_000 };
    const before = deployed({ period: every, members, watch });
    await detectAnomalies({ tick: start }, before.ports);
    const after = deployed({ period: minute, members, watch, store: before.store });
    const shardsOf = async (w: World) =>
      new Map((await readInventory(w.ports, 'w')).series.map((one) => [one.description.id, one.shard]));
    const placed = await shardsOf(before);
    await detectAnomalies({ tick: start + every }, after.ports);
    expect(await shardsOf(after)).toEqual(placed);
    expect(new Set(placed.values()).size).toBe(3);
    for (const { description } of (await readInventory(after.ports, 'w')).series)
      expect(description.periodSeconds).toBe(minute);
  });

  it('asks in the new period also while the source cannot be listed', async () => {
    const before = deployed({ period: every });
    await run(before, start, changeAt);
    const after = deployed({ period: minute, store: before.store });
    after.source.members = before.source.members;
    after.source.discover = () => Promise.reject(new Error('ListMetrics: throttled'));
    after.clock.time = changeAt;
    await expect(detectAnomalies({ tick: changeAt }, after.ports)).rejects.toThrow('throttled');
    const points = await storedPoints(after, minute, 'a/cpu');
    expect(points.size).toBeGreaterThanOrEqual(15);
    const cpu = { ...series('a', 'cpu'), periodSeconds: minute };
    for (const [time, value] of points) expect(value).toBe(summed(cpu, time));
  });

  it('may die at any call of the tick that brings the change, and is repeated to the same end', async () => {
    const before = deployed({ period: every, retention: '3h' });
    await run(before, start, changeAt);
    const whole = await copyStore(before.store);
    const again = async (store: MemoryObjectStore): Promise<ShardState | undefined> => {
      const w = deployed({ period: minute, retention: '3h', store });
      await run(w, changeAt, changeAt + 5 * every);
      return stateOf(store, w);
    };
    const undisturbed = await again(whole);
    let committed = 0;
    for (const when of ['before', 'after'] as const) {
      for (let at = 1; ; at++) {
        const store = await copyStore(before.store);
        const dying = deployed({ period: minute, retention: '3h', store });
        dying.clock.time = changeAt;
        const faulty = withFault(dying.ports, { at, when });
        const end = await Promise.race([detectAnomalies({ tick: changeAt }, faulty.ports), faulty.died]);
        if (end !== 'died') break;
        const name = `${when} call ${at}: ${faulty.calls.at(-1) ?? ''}`;
        const isCommitted = (await stateOf(store, dying))?.periodSeconds === minute;
        const state = await again(store);
        // Housekeeping is lost with a run that dies after its commit: the past is fetched a tick later, from there on.
        if (!isCommitted) expect(state, name).toEqual(undisturbed);
        expect(state?.judgedTo, name).toBe(undisturbed?.judgedTo);
        expect(
          state?.entities.map(({ warm, judged }) => [warm, judged.stepSeconds]),
          name,
        ).toEqual([[true, minute]]);
        if (isCommitted) committed++;
      }
    }
    expect(committed).toBeGreaterThan(2);
  });
});

describe('what fired under the old period', () => {
  /** Far off from before the change until some time after it. */
  const fault =
    (to: number, known: (time: number, period: number) => boolean = () => true): Signalling =>
    (one, time) =>
      !known(time, one.periodSeconds) ? Number.NaN : usual(one, time) + (time >= changeAt - 900 && time < to ? 90 : 0);
  const members = [series('a', 'cpu')];
  const key = 'anomaly:a/cpu';

  const firingAtChange = async (value: Signalling): Promise<World> => {
    const before = deployed({ period: every, value, retention: '4d', members });
    await run(before, start, changeAt);
    expect(before.bus.published.at(-1)).toMatchObject({ mode: 'live', findings: [{ key, status: 'firing' }] });
    return before;
  };

  it('is judged anew, fires on while it lasts, and recovers when it is over', async () => {
    const value = fault(changeAt + 1200);
    const { store } = await firingAtChange(value);
    const after = deployed({ period: minute, value, retention: '4d', members, store });
    await run(after, changeAt, changeAt + 5 * hour);
    expect(statusesOf(after.bus.published, key)).toMatch(/^(unknown )+(firing )+normal normal normal$/);
    expect(after.bus.published.map(({ mode }) => mode)).not.toContain('shadow');
  });

  it('is told to be over where it ended unseen, as live as it was told to begin', async () => {
    // Of the new period there is no past at all: what is judged has seen less than three days.
    const value = fault(changeAt, (time, period) => period === every || time >= changeAt);
    const { store } = await firingAtChange(value);
    const after = deployed({ period: minute, value, retention: '4d', members, store });
    await run(after, changeAt, changeAt + 12 * hour);
    const said = after.bus.published.map(({ mode, findings }) => `${findings[0]?.status ?? ''} ${mode}`);
    const end = said.lastIndexOf('unknown live') + 1;
    expect(said.slice(0, end)).toEqual(new Array(end).fill('unknown live'));
    expect(said.slice(end, end + 3)).toEqual(new Array(3).fill('normal live'));
    // What begins on so little history is in shadow, as on any first day.
    for (const later of said.slice(end + 3)) expect(later).toMatch(/ shadow$/);
  });

  it('is taken back where its points come too rarely for the new period, though nothing is left to judge', async () => {
    const credits = {
      ...series('a', 'CPUCreditBalance'),
      metric: { namespace: 'AWS/EC2', name: 'CPUCreditBalance', dimensions: {}, statistic: 'Average' },
    } as const;
    const watch = { rules: [{ kind: 'above', metric: '*', limit: 1 }] };
    const before = deployed({ period: every, watch, members: [credits], retention: '1d' });
    await run(before, start, changeAt);
    expect(before.bus.published.at(-1)?.findings[0]?.status).toBe('firing');
    const after = deployed({ period: minute, watch, members: [], retention: '1d', store: before.store });
    await run(after, changeAt, changeAt + 5 * hour);
    expect(after.source.asked.filter((asked) => asked.series > 0)).toEqual([]);
    expect(after.bus.published.flatMap(({ findings }) => findings.map(({ status }) => status))).toEqual([
      'normal',
      'normal',
      'normal',
    ]);
    expect((await stateOf(after.store, after))?.entities).toEqual([]);
  });
});

describe('a period that is changed back', () => {
  /** The source keeps no more than half a day. */
  const forgetful = (w: World): World => {
    const truth = w.source.value;
    w.source.value = (one, time) => (time < w.clock.time - day / 2 ? Number.NaN : truth(one, time));
    return w;
  };

  it('finds its history again, has the time between fetched, and is judged on all of it', async () => {
    const errors = series('a', 'errors', { gap: 'zero' });
    const members = [series('a', 'cpu'), errors];
    const first = deployed({ period: every, members });
    await run(first, start, changeAt);
    const backAt = changeAt + 3 * hour;
    const between = forgetful(deployed({ period: minute, members, store: first.store }));
    await run(between, changeAt, backAt);
    const back = forgetful(deployed({ period: every, members, store: first.store }));
    await run(back, backAt, backAt + hour);

    const points = await storedPoints(back, every, 'a/errors');
    const state = await stateOf(back.store, back);
    const from = start - 2 * day + day;
    for (let time = from; time < (state?.judgedTo ?? 0); time += every)
      expect(points.get(time), new Date(time * 1000).toISOString()).toBe(
        summed({ ...errors, periodSeconds: every }, time),
      );
    expect(state?.entities.map(({ warm }) => warm)).toEqual([true]);
    // Two days before the first tick were fetched then, and the retention cuts what lies before two days from now.
    expect(state?.entities[0]?.judged.series[1]?.judged).toBeGreaterThanOrEqual((2 * day) / every - 1);
    for (const one of state?.entities[0]?.judged.series ?? [])
      expect(one.lastTime - one.firstTime).toBeGreaterThanOrEqual(2 * day - hour);
  });
});
