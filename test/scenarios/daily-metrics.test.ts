import { describe, expect, it } from 'vitest';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import { shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { keys } from '../../shared/settings/keys.ts';
import { noise, series, world, type World } from './world.ts';

const hour = 3600;
const day = 24 * hour;
const start = Date.parse('2026-03-02T00:00:00Z') / 1000;
/** Published so long after the day has ended. */
const delay = 20 * hour;

/** Sizes of buckets, each day's to be seen only once the day is over and some hours have passed. */
function buckets(watch: Readonly<Record<string, unknown>>): World {
  const w = world(
    ['a', 'b'].map((name) => series(name, 'BucketSizeBytes', {}, day)),
    ({ id }, time) => (time + day + delay <= w.clock.time ? 1e9 + (time - start) + 1e6 * noise(id, time) : Number.NaN),
    { period: '1d', every: '1h', ...watch },
    { retention: '60d' },
  );
  return w;
}

async function run(w: World, days: number) {
  const sum = { points: 0, late: 0, lostSlots: 0 };
  for (let time = start; time < start + days * day; time += hour) {
    w.clock.time = time;
    const { watches } = await detectAnomalies({ tick: time }, w.ports);
    for (const { points, late, lostSlots } of watches.flatMap(({ ran }) => ran)) {
      sum.points += points;
      sum.late += late;
      sum.lostSlots += lostSlots;
    }
  }
  return sum;
}

describe('metrics that are published once a day, hours after it', () => {
  it('are judged by a daily watch that waits a day: each point once, none late', async () => {
    const w = buckets({ settle: '1d' });
    const sum = await run(w, 10);
    // Two slots were settled at the first tick, and one at each midnight since.
    expect(sum).toEqual({ points: 2 * (2 + 9), late: 0, lostSlots: 0 });
    const state = (await readStored(w.ports, shardStateKind, keys.state('w', 's-0001', 'anomaly')))?.value;
    expect(state?.judgedTo).toBe(start + 8 * day);
    expect(state?.entities.map(({ warm }) => warm)).toEqual([true, true]);
    // The past of sixty days, which is all there is to keep, and what came since.
    for (const { judged } of state?.entities ?? []) expect(judged.series[0]?.judged).toBeGreaterThanOrEqual(60);
  });

  it('come too late for one that does not wait, which is counted', async () => {
    const { late } = await run(buckets({}), 10);
    expect(late).toBeGreaterThan(0);
  });
});
