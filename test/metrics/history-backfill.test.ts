import { describe, expect, it } from 'vitest';
import {
  backfillHistory,
  backfillProgressKind,
  readProgress,
  reopenBackfill,
} from '../../shared/metrics/history-backfill.ts';
import { appendTick } from '../../shared/metrics/history.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import type { MetricSource, ReadProblem } from '../../shared/ports/metric-source.ts';
import { keys } from '../../shared/settings/keys.ts';
import { goldenArtefactSuite } from '../models/golden-artefact.ts';
import { chunkOf, interrupted, keysBelow, memoryPorts, pairsOf, readWindow } from './stored-ports.ts';

const day = 86_400;
const hour = 3_600;
const monday = Date.parse('2026-11-16T00:00:00Z') / 1000;

const seriesOf = (id: string): SeriesDescription => ({
  id,
  entity: 'i-1',
  label: id,
  metric: { namespace: 'N', name: id, dimensions: {}, statistic: 'Average' },
  periodSeconds: hour,
  nature: { unit: 'None', bad: 'both', gap: 'gap' },
});

/** A source with a point an hour whose value is its time; `problem` says what it answers instead. */
function hourly(problem: (id: string, from: number) => ReadProblem | undefined = () => undefined) {
  const asked: { readonly ids: readonly string[]; readonly from: number; readonly to: number }[] = [];
  const source: MetricSource = {
    discover: async () => ({ series: [], leftOut: [] }),
    read: async (series, from, to) => {
      asked.push({ ids: series.map(({ id }) => id), from, to });
      return {
        billedMetrics: series.length,
        series: series.map(({ id }) => {
          const kind = problem(id, from);
          const first = Math.ceil(from / hour);
          const count = kind === undefined ? Math.ceil(to / hour) - first : 0;
          const times = Float64Array.from({ length: count }, (_, i) => (first + i) * hour);
          const read = { id, points: { times, values: times.slice() } };
          return kind === undefined ? read : { ...read, problem: { kind, message: `no ${id}` } };
        }),
      };
    },
  };
  return { source, asked };
}

const job = (ids: readonly string[], from = monday, to = monday + 3 * day + 5 * hour) => ({
  watch: 'w',
  shard: 's',
  periodSeconds: 300,
  series: ids.map(seriesOf),
  from,
  to,
});
const always = (): boolean => true;
const hours = (from: number, to: number): readonly (readonly [number, number])[] =>
  Array.from({ length: (to - from) / hour }, (_, i) => [from + i * hour, from + i * hour] as const);

goldenArtefactSuite(backfillProgressKind, {
  1: {
    passes: [{ series: ['cpu', 'disk'], from: monday, to: monday + 3 * day, next: monday + day, failures: 1 }],
    missing: [{ id: 'disk', day: '2026-11-17', why: 'forbidden: no right to read' }],
  },
});

