import { describe, expect, it } from 'vitest';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { forecastMetrics, forecastShard, readForecasts } from '../../shared/pipeline/forecast-metrics.ts';
import { fittedShardKind } from '../../shared/pipeline/fitted-shard.ts';
import { readStored, writeStored } from '../../shared/models/stored-artefact.ts';
import { trainForecastShard } from '../../shared/pipeline/train-forecast-shard.ts';
import { trainForecasters } from '../../shared/pipeline/train-forecasters.ts';
import { keys } from '../../shared/settings/keys.ts';
import { series, type Signalling } from './world.ts';
import {
  day,
  every,
  foresee,
  forecastStateOf,
  forecastWorld,
  type ForecastWorld,
  hill,
  percent,
  pull,
  remember,
  shard,
  start,
} from './forecast-world.ts';

const plain = { forecast: { forecaster: 'seasonal-naive' } };
/** A quarter to ten: the first forecast is made at five to, and the hill crosses 80 at 10:17. */
const soon = start - 900;
const findings = (w: ForecastWorld) => w.bus.published.flatMap((signal) => signal.findings);

/** Past that is known, and so many ticks; the third is the first to forecast. */
async function live(
  members: readonly SeriesDescription[],
  value: Signalling,
  watch: Readonly<Record<string, unknown>> = plain,
  { from = soon, days = 6, ticks = 3 } = {},
) {
  const w = forecastWorld(members, value, watch);
  await remember(w, from, days);
  const summaries = await foresee(w, from, ticks);
  return { w, summaries, last: summaries.at(-1) };
}

