import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CsvSource } from '../../shared/adapters/local/csv-source.ts';
import { hostProbes } from '../../shared/adapters/local/host-probes.ts';
import { HostSource } from '../../shared/adapters/local/host-source.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import type { Reading } from '../../shared/ports/metric-source.ts';
import { watchOf } from '../contracts/suites/metric-source-suite.ts';
import { pairsOf } from '../metrics/stored-ports.ts';

const monday = Date.parse('2026-11-16T00:00:00Z') / 1000;
const everything = { ...watchOf('*', 300), select: [] };

describe('CSV files as a source', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'csv-source-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  };
  const readAll = async (source: CsvSource): Promise<Reading> =>
    source.read((await source.discover(everything)).series, -Infinity, Infinity);

  it('are entities by path, and their columns series', async () => {
    await put('aws/ec2.csv', 'timestamp,cpu,label,disk\n2026-11-16 00:00:00,1,0,10\n2026-11-16 00:05:00,2,1,20\n');
    await put('top.CSV.gz', gzipSync('timestamp,value\n1794787200,7\n1794787500,8\n'));
    await put('aws/readme.txt', 'no metrics');
    const source = new CsvSource(folder);
    const { series } = await source.discover(everything);
    expect(series.map(({ entity, label }) => [entity, label])).toEqual([
      ['aws/ec2', 'cpu'],
      ['aws/ec2', 'disk'],
      ['top', 'value'],
    ]);
    const read = await readAll(source);
    expect(pairsOf(read.series[1].points)).toEqual([
      [monday, 10],
      [monday + 300, 20],
    ]);
    expect(pairsOf(read.series[2].points)).toEqual([
      [monday, 7],
      [monday + 300, 8],
    ]);
  });

  it('give points in the order of the file, twice where they are there twice, and none where there is no number', async () => {
    await put(
      'x.csv',
      [
        'timestamp,value',
        `${monday + 600},3`,
        `${monday},1`,
        `${monday},2`,
        `${monday + 300},`,
        `${monday + 900},NaN`,
      ].join('\n'),
    );
    const { series } = await readAll(new CsvSource(join(folder, 'x.csv')));
    expect(pairsOf(series[0].points)).toEqual([
      [monday + 600, 3],
      [monday, 1],
      [monday, 2],
    ]);
  });

  it('mean local time where they name no zone', async () => {
    await put('x.csv', 'timestamp,value\n2026-11-16 01:00:00,1\n2026-11-16 01:05:00,1\n');
    const { series } = await readAll(new CsvSource(folder, { timezone: 'Europe/Berlin' }));
    expect(pairsOf(series[0].points)[0]).toEqual([monday, 1]);
  });

  it('are read again when they have grown', async () => {
    await put('x.csv', `timestamp,value\n${monday},1\n${monday + 300},2\n`);
    const source = new CsvSource(folder);
    expect(pairsOf((await readAll(source)).series[0].points)).toHaveLength(2);
    await put('x.csv', `timestamp,value\n${monday},1\n${monday + 300},2\n${monday + 600},3\n`);
    await utimes(join(folder, 'x.csv'), monday, monday);
    expect(pairsOf((await readAll(source)).series[0].points)).toHaveLength(3);
  });

  it('that cannot be read are named with the reason, and take no other with them', async () => {
    await put('good.csv', `timestamp,value\n${monday},1\n${monday + 300},2\n`);
    await put('bad.csv', 'nothing to see here\n');
    await put('cut.csv.gz', gzipSync(`timestamp,value\n${monday},1\n`).subarray(0, 20));
    const { series, leftOut } = await new CsvSource(folder).discover(everything);
    expect(series.map(({ entity }) => entity)).toEqual(['good']);
    expect(leftOut.map(({ pattern }) => pattern).sort()).toEqual([
      expect.stringMatching(/bad/),
      expect.stringMatching(/cut.*gzip ends too early/),
    ]);
  });

  it('that break later are a problem of their series, not a gap', async () => {
    await put('x.csv', `timestamp,value\n${monday},1\n${monday + 300},2\n`);
    const source = new CsvSource(folder);
    const { series } = await source.discover(everything);
    await put('x.csv', `timestamp,other\n${monday},1\n${monday + 300},2\n`);
    expect((await source.read(series, 0, Infinity)).series[0]?.problem).toMatchObject({ kind: 'not-found' });
    await put('x.csv', 'nothing to see here\n');
    expect((await source.read(series, 0, Infinity)).series[0]?.problem).toMatchObject({ kind: 'internal-error' });
    await rm(join(folder, 'x.csv'));
    await put('y.csv', `timestamp,value\n${monday},1\n`);
    expect((await source.read(series, 0, Infinity)).series[0]?.problem).toMatchObject({ kind: 'not-found' });
  });

  it.each([
    ['there is nothing', async () => undefined, 'nowhere', /there is no such file or folder/],
    ['there is no CSV', () => put('readme.txt', 'x'), '.', /holds no \.csv/],
    ['the only file is no CSV', () => put('x.csv', 'nothing to see here\n'), '.', /x/],
  ])('say what is wrong where %s', async (_what, prepare, path, message) => {
    await prepare();
    await expect(new CsvSource(join(folder, path)).discover(everything)).rejects.toThrow(message);
  });

  it('keep a packed and a plain file of one name apart', async () => {
    await put('x.csv', `timestamp,value\n${monday},1\n${monday + 300},1\n`);
    await put('x.csv.gz', gzipSync(`timestamp,value\n${monday},2\n${monday + 300},2\n`));
    const { series } = await readAll(new CsvSource(folder));
    expect(series.map(({ points }) => points.values[0])).toEqual([1, 2]);
  });
});

