import { describe, expect, it, vi } from 'vitest';
import { createHandler } from '../../lambdas/train/handler.ts';
import type { Series } from '../../shared/metrics/series.ts';
import { readStored, writeStored } from '../../shared/models/stored-artefact.ts';
import * as fitting from '../../shared/pipeline/fit-series.ts';
import { type FittedShard, fittedShardKind, readInUse } from '../../shared/pipeline/fitted-shard.ts';
import type { ForecastPorts } from '../../shared/pipeline/forecast-ports.ts';
import { keptSlots } from '../../shared/pipeline/kept-window.ts';
import { trainForecastShard } from '../../shared/pipeline/train-forecast-shard.ts';
import { trainForecasters } from '../../shared/pipeline/train-forecasters.ts';
import { keys } from '../../shared/settings/keys.ts';
import { settingsSchema, watchesOf } from '../../shared/settings/settings.ts';
import {
  day,
  every,
  foresee,
  forecastWorld,
  type ForecastWorld,
  hill,
  percent,
  remember,
  shard,
  start,
} from './forecast-world.ts';
import { noise } from './world.ts';

const learnedFrom = vi.hoisted((): { history?: Series } => ({}));
vi.mock('../../shared/pipeline/fit-series.ts', async (importOriginal) => {
  const original = await importOriginal<typeof fitting>();
  const fitSeries: typeof fitting.fitSeries = (request) => {
    learnedFrom.history = request.history;
    if (request.description.entity === 'faulty' && request.at >= start) throw new Error('a fault of ours');
    return original.fitSeries(request);
  };
  return { ...original, fitSeries };
});

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
      expect(keptSlots(one.window)).toBeLessThanOrEqual(20_160);
      knownDays.push((tick - one.since) / day);
    }
    expect(knownDays[0]).toBeCloseTo(2.333, 2);
    expect(knownDays[1]).toBeCloseTo(3.333, 2);
  });
});

describe('who serves a series', () => {
  it.each([
    ['the best of those that are named', ['naive', 'holt-winters'], 'holt-winters'],
    ['the only one that is named, though others are better', ['naive'], 'naive'],
    ['the only one, named without a list', 'naive', 'naive'],
  ])('%s', async (_title, forecaster, expected) => {
    const w = forecastWorld(members, hill, { forecast: { forecaster } });
    await remember(w, start, 4);
    expect((await trainAt(w, start)).forecasters).toEqual({ [expected]: 1 });
  });
});