describe('a tick of forecasting', () => {
  it('foresees what will cross its limit, with what people need to act on', async () => {
    const { w, last } = await live([percent('a', 'cpu')], hill);
    expect(last).toMatchObject({ outcome: 'forecast', series: 1, forecast: 1, firing: 1, began: 1, signals: 1 });
    const [signal] = w.bus.published;
    expect(signal).toMatchObject({ entity: 'a', mode: 'live', intervalSeconds: 300, evaluatedAt: soon + 2 * every });
    const [{ points, forecast, ...finding }] = signal.findings;
    expect(finding).toMatchObject({
      key: 'forecast:a/cpu',
      kind: 'forecast',
      status: 'firing',
      since: soon + 2 * every,
    });
    expect(forecast?.probability).toBeGreaterThan(0.5);
    expect(points?.length).toBe(60);
    expect(forecast?.course?.points.length).toBeGreaterThanOrEqual(9);
    for (const [time, mean, lower80, upper80, lower95, upper95] of forecast?.course?.points ?? []) {
      expect(time).toBeGreaterThanOrEqual(points?.at(-1)?.[0] ?? Infinity);
      const ends = [lower95, lower80, mean, upper80, upper95].map(Number);
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
    }
  });

  it('stores what it foresaw under the tick, with both bands', async () => {
    const { w } = await live([percent('a', 'cpu')], hill);
    const stored = await readForecasts(w.ports, 'w', shard, soon + 2 * every);
    expect(stored?.series[0]).toMatchObject({
      id: 'a/cpu',
      missing: null,
      forecaster: 'seasonal-naive',
      hasSkill: true,
    });
    expect(stored?.series[0].mean.length).toBe(stored?.series[0].upper95.length);
    expect(await readForecasts(w.ports, 'w', shard, soon + 9 * every)).toBeUndefined();
  });

  it('deletes on a new day what it foresaw more than eight days ago, and nothing else', async () => {
    const midnight = Math.floor(soon / day) * day + day;
    const { w } = await live([percent('a', 'cpu')], hill, plain, { from: midnight - 3 * every });
    const at = (days: number) => keys.forecasts('w', shard, midnight - days * day);
    const other = keys.forecasts('w', 's-0002', midnight - 20 * day);
    for (const key of [at(20), at(9), at(7), other]) await w.store.put(key, new Uint8Array(1));
    await foresee(w, midnight, 1);
    const left: string[] = [];
    for await (const key of w.store.list('forecasts/')) left.push(key);
    expect(left).toEqual(
      [at(7), ...[3, 2, 1, 0].map((k) => keys.forecasts('w', shard, midnight - k * every)), other].sort(),
    );
  });

  it('measures what it said when its time has come', async () => {
    const { w, last } = await live([percent('a', 'cpu')], hill, plain, { ticks: 22 });
    expect(last?.accuracy).toBeGreaterThan(98);
    expect(last?.skill).toBeGreaterThan(0.5);
    expect(last?.brier).toBeLessThan(0.05);
    const names = new Set(w.sink.published.map(({ name }) => name));
    // What changes slowly is said every six hours; see the test of own metrics.
    for (const name of ['PredictionAccuracy', 'PredictionSkill', 'LimitsInDanger']) expect(names, name).toContain(name);
    // A forecast is open until its horizon has passed, and no longer: what is remembered has bounds.
    const [memory] = (await forecastStateOf(w))?.series ?? [];
    expect(memory.open.length).toBeLessThanOrEqual(12);
    expect(memory.scored.length).toBeLessThanOrEqual(12);
  });

  it('reads the newest pulls alone, whatever history there is', async () => {
    const { w } = await live([percent('a', 'cpu')], hill, plain, { ticks: 5 });
    const read: string[] = [];
    const { store } = w.ports;
    const watched = {
      ...w.ports,
      store: {
        put: store.put.bind(store),
        delete: store.delete.bind(store),
        list: store.list.bind(store),
        get: (key: string) => {
          read.push(key);
          return store.get(key);
        },
      },
    };
    const tick = soon + 5 * every;
    w.clock.time = tick;
    await foresee({ ...w, ports: watched }, tick, 1);
    expect(read.filter((key) => key.startsWith('history/'))).toEqual([keys.historyTick('w', shard, every, tick)]);
  });

  it('goes on where it was after a pause', async () => {
    const { w } = await live([percent('a', 'cpu')], hill);
    for (let k = 3; k < 30; k++) await pull(w, soon + k * every);
    const [summary] = await foresee(w, soon + 30 * every, 1);
    expect(summary).toMatchObject({ outcome: 'forecast', forecast: 1 });
    const state = await forecastStateOf(w);
    expect(state?.recent.series[0].values.findIndex((value) => Number.isNaN(value))).toBe(-1);
  });
});

