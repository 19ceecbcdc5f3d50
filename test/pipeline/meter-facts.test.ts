import { describe, expect, it } from 'vitest';
import { updateInventory } from '../../shared/metrics/inventory.ts';
import { type Pace, readMeter } from '../../shared/metrics/polling-pace.ts';
import { type AskedByTicks, copyAsked, countListing, countPast } from '../../shared/pipeline/asked-records.ts';
import { meterFacts, meterSettings } from '../../shared/pipeline/meter-facts.ts';
import { pollingOf } from '../../shared/pipeline/polling.ts';
import { deploymentLoad } from '../../shared/settings/bill-load.ts';
import { keys } from '../../shared/settings/keys.ts';
import { askingMonthly, monthlyBill, SECONDS_PER_MONTH } from '../../shared/settings/monthly-bill.ts';
import { listPrices } from '../../shared/settings/prices.ts';
import { watchesOf } from '../../shared/settings/settings.ts';
import { series, usual, world, type World } from '../scenarios/world.ts';

const at = Date.parse('2026-11-21T10:00:00Z') / 1000;
const cent = 0.01 / 1000;
const members = Array.from({ length: 100 }, (_, k) => series(`e${k}`, 'cpu'));

async function watched(watches: Readonly<Record<string, object>>, more: object = {}): Promise<World> {
  const all = Object.fromEntries(Object.entries(watches).map(([name, one]) => [name, { select: 'Test', ...one }]));
  const w = world(members, usual, {}, { watches: all, ...more });
  for (const name of Object.keys(watches)) await updateInventory(w.ports, name, members, at - 3600);
  return w;
}

const leave = (w: World, watch: string, given: Partial<AskedByTicks> & { metrics?: number; month?: string } = {}) => {
  const { month = '2026-11', metrics = 5000, perPull = 100, ...of } = given;
  const rest = { watch, shard: 's-0001', tick: at - 300, expected: 100, watched: 100, series: 100, limited: 30 };
  return copyAsked({ month, metrics, perPull }, { ...rest, ...of }, w.ports);
};
const factsOf = (w: World, billing: 'deployment' | 'requests' = 'requests', now = at) =>
  meterFacts(now, 's', { ...w.ports, billing });

