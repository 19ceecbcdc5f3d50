import { describe, expect, it } from 'vitest';
import { detectAnomalies, runShard } from '../../shared/pipeline/detect-anomalies.ts';
import { scoreTable } from '../../shared/pipeline/score-rows.ts';
import { keys } from '../../shared/settings/keys.ts';
import { brief, day, every, run, spike, start, stateOf, tick } from './ticking.ts';
import { series, type Signalling, usual, world } from './world.ts';

describe('a tick', () => {
  it('judges what has settled, once, and remembers it', async () => {
    const w = world([series('a', 'cpu'), series('b', 'cpu')], usual, {}, brief);
    expect(await tick(w, start)).toMatchObject({ outcome: 'judged', points: 4, entities: 2, billedMetrics: 2 });
    expect(await tick(w, start)).toMatchObject({ outcome: 'already-judged', points: 0 });
    expect(await tick(w, start - every)).toMatchObject({ outcome: 'too-old' });
    expect(await tick(w, start + every)).toMatchObject({ outcome: 'judged', points: 2, verdictAgeSeconds: every });
    expect((await stateOf(w.store, w))?.judgedTo).toBe(start);
    expect(w.sink.published.filter(({ name }) => name === 'StaleShardMessages')).toHaveLength(1);
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
    const own = { Deployment: w.ports.settings.name, Watch: 'w' };
    expect(w.sink.published).toContainEqual(
      expect.objectContaining({ name: 'PointsJudged', value: 600, dimensions: own, time: start }),
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