describe('what is forecast', () => {
  it('is what has a limit, and nothing else', async () => {
    const limits = [
      { metric: 'free', below: 10 },
      { metric: 'quiet', above: 'off' },
    ];
    const members = [percent('a', 'cpu'), percent('a', 'quiet'), series('a', 'free'), series('a', 'requests')];
    const { w } = await live(members, hill, { ...plain, limits });
    expect((await forecastStateOf(w))?.series.map(({ id }) => id)).toEqual(['a/cpu', 'a/free']);
  });

  it('is held against the limit from which the watch recommends, where nobody wrote one', async () => {
    const recommendations = { monitor: 90, prepare: 92, soon: 94, immediately: 96 };
    const { w } = await live([percent('a', 'cpu')], hill, { forecast: { ...plain.forecast, recommendations } });
    const stored = await readForecasts(w.ports, 'w', shard, soon + 2 * every);
    expect(stored?.series[0].outlooks.map(({ limit }) => limit)).toEqual([{ value: 90, side: 'above' }]);
    expect(w.bus.published).toEqual([]);
  });

  it('is nothing where forecasts are off, and nothing is written', async () => {
    const w = forecastWorld([percent('a', 'cpu')], hill, { forecast: 'off' });
    await remember(w, soon, 6);
    expect(await forecastMetrics({ tick: soon }, w.ports)).toEqual({ tick: soon, watches: [] });
    expect(await forecastShard({ watch: 'w', shard, tick: soon }, w.ports)).toMatchObject({ outcome: 'empty' });
    expect(await forecastStateOf(w)).toBeUndefined();
  });

  it('is nothing where nothing is known yet, and that is no error', async () => {
    const w = forecastWorld([percent('a', 'cpu')], hill);
    const empty = { watch: 'w', shards: 0, series: 0, ran: [], queued: 0 };
    expect(await forecastMetrics({ tick: soon }, w.ports)).toEqual({ tick: soon, watches: [empty] });
  });

  it.each([
    ['a shard without its watch', { shard }, /of which watch/],
    ['a watch that the settings do not have', { watch: 'nobody' }, /no watch 'nobody': the settings have w/],
  ])('is refused for %s', async (_title, request, words) => {
    await expect(forecastMetrics(request, forecastWorld([], hill).ports)).rejects.toThrow(words);
  });

  it('goes to the queue where there are more shards than one', async () => {
    const many = Array.from({ length: 600 }, (_, k) => percent(`host-${k}`, 'cpu'));
    const w = forecastWorld(many, hill);
    await remember(w, soon, 1);
    const { watches } = await forecastMetrics({ tick: soon }, w.ports);
    expect(watches).toEqual([{ watch: 'w', shards: 2, series: 600, ran: [], queued: 2 }]);
    expect([w.queue.take(), w.queue.take()]).toEqual([
      { watch: 'w', shard: 's-0001', tick: soon },
      { watch: 'w', shard: 's-0002', tick: soon },
    ]);
  });

  it('is not made twice of one tick, nor of one that another has overtaken', async () => {
    const { w } = await live([percent('a', 'cpu')], hill);
    const again = (tick: number) => forecastShard({ watch: 'w', shard, tick }, w.ports);
    expect(await again(soon + 2 * every)).toMatchObject({ outcome: 'already-judged' });
    expect(await again(soon)).toMatchObject({ outcome: 'too-old' });
  });
});

describe('where nothing can be said', () => {
  const nothing = Number.NaN;

  it.each<[string, Signalling, RegExp]>([
    ['all gaps', () => nothing, /^not-enough-history$/],
    [
      'a series that stopped an hour ago',
      (one, time) => (time > soon - 3600 ? nothing : hill(one, time)),
      /^missing-data$/,
    ],
    ['a late newest point is bridged', (one, time) => (time > soon ? nothing : hill(one, time)), /^$/],
    ['half of the points', (one, time) => ((time / every) % 2 === 0 ? nothing : hill(one, time)), /^$/],
    ['infinite values', (one, time) => ((time / every) % 7 === 0 ? Infinity : hill(one, time)), /^$/],
  ])('%s', async (_title, value, reason) => {
    const { w, last } = await live([percent('a', 'cpu')], value, {}, { days: 4 });
    const stored = await readForecasts(w.ports, 'w', shard, soon + 2 * every);
    const said = stored?.series[0].missing ?? '';
    expect(said).toMatch(reason);
    expect(last?.missing).toEqual(said === '' ? {} : { [said]: 1 });
    for (const mean of stored?.series[0].mean ?? []) expect(Number.isFinite(mean)).toBe(true);
  });

  it('a constant is forecast as it is, and raises nothing', async () => {
    const { w, last } = await live([percent('a', 'cpu')], () => 79);
    expect(last).toMatchObject({ forecast: 1, withoutSkill: 1, firing: 0 });
    expect(w.bus.published).toEqual([]);
  });

  it('nothing is told in earnest of less than three days of history', async () => {
    const { w } = await live([percent('a', 'cpu')], hill, plain, { days: 2 });
    expect(w.bus.published.length).toBeGreaterThan(0);
    expect(new Set(w.bus.published.map(({ mode }) => mode))).toEqual(new Set(['shadow']));
  });

  it('nobody is told of a watch in shadow', async () => {
    const { w } = await live([percent('a', 'cpu')], hill, { ...plain, shadow: true });
    expect(new Set(w.bus.published.map(({ mode }) => mode))).toEqual(new Set(['shadow']));
  });
});

