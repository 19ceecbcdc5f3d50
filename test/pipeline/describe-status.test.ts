import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import type { CourseView } from '../../shared/alerting/status-view.ts';
import { updateInventory } from '../../shared/metrics/inventory.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { writeStored } from '../../shared/models/stored-artefact.ts';
import { modelsOf } from '../../shared/pipeline/champion.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import { describeStatus, type Status } from '../../shared/pipeline/describe-status.ts';
import { type ForecastRecord, forecastRecordKind, type SeriesForecast } from '../../shared/pipeline/forecast-record.ts';
import { saveIncident } from '../../shared/pipeline/incident-store.ts';
import { judgedRangesKind } from '../../shared/pipeline/judged-ranges.ts';
import { keys } from '../../shared/settings/keys.ts';
import { finding, heard, interval, signal, t0 } from '../alerting/told.ts';
import { copyStore, series, type Signalling, world } from '../scenarios/world.ts';

const every = 300;
const start = Date.parse('2026-11-20T08:00:00Z') / 1000;
const now = start + 24 * every + 20;
const percent = { unit: 'Percent', lowest: 0, highest: 100, bad: 'up' } as const;
const members = [
  series('db-1', 'cpu', percent),
  series('db-1', 'errors', { unit: 'Count', gap: 'zero' }),
  series('web-1', 'cpu', percent),
];
const [dbCpu, errors, webCpu] = members;

/** web-1 falls silent; errors are published only when there are some. */
const value: Signalling = ({ id }, time) => {
  if (id === webCpu.id) return time > start + 6 * every ? Number.NaN : 40;
  if (id === errors.id) return time === start + 10 * every ? 3 : time === start ? 1 : Number.NaN;
  return 50 + ((time / every) % 7);
};

/** A rule fires while the errors last: what is unusual needs no days of history then. */
const watch = {
  forest: { detector: 'off' },
  rules: [{ kind: 'above', metric: 'errors', limit: 2 }],
  confirm: { rows: 1, of: 1 },
};
const settings = { retention: '1d' };

let made: MemoryObjectStore;
const open = (store: MemoryObjectStore, more: Readonly<Record<string, unknown>> = {}) =>
  world(members, value, { ...watch, ...more }, settings, store);
const statusOf = (store: MemoryObjectStore, more = {}): Status => describeStatus(open(store, more).ports);

beforeAll(async () => {
  made = new MemoryObjectStore();
  const w = open(made);
  for (let tick = start; tick <= start + 24 * every; tick += every) {
    w.clock.time = tick;
    await detectAnomalies({ tick }, w.ports);
  }
});

const steps = 9;
const flat = (level: number) => new Float32Array(steps).fill(level);
const forecast = (one: SeriesDescription, more: Partial<SeriesForecast> = {}): SeriesForecast => ({
  id: one.id,
  missing: null,
  forecaster: 'automatic',
  skill: 0.4,
  hasSkill: true,
  isMature: true,
  current: 60,
  currentTime: now - every,
  start: now - 20,
  mean: flat(60),
  lower80: flat(55),
  upper80: flat(65),
  lower95: flat(50),
  upper95: flat(70),
  outlooks: [
    {
      limit: { value: 80, side: 'above' },
      probability: 0.02,
      crossesAt: null,
      isBeyond: false,
      peak: { time: now + 600, value: 62 },
      recommendation: 'NONE',
      scaleTo: null,
      note: '',
      isAsked: false,
    },
  ],
  ...more,
});

async function planted(
  all: readonly SeriesForecast[],
  standing: ForecastRecord['standing'] = null,
): Promise<MemoryObjectStore> {
  const store = await copyStore(made);
  const tick = start + 24 * every;
  const record: ForecastRecord = {
    watch: 'w',
    shard: 's-0001',
    tick,
    periodSeconds: every,
    consumed: tick,
    ticks: null,
    standing,
    series: all,
  };
  await writeStored(open(store).ports, forecastRecordKind, keys.forecasts('w', 's-0001', tick), record);
  return store;
}

async function course(store: MemoryObjectStore, asked: Partial<Parameters<Status['series']>[0]>): Promise<CourseView> {
  const view = await statusOf(store).series({ from: start, to: now, now, ...asked });
  if ('nothing' in view) throw new Error(view.nothing);
  return view;
}