describe('this host as a source', () => {
  const nature = { unit: 'Percent', bad: 'up', gap: 'gap' } as const;
  const hostWith = (measure: () => Promise<number | undefined>, clock: { now: () => number }) =>
    new HostSource(
      clock,
      [
        { name: 'Good', nature, measure: async () => 1 },
        { name: 'Other', nature, measure },
      ],
      'laptop',
    );

  it('dates what it measures to the period that has just ended, once', async () => {
    let now = monday + 61;
    let calls = 0;
    const source = hostWith(async () => ++calls, { now: () => now });
    const { series } = await source.discover(watchOf('Host', 30));
    const read = async () => pairsOf((await source.read(series, monday, monday + 300)).series[1].points);
    expect(await read()).toEqual([[monday + 30, 2]]);
    now += 20;
    expect(await read()).toEqual([[monday + 30, 2]]);
    now += 10;
    expect(await read()).toEqual([
      [monday + 30, 2],
      [monday + 60, 3],
    ]);
  });

  it('measures once for two reads at once', async () => {
    let calls = 0;
    const source = hostWith(async () => ++calls, { now: () => monday + 61 });
    const { series } = await source.discover(watchOf('Host', 30));
    const reads = await Promise.all([1, 2, 3].map(() => source.read(series, monday, monday + 300)));
    expect(calls).toBe(2);
    expect(reads[1]).toEqual(reads[0]);
  });

  it.each([
    ['does not tell', async () => undefined, 'not-found', /this system does not tell/],
    ['tells nonsense', async () => NaN, 'not-found', /this system does not tell/],
    ['fails', () => Promise.reject(new Error('no counters here')), 'internal-error', /no counters here/],
  ])('names a metric that it %s, invents no zero, and tells the others', async (_what, measure, kind, message) => {
    const source = hostWith(measure, { now: () => monday + 60 });
    const { series } = await source.discover(watchOf('Host', 30));
    const read = await source.read(series, monday, monday + 300);
    expect(pairsOf(read.series[0].points)).toEqual([[monday + 30, 1]]);
    expect(read.series[1].points.times).toHaveLength(0);
    expect(read.series[1].problem).toEqual({ kind, message: expect.stringMatching(message) as string });
  });

  it('knows nothing of a past that it did not see', async () => {
    const source = hostWith(async () => 1, { now: () => monday + 3_600 });
    const { series } = await source.discover(watchOf('Host', 30));
    const read = await source.read(series, monday, monday + 300);
    expect(read.series.map(({ points }) => points.times.length)).toEqual([0, 0]);
  });

  it('tells at least the processor and the memory of the machine that this runs on', async () => {
    const source = new HostSource(systemClock, hostProbes());
    const { series } = await source.discover(watchOf('Host', 1));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const now = systemClock.now();
    const read = await source.read(series, now - 10, now + 10);
    const told = new Map(series.map(({ label }, i) => [label, read.series[i]]));
    for (const label of ['CPUUtilization', 'MemoryUtilization']) {
      const value = told.get(label)!.points.values[0];
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThanOrEqual(100);
    }
    for (const { points, problem } of read.series) expect(points.times.length === 0).toBe(problem !== undefined);
  });
});