describe('a limit that is crossed already', () => {
  const busy: Signalling = ({ id }, time) => 88 + Math.sin(time / 4000 + id.length);

  it('is no forecast where nobody wrote it: a busy server is not told of for ever', async () => {
    const { w, last } = await live([percent('a', 'cpu')], busy);
    expect(last).toMatchObject({ forecast: 1, firing: 0 });
    expect(w.bus.published).toEqual([]);
  });

  it('is told as crossed where somebody wrote it, and not as something that will happen', async () => {
    const { w } = await live([percent('a', 'cpu')], busy, { ...plain, limits: [{ metric: 'cpu', above: 80 }] });
    const [finding] = findings(w);
    expect(finding.explanation).toMatch(/^cpu is above its limit of 80, now 8\d/);
    expect(finding.forecast).toMatchObject({ isBeyond: true, crossesAt: null, probability: 1 });
  });

  it.each([
    ['is left to a static rule that tells it', 'above', 80, false],
    ['is left to a static rule that tells less than it', 'above', 75, false],
    ['is told beside a static rule that tells only more', 'above', 85, true],
    ['is told beside a static rule of the other side', 'below', 90, true],
  ])('%s', async (_title, kind, limit, isTold) => {
    const rules = [{ kind, metric: 'cpu', limit }];
    const { w } = await live([percent('a', 'cpu')], busy, { ...plain, rules, limits: [{ metric: 'cpu', above: 80 }] });
    expect(findings(w).length > 0).toBe(isTold);
  });

  it('is told once a second value of three is beyond it, where nobody foresaw it', async () => {
    const jump: Signalling = (one, time) => (time < soon + 2 * every ? 50 + Math.sin(time / 4000) : busy(one, time));
    const { w } = await live(
      [percent('a', 'cpu')],
      jump,
      { ...plain, limits: [{ metric: 'cpu', above: 80 }] },
      { ticks: 8 },
    );
    const told = w.bus.published.filter(({ findings: of }) => of.some(({ status }) => status === 'firing'));
    const [{ evaluatedAt, findings: of }] = told;
    // Points that are beyond: one is, and then the second; a tick knows those that have settled.
    expect(evaluatedAt).toBeGreaterThanOrEqual(soon + 4 * every);
    expect(evaluatedAt).toBeLessThanOrEqual(soon + 6 * every);
    expect(['LOW', 'MEDIUM', 'HIGH']).toContain(of[0].severity);
    expect(of[0].forecast?.isBeyond).toBe(true);
  });
});