describe('the course of a series', () => {
  it('is its stored values on the watch’s grid, with their usual range where that is kept', async () => {
    const view = await course(made, { entity: 'db-1', series: 'cpu' });
    expect(view.chosen).toMatchObject({ id: dbCpu.id, unit: 'Percent' });
    expect(view.points.slice(0, 24).map(([time, one]) => [time, one])).toEqual(
      Array.from({ length: 24 }, (_, k) => [start + k * every, value(dbCpu, start + k * every)]),
    );
    expect(view.newest).toEqual({ time: start + 23 * every, value: value(dbCpu, start + 23 * every) });
  });

  it('has the usual range of then where the state has it no more', async () => {
    const store = await copyStore(made);
    const ranges = {
      watch: 'w',
      shard: 's-0001',
      tick: start - 45 * every,
      periodSeconds: every,
      start: start - 105 * every,
      slots: 60,
      ids: [webCpu.id, dbCpu.id],
      lower: new Float32Array(120).fill(5, 60),
      upper: new Float32Array(120).fill(9, 60),
    };
    await writeStored(open(store).ports, judgedRangesKind, keys.ranges('w', 's-0001', ranges.tick), ranges);
    const asked = { entity: 'db-1', series: 'cpu', from: ranges.start - every };
    const bands = (await course(store, asked)).points.map(([time, , lower, upper]) => [time, lower, upper]);
    expect(bands.slice(0, 62)).toEqual([
      [ranges.start - every, null, null],
      ...Array.from({ length: 60 }, (_, slot) => [ranges.start + slot * every, 5, 9]),
      [start - 45 * every, null, null],
    ]);
  });

  it('is 0 where nothing was published of what is counted, and a gap where nothing is known', async () => {
    const counted = await course(made, { entity: 'db-1', series: 'errors' });
    expect(counted.points.slice(9, 12).map(([, one]) => one)).toEqual([0, 3, 0]);
    const silent = await course(made, { entity: 'web-1' });
    expect(silent.points.slice(5, 9).map(([, one]) => one)).toEqual([40, 40, null, null]);
  });

  it('marks when it fired, and not when others did', async () => {
    const counted = await course(made, { entity: 'db-1', series: 'errors' });
    expect(counted.unusual).toHaveLength(1);
    expect(counted.unusual[0][0]).toBe(start + 10 * every);
    expect((await course(made, { entity: 'db-1', series: 'cpu' })).unusual).toEqual([]);
  });

  it('chooses the first thing where none is named, and says of one that there is not that there is none', async () => {
    expect((await course(made, {})).entity).toBe('db-1');
    const view = await course(made, { entity: 'db-9' });
    expect([view.entity, view.notes]).toEqual(['db-1', ['Nothing of the watch is called “db-9” now.']]);
  });

  it('has limit and forecast where it reaches to the present, and not where the past is looked at', async () => {
    const store = await planted([forecast(dbCpu)]);
    const present = await course(store, { entity: 'db-1', series: 'cpu' });
    expect(present.limit).toMatchObject({ value: 80, side: 'above' });
    expect(present.forecast?.course).toMatchObject({ levels: [80, 95] });
    expect(present.forecast?.course?.points[0]).toEqual([now - 20, 60, 55, 65, 50, 70]);
    const past = await course(store, { entity: 'db-1', series: 'cpu', to: start + 6 * every });
    expect([past.limit?.value, past.forecast]).toEqual([80, null]);
    expect(past.points.at(-1)?.[0]).toBe(start + 5 * every);
  });

  it('says that nothing is known yet before the first tick', async () => {
    const view = await statusOf(new MemoryObjectStore()).series({ from: start, to: now, now });
    expect(view).toEqual({ nothing: expect.stringMatching(/first tick/) as string, watches: ['w'], watch: 'w' });
  });

  it('goes on without a state or a forecast that cannot be read, and says so', async () => {
    const store = await planted([forecast(dbCpu)]);
    await store.put(keys.state('w', 's-0001', 'anomaly'), new Uint8Array([9]));
    await store.put(keys.forecasts('w', 's-0001', start + 24 * every), new Uint8Array([9]));
    const view = await course(store, { entity: 'db-1', series: 'cpu' });
    expect(view.points.filter(([, one]) => one !== null)).toHaveLength(24);
    expect(view.notes).toEqual([
      expect.stringMatching(/usual range is not shown/),
      expect.stringMatching(/forecast cannot be read/),
    ]);
  });

  it('looks at no more than some weeks, whatever is asked for', async () => {
    const view = await course(made, { entity: 'db-1', series: 'cpu', from: 0 });
    expect(view.from).toBeGreaterThan(now - 32 * 86_400);
    expect(view.notes).toContainEqual(expect.stringMatching(/newest part/));
    expect(view.points.length).toBeLessThanOrEqual(1201);
  });
});

