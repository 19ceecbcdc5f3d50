import { beforeAll, describe, expect, it } from 'vitest';
import type { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { backfillShard } from '../../shared/pipeline/backfill.ts';
import { modelsOf } from '../../shared/pipeline/champion.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import { shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { trainModels } from '../../shared/pipeline/train-models.ts';
import { restoreModel } from '../../shared/pipeline/entity-model.ts';
import { judge } from '../../shared/pipeline/judge.ts';
import { policyOf } from '../../shared/pipeline/judge-policy.ts';
import { watchesOf } from '../../shared/settings/settings.ts';
import { keys } from '../../shared/settings/keys.ts';
import { copyStore, noise, series, type Signalling, world } from './world.ts';

const day = 86_400;
const start = Date.parse('2026-03-10T00:00:00Z') / 1000;
const fleet = ['a', 'b', 'c'].flatMap((entity) =>
  ['cpu', 'memory', 'network', 'disk'].map((label) => series(entity, label)),
);

/** Metrics of a thing that move together with its load. */
const correlated: Signalling = ({ entity, label }, time) => {
  const load = 50 + 25 * Math.sin((2 * Math.PI * time) / day + 6 * noise(entity)) + 8 * (noise(entity, time) - 0.5);
  return load * (0.5 + noise(label)) + 2 * (noise(entity, label, time) - 0.5);
};

const settings = { sensitivity: '3 a day', forest: { trees: 40, sampleSize: 128 } };
const open = (store?: MemoryObjectStore, watch: Readonly<Record<string, unknown>> = settings) =>
  world(fleet, correlated, watch, { retention: '10d' }, store);

let trained: MemoryObjectStore;
let untrained: MemoryObjectStore;
/** What the training said that made `trained` of `untrained`. */
let first: Awaited<ReturnType<typeof trainModels>>['watches'];

beforeAll(async () => {
  const w = open();
  for (let tick = start; tick < start + 900; tick += 300) {
    w.clock.time = tick;
    await detectAnomalies({ tick }, w.ports);
  }
  untrained = await copyStore(w.store);
  first = (await trainModels({ tick: start + 900, by: 'test', why: 'first training' }, w.ports)).watches;
  trained = await copyStore(w.store);
});

describe('training', () => {
  it('promotes a first model that is better, and says why, on what and from which seed', async () => {
    const w = open(await copyStore(trained));
    expect(first).toHaveLength(1);
    const [one] = first;
    expect(one).toMatchObject({ watch: 'w', outcome: 'promoted', entities: 3 });
    expect(one.budget).toMatchObject({ asked: '3 a day', askedPerWeek: 21 });
    // Its end is so calm that the lowest threshold there is stays within the budget.
    expect(one.budget?.threshold).toBeGreaterThanOrEqual(1);
    expect(one.quality?.candidate).toBeGreaterThan((one.quality?.streaming ?? 1) + 0.01);
    expect(one.reason).toMatch(/better: average precision .* planted faults/);
    expect(one.model?.bytes).toBeLessThan(100_000);
    const champion = await modelsOf(w.ports, 'w').champion();
    expect(champion?.model.origin).toMatchObject({
      by: 'test',
      why: 'first training',
      seed: 1,
      trainedAt: start + 900,
    });
    expect(champion?.model.model.threshold).toBe(one.budget?.threshold);
  });

  it('publishes what a training took and what its budget comes to, a handful of metrics a watch', async () => {
    const w = open(await copyStore(untrained));
    w.clock.time = start + 900;
    const {
      watches: [one],
    } = await trainModels({}, w.ports);
    const told = w.sink.published;
    expect(told.map(({ name, value }) => [name, value])).toEqual([
      ['TrainingTime', 0],
      ['TrainingRows', one.rows],
      ['ModelsPromoted', 1],
      ['AlertBudgetAsked', 21],
      ['AlertBudgetDelivered', one.budget?.deliveredPerWeek],
    ]);
    expect(new Set(told.map(({ dimensions, time }) => JSON.stringify([dimensions, time])))).toEqual(
      new Set([JSON.stringify([{ Deployment: 'aiops', Watch: 'w' }, start + 900])]),
    );
  });

  it('gives the same model for the same history and seed', async () => {
    const w = open(await copyStore(untrained));
    const { watches } = await trainModels({ tick: start + 900, by: 'test', why: 'first training' }, w.ports);
    expect(first[0]?.model?.id).toBeDefined();
    expect(watches[0]?.model?.id).toBe(first[0]?.model?.id);
  });

  it('promotes once in four trainings on one history, and keeps that champion', async () => {
    const w = open(await copyStore(trained));
    const before = (await modelsOf(w.ports, 'w').champion())?.model.id;
    const outcomes = [first[0]];
    for (let k = 0; k < 3; k++) outcomes.push((await trainModels({ tick: start + 900 }, w.ports)).watches[0]);
    expect(outcomes.map((one) => one.outcome)).toEqual(['promoted', 'kept-champion', 'kept-champion', 'kept-champion']);
    expect(outcomes[3]?.reason).toMatch(/unchanged: the model in use is of the same history and settings/);
    expect(before).toBe(first[0]?.model?.id);
    expect((await modelsOf(w.ports, 'w').champion())?.model.id).toBe(before);
  });

  describe('against a champion of another history', () => {
    /** A world whose champion reached as much more than it did, on other rows, some of which judge now. */
    const withChampion = async (more: number, weighed: object, watch: Readonly<Record<string, unknown>> = settings) => {
      const w = open(await copyStore(trained), watch);
      const registry = modelsOf(w.ports, 'w');
      const champion = await registry.champion();
      const fused = champion?.model.model.fused;
      if (champion === undefined || !fused?.weighed) throw new Error('the training promoted no model');
      const other = { ...fused.weighed, quality: fused.weighed.quality + more, ...weighed };
      const model = { ...champion.model.model, fused: { ...fused, weighed: other } };
      const id = await registry.register(model, champion.model.origin, {});
      await registry.promote({ id, at: start + 900, by: 'test', why: 'test' });
      const { watches } = await trainModels({ tick: start + 900 }, w.ports);
      return watches[0];
    };
    const elsewhere = { dataDigest: 'other' };
    const moreTrees = { ...settings, forest: { trees: 50, sampleSize: 128 } };

    it.each([
      ['keeps one that did as well when it was new', 0, elsewhere, settings, 'kept-champion'],
      ['replaces one that did worse when it was new', -0.02, elsewhere, settings, 'promoted'],
      ['takes changed settings that are not clearly worse', 0.02, elsewhere, moreTrees, 'promoted'],
      ['refuses changed settings that are clearly worse', 0.2, elsewhere, moreTrees, 'kept-champion'],
    ])('%s', async (_, more, weighed, watch, outcome) => {
      const found = await withChampion(more, weighed, watch);
      expect(found.outcome).toBe(outcome);
      expect(found.reason).toMatch(/the champion 0\.\d{3}/);
    });

    it('judges one that is older than the rows that judge by these rows, whatever it once reached', async () => {
      const found = await withChampion(-0.5, { ...elsewhere, dataTo: start - 9 * day });
      const { candidate = 0, champion = 0 } = found.quality ?? {};
      expect(found.reason).toContain(`the champion ${champion.toFixed(3)}`);
      expect(found.outcome).toBe(candidate >= champion + 0.01 ? 'promoted' : 'kept-champion');
    });
  });

  it.each([
    ['is removed', { forest: settings.forest }],
    ['gives way to a threshold', { ...settings, sensitivity: { threshold: 2 } }],
  ])('forgets the threshold of a budget that %s, and lets the vote raise as without', async (_, now) => {
    const w = open(await copyStore(trained), now);
    const before = (await modelsOf(w.ports, 'w').champion())?.model.model;
    const { watches } = await trainModels({ tick: start + 900 }, w.ports);
    expect(watches[0]?.outcome).toBe('promoted');
    expect(watches[0]?.reason).toMatch(/no alert budget is asked for any more/);
    const after = (await modelsOf(w.ports, 'w').champion())?.model.model;
    expect(before?.threshold).toBeGreaterThanOrEqual(1);
    expect(after?.threshold).toBeNull();
    // Seven events a week and entity, and half a one.
    expect(after?.fused?.alertDecades).toBeGreaterThan(before?.fused?.alertDecades ?? Infinity);
  });

  it('lets the vote raise as often as a changed budget says, keeping the model', async () => {
    const w = open(await copyStore(trained), { ...settings, sensitivity: '1 a day' });
    const before = (await modelsOf(w.ports, 'w').champion())?.model.model;
    await trainModels({ tick: start + 900 }, w.ports);
    const after = (await modelsOf(w.ports, 'w').champion())?.model.model;
    expect(after?.fused?.alertDecades).toBeGreaterThan(before?.fused?.alertDecades ?? Infinity);
    expect(after?.fused?.recipe).toEqual(before?.fused?.recipe);
  });

  it('raises at what the forest settings say, and else at what the budget allows', async () => {
    const rowsRaised = async (forest: Readonly<Record<string, number>>): Promise<number> => {
      const w = open(await copyStore(trained), { forest: { ...settings.forest, ...forest } });
      await trainModels({ tick: start + 900 }, w.ports);
      const champion = (await modelsOf(w.ports, 'w').champion())?.model;
      if (champion === undefined) throw new Error('there is no champion');
      const own = fleet.filter(({ entity }) => entity === 'a');
      const times = Float64Array.from({ length: (10 * day) / 300 }, (_, row) => start - 10 * day + row * 300);
      const values = Float64Array.from([...times].flatMap((time) => own.map((one) => correlated(one, time))));
      const window = { entity: 'a', series: own, stepSeconds: 300, times, values };
      const model = restoreModel(champion.id, champion.model);
      const { rows } = judge(window, undefined, policyOf(watchesOf(w.ports.settings)[0], model), model);
      return rows.filter(({ entity }) => entity.status !== 'unknown' && entity.alert > 0).length;
    };
    const usual = await rowsRaised({});
    const tenth = await rowsRaised({ contamination: 0.1 });
    const third = await rowsRaised({ contamination: 0.33 });
    expect(tenth).toBeGreaterThan(usual + 20);
    expect(third).toBeGreaterThan(2 * tenth);
    expect(await rowsRaised({ threshold: 0.7 })).toBeGreaterThan(usual + 100);
    expect(await rowsRaised({ threshold: 0.999999 })).toBeLessThanOrEqual(usual);
  });

  it('is taken up by the second tick after it, and the tick judges with it', async () => {
    const w = open(await copyStore(trained));
    const champion = (await modelsOf(w.ports, 'w').champion())?.model.id;
    const stateOf = async () =>
      (await readStored(w.ports, shardStateKind, keys.state('w', 's-0001', 'anomaly')))?.value;
    for (const tick of [start + 900, start + 1200, start + 1500]) {
      w.clock.time = tick;
      const { watches } = await detectAnomalies({ tick }, w.ports);
      expect(watches[0]?.ran[0]?.outcome).toBe('judged');
      expect((await stateOf())?.model).toBe(champion);
    }
    const threshold = (await modelsOf(w.ports, 'w').champion())?.model.model.threshold;
    const [entity] = (await stateOf())?.entities ?? [];
    expect(entity.judged.series[0]?.detector.exact).toContain(threshold);
  });

  it('goes on without a model that cannot be read, and says so', async () => {
    const store = await copyStore(trained);
    const id = (await modelsOf(open(store).ports, 'w').champion())?.model.id ?? '';
    await store.put(keys.model('w', 'entity-detector', id), new Uint8Array([1, 2, 3]));
    const w = open(store);
    for (const tick of [start + 900, start + 1200]) {
      w.clock.time = tick;
      expect((await detectAnomalies({ tick }, w.ports)).watches[0]?.ran[0]?.outcome).toBe('judged');
    }
    expect(w.logged.filter(({ message }) => message.startsWith('model unreadable')).length).toBeGreaterThan(0);
  });

  it('says what is missing where there is no history', async () => {
    const w = open();
    const { watches } = await trainModels({ tick: start }, w.ports);
    expect(watches[0]).toMatchObject({ outcome: 'not-enough-history', rows: 0 });
    expect(watches[0]?.reason).toMatch(/alert budget/);
  });

  it('has nothing to train for single series without a budget', async () => {
    const w = world([series('x', 'cpu')], correlated, {}, { retention: '2d' });
    w.clock.time = start;
    await detectAnomalies({ tick: start }, w.ports);
    await backfillShard({ watch: 'w', shard: 's-0001', tick: start }, w.ports, () => true);
    const { watches } = await trainModels({ tick: start + 300 }, w.ports);
    expect(watches[0]).toMatchObject({ outcome: 'nothing-to-train' });
  });

  it('refuses a watch that is none', async () => {
    await expect(trainModels({ watch: 'nix' }, open().ports)).rejects.toThrow("there is no watch 'nix'");
  });
});