describe('when something changes', () => {
  it('a limit that is taken away takes back what was foreseen, three times', async () => {
    const { w } = await live([percent('a', 'cpu')], hill);
    const other = forecastWorld(w.members, hill, { ...plain, limits: [{ metric: 'cpu', above: 'off' }] }, w.store);
    // Once an hour a shard without limits is asked, too.
    for (let k = 1; k <= 4; k++) await forecastShard({ watch: 'w', shard, tick: soon + (2 + k) * every }, other.ports);
    expect(findings(other).map(({ status, gone }) => [status, gone])).toEqual(Array(3).fill(['normal', true]));
    expect((await forecastStateOf(other))?.told).toEqual([]);
  });

  it('another period makes what was foreseen unknown until it can be forecast again', async () => {
    const { w } = await live([percent('a', 'cpu')], hill);
    const minutes = w.members.map((one) => ({ ...one, periodSeconds: 60 }));
    const other = forecastWorld(minutes, hill, { ...plain, period: '1m' }, w.store);
    await remember(other, soon + 3 * every, 4);
    const summaries = await foresee(other, soon + 3 * every, 3);
    expect(summaries.map((one) => one.forecast)).toEqual([0, 0, 1]);
    expect(findings(other).map(({ status }) => status)).toEqual(['unknown', 'unknown', 'firing']);
  });

  it('forecasters that cannot be read are fitted anew, and whoever operates it is told', async () => {
    const { w } = await live([percent('a', 'cpu')], hill);
    await w.store.put(keys.forecasters('w', shard, 'a'), new Uint8Array([1, 2, 3]));
    const summaries = await foresee(w, soon + 3 * every, 4);
    expect(summaries.map((one) => [one.forecast, one.trained])).toEqual([
      [0, 1],
      [0, 0],
      [1, 0],
      [1, 0],
    ]);
    expect(w.logged.filter(({ level }) => level === 'error').map(({ message }) => message)).toContain(
      'forecasters unreadable: they are fitted anew',
    );
  });

  it('one whose weights are no numbers serves nobody', async () => {
    const { w } = await live([percent('a', 'cpu')], hill);
    const key = keys.forecasters('w', shard, 'a');
    const stored = (await readStored(w.ports, fittedShardKind, key))?.value;
    if (stored === undefined) throw new Error('nothing was fitted');
    const broken = stored.series.map((one) => ({
      ...one,
      forecaster: { name: 'seasonal-naive', state: { weights: NaN } },
    }));
    await writeStored(w.ports, fittedShardKind, key, { ...stored, series: broken });
    const [summary] = await foresee(w, soon + 3 * every, 1);
    expect(summary.missing).toEqual({ 'not-trained': 1 });
    expect(findings(w).at(-1)?.status).toBe('unknown');
  });
});