describe('the backfill of a shard', () => {
  it('fetches newest days first, one object a day, and is then done', async () => {
    const { source, asked } = hourly();
    const ports = { ...memoryPorts(), source };
    expect(await backfillHistory(ports, job(['cpu', 'disk']), always)).toEqual({
      status: 'done',
      days: 4,
      points: 2 * (3 * 24 + 5),
      billedMetrics: 8,
    });
    expect(asked.map(({ from }) => (from - monday) / day)).toEqual([3, 2, 1, 0]);
    expect(await keysBelow(ports.store)).toEqual([
      ...[0, 1, 2, 3].map((i) => keys.historyBackfill('w', 's', 300, monday + i * day)),
      keys.historyProgress('w', 's', 300),
    ]);
    const read = await readWindow(ports, 'w', 's', 300, ['cpu'], 0, Infinity);
    expect(pairsOf(read.get('cpu'))).toEqual(hours(monday, monday + 3 * day + 5 * hour));
    expect(await backfillHistory(ports, job(['cpu', 'disk']), always)).toMatchObject({ status: 'done', days: 0 });
    expect(asked).toHaveLength(4);
  });

  it('stops when it is told to, and goes on where it stopped', async () => {
    const { source, asked } = hourly();
    const ports = { ...memoryPorts(), source };
    for (let run = 1; run <= 3; run++) {
      let left = 1;
      const result = await backfillHistory(ports, job(['cpu']), () => left-- > 0);
      expect(result).toMatchObject({ status: 'paused', days: 1 });
      expect(asked).toHaveLength(run);
    }
    expect(await backfillHistory(ports, job(['cpu']), always)).toMatchObject({ status: 'done', days: 1 });
    expect(asked.map(({ from }) => (from - monday) / day)).toEqual([3, 2, 1, 0]);
  });

  it('may die before any call to the store, and the next run completes it', async () => {
    for (let cut = 1; ; cut++) {
      const { source } = hourly();
      const ports = memoryPorts();
      const dying = interrupted(ports.store, (call) => {
        if (call >= cut) throw new Error('power cut');
      });
      const outcome = await backfillHistory({ ...ports, store: dying, source }, job(['cpu']), always).catch(
        () => 'died',
      );
      await backfillHistory({ ...ports, source }, job(['cpu']), always);
      const read = await readWindow(ports, 'w', 's', 300, ['cpu'], 0, Infinity);
      expect(pairsOf(read.get('cpu')), `call ${cut}`).toEqual(hours(monday, monday + 3 * day + 5 * hour));
      if (outcome !== 'died') return;
      expect(cut).toBeLessThan(100);
    }
  });

  it('loses nothing when two run at once', async () => {
    const { source } = hourly();
    const ports = { ...memoryPorts(), source };
    const results = await Promise.all([1, 2].map(() => backfillHistory(ports, job(['cpu', 'disk']), always)));
    expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
    const read = await readWindow(ports, 'w', 's', 300, ['cpu', 'disk'], 0, Infinity);
    for (const id of ['cpu', 'disk']) expect(pairsOf(read.get(id))).toHaveLength(3 * 24 + 5);
  });

  it('fetches only what is new when series join later', async () => {
    const { source, asked } = hourly();
    const ports = { ...memoryPorts(), source };
    await backfillHistory(ports, job(['cpu']), always);
    await backfillHistory(ports, job(['cpu', 'disk'], monday + day, monday + 4 * day), always);
    expect(asked.slice(4).map(({ ids, from }) => [ids.join(), (from - monday) / day])).toEqual([
      ['disk', 3],
      ['disk', 2],
      ['disk', 1],
    ]);
    const read = await readWindow(ports, 'w', 's', 300, ['cpu', 'disk'], 0, Infinity);
    expect(pairsOf(read.get('cpu'))).toHaveLength(3 * 24 + 5);
    expect(pairsOf(read.get('disk'))).toEqual(hours(monday + day, monday + 4 * day));
  });

  it('skips series that are gone, and is done with them', async () => {
    const { source, asked } = hourly();
    const ports = { ...memoryPorts(), source };
    await backfillHistory(ports, job(['cpu', 'disk']), () => false);
    expect(await backfillHistory(ports, job(['disk']), always)).toMatchObject({ status: 'done', days: 4 });
    expect(asked.every(({ ids }) => ids.join() === 'disk')).toBe(true);
  });

  it('ranks below what was pulled live', async () => {
    const { source } = hourly();
    const ports = { ...memoryPorts(), source };
    await appendTick(ports, 'w', 's', 300, chunkOf(monday + 2 * hour, { cpu: [[monday + hour, -1]] }));
    await backfillHistory(ports, job(['cpu'], monday, monday + 3 * hour), always);
    const read = await readWindow(ports, 'w', 's', 300, ['cpu'], 0, Infinity);
    expect(pairsOf(read.get('cpu')).map(([, value]) => value)).toEqual([monday, -1, monday + 2 * hour]);
  });

  it('asks again, in later runs, for what the source could not give now', async () => {
    let fails = 2;
    const { source } = hourly((_id, from) => (from === monday + day && fails-- > 0 ? 'throttled' : undefined));
    const ports = { ...memoryPorts(), source };
    for (let run = 0; run < 2; run++) {
      expect(await backfillHistory(ports, job(['cpu']), always)).toMatchObject({
        status: 'source-failed',
        problem: 'cpu: no cpu',
      });
    }
    expect(await backfillHistory(ports, job(['cpu']), always)).toMatchObject({ status: 'done' });
    const read = await readWindow(ports, 'w', 's', 300, ['cpu'], 0, Infinity);
    expect(pairsOf(read.get('cpu'))).toHaveLength(3 * 24 + 5);
  });

  it('goes on after three runs in vain, and says what is missing', async () => {
    const { source } = hourly((id, from) => (id === 'cpu' && from === monday + day ? 'partial' : undefined));
    const ports = { ...memoryPorts(), source };
    const statuses: string[] = [];
    for (let run = 0; run < 3; run++)
      statuses.push((await backfillHistory(ports, job(['cpu', 'disk']), always)).status);
    expect(statuses).toEqual(['source-failed', 'source-failed', 'done']);
    expect((await readProgress(ports, 'w', 's', 300)).missing).toEqual([
      { id: 'cpu', day: '2026-11-17', why: 'partial: no cpu' },
    ]);
    const read = await readWindow(ports, 'w', 's', 300, ['cpu', 'disk'], 0, Infinity);
    expect(pairsOf(read.get('cpu'))).toHaveLength(2 * 24 + 5);
    expect(pairsOf(read.get('disk'))).toHaveLength(3 * 24 + 5);
  });

  it('does not ask again for what it may not read', async () => {
    const { source, asked } = hourly((id) => (id === 'cpu' ? 'forbidden' : undefined));
    const ports = { ...memoryPorts(), source };
    expect(await backfillHistory(ports, job(['cpu', 'disk']), always)).toMatchObject({ status: 'done', days: 4 });
    expect(asked).toHaveLength(4);
    expect((await readProgress(ports, 'w', 's', 300)).missing).toHaveLength(4);
  });

  it.each([
    ['no time', monday, monday],
    ['the wrong way round', monday + 1, monday],
    ['half a second', monday + 0.5, monday + 9],
    ['no number', NaN, monday],
  ])('refuses a window of %s', async (_what, from, to) => {
    const ports = { ...memoryPorts(), source: hourly().source };
    await expect(backfillHistory(ports, job(['cpu'], from, to), always)).rejects.toThrow(/whole epoch seconds/);
  });
});

describe('the past of a period that comes back', () => {
  it('is fetched again, and what began to be fetched since is left as it is', async () => {
    const { source, asked } = hourly();
    const ports = { ...memoryPorts(), source };
    await backfillHistory(ports, job(['cpu']), always);
    const before = asked.length;
    const place = { watch: 'w', shard: 's', periodSeconds: 300 };
    const left = monday + 3 * day + 6 * hour;
    await reopenBackfill(ports, place, left);
    await reopenBackfill(ports, place, left);
    expect((await readProgress(ports, 'w', 's', 300)).passes).toEqual([]);
    expect(await backfillHistory(ports, job(['cpu'], monday, left + day), always)).toMatchObject({
      status: 'done',
      days: 5,
    });
    expect(asked.length).toBe(before + 5);
    const fetched = await readProgress(ports, 'w', 's', 300);
    await reopenBackfill(ports, place, left);
    expect(await readProgress(ports, 'w', 's', 300)).toEqual(fetched);
  });

  it('writes nothing where nothing was ever fetched', async () => {
    const ports = memoryPorts();
    await reopenBackfill(ports, { watch: 'w', shard: 's', periodSeconds: 60 }, monday);
    expect(await keysBelow(ports.store)).toEqual([]);
  });
});
