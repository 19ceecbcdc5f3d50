import { describe, expect, it } from 'vitest';
import { brief, day, every, findingsOf, run, spike, start, stateOf } from './ticking.ts';
import { series, type Signalling, usual, world } from './world.ts';

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