describe('training', () => {
  it('fits every series that has a limit, tells which forecaster serves it, and begins no fit after its time', async () => {
    const members = [percent('a', 'cpu'), percent('b', 'cpu'), series('a', 'requests')];
    const w = forecastWorld(members, hill, plain);
    await remember(w, soon, 6);
    const late = await trainForecasters({ tick: soon, until: soon }, w.ports);
    expect(late.watches[0].shards[0]).toMatchObject({ outcome: 'no-time', trained: 0, left: 2 });
    const progress: number[] = [];
    const { watches } = await trainForecasters(
      { tick: soon, onProgress: (_, done, of) => progress.push(done / of) },
      w.ports,
    );
    expect(watches).toMatchObject([
      {
        watch: 'w',
        shards: [{ shard, outcome: 'trained', series: 2, trained: 2, left: 0, forecasters: { 'seasonal-naive': 2 } }],
      },
    ]);
    expect(progress.at(-1)).toBe(1);
    const again = await trainForecasters({ tick: soon + 3600 }, w.ports);
    expect(again.watches[0].shards[0]).toMatchObject({ outcome: 'nothing-due', trained: 0 });
    const tomorrow = await trainForecasters({ tick: soon + day }, w.ports);
    expect(tomorrow.watches[0].shards[0]).toMatchObject({ outcome: 'trained', trained: 2 });
  });

  it('goes on where it ended: what was left is fitted first, and what was fitted stays in use', async () => {
    const w = forecastWorld([percent('a', 'cpu'), percent('b', 'cpu')], hill, plain);
    await remember(w, soon, 6);
    let asked = 0;
    const brief = { ...w.ports, clock: { now: () => soon + asked++ } };
    const first = await trainForecasters({ tick: soon, until: soon + 2 }, brief);
    expect(first.watches[0].shards[0]).toMatchObject({ trained: 1, left: 1 });
    const second = await trainForecasters({ tick: soon + 60 }, w.ports);
    expect(second.watches[0].shards[0]).toMatchObject({ trained: 1, left: 0, forecasters: { 'seasonal-naive': 2 } });
  });

  it('leaves those of another training in use that overtook it', async () => {
    const w = forecastWorld([percent('a', 'cpu')], hill, plain);
    await remember(w, soon, 6);
    const runs = await Promise.all([
      trainForecasters({ tick: soon }, w.ports),
      trainForecasters({ tick: soon }, w.ports),
    ]);
    expect(runs.map(({ watches }) => watches[0].shards[0].outcome).sort()).toEqual(['overtaken', 'trained']);
  });

  it('learns of a series that is silent just now, and forecasts it as soon as it is back', async () => {
    const back: Signalling = (one, time) => (time > soon - 3600 && time < soon + 600 ? Number.NaN : hill(one, time));
    const { summaries } = await live([percent('a', 'cpu')], back, {}, { ticks: 6 });
    expect(summaries.map((one) => one.trained)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(summaries.at(2)?.missing).toEqual({ 'missing-data': 1 });
    expect(summaries.at(-1)).toMatchObject({ forecast: 1, withoutSkill: 0 });
  });

  it.each([
    ['an hour later where it had less than a day to learn from', 0, 1],
    ['six hours later where it had less than three days', 2, 6],
    ['a day and some hours later where it had enough', 5, 26],
  ])('is repeated %s', async (_title, days, hours) => {
    const w = forecastWorld([percent('a', 'cpu')], hill, plain);
    await remember(w, soon, days);
    const trainAt = (tick: number) =>
      trainForecastShard({ watch: 'w', shard, tick, by: 'test', mayGoOn: () => true }, w.ports);
    expect((await trainAt(soon)).outcome).toBe('trained');
    expect((await trainAt(soon + hours * 3600 - 1)).outcome).toBe('nothing-due');
    expect((await trainAt(soon + hours * 3600)).outcome).toBe('trained');
  });

  it('comes out of turn where forecasts have become clearly worse than they were', async () => {
    const flips: Signalling = (one, time) => (time < soon ? hill(one, time) : 132 - hill(one, time + 3 * 3600));
    const { w, summaries } = await live([percent('a', 'cpu')], flips, plain, { ticks: 80 });
    const fitted = summaries.flatMap((one, k) => (one.trained > 0 ? [k] : []));
    expect(fitted[0]).toBe(0);
    // Six hours after it was fitted at the soonest, and long before a day is over.
    expect(fitted[1]).toBeGreaterThanOrEqual(72);
    expect(fitted[1]).toBeLessThan(80);
    expect((await forecastStateOf(w))?.drifted).toEqual([]);
  });

  it('trains a network only for series that are named, and ends it in time', async () => {
    const lstm = { forecast: { forecaster: 'naive', lstm: { series: 'cpu', most: 1 } } };
    const w = forecastWorld([percent('a', 'cpu'), percent('b', 'cpu'), percent('c', 'memory')], hill, lstm);
    await remember(w, soon, 3);
    let asked = 0;
    // Every look at the clock is ten seconds: a network is begun, and ended after some batches.
    const ports = { ...w.ports, clock: { now: () => soon + 10 * asked++ } };
    const { watches } = await trainForecasters({ tick: soon, until: soon + 100 }, ports);
    const [quick, slow] = watches[0].shards;
    expect(quick).toMatchObject({ trained: 3, forecasters: { naive: 3 } });
    expect(slow).toMatchObject({ outcome: 'trained', trained: 1, left: 0, series: 3 });
  });

  it('sees what fills up over days, and it is told at every tick', async () => {
    const leak: Signalling = (_, time) => 60 + (2.5 * (time - (soon - 8 * day))) / day;
    const { w } = await live([percent('a', 'disk')], leak, plain, { days: 8 });
    const said = findings(w).filter(({ source }) => source === 'saturation');
    expect(said[0]).toMatchObject({ key: 'saturation:a/disk', status: 'firing' });
    const days = ((said[0].forecast?.crossesAt ?? 0) - soon) / day;
    expect(days).toBeGreaterThan(6);
    expect(days).toBeLessThan(10);
  });
});
