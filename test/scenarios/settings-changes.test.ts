import { describe, expect, it } from 'vitest';
import { planShards, readInventory } from '../../shared/metrics/inventory.ts';
import type { SeriesDescription, Statistic } from '../../shared/metrics/metric.ts';
import type { ShardState } from '../../shared/pipeline/shard-state.ts';
import { day, every, run, spike, start, stateOf } from './ticking.ts';
import { series, type Signalling, usual, world } from './world.ts';

const hour = 3600;
const changeAt = start + 6 * every;
const retention = { retention: '2d' };

const memoryOf = (state: ShardState | undefined) => state?.entities.map(({ judged, warm }) => ({ judged, warm }));

describe('a time zone that is changed', () => {
  const members = [series('a', 'cpu'), series('a', 'memory')];

  it('has everything learned anew in the new hours from stored history, as if it had always been so', async () => {
    // All of it is within the retention, however far the ticks have come.
    const value: Signalling = (one, time) => (time < start - day ? Number.NaN : usual(one, time));
    const before = world(members, value, { timezone: 'UTC' }, retention);
    await run(before, start, changeAt);
    const zone = { timezone: 'America/New_York' };
    const after = world(members, value, zone, retention, before.store);
    await run(after, changeAt, changeAt + hour);
    const always = world(members, value, zone, retention);
    await run(always, start, changeAt + hour);
    const state = await stateOf(after.store, after);
    expect(state?.timezone).toBe('America/New_York');
    expect(memoryOf(state)).toEqual(memoryOf(await stateOf(always.store, always)));
    const unchanged = world(members, value, {}, retention);
    await run(unchanged, start, changeAt + hour);
    expect(memoryOf(state)).not.toEqual(memoryOf(await stateOf(unchanged.store, unchanged)));
    // Its points are the same: nothing of the past is asked for again.
    expect(after.source.asked.filter(({ from, to }) => to - from > hour)).toEqual([]);
  });

  it('takes back what fired, once it is over', async () => {
    const value = spike(changeAt - 900, 6);
    const before = world(members, value, {}, retention);
    await run(before, start, changeAt);
    const fired = before.bus.published.at(-1)?.findings[0];
    expect(fired?.status).toBe('firing');
    const after = world(members, value, { timezone: 'Asia/Tokyo' }, retention, before.store);
    await run(after, changeAt, changeAt + 4 * hour);
    const statuses = after.bus.published
      .flatMap(({ findings }) => findings)
      .filter(({ key }) => key === fired?.key)
      .map(({ status }) => status);
    expect(statuses.slice(-3)).toEqual(['normal', 'normal', 'normal']);
    expect(after.bus.published.at(-1)?.evaluatedAt).toBeLessThan(changeAt + 3 * hour);
  });
});

describe('a wait or an interval that is changed', () => {
  it.each<[string, Record<string, unknown>, number]>([
    ['a longer wait judges nothing until it has passed', { settle: '30m' }, every],
    ['a shorter wait judges at once what was waited for', { settle: '1s' }, every],
    ['a longer interval judges several slots at a time', { every: '30m' }, 1800],
    ['a shorter interval finds nothing new in between', { every: '1m' }, 60],
  ])('%s, and each slot once, to the same verdicts', async (_, watch, interval) => {
    const members = [series('a', 'cpu')];
    const value = spike(changeAt + 10 * every, 3);
    const before = world(members, value, {}, retention);
    await run(before, start, changeAt);
    const after = world(members, value, watch, retention, before.store);
    await run(after, changeAt, changeAt + 6 * hour, interval);
    const whole = world(members, value, {}, retention);
    const judgedTo = (await stateOf(after.store, after))?.judgedTo ?? 0;
    // An unchanged watch that has judged as far.
    for (let at = start; ((await stateOf(whole.store, whole))?.judgedTo ?? 0) < judgedTo; at += every)
      await run(whole, at, at + every);
    expect(memoryOf(await stateOf(after.store, after))).toEqual(memoryOf(await stateOf(whole.store, whole)));
    const fired = after.bus.published.flatMap(({ findings }) => findings).filter(({ status }) => status === 'firing');
    expect(fired.map(({ since }) => since)).toContain(changeAt + 10 * every);
    expect(after.bus.published.at(-1)?.findings.map(({ status }) => status)).toEqual(['normal']);
  });
});

describe('a statistic that is changed', () => {
  const withStatistic = (statistic: Statistic): SeriesDescription => {
    const one = series('a', 'latency');
    return {
      ...one,
      id: `a/latency:${statistic}`,
      metric: { ...one.metric, statistic },
    };
  };

  it('is another series of the same entity: the old one is no longer asked for, and what fired of it ends', async () => {
    const rules = [{ kind: 'above', metric: '*', limit: 10 }];
    const other = series('b', 'cpu');
    const before = world([withStatistic('Average'), other], usual, { rules }, retention);
    await run(before, start, changeAt);
    expect(before.bus.published.at(-1)?.findings[0]?.status).toBe('firing');
    const select = [{ namespace: 'Test', statistic: 'p99' }];
    const after = world([withStatistic('p99'), other], usual, { rules, select }, retention, before.store);
    await run(after, changeAt, changeAt + hour);
    const [shard, ...more] = planShards(await readInventory(after.ports, 'w'), every);
    expect(more).toEqual([]);
    expect(shard).toMatchObject({ shard: 's-0001' });
    expect(shard.series.map(({ id }) => id).sort()).toEqual(['a/latency:p99', 'b/cpu']);
    expect(Math.max(...after.source.asked.map((asked) => asked.series))).toBe(2);
    const ofOld = after.bus.published
      .flatMap(({ findings }) => findings)
      .filter(({ series: id }) => id === 'a/latency:Average')
      .map(({ kind, status }) => `${kind} ${status}`);
    expect(ofOld.filter((one) => one.startsWith('rule'))).toEqual(new Array(3).fill('rule normal'));
    const entity = (await stateOf(after.store, after))?.entities.find(({ judged }) => judged.entity === 'a');
    expect(entity?.warm).toBe(true);
    expect(entity?.judged.series.map(({ id }) => id)).toEqual(['a/latency:p99']);
    expect(entity?.judged.series[0]?.judged).toBeGreaterThanOrEqual((2 * day) / every);
  });
});

describe('things that are told apart otherwise', () => {
  it('are judged as the new things from stored history, and what fired of the old ones ends', async () => {
    const rules = [{ kind: 'above', metric: '*', limit: 10 }];
    const apart = [series('a', 'cpu'), series('b', 'cpu')];
    const before = world(apart, usual, { rules }, retention);
    await run(before, start, changeAt);
    const together = apart.map((one) => ({ ...one, entity: 'both', label: `cpu ${one.entity}` }));
    const after = world(together, usual, { rules, entityBy: ['Group'] }, retention, before.store);
    await run(after, changeAt, changeAt + hour);
    const state = await stateOf(after.store, after);
    expect(state?.entities.map(({ judged, warm }) => [judged.entity, warm])).toEqual([['both', true]]);
    for (const one of state?.entities[0]?.judged.series ?? [])
      expect(one.judged).toBeGreaterThanOrEqual((2 * day) / every);
    for (const entity of ['a', 'b']) {
      const said = after.bus.published.filter((signal) => signal.entity === entity).map(({ findings }) => findings);
      expect(said.map((findings) => findings.map(({ status }) => status))).toEqual(new Array(3).fill(['normal']));
    }
  });
});
