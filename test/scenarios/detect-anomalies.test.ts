import { describe, expect, it } from 'vitest';
import type { Signal } from '../../shared/alerting/signal.ts';
import type { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { detectAnomalies, runShard } from '../../shared/pipeline/detect-anomalies.ts';
import { scoreTable } from '../../shared/pipeline/score-rows.ts';
import { type ShardState, shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { keys } from '../../shared/settings/keys.ts';
import { series, type Signalling, usual, world, type World } from './world.ts';

const day = 86_400;
const every = 300;
const start = Date.parse('2026-03-02T00:00:00Z') / 1000;
const brief = { retention: '1d' };

async function tick(w: World, time: number) {
  w.clock.time = time;
  const { watches } = await detectAnomalies({ tick: time }, w.ports);
  return watches[0]?.ran[0];
}

async function run(w: World, from: number, to: number): Promise<void> {
  for (let time = from; time < to; time += every) await tick(w, time);
}

async function stateOf(store: MemoryObjectStore, w: World, shard = 's-0001'): Promise<ShardState | undefined> {
  return (await readStored({ ...w.ports, store }, shardStateKind, keys.state('w', shard, 'anomaly')))?.value;
}

const findingsOf = (signals: readonly Signal[], at: number) =>
  signals.filter(({ evaluatedAt }) => evaluatedAt === at).flatMap(({ findings }) => findings);

const spike =
  (from: number, rows: number, by = 90): Signalling =>
  (one, time) =>
    usual(one, time) + (time >= from && time < from + rows * every ? by : 0);

describe('a tick', () => {
  it('judges what has settled, once, and remembers it', async () => {
    const w = world([series('a', 'cpu'), series('b', 'cpu')], usual, {}, brief);
    expect(await tick(w, start)).toMatchObject({ outcome: 'judged', points: 4, entities: 2, billedMetrics: 2 });
    expect(await tick(w, start)).toMatchObject({ outcome: 'already-judged', points: 0 });
    expect(await tick(w, start - every)).toMatchObject({ outcome: 'too-old' });
    expect(await tick(w, start + every)).toMatchObject({ outcome: 'judged', points: 2, verdictAgeSeconds: every });
    expect((await stateOf(w.store, w))?.judgedTo).toBe(start);
    expect(w.sink.published.filter(({ name }) => name === 'TicksDropped')).toHaveLength(1);
  });

  it('is now, for all watches, when nothing is asked', async () => {
    const w = world([series('a', 'cpu')], usual, {}, brief);
    w.clock.time = start + 7.5;
    const summary = await detectAnomalies({}, w.ports);
    expect(summary.tick).toBe(start + 7);
    expect(summary.watches[0]).toMatchObject({ watch: 'w', shards: 1, series: 1, queued: 0, discovered: true });
  });

  it('watches on what is known while the source cannot be listed, and still fails, so that it is heard of', async () => {
    const w = world([series('a', 'cpu')], usual, {}, brief);
    const isDown = { listing: true };
    const ports = {
      ...w.ports,
      source: () => ({
        discover: () =>
          isDown.listing ? Promise.reject(new Error('ListMetrics: throttled')) : w.source.discover(null),
        read: w.source.read.bind(w.source),
      }),
    };
    w.clock.time = start;
    await expect(detectAnomalies({ tick: start }, ports), 'nothing is known yet').rejects.toThrow('throttled');
    expect(await stateOf(w.store, w)).toBeUndefined();
    isDown.listing = false;
    await detectAnomalies({ tick: start }, ports);
    isDown.listing = true;
    const nextHour = start + 3600;
    w.clock.time = nextHour;
    await expect(detectAnomalies({ tick: nextHour }, ports)).rejects.toThrow('throttled');
    expect((await stateOf(w.store, w))?.tick).toBe(nextHour);
  });

  it('pulls the last quarter of an hour, and no point twice from a settled past', async () => {
    const w = world([series('a', 'cpu')], usual, {}, brief);
    await run(w, start, start + 3 * every);
    const live = w.source.asked.filter(({ to, from }) => to - from < day);
    expect(live.at(-1)).toMatchObject({ from: start + 2 * every - 900, to: start + 2 * every });
  });

  it('says the same of a series on its grid as score does, bit for bit', async () => {
    const one = series('a', 'cpu');
    const value: Signalling = (of, time) =>
      Math.floor(time / every) % 53 === 0 ? Number.NaN : spike(start + 350 * every, 4)(of, time);
    // No backfill: what score sees is what was judged live.
    const w = world([one], value, {}, { retention: '5m' });
    const judgedFrom = start - 900;
    const rows: { alert: number; words: string }[] = [];
    for (let k = 0; k < 400; k++) {
      await tick(w, start + k * every);
      const state = await stateOf(w.store, w);
      const recent = state?.entities[0]?.recent[0];
      rows.push({ alert: recent?.upper.at(-1) ?? 0, words: state?.entities[0]?.judged.series[0]?.words ?? '' });
    }
    const times = Float64Array.from({ length: 402 }, (_, k) => judgedFrom + k * every);
    const scored = scoreTable({
      columns: ['cpu'],
      times,
      values: times.map((time) => value(one, time)),
      stepSeconds: every,
    });
    const state = await stateOf(w.store, w);
    const judgedTo = state?.judgedTo ?? 0;
    expect(judgedTo).toBe(times[401]);
    rows.forEach(({ alert }, k) => {
      const upper = scored.row.upper[k + 1] ?? Number.NaN;
      expect(alert, `row ${k}`).toBe(Math.fround(upper));
    });
    const fired = w.bus.published.flatMap(({ findings }) => findings).filter(({ status }) => status === 'firing');
    const alerts = times.filter((_, k) => (scored.row.alert[k] ?? 0) > 0);
    expect(alerts).toContain(start + 350 * every);
    expect(fired.some(({ since }) => since === start + 350 * every)).toBe(true);
    for (const { since } of fired) expect(alerts).toContain(since);
    for (const finding of fired) {
      const row = times.findIndex((time) => value(one, time) === finding.observed);
      expect(finding.score).toBe(scored.row.score[row]);
      expect(finding.expected).toBe(scored.row.expected[row]);
    }
  });
});

describe('signals', () => {
  it('repeat while it lasts, say normal three times, and then fall silent', async () => {
    const w = world([series('a', 'cpu')], spike(start + 30 * every, 3), {}, brief);
    await run(w, start, start + 60 * every);
    const said = w.bus.published.filter(({ evaluatedAt }) => evaluatedAt > start + 30 * every);
    const statuses = said.map(({ findings }) => findings.map(({ status }) => status).join());
    expect(statuses.join(' ')).toMatch(/^(firing )+normal normal normal$/);
    expect(said[0]).toMatchObject({
      deployment: 'aiops',
      watch: 'w',
      entity: 'a',
      mode: 'shadow',
      intervalSeconds: 300,
    });
    expect(said[0]?.findings[0]).toMatchObject({ key: 'anomaly:a/cpu', since: start + 30 * every, source: 'series' });
    expect(said[0]?.findings[0]?.points?.length).toBeLessThanOrEqual(200);
    expect(new Set(said.map(({ evaluatedAt }) => evaluatedAt)).size).toBe(said.length);
  });

  it('are live once three days were judged, and in shadow as long as the watch says', async () => {
    for (const [watch, mode] of [
      [{}, 'live'],
      [{ shadow: true }, 'shadow'],
    ] as const) {
      const w = world([series('a', 'cpu')], spike(start + 5 * every, 3), watch, { retention: '4d' });
      await run(w, start, start + 10 * every);
      expect(new Set(w.bus.published.map((signal) => signal.mode))).toEqual(new Set([mode]));
    }
  });

  it('of a static limit are live from the first hour: it needs no learning', async () => {
    const rules = [{ kind: 'above', metric: 'cpu', limit: 110 }];
    const w = world([series('a', 'cpu')], spike(start + 3 * every, 5), { rules }, { retention: '5m' });
    await run(w, start, start + 12 * every);
    const [first] = w.bus.published;
    expect(first).toMatchObject({ mode: 'live' });
    expect(first.findings.map(({ kind, status }) => [kind, status])).toEqual([['rule', 'firing']]);
  });

  it('neither fire nor resolve on a gap: what fires becomes unknown, and fires or recovers after it', async () => {
    const value: Signalling = (one, time) =>
      time >= start + 32 * every && time < start + 38 * every ? Number.NaN : spike(start + 30 * every, 2)(one, time);
    const w = world([series('a', 'cpu')], value, {}, brief);
    await run(w, start, start + 60 * every);
    const statuses = w.bus.published
      .filter(({ evaluatedAt }) => evaluatedAt > start + 30 * every)
      .map(({ findings }) => findings[0]?.status);
    expect(statuses.join(' ')).toMatch(/^(firing )+(unknown ){6}(firing )*normal normal normal$/);
  });

  it('tell of what began and ended between two ticks', async () => {
    const minutes = series('a', 'cpu', {}, 60);
    const value: Signalling = (one, time) => usual(one, time) + (time === start + 40 * every + 60 ? 90 : 0);
    const w = world([minutes], value, { period: '1m' }, brief);
    await run(w, start, start + 46 * every);
    expect(findingsOf(w.bus.published, start + 41 * every).map(({ status }) => status)).toEqual(['firing']);
  });

  it('of an entity that is gone for good end, so that nothing stays open for ever', async () => {
    const rules = [{ kind: 'above', metric: 'cpu', limit: 10 }];
    const members = [series('a', 'cpu'), series('b', 'cpu')];
    const w = world(members, usual, { rules }, { retention: '5m' });
    await run(w, start, start + 6 * every);
    w.source.members = members.slice(0, 1);
    // Discovered as absent now, and retired by a look fourteen days on.
    await run(w, start + 3600, start + 3600 + every);
    const later = start + 15 * day;
    await run(w, later, later + 6 * every);
    const said = w.bus.published.filter(({ entity, evaluatedAt }) => entity === 'b' && evaluatedAt >= later);
    expect(said.map(({ findings }) => findings[0]?.status)).toEqual(['normal', 'normal', 'normal']);
    expect((await stateOf(w.store, w))?.entities.map(({ judged }) => judged.entity)).toEqual(['a']);
  });

  it('of a storm of five hundred entities are one each, and fit into an event', async () => {
    const members = Array.from({ length: 500 }, (_, k) => series(`e${k}`, 'cpu'));
    const rules = [{ kind: 'above', metric: 'cpu', limit: 110 }];
    const w = world(members, spike(start + 3 * every, 9), { rules }, { retention: '5m' });
    await run(w, start, start + 8 * every);
    const last = w.bus.published.filter(({ evaluatedAt }) => evaluatedAt === start + 7 * every);
    expect(last).toHaveLength(500);
    expect(Math.max(...last.map((signal) => JSON.stringify(signal).length))).toBeLessThan(20_000);
  });
});

describe('gaps', () => {
  const errors = series('a', 'errors', { gap: 'zero', bad: 'up' });
  const rare: Signalling = (_, time) => {
    if (time === start - 600) return 1;
    return time >= start + 30 * every && time < start + 33 * every ? 50 : Number.NaN;
  };

  it('that mean zero are zeros once settled, so that an error count can fire and recover', async () => {
    const rules = [{ kind: 'above', metric: 'errors', limit: 5 }];
    const w = world([errors], rare, { rules }, { retention: '5m' });
    await run(w, start, start + 50 * every);
    const statuses = w.bus.published
      .flatMap(({ findings }) => findings)
      .filter(({ kind }) => kind === 'rule')
      .map(({ status }) => status);
    expect(statuses).toContain('firing');
    expect(statuses.slice(-3)).toEqual(['normal', 'normal', 'normal']);
    expect((await stateOf(w.store, w))?.entities[0]?.judged.series[0]?.judged).toBeGreaterThan(45);
  });

  it('that the source owns up to are no zeros', async () => {
    const w = world([errors], rare, {}, { retention: '5m' });
    await run(w, start, start + 3 * every);
    const before = (await stateOf(w.store, w))?.entities[0]?.judged.series[0]?.judged ?? 0;
    w.source.problem = () => ({ kind: 'throttled', message: 'Rate exceeded' });
    const ran = await tick(w, start + 3 * every);
    expect(ran).toMatchObject({ problems: { throttled: 1 }, points: 0 });
    expect((await stateOf(w.store, w))?.entities[0]?.judged.series[0]?.judged).toBe(before);
  });
});

describe('silence of a thing that has nothing but its heartbeat', () => {
  const hour = 3600;
  const quiet = start + hour;
  /** When findings said it was firing, in hours of silence; the source no longer lists it after three. */
  const firedAfter = async (lasting: string, hours: number): Promise<readonly number[]> => {
    const beat = series('a', 'heartbeat', { gap: 'silence' });
    const rules = [{ kind: 'silent', metric: 'heartbeat', for: lasting }];
    const w = world([beat], (_, time) => (time < quiet ? 1 : Number.NaN), { rules }, { retention: '5m' });
    await run(w, start, quiet + 3 * hour);
    w.source.members = [];
    await run(w, quiet + 3 * hour, quiet + hours * hour);
    return w.bus.published
      .filter(({ findings }) => findings.some(({ kind, status }) => kind === 'rule' && status === 'firing'))
      .map(({ evaluatedAt }) => (evaluatedAt - quiet) / hour);
  };

  it.each([
    ['30m', 0.5, 3],
    ['2h', 2, 3],
    ['6h', 6, 9],
  ])('is told of after %s, and no more once it is gone', async (lasting, from, to) => {
    const fired = await firedAfter(lasting, 12);
    expect(fired[0]).toBeGreaterThanOrEqual(from);
    expect(fired[0]).toBeLessThan(from + 0.25);
    expect(fired.at(-1)).toBeGreaterThan(to - 0.25);
    expect(fired.at(-1)).toBeLessThan(to + 0.25);
  });
});

describe('our own outage', () => {
  it('is made up for by one pull that reaches back to the last judged slot', async () => {
    const w = world([series('a', 'cpu')], usual, {}, brief);
    const whole = world([series('a', 'cpu')], usual, {}, brief);
    await run(w, start, start + 5 * every);
    await run(whole, start, start + 5 * every);
    await run(whole, start + 5 * every, start + 41 * every);
    const ran = await tick(w, start + 40 * every);
    expect(ran).toMatchObject({ outcome: 'judged', points: 36, lostSlots: 0 });
    expect((await stateOf(w.store, w))?.entities[0]?.judged).toEqual(
      (await stateOf(whole.store, whole))?.entities[0]?.judged,
    );
  });

  it('longer than a pull reaches loses slots, and says how many', async () => {
    const w = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(w, start, start + 2 * every);
    expect(await tick(w, start + 10 * day)).toMatchObject({ outcome: 'judged', lostSlots: 10 * 288 - 1440 });
    expect(w.logged.some(({ message }) => message.startsWith('slots lost'))).toBe(true);
  });

  it('of the source judges nothing, resolves nothing, and is caught up on', async () => {
    const w = world([series('a', 'cpu')], spike(start + 30 * every, 3), {}, brief);
    await run(w, start, start + 33 * every);
    w.source.problem = () => ({ kind: 'internal-error', message: 'Internal error' });
    await run(w, start + 33 * every, start + 40 * every);
    expect(w.bus.published.at(-1)?.findings[0]?.status).toBe('firing');
    expect((await stateOf(w.store, w))?.judgedTo).toBe(start + 31 * every);
    w.source.problem = () => undefined;
    expect(await tick(w, start + 40 * every)).toMatchObject({ points: 8 });
  });

  it('is not mistaken for a backlog: a late message is dropped, unless nothing else is judged', async () => {
    const w = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(w, start, start + every);
    w.clock.time = start + 3 * every;
    const message = { watch: 'w', shard: 's-0001', tick: start + every };
    expect(await runShard(message, w.ports)).toMatchObject({ outcome: 'too-old' });
    w.clock.time = start + 9 * every;
    expect(await runShard({ ...message, tick: start + 5 * every }, w.ports)).toMatchObject({ outcome: 'judged' });
  });
});

describe('points that come late or change', () => {
  it('are counted, go into history, and change no verdict', async () => {
    const w = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(w, start, start + 10 * every);
    const before = await stateOf(w.store, w);
    const truth = w.source.value;
    w.source.value = (one, time) => (time === start + 8 * every - every ? 500 : truth(one, time));
    expect(await tick(w, start + 10 * every)).toMatchObject({ revised: 1, late: 0 });
    const after = await stateOf(w.store, w);
    expect(after?.entities[0]?.judged.series[0]?.judged).toBe((before?.entities[0]?.judged.series[0]?.judged ?? 0) + 1);
    expect(w.bus.published).toHaveLength(0);
  });

  it('into a slot that was judged as a gap are late', async () => {
    const gap = start + 7 * every;
    const w = world(
      [series('a', 'cpu')],
      (one, time) => (time === gap ? Number.NaN : usual(one, time)),
      {},
      { retention: '5m' },
    );
    await run(w, start, start + 10 * every);
    w.source.value = usual;
    expect(await tick(w, start + 10 * every)).toMatchObject({ late: 1, revised: 0 });
  });
});

describe('many series', () => {
  it('are planned into shards, and more than one go to the queue', async () => {
    const members = Array.from({ length: 1100 }, (_, k) => series(`e${k}`, 'cpu'));
    const w = world(members, usual, { maxSeries: 2000 }, { retention: '5m' });
    w.clock.time = start;
    const { watches } = await detectAnomalies({ tick: start }, w.ports);
    expect(watches[0]).toMatchObject({ shards: 3, series: 1100, queued: 3, ran: [] });
    const judged = [];
    for (let message = w.queue.take(); message !== undefined; message = w.queue.take())
      judged.push(await runShard(message, w.ports));
    expect(judged.map(({ series: count }) => count)).toEqual([500, 500, 100]);
    expect(new Set(judged.map(({ outcome }) => outcome))).toEqual(new Set(['judged']));
  });

  it('publish a handful of metrics of ourselves, however many they are', async () => {
    const members = Array.from({ length: 300 }, (_, k) => series(`e${k}`, 'cpu'));
    const w = world(members, usual, {}, { retention: '5m' });
    await tick(w, start);
    expect(w.sink.published.length).toBeLessThanOrEqual(10);
    expect(w.sink.published).toContainEqual(
      expect.objectContaining({ name: 'PointsJudged', value: 600, dimensions: { Watch: 'w' }, time: start }),
    );
  });

  it('that are new are found within the hour, and join from nothing', async () => {
    const w = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(w, start, start + 2 * every);
    w.source.members = [series('a', 'cpu'), series('b', 'cpu')];
    await run(w, start + 2 * every, start + 3600);
    expect((await stateOf(w.store, w))?.entities).toHaveLength(1);
    await run(w, start + 3600, start + 3600 + 2 * every);
    expect((await stateOf(w.store, w))?.entities).toHaveLength(2);
  });
});

describe('a selection that changes', () => {
  it.each<[string, Record<string, unknown>]>([
    ['another pattern', { select: ['Test', 'More'] }],
    ['another limit', { maxSeries: 7 }],
    ['another thing to belong to', { entityBy: ['Thing'] }],
    ['another meaning', { natures: { cpu: { bad: 'up' } } }],
    ['another source', { source: { kind: 'simulated' } }],
  ])('is looked at by the very next tick: %s', async (_what, watch) => {
    const before = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(before, start, start + 2 * every);
    expect(before.source.known).toEqual([new Set()]);
    const members = [series('a', 'cpu'), series('b', 'cpu')];
    const after = world(members, usual, watch, { retention: '5m' }, before.store);
    await run(after, start + 2 * every, start + 5 * every);
    // Once, and with the word that one of them is known.
    expect(after.source.known).toEqual([new Set(['a/cpu'])]);
    expect((await stateOf(after.store, after))?.entities).toHaveLength(2);
  });

  it.each<[string, Record<string, unknown>]>([
    ['nothing', {}],
    ['how it is judged', { sensitivity: '3 per week', shadow: true, labels: { team: 'x' } }],
  ])('not where what changed is %s', async (_what, watch) => {
    const before = world([series('a', 'cpu')], usual, {}, { retention: '5m' });
    await run(before, start, start + 2 * every);
    const after = world([series('a', 'cpu')], usual, watch, { retention: '5m' }, before.store);
    await run(after, start + 2 * every, start + 5 * every);
    expect(after.source.known).toEqual([]);
  });
});

describe('the past', () => {
  it('is fetched beside the ticks and judged, and live scoring goes on from there', async () => {
    const w = world([series('a', 'cpu'), series('b', 'cpu'), series('b', 'memory')], usual, {}, { retention: '2d' });
    const first = await tick(w, start);
    expect(first).toMatchObject({ points: 6 });
    await run(w, start + every, start + 4 * every);
    const state = await stateOf(w.store, w);
    expect(state?.entities.map(({ warm }) => warm)).toEqual([true, true]);
    for (const { judged } of state?.entities ?? [])
      for (const one of judged.series) expect(one.judged).toBeGreaterThanOrEqual(2 * 288);
    expect(w.bus.published.filter(({ evaluatedAt }) => evaluatedAt < start)).toEqual([]);
  });

  it('gives the state that judging it live would have given', async () => {
    const one = series('a', 'cpu');
    const w = world([one], usual, {}, { retention: '2d' });
    await run(w, start, start + 4 * every);
    const state = await stateOf(w.store, w);
    const times = Float64Array.from({ length: 2 * 288 + 2 }, (_, k) => start - 2 * day + k * every);
    const live = scoreTable({
      columns: ['cpu'],
      times,
      values: times.map((time) => usual(one, time)),
      stepSeconds: every,
    });
    const recent = state?.entities[0]?.recent[0];
    expect(state?.judgedTo).toBe((times.at(-1) ?? 0) + every);
    expect(recent?.upper.at(-1)).toBe(Math.fround(live.row.upper.at(-1) ?? 0));
  });

  it('of a series that joins a warm entity is fetched and judged, and nothing of the others is lost', async () => {
    const cpu = series('a', 'cpu');
    const memory = series('a', 'memory');
    const w = world([cpu], usual, {}, { retention: '2d' });
    await run(w, start, start + 3600);
    const [before] = (await stateOf(w.store, w))?.entities ?? [];
    expect(before.warm).toBe(true);
    w.source.members = [cpu, memory];
    await run(w, start + 3600, start + 3600 + every);
    // It is there, from nothing, and its entity is due for another look at the past.
    const [joined] = (await stateOf(w.store, w))?.entities ?? [];
    expect([joined.warm, joined.judged.series[1]?.judged]).toEqual([false, 1]);
    await run(w, start + 3600 + every, start + 3600 + 5 * every);
    const [after] = (await stateOf(w.store, w))?.entities ?? [];
    expect(after.warm).toBe(true);
    const judged = new Map(after.judged.series.map((one) => [one.id, one.judged]));
    expect(judged.get(memory.id)).toBeGreaterThanOrEqual(2 * 288 - 1);
    // What is read of the past begins later now than it did: the older memory is the longer one, and stays.
    expect(judged.get(cpu.id)).toBe(before.judged.series[0].judged + 5);
  });

  it('that cannot be had leaves live scoring as it is', async () => {
    const w = world([series('a', 'cpu')], (one, time) => (time < start ? Number.NaN : usual(one, time)), {}, brief);
    await run(w, start, start + 70 * every);
    const [entity] = (await stateOf(w.store, w))?.entities ?? [];
    expect(entity.warm).toBe(true);
    expect(entity.judged.series[0]?.judged).toBe(68);
  });
});

describe('trouble', () => {
  it('of one watch does not keep the others unwatched, and is thrown in the end', async () => {
    const w = world([series('a', 'cpu')], usual, {}, brief);
    const settings = {
      ...w.ports.settings,
      watches: { bad: w.ports.settings.watches['w'], w: w.ports.settings.watches['w'] },
    };
    const source = (watch: { name: string }) => {
      if (watch.name === 'bad') throw new Error('no such place');
      return w.source;
    };
    w.clock.time = start;
    await expect(detectAnomalies({ tick: start }, { ...w.ports, settings, source })).rejects.toThrow('no such place');
    expect((await stateOf(w.store, w))?.tick).toBe(start);
  });

  it.each([
    [{ watch: 'nix' }, "there is no watch 'nix': the settings have w"],
    [{ shard: 's-0001' }, "shard 's-0001' of which watch?"],
  ])('is said of a request that cannot be met: %o', async (request, message) => {
    await expect(detectAnomalies(request, world([], usual).ports)).rejects.toThrow(message);
  });

  it('of a damaged state stops the shard, and names the object and the remedy', async () => {
    const w = world([series('a', 'cpu')], usual, {}, brief);
    await tick(w, start);
    const key = keys.state('w', 's-0001', 'anomaly');
    const found = await w.store.get(key);
    await w.store.put(key, (found?.body ?? new Uint8Array()).slice(0, 100));
    await expect(tick(w, start + every)).rejects.toThrow(/state\/w\/s-0001\/anomaly.*delete it/s);
    await w.store.delete(key);
    expect(await tick(w, start + 2 * every)).toMatchObject({ outcome: 'judged' });
  });

  it('with nothing to look after is no trouble', async () => {
    const w = world([], usual, {}, brief);
    w.clock.time = start;
    const { watches } = await detectAnomalies({ tick: start }, w.ports);
    expect(watches[0]).toMatchObject({ shards: 0, series: 0, ran: [], queued: 0 });
  });
});
