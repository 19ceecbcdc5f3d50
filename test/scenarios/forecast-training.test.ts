import { describe, expect, it } from 'vitest';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { fitSeries } from '../../shared/pipeline/fit-series.ts';
import { type FittedShard, fittedShardKind, readInUse } from '../../shared/pipeline/fitted-shard.ts';
import type { ForecastPorts } from '../../shared/pipeline/forecast-ports.ts';
import { trainForecastShard } from '../../shared/pipeline/train-forecast-shard.ts';
import { keys } from '../../shared/settings/keys.ts';
import { watchesOf } from '../../shared/settings/settings.ts';
import {
  day,
  every,
  forecastWorld,
  type ForecastWorld,
  hill,
  percent,
  remember,
  shard,
  start,
} from './forecast-world.ts';
import { noise } from './world.ts';

const plain = { forecast: { forecaster: 'naive' } };
const members = [percent('a', 'cpu')];

const trainAt = ({ ports }: ForecastWorld, tick: number, more: object = {}, others: ForecastPorts = ports) =>
  trainForecastShard({ watch: 'w', shard, tick, by: 'test', mayGoOn: () => true, ...more }, others);

async function fittedOf(w: ForecastWorld): Promise<FittedShard> {
  const place = (await readInUse(w.ports, 'w', shard))?.value.place ?? 'a';
  const stored = await readStored(w.ports, fittedShardKind, keys.forecasters('w', shard, place));
  if (stored === undefined) throw new Error('nothing was fitted');
  return stored.value;
}

describe('how long a series has been known', () => {
  it('is more than three days once it was, though of short points fewer are read', async () => {
    const short = [{ ...percent('a', 'cpu'), periodSeconds: 10 }];
    const w = forecastWorld(short, (_, time) => 40 + (time % 3600) / 100, { ...plain, period: '10s' });
    const knownDays: number[] = [];
    for (const tick of [start, start + day]) {
      await remember(w, tick, 3);
      expect((await trainAt(w, tick, { olderThan: 0 })).outcome).toBe('trained');
      const [one] = (await fittedOf(w)).series;
      expect(one.values.length).toBeLessThanOrEqual(20_160);
      knownDays.push((tick - one.since) / day);
    }
    expect(knownDays[0]).toBeCloseTo(2.333, 2);
    expect(knownDays[1]).toBeCloseTo(3.333, 2);
  });
});

describe('of two trainings at once', () => {
  it('the slower one leaves alone what the quicker one put into use meanwhile', async () => {
    const w = forecastWorld(members, hill, plain);
    await remember(w, start, 4);
    const { store } = w.ports;
    const put: typeof store.put = async (key, body, expected) => {
      if (key === keys.forecasters('w', shard, 'a')) await trainAt(w, start + every);
      return store.put(key, body, expected);
    };
    const slow = { put, get: store.get.bind(store), list: store.list.bind(store), delete: store.delete.bind(store) };
    expect((await trainAt(w, start, {}, { ...w.ports, store: slow })).outcome).toBe('overtaken');
    expect((await fittedOf(w)).trainedAt).toBe(start + every);
  });
});

describe('a network', () => {
  it('that beats a poor forecaster and not persistence has no skill: nothing is raised by it', () => {
    const w = forecastWorld(members, hill, { forecast: { forecaster: 'seasonal-naive' } });
    const [watch] = watchesOf(w.ports.settings);
    // A random walk: nothing foretells it better than its newest value, and a day ago foretells it worse.
    let level = 50;
    const values = Float64Array.from({ length: 900 }, (_, k) => (level += noise('w', k) - 0.5));
    let batches = 0;
    const fitted = fitSeries({
      description: members[0],
      watch,
      history: { start: start - 900 * every, stepSeconds: every, values },
      horizonSteps: 9,
      incumbent: undefined,
      seed: 1,
      at: start,
      network: { isTimeUp: () => batches++ > 0 },
    });
    expect(fitted.forecaster?.name).toBe('lstm');
    expect(fitted.skill).toBeLessThan(0.02);
    expect(fitted.hasSkill).toBe(false);
  });
});
