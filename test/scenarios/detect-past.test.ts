import { describe, expect, it } from 'vitest';
import { scoreTable } from '../../shared/pipeline/score-rows.ts';
import { brief, day, every, run, start, stateOf, tick } from './ticking.ts';
import { series, usual, world } from './world.ts';

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