describe('the course of a series among thousands', () => {
  /** Sixteen shards and a bit, the last one with a thing that fills three by itself. */
  const many = [
    ...Array.from({ length: 8200 }, (_, k) => series(`thing-${String(k).padStart(4, '0')}`, 'cpu', percent)),
    ...Array.from({ length: 1200 }, (_, k) => series('giant', `m${k}`, percent)),
  ];
  let store: MemoryObjectStore;
  const looked = async (entity: string) => {
    const gets: string[] = [];
    const counting = Object.assign(Object.create(store) as MemoryObjectStore, {
      get: (key: string) => (gets.push(key), store.get(key)),
      put: store.put.bind(store),
      list: store.list.bind(store),
    });
    const status = describeStatus({ ...open(store).ports, store: counting });
    const view = await status.series({ from: start, to: now, now, entity });
    return { view, shards: new Set(gets.flatMap((key) => /!shards\/w\/(s-\d{4})/.exec(key)?.[1] ?? [])) };
  };
  beforeAll(async () => {
    store = new MemoryObjectStore();
    await updateInventory(open(store).ports, 'w', many, start);
  });

  it('is looked for no further than where it is', async () => {
    const { view, shards } = await looked('thing-0001');
    // What fills three shards counts three times.
    expect(view).toMatchObject({ entity: 'thing-0001', entityCount: 8203, notes: [] });
    expect(shards.size).toBe(8);
    expect((await looked('thing-8199')).view).toMatchObject({ entity: 'thing-8199', notes: [] });
  });

  it('is chosen from the first shards where none is named, and from what there is where there is no such thing', async () => {
    expect([(await looked('')).view, (await looked('')).shards.size]).toMatchObject([{ entity: 'thing-0000' }, 8]);
    expect((await looked('nobody')).view).toMatchObject({
      entity: 'thing-0000',
      notes: ['Nothing of the watch is called “nobody” now.'],
    });
  });

  it('is one of all that its thing has, though that fills several shards', async () => {
    expect((await looked('giant')).view).toMatchObject({ entity: 'giant', series: { length: 1200 } });
  });
});

describe('the capacity outlook', () => {
  const slow = {
    limit: { value: 100, side: 'above' },
    reachesAt: now + 5 * 86_400,
    earliest: now + 4 * 86_400,
    latest: now + 6 * 86_400,
    perDay: 8,
    note: '',
    usual: 0,
  } as const;

  it('names what fills up, the most pressing first, and counts what cannot be forecast', async () => {
    const [calm] = forecast(webCpu).outlooks;
    const store = await planted([
      forecast(dbCpu, { saturation: slow }),
      forecast(webCpu, { outlooks: [{ ...calm, isBeyond: true, probability: 1, recommendation: 'SCALE_SOON' }] }),
      forecast(errors, { missing: 'not-enough-history' }),
    ]);
    const view = await statusOf(store).capacity({ part: 0, now });
    expect(view).toMatchObject({
      series: 3,
      forecast: 2,
      withoutSkill: 0,
      missing: { 'not-enough-history': 1 },
      shards: 1,
      shardsRead: 1,
    });
    expect(
      view.lines.map(({ entity, isBeyond, fullAt, fullBetween, perDay }) => [
        entity,
        isBeyond,
        fullAt,
        fullBetween,
        perDay,
      ]),
    ).toEqual([
      ['web-1', true, null, null, null],
      ['db-1', false, slow.reachesAt, [slow.earliest, slow.latest], 8],
    ]);
  });

  it('is empty, not wrong, where nothing was forecast in the last hours', async () => {
    const store = await planted([forecast(dbCpu)]);
    expect((await statusOf(store).capacity({ part: 0, now: now + 7 * 3600 })).lines).toEqual([]);
    expect((await statusOf(store, { forecast: 'off' }).capacity({ part: 0, now })).watches).toEqual([]);
  });

  it('names what it could not read', async () => {
    const store = await planted([forecast(dbCpu)]);
    const key = keys.forecasts('w', 's-0001', start + 24 * every);
    await store.put(key, new Uint8Array([9]));
    expect((await statusOf(store).capacity({ part: 0, now })).unreadable).toEqual([key]);
  });
});

describe('coverage', () => {
  it('counts what is watched, what is silent, what was never judged and what is asked for', async () => {
    const { watches } = await statusOf(made).coverage({ part: 0, now });
    expect(watches).toMatchObject([
      {
        watch: 'w',
        series: 3,
        entities: 2,
        absent: 0,
        retired: 0,
        judged: { series: 3, silent: 1, unscorable: 0 },
        billedPerTick: 3,
        billedPerMonth: 3 * ((30 * 86_400) / every),
      },
    ]);
  });

  it('says unknown where no state was read', async () => {
    const store = await copyStore(made);
    await store.delete(keys.state('w', 's-0001', 'anomaly'));
    expect((await statusOf(store).coverage({ part: 0, now })).watches[0].judged).toBeNull();
  });

  it('reads eight shards of many, and the part that is asked for', async () => {
    const store = new MemoryObjectStore();
    const many = Array.from({ length: 5200 }, (_, k) => series(`thing-${k}`, 'cpu'));
    await updateInventory(open(store).ports, 'w', many, start);
    const view = await statusOf(store).coverage({ part: 1, now });
    expect(view).toMatchObject({ shards: 11, shardsRead: 3, part: 1 });
    expect(await statusOf(store).coverage({ part: 99, now })).toMatchObject({ part: 1 });
    expect(view.watches).toMatchObject([{ series: 5200, entities: 5200, absent: 0, retired: 0, billedPerTick: 5200 }]);
  });
});