describe('what the meter knows', () => {
  it('is what was counted for ticks, for the past and for listing, in dollars', async () => {
    const w = await watched({ a: {}, b: {} });
    await leave(w, 'a');
    await leave(w, 'b', { metrics: 700 });
    await countPast({ watch: 'a', shard: 's-0001', time: at, metrics: 1400 }, w.ports);
    await countPast({ watch: 'a', shard: 's-0001', time: at, metrics: 100 }, w.ports);
    await countListing({ watch: 'a', time: at, requests: 6 }, w.ports);
    const facts = await factsOf(w);
    expect(facts.metrics).toEqual({ a: 6500, b: 700 });
    expect(facts.billed).toBeCloseTo((7200 + 6) * cent, 12);
    expect(facts.past).toBeCloseTo(1500 * cent, 12);
    expect(facts.countedTo).toBe(at - 300);
  });

  it('asks at the rate of the last pulls, by the intervals of today, and of each level', async () => {
    const w = await watched({ a: {}, slow: { every: 1800 } });
    await leave(w, 'a', { perPull: 110 });
    await leave(w, 'slow');
    await countListing({ watch: 'a', time: at, requests: 6 }, w.ports);
    const { asking, expecting } = await factsOf(w);
    const listing = (6 * cent) / 3600;
    const perSecond = (metrics: number, every: number) => (metrics * cent) / every;
    expect(asking.map((one) => one - listing)).toEqual([
      expect.closeTo(perSecond(110, 300) + perSecond(100, 1800), 15),
      expect.closeTo(perSecond(110, 900) + perSecond(100, 1800), 15),
      expect.closeTo(perSecond(210, 3600), 15),
    ]);
    expect(expecting[0] - listing).toBeCloseTo(perSecond(100, 300) + perSecond(100, 1800), 15);
  });

  it('takes a shard that left no count yet for what the inventory says of it', async () => {
    const w = await watched({ a: {} });
    expect((await factsOf(w)).asking[0]).toBeCloseTo((100 * cent) / 300, 15);
  });

  it('counts what a watch asked that is gone, and expects no more of it; nor of a shard that is retired', async () => {
    const w = await watched({ a: {} });
    await leave(w, 'gone');
    await leave(w, 'a', { shard: 's-0009' });
    const { metrics, asking } = await factsOf(w);
    expect(metrics).toEqual({ gone: 5000, a: 5000 });
    expect(asking[0]).toBeCloseTo((100 * cent) / 300, 15);
  });

  it('knows in the first hour of a month what shards asked in the month before', async () => {
    const w = await watched({ a: {} });
    await leave(w, 'a', { perPull: 140, metrics: 9000 });
    const december = Date.parse('2026-12-01T00:05:00Z') / 1000;
    const facts = await factsOf(w, 'requests', december);
    expect(facts).toMatchObject({ billed: 0, metrics: {} });
    expect(facts.asking[0]).toBeCloseTo((140 * cent) / 300, 15);
    await leave(w, 'a', { month: '2026-12', metrics: 100, perPull: 120 });
    const later = await factsOf(w, 'requests', december + 3600);
    expect(later.billed).toBeCloseTo(100 * cent, 12);
    expect(later.asking[0]).toBeCloseTo((120 * cent) / 300, 15);
  });

  it('takes for expected what a streamed watch asks for besides, and expects nothing of asking it more rarely', async () => {
    const w = await watched({ a: { collect: 'stream' } });
    expect((await factsOf(w)).asking[0]).toBe(0);
    await leave(w, 'a', { perPull: 12, expected: 10 });
    const { asking, expecting } = await factsOf(w);
    expect(new Set([...asking, ...expecting])).toEqual(new Set([(12 * cent) / 300]));
  });

  it('holds all else that a deployment costs against the limit, and nothing on a machine of your own', async () => {
    const w = await watched({ a: {} }, { maxMonthlyUsd: 50 });
    await leave(w, 'a');
    const { settings } = w.ports;
    const load = deploymentLoad(settings, () => ({ metrics: 100, series: 100, forecastSeries: 30 }));
    const rest = monthlyBill(load, listPrices).total - askingMonthly(load.watches[0], listPrices);
    expect((await factsOf(w, 'deployment')).rest).toBeCloseTo(rest / SECONDS_PER_MONTH, 15);
    expect(await factsOf(w)).toMatchObject({ rest: 0, limit: 50 });
  });

  it('is by the prices of the settings', async () => {
    const w = await watched({ a: {} }, { prices: { metricRequested: 0.5 } });
    await leave(w, 'a');
    expect((await factsOf(w)).billed).toBe(2500);
  });

  it('finds nothing odd where watches pull at different intervals, and leave their counts at different times', async () => {
    const intervals = { a: 300, slow: 7 * 3600, daily: 43_200 };
    const w = await watched({ a: {}, slow: { every: 7 * 3600 }, daily: { every: 43_200 } });
    const counted: Record<string, number> = {};
    const shares: number[] = [];
    let pace: Pace | undefined;
    const begun = Date.parse('2026-11-03T00:00:00Z') / 1000;
    for (let tick = begun; tick < begun + 4 * 86_400; tick += 3600) {
      const { pace: read, window } = readMeter(pace, await factsOf(w, 'requests', tick));
      pace = read;
      if (window !== null && window.share !== null) shares.push(window.share);
      for (const [watch, every] of Object.entries(intervals)) {
        if (every > 3600 && (tick - begun) % every !== 0) continue;
        // One pull at first, then all of the hour that was.
        counted[watch] = watch in counted ? counted[watch] + 100 * Math.max(1, 3600 / every) : 100;
        await leave(w, watch, { metrics: counted[watch], tick });
      }
    }
    expect(shares.length).toBeGreaterThan(12);
    expect(Math.max(...shares)).toBeLessThan(1.05);
    expect(Math.min(...shares)).toBeGreaterThan(0.95);
  });

  it('leaves out a count that cannot be read, and says which', async () => {
    const w = await watched({ a: {}, b: {} });
    await leave(w, 'b');
    const bodies = ['', '{}', '{"version":2}', '[]', '{"version":1,"by":"ticks","metrics":-4}'];
    for (const [k, body] of bodies.entries())
      await w.store.put(keys.asked('2026-11', 'a', `s-000${k}`), new TextEncoder().encode(body));
    expect((await factsOf(w)).metrics).toEqual({ b: 5000 });
    expect(w.logged.filter(({ message }) => message === 'count unreadable: left out')).toHaveLength(5);
  });

  it('changes its name with every setting that it depends on, and with no other', async () => {
    const name = async (watch: object, more: object = {}) => meterSettings((await watched({ a: watch }, more)).ports);
    const usualName = await name({});
    const others = [
      name({ every: 600 }),
      name({ discoverEvery: 7200 }),
      name({ collect: 'stream' }),
      name({}, { maxMonthlyUsd: 5 }),
      name({}, { prices: { dashboard: 0 } }),
    ];
    expect(new Set([usualName, ...(await Promise.all(others))]).size).toBe(6);
    expect(await name({ shadow: true }, { retention: '30d' })).toBe(usualName);
  });
});

describe('a pace that was decided', () => {
  it('is kept to at that tick, too, where what is to be told of it cannot be published', async () => {
    const w = await watched({ a: {} }, { maxMonthlyUsd: 1e-9 });
    const [watch] = watchesOf(w.ports.settings);
    await leave(w, 'a');
    const sink = { publish: () => Promise.reject(new Error('no rights')) };
    const paces: number[] = [];
    for (let tick = at; tick < at + 8 * 3600; tick += 300) {
      w.clock.time = tick;
      paces.push((await pollingOf(watch, tick, { ...w.ports, sink })).every);
    }
    // None of them falls back to what was asked for, once it is stretched.
    expect(paces).toEqual([...paces].sort((a, b) => a - b));
    expect(new Set(paces)).toEqual(new Set([300, 900, 3600]));
  });
});

describe('a watch that is not polled', () => {
  it.each([
    ['of a file', { source: { kind: 'csv', path: 'x.csv' } }],
    ['that is streamed', { collect: 'stream' }],
  ])('%s is never stretched', async (_, given) => {
    const w = await watched({ a: given }, { maxMonthlyUsd: 1e-9 });
    const [watch] = watchesOf(w.ports.settings);
    for (let tick = at; tick < at + 4 * 3600; tick += 300) {
      w.clock.time = tick;
      expect(await pollingOf(watch, tick, w.ports)).toEqual({ every: 300, isDue: true, lateAfter: 900 });
    }
  });
});
