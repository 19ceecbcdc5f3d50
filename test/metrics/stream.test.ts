import { describe, expect, it } from 'vitest';
import {
  isStreamable,
  metricKey,
  type MetricMinutes,
  streamBatchKind,
  StreamedMetrics,
} from '../../shared/metrics/stream-batch.ts';
import { readStreamRecords } from '../../shared/metrics/stream-records.ts';
import type { SeriesDescription, Statistic } from '../../shared/metrics/metric.ts';
import { goldenArtefactSuite } from '../models/golden-artefact.ts';
import fc from '../fakes/property.ts';
import { series } from '../scenarios/world.ts';

const t0 = 1_800_000_000;
const record = (more: object = {}): object => ({
  metric_stream_name: 'stream',
  account_id: '111111111111',
  region: 'eu-west-1',
  namespace: 'AWS/EC2',
  metric_name: 'CPUUtilization',
  dimensions: { InstanceId: 'i-1' },
  timestamp: t0 * 1000,
  value: { count: 3, sum: 20, max: 18, min: 0 },
  unit: 'Percent',
  ...more,
});

describe('what Firehose writes', () => {
  it('is read line by line, to the minute', () => {
    const lines = [record(), record({ timestamp: (t0 + 98) * 1000 })].map((one) => JSON.stringify(one));
    const { minutes, refused } = readStreamRecords(`${lines.join('\n')}\n`);
    expect(refused).toEqual([]);
    expect(minutes.map(({ time }) => time)).toEqual([t0, t0 + 60]);
    expect(minutes[0]).toMatchObject({
      namespace: 'AWS/EC2',
      name: 'CPUUtilization',
      count: 3,
      sum: 20,
      min: 0,
      max: 18,
    });
  });

  it.each([
    ['half a line', '{"account_id":"1"', /not JSON/],
    ['no object', '42', /object/],
    ['no value', JSON.stringify(record({ value: undefined })), /^value/],
    [
      'a number that is none',
      JSON.stringify(record({ value: { count: 1, sum: 'NaN', min: 0, max: 0 } })),
      /^value\.sum/,
    ],
    ['no samples at all', JSON.stringify(record({ value: { count: 0, sum: 0, min: 0, max: 0 } })), /^value\.count/],
    ['more than any number', JSON.stringify(record()).replace('"sum":20', '"sum":1e999'), /^value\.sum/],
    ['a least above its most', JSON.stringify(record({ value: { count: 1, sum: 1, min: 2, max: 1 } })), /^value.*min/],
    ['dimensions that are none', JSON.stringify(record({ dimensions: { InstanceId: 7 } })), /^dimensions/],
    [
      'a dimension named as JavaScript names its own',
      JSON.stringify(record()).replace('"InstanceId"', '"__proto__"'),
      /^dimensions: __proto__/,
    ],
    ['seconds beyond all time', JSON.stringify(record({ timestamp: 1e17 })), /^timestamp/],
    ['no name', JSON.stringify(record({ metric_name: '' })), /^metric_name/],
  ])('names a line with %s, and reads the others', (_, line, why) => {
    const { minutes, refused } = readStreamRecords([JSON.stringify(record()), line].join('\n'));
    expect(minutes).toHaveLength(1);
    expect(refused).toEqual([{ line: 2, why: expect.stringMatching(why) as string, text: line }]);
  });

  it('shows of an endless line no more than a person reads', () => {
    const { refused } = readStreamRecords('x'.repeat(1_000_000));
    expect(refused[0].text.length).toBeLessThan(1000);
  });
});

const of = (statistic: Statistic, periodSeconds = 300): SeriesDescription => ({
  ...series('a', 'cpu', {}, periodSeconds),
  metric: { namespace: 'Test', name: 'cpu', dimensions: { Thing: 'a' }, statistic },
});
type Row = readonly [time: number, count: number, sum: number, min: number, max: number];
const batch = (rows: readonly Row[]): MetricMinutes[] => [
  {
    metric: metricKey({ namespace: 'Test', name: 'cpu', dimensions: { Thing: 'a' }, statistic: 'Sum' }),
    times: Float64Array.from(rows, (row) => row[0]),
    counts: Float64Array.from(rows, (row) => row[1]),
    sums: Float64Array.from(rows, (row) => row[2]),
    minima: Float64Array.from(rows, (row) => row[3]),
    maxima: Float64Array.from(rows, (row) => row[4]),
  },
];
const values = (metrics: StreamedMetrics, one: SeriesDescription): [number, number][] => {
  const { times, values: found } = metrics.points(one, t0, t0 + 3600);
  return [...times].map((time, k) => [time - t0, found[k]]);
};

describe('the minutes of a stream', () => {
  it.each([
    ['Sum', 30],
    ['SampleCount', 6],
    ['Average', 5],
    ['Minimum', -2],
    ['Maximum', 18],
  ] as const)('become the %s of a period as CloudWatch would say it', (statistic, expected) => {
    const metrics = new StreamedMetrics();
    metrics.add(
      batch([
        [t0, 3, 20, 0, 18],
        [t0 + 240, 3, 10, -2, 9],
        [t0 + 300, 1, 7, 7, 7],
      ]),
    );
    expect(values(metrics, of(statistic))[0]).toEqual([0, expected]);
    expect(values(metrics, of(statistic))).toHaveLength(2);
  });

  it('say nothing of periods in which nothing came', () => {
    const metrics = new StreamedMetrics();
    metrics.add(batch([[t0 + 600, 1, 1, 1, 1]]));
    expect(values(metrics, of('Sum'))).toEqual([[600, 1]]);
    expect(values(new StreamedMetrics(), of('Sum'))).toEqual([]);
  });

  it('are the same however often and in whatever order they came, the fullest record of a minute', () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 9 }).map((k) => t0 + 60 * k),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: -9, max: 9 }),
      fc.integer({ min: -9, max: 0 }),
      fc.integer({ min: 0, max: 9 }),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), fc.array(fc.nat(19), { maxLength: 30 }), (rows, again) => {
        const once = new StreamedMetrics();
        once.add(batch(rows));
        const other = new StreamedMetrics();
        for (const k of again) if (k < rows.length) other.add(batch([rows[k]]));
        other.add(batch([...rows].reverse()));
        for (const statistic of ['Sum', 'Average', 'Minimum', 'Maximum'] as const)
          expect(values(other, of(statistic))).toEqual(values(once, of(statistic)));
      }),
    );
    const late = new StreamedMetrics();
    late.add(batch([[t0, 5, 50, 1, 9]]));
    late.add(batch([[t0, 2, 20, 1, 9]]));
    expect(values(late, of('Sum'))).toEqual([[0, 50]]);
  });

  it.each([
    ['a percentile', of('p99'), false],
    ['another region', { ...of('Sum'), metric: { ...of('Sum').metric, region: 'us-east-1' } }, false],
    ['seconds', of('Sum', 30), false],
    ['an expression', { ...of('Sum'), metric: { expression: 'a', metrics: {} } }, false],
    ['an hour', of('Average', 3600), true],
    ['two hours', of('Average', 7200), false],
  ] as const)('of %s: whether a stream can say it: %s', (_, one, expected) => {
    expect(isStreamable(one)).toBe(expected);
    if (!expected && !('region' in one.metric) && one.periodSeconds === 300)
      expect(() => new StreamedMetrics().points(one, 0, 1)).toThrow(/poll it/);
  });
});

goldenArtefactSuite(streamBatchKind, {
  1: batch([
    [t0, 3, 20, 0, 18],
    [t0 + 60, 1, -0.5, -0.5, -0.5],
  ]),
});