describe('a window in which nothing is learned', () => {
  it('is a gap to whoever learns, and known to whoever forecasts', async () => {
    const quiet = [{ at: '0 2 * * *', for: '1h', alert: true, learn: false }];
    const w = forecastWorld(members, hill, plain);
    const settings = settingsSchema.parse({ alerts: { quiet }, watches: { w: { select: 'Test', ...plain } } });
    await remember(w, start, 4);
    await trainAt(w, start, {}, { ...w.ports, settings });
    const { values, start: from = 0 } = learnedFrom.history ?? {};
    const left = [...(values ?? [])].flatMap((value, slot) =>
      Number.isNaN(value) ? [(from + slot * every) % day] : [],
    );
    expect(left).toHaveLength(5 * 12);
    expect([Math.min(...left), Math.max(...left)]).toEqual([2 * 3600, 3 * 3600 - every]);
    const [{ window }] = (await fittedOf(w)).series;
    expect(keptSlots(window)).toBeGreaterThanOrEqual(day / every);
    expect(window.far.some(Number.isNaN) || window.near.some(Number.isNaN)).toBe(false);
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

describe('a fault in the fitting', () => {
  it('of one series keeps no other from its forecaster, and takes none away that served', async () => {
    const w = forecastWorld([percent('faulty', 'cpu'), percent('sound', 'cpu')], hill, plain);
    await remember(w, start - day, 4);
    await trainAt(w, start - day);
    await remember(w, start, 5);
    await expect(trainAt(w, start, { olderThan: 0 })).rejects.toThrow(
      "1 series of shard 's-0001' of 'w' were not fitted: Error: a fault of ours",
    );
    expect((await fittedOf(w)).series.map(({ id, forecaster, fittedAt }) => [id, forecaster?.name, fittedAt])).toEqual([
      ['faulty/cpu', 'naive', start],
      ['sound/cpu', 'naive', start],
    ]);
    // Neither is tried again at every tick.
    expect((await trainAt(w, start + every)).outcome).toBe('nothing-due');
    expect(w.logged).toContainEqual(expect.objectContaining({ level: 'error', message: 'series not fitted' }));
  });

  it('of one shard keeps no other from its forecasters, and is told in the end', async () => {
    const many = Array.from({ length: 501 }, (_, k) => percent(`host-${k}`, 'cpu'));
    const w = forecastWorld(many, hill, plain);
    await remember(w, start, 0);
    await w.store.put(keys.forecastersInUse('w', shard), Uint8Array.of(1));
    await expect(trainForecasters({ tick: start }, w.ports)).rejects.toThrow(
      /forecasters of 1 shards of 'w' could not be fitted.*s-0001/,
    );
    expect(await readInUse(w.ports, 'w', 's-0002')).toBeDefined();
  });

  it('of models keeps no forecasters from being fitted, and is thrown in the end', async () => {
    const w = forecastWorld(members, hill, plain);
    await remember(w, start, 4);
    await w.store.put(keys.champion('w', 'entity-detector'), Uint8Array.of(1));
    const handler = createHandler(() => Promise.resolve(w.ports));
    await expect(handler({}, { getRemainingTimeInMillis: () => 900_000 })).rejects.toThrow(/champion/);
    expect((await fittedOf(w)).series[0].forecaster?.name).toBe('naive');
  });

  it('is not what somebody makes who ends a training', async () => {
    const w = forecastWorld(members, hill, plain);
    await remember(w, start, 4);
    const stop = new Error('stop');
    const onProgress = (): never => {
      throw stop;
    };
    await expect(trainForecasters({ tick: start, onProgress }, w.ports)).rejects.toBe(stop);
    expect(await readInUse(w.ports, 'w', shard)).toBeUndefined();
  });
});

describe('a forecaster that serves nobody', () => {
  it('for its state cannot be read is fitted anew by that very tick', async () => {
    const w = forecastWorld(members, hill, plain);
    await remember(w, start, 4);
    await foresee(w, start, 3);
    const fitted = await fittedOf(w);
    const [one] = fitted.series;
    const broken = { ...one, forecaster: { name: 'naive', state: { weights: Number.NaN } } };
    await writeStored(w.ports, fittedShardKind, keys.forecasters('w', shard, 'a'), { ...fitted, series: [broken] });
    const ticks = await foresee(w, start + 3 * every, 3);
    expect(ticks.map((tick) => [tick.forecast, tick.trained])).toEqual([
      [0, 1],
      [0, 0],
      [1, 0],
    ]);
  });

  it('for none could be fitted is tried again in an hour', async () => {
    const w = forecastWorld([percent('faulty', 'cpu')], hill, plain);
    await remember(w, start, 4);
    await expect(trainAt(w, start)).rejects.toThrow('a fault of ours');
    expect((await fittedOf(w)).series[0].forecaster).toBeNull();
    expect((await trainAt(w, start + 3599)).outcome).toBe('nothing-due');
    await expect(trainAt(w, start + 3600)).rejects.toThrow('a fault of ours');
  });
});

describe('a network', () => {
  it('is trained first of the series that has waited longest for one', async () => {
    const lstm = { forecast: { forecaster: 'naive', lstm: { series: 'cpu' } } };
    const w = forecastWorld([percent('a', 'cpu'), percent('b', 'cpu')], hill, lstm);
    const trained: (string | undefined)[] = [];
    for (let k = 0; k < 2; k++) {
      const tick = start + k * day;
      await remember(w, tick, 4);
      // Time for one network, and of it for a batch.
      let asked = 0;
      const { left } = await trainAt(w, tick, { networks: true, olderThan: day / 2, mayGoOn: () => asked++ < 2 });
      expect(left).toBe(1);
      trained.push((await fittedOf(w)).series.find(({ networkAt }) => networkAt === tick)?.id);
    }
    expect(trained).toEqual(['a/cpu', 'b/cpu']);
  });

  it('that beats a poor forecaster and not persistence has no skill: nothing is raised by it', () => {
    const w = forecastWorld(members, hill, { forecast: { forecaster: 'seasonal-naive' } });
    const [watch] = watchesOf(w.ports.settings);
    // A random walk: nothing foretells it better than its newest value, and a day ago foretells it worse.
    let level = 50;
    const values = Float64Array.from({ length: 900 }, (_, k) => (level += noise('w', k) - 0.5));
    let batches = 0;
    const fitted = fitting.fitSeries({
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