describe('the models', () => {
  it('are none before the first training', async () => {
    expect((await statusOf(made).models({ part: 0, now })).watches[0]).toMatchObject({
      champion: null,
      forecasters: { serving: {} },
    });
  });

  it('are the champion with where it came from, and who forecasts how well', async () => {
    const quality = {
      series: 2,
      accuracy: 196,
      relative: 0.02,
      lastRelative: 0.08,
      count: 8,
      inside80: 6,
      inside95: 8,
    };
    const store = await planted([forecast(dbCpu), forecast(webCpu, { forecaster: 'naive', hasSkill: false })], {
      oldestFit: start - 3600,
      drifted: 1,
      quality: { ...quality, crossings: 0, brier: 0 },
    });
    const { ports } = open(store);
    const registry = modelsOf(ports, 'w');
    const origin = {
      trainedAt: start,
      by: 'schedule',
      why: 'daily',
      dataDigest: 'd',
      dataFrom: start - 86_400,
      dataTo: start,
      seed: 1,
    };
    const id = await registry.register({ threshold: 2, timezone: 'UTC', fused: null }, origin, {
      deliveredPerWeek: 2.5,
    });
    await registry.promote({ id, at: start + 60, by: 'train function', why: 'better' });
    const [models] = (await statusOf(store).models({ part: 0, now })).watches;
    expect(models.champion).toMatchObject({
      id,
      trainedAt: start,
      inUseSince: start + 60,
      why: 'better',
      report: { deliveredPerWeek: 2.5 },
      before: 0,
    });
    expect(models.forecasters).toMatchObject({
      serving: { automatic: 1, naive: 1 },
      withoutSkill: 1,
      drifted: 1,
      oldest: start - 3600,
      accuracy: 98,
      skill: 0.75,
      coverage80: 75,
    });
  });

  it('are not known where the champion cannot be read, and that is said', async () => {
    const store = await copyStore(made);
    await store.put(keys.champion('w', 'entity-detector'), new TextEncoder().encode('{'));
    const view = await statusOf(store).models({ part: 0, now });
    expect([view.unreadable, view.watches[0].champion]).toEqual([[keys.champion('w', 'entity-detector')], null]);
  });
});

describe('the incidents', () => {
  const incident = (entity: string, more = {}) => heard([signal(t0, [finding(`anomaly:${entity}`, more)], { entity })]);

  it('are those that are open, the gravest first', async () => {
    const store = new MemoryObjectStore();
    const grave = heard([signal(t0, [finding('rule:x', { kind: 'rule', severity: 'CRITICAL' })], { entity: 'a' })]);
    for (const one of [incident('b'), grave, { ...incident('c'), status: 'closed' as const }])
      await saveIncident(store, one, 'absent');
    const view = await statusOf(store).incidents(t0 + 60);
    expect(view.incidents.map(({ title }) => title)).toEqual(['a', 'b']);
    expect(view.incidents[0]).toMatchObject({
      severity: 'CRITICAL',
      canBeNormal: false,
      isCalm: false,
      inShadow: false,
    });
  });

  it('say when nobody has judged them for three intervals', async () => {
    const store = new MemoryObjectStore();
    await saveIncident(store, incident('a'), 'absent');
    const at = async (time: number) => (await statusOf(store).incidents(time)).incidents[0].staleSince;
    expect([await at(t0 + 3 * interval), await at(t0 + 3 * interval + 1)]).toEqual([undefined, t0]);
  });

  it('are told all the same where some cannot be read, and are bounded', async () => {
    const store = new MemoryObjectStore();
    await saveIncident(store, incident('a'), 'absent');
    await store.put(keys.incident('broken'), new TextEncoder().encode('{}'));
    const view = await statusOf(store).incidents(t0);
    expect([view.incidents.length, view.unreadable]).toEqual([1, [keys.incident('broken')]]);
    for (let k = 0; k < 450; k++) await store.put(keys.incident(`g${k}`), new TextEncoder().encode('{}'));
    expect((await statusOf(store).incidents(t0)).notRead).toBe(52);
  });
});
