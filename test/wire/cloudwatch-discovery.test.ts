import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CloudWatchSource } from '../../shared/adapters/aws/cloudwatch-source.ts';
import type { MetricSelection, WatchSelection } from '../../shared/metrics/selection.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { throttling } from '../fakes/aws/faults.ts';
import type { FakeMetric } from '../fakes/aws/metric-book.ts';
import { clientsOf, MemoryLog } from './aws-under-test.ts';

const now = 1_794_000_000;
const day = 86_400;
let aws: FakeAws;
let log: MemoryLog;

const source = (accessKeyId?: string): CloudWatchSource =>
  new CloudWatchSource({
    client: clientsOf(aws, accessKeyId, { maxAttempts: 2 }).cloudWatch,
    clientFor: (region) => clientsOf(aws, 'AKIATEST', { region }).cloudWatch,
    clock: { now: () => Date.now() / 1000 },
    log,
    quotaShare: 1,
  });
const watchOf = (select: Partial<MetricSelection>[], more: Partial<WatchSelection> = {}): WatchSelection => ({
  name: 'servers',
  select: select.map((one) => ({ namespace: 'AWS/EC2', metric: '*', dimensions: {}, statistic: 'Average', ...one })),
  metrics: [],
  expressions: [],
  period: 300,
  maxSeries: 500,
  natures: {},
  ...more,
});
const seen = (metric: Partial<FakeMetric>, ago = 600): void =>
  aws.cloudwatch.book.load({ namespace: 'AWS/EC2', name: 'CPUUtilization', ...metric }, [[now - ago, 1]]);
const idsOf = async (watch: WatchSelection): Promise<string[]> =>
  (await source().discover(watch)).series.map(({ id }) => id);

beforeEach(async () => {
  aws = await startFakeAws({ now: () => now });
  log = new MemoryLog();
});
afterEach(() => aws.stop());

describe('discovering what a watch selects', () => {
  beforeEach(() => {
    for (const instance of ['i-a1', 'i-a2', 'i-b1']) {
      for (const name of ['CPUUtilization', 'NetworkIn', 'NetworkOut'])
        seen({ name, dimensions: { InstanceId: instance } });
    }
    seen({ namespace: 'AWS/EBS', name: 'VolumeIdleTime', dimensions: { VolumeId: 'v' } });
    seen({ name: 'CPUUtilization', dimensions: { AutoScalingGroupName: 'g' } });
    aws.cloudwatch.lists.length = 0;
  });
  const cpu = (instance: string) => `AWS/EC2/CPUUtilization{InstanceId=${instance}}:Average`;
  const network = (instance: string) =>
    ['In', 'Out'].map((way) => `AWS/EC2/Network${way}{InstanceId=${instance}}:Average`);

  it.each<[string, Partial<MetricSelection>, string[], object]>([
    [
      'an exact metric and dimension, asked exactly',
      { metric: 'CPUUtilization', dimensions: { InstanceId: 'i-a1' } },
      [cpu('i-a1')],
      { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Dimensions: [{ Name: 'InstanceId', Value: 'i-a1' }] },
    ],
    [
      'a pattern over dimensions, matched here',
      { metric: 'CPUUtilization', dimensions: { InstanceId: 'i-a*' } },
      [cpu('i-a1'), cpu('i-a2')],
      { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Dimensions: [{ Name: 'InstanceId' }] },
    ],
    [
      'a pattern over names',
      { metric: 'Network*', dimensions: { InstanceId: 'i-?1' } },
      [...network('i-a1'), ...network('i-b1')],
      { Namespace: 'AWS/EC2', Dimensions: [{ Name: 'InstanceId' }] },
    ],
    [
      'a pattern over namespaces',
      { namespace: 'AWS/E*', metric: 'Volume*' },
      ['AWS/EBS/VolumeIdleTime{VolumeId=v}:Average'],
      {},
    ],
    ['nothing', { metric: 'cpuutilization' }, [], { Namespace: 'AWS/EC2', MetricName: 'cpuutilization' }],
  ])('finds %s', async (_, selection, ids, filter) => {
    expect(await idsOf(watchOf([selection]))).toEqual(ids);
    expect(aws.cloudwatch.lists).toEqual([{ ...filter, RecentlyActive: 'PT3H' }, filter]);
  });

  it('asks for each statistic of a list, and for the known ones where none is given', async () => {
    const one = { metric: 'CPUUtilization', dimensions: { InstanceId: 'i-a1' } };
    expect(await idsOf(watchOf([{ ...one, statistic: ['Maximum', 'p90'] }]))).toEqual(
      ['Maximum', 'p90'].map((statistic) => cpu('i-a1').replace('Average', statistic)),
    );
    expect(await idsOf(watchOf([{ ...one, statistic: undefined }]))).toContain(cpu('i-a1'));
  });

  it('refuses a statistic that CloudWatch does not have', async () => {
    await expect(idsOf(watchOf([{ statistic: 'Mean' }]))).rejects.toThrow("AWS/EC2 *: unknown statistic 'Mean'");
  });

  it('gives a series once that two patterns match', async () => {
    const ids = await idsOf(watchOf([{ metric: 'CPU*' }, { metric: '*' }]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(10);
  });

  it('gives named metrics and expressions whether or not they are published', async () => {
    const named = { namespace: 'Shop', dimensions: {}, statistic: 'Sum' };
    const ids = await idsOf(
      watchOf([], {
        metrics: [{ ...named, metric: 'Orders' }],
        expressions: [
          {
            label: 'rate',
            expression: 'a/b',
            unit: 'None',
            metrics: { a: { ...named, metric: 'A' }, b: { ...named, metric: 'B' } },
          },
        ],
      }),
    );
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe('Shop/Orders{}:Sum');
    expect(aws.calls).toEqual([]);
  });

  it('finds metrics of a linked account and of another region, each under its own name', async () => {
    seen({ dimensions: { InstanceId: 'i-linked' }, account: '222222222222' });
    seen({ dimensions: { InstanceId: 'i-far' }, region: 'us-east-1' });
    const one = { metric: 'CPUUtilization', dimensions: { InstanceId: '*' } };
    expect(await idsOf(watchOf([{ ...one, account: '222222222222' }]))).toEqual([`222222222222|${cpu('i-linked')}`]);
    expect(await idsOf(watchOf([{ ...one, region: 'us-east-1' }]))).toEqual([`us-east-1|${cpu('i-far')}`]);
    expect(await idsOf(watchOf([one]))).toHaveLength(3);
  });
});

describe('discovering what is there', () => {
  it('finds a rarely published metric of a thing that is there, and nothing of a thing long gone', async () => {
    seen({ dimensions: { InstanceId: 'i-here' } });
    seen({ name: 'StatusCheckFailed', dimensions: { InstanceId: 'i-here' } }, 5 * day);
    seen({ dimensions: { InstanceId: 'i-gone' } }, 5 * day);
    seen({ name: 'NetworkIn', dimensions: { InstanceId: 'i-here' } }, 15 * day);
    expect(await idsOf(watchOf([{}]))).toEqual([
      'AWS/EC2/CPUUtilization{InstanceId=i-here}:Average',
      'AWS/EC2/StatusCheckFailed{InstanceId=i-here}:Average',
    ]);
  });

  it('does not ask a daily metric to have been published within three hours', async () => {
    seen(
      { namespace: 'AWS/S3', name: 'BucketSizeBytes', dimensions: { BucketName: 'b', StorageType: 's' } },
      20 * 3600,
    );
    expect(await idsOf(watchOf([{ namespace: 'AWS/S3' }], { period: day }))).toHaveLength(1);
    expect(await idsOf(watchOf([{ namespace: 'AWS/S3' }]))).toHaveLength(0);
  });

  it('takes a thing for there while it has a metric that comes once a day, and its other metrics with it', async () => {
    const bucket = { BucketName: 'b', StorageType: 's' };
    seen({ namespace: 'AWS/S3', name: 'BucketSizeBytes', dimensions: bucket }, 20 * 3600);
    seen({ namespace: 'AWS/S3', name: '4xxErrors', dimensions: { BucketName: 'b', FilterId: 'f' } }, 5 * 3600);
    const { series, leftOut } = await source().discover(watchOf([{ namespace: 'AWS/S3' }]));
    expect(series.map(({ label }) => label)).toEqual(['4xxErrors Average f']);
    expect(leftOut).toMatchObject([{ pattern: 'AWS/S3/BucketSizeBytes', count: 1 }]);
    expect(log.lines).toEqual([]);
  });

  it('counts in the log what it takes for gone', async () => {
    seen({ dimensions: { InstanceId: 'i-here' } });
    for (const name of ['CPUUtilization', 'NetworkIn']) seen({ name, dimensions: { InstanceId: 'i-gone' } }, 5 * day);
    // Matched twice, and gone once.
    await source().discover(watchOf([{}, { metric: 'NetworkIn' }]));
    expect(log.lines).toEqual([
      {
        level: 'info',
        message: 'series of things that published nothing for three hours are left out',
        fields: { watch: 'servers', count: 2 },
      },
    ]);
  });

  it('leaves out what is published more rarely than the watch looks, and says why and what to do', async () => {
    const here = { InstanceId: 'i' };
    for (const name of ['CPUUtilization', 'CPUCreditBalance', 'CPUCreditUsage']) seen({ name, dimensions: here });
    const everyMinute = watchOf([{}, { metric: 'CPUCredit*' }], { period: 60, maxSeries: 1 });
    const remedy = 'its points come every 300 s, the watch has period 60: give it a watch with period: 5m';
    expect(await source().discover(everyMinute)).toMatchObject({
      series: [{ label: 'CPUUtilization', periodSeconds: 60 }],
      leftOut: [
        { pattern: 'AWS/EC2/CPUCreditBalance', count: 1, reason: remedy },
        { pattern: 'AWS/EC2/CPUCreditUsage', count: 1, reason: remedy },
      ],
    });
    expect(await idsOf({ ...everyMinute, period: 300, maxSeries: 3 })).toHaveLength(3);
  });

  it('leaves out what is named and too rare, too, alone or within an expression', async () => {
    const bucket = { namespace: 'AWS/S3', dimensions: { BucketName: 'b' }, statistic: 'Average' };
    const size = { ...bucket, metric: 'BucketSizeBytes' };
    const watch = watchOf([], {
      metrics: [size],
      expressions: [
        {
          label: 'per object',
          expression: 'a/b',
          unit: 'Bytes',
          metrics: { a: size, b: { ...size, metric: 'Other' } },
        },
      ],
    });
    const reason =
      'its points come every 86400 s, the watch has period 300: give it a watch with period: 1d, every: 1h and settle: 1d';
    expect(await source().discover(watch)).toEqual({
      series: [],
      requests: 0,
      leftOut: [
        { pattern: 'AWS/S3/BucketSizeBytes', count: 1, reason },
        { pattern: 'per object', count: 1, reason },
      ],
    });
    expect(await idsOf({ ...watch, period: day })).toHaveLength(2);
  });

  it('reads every page of a long list', async () => {
    for (let index = 0; index < 1_201; index++) seen({ dimensions: { InstanceId: `i-${index}` } });
    const { series, leftOut, requests } = await source().discover(watchOf([{}], { maxSeries: 2_000 }));
    expect(requests).toBe(6);
    expect(series).toHaveLength(1_201);
    expect(leftOut).toEqual([]);
    expect(aws.calls).toHaveLength(6);
  });

  it('keeps whole entities, the same ones each time, and says per pattern what it left out', async () => {
    for (let index = 0; index < 20; index++) {
      for (const name of ['A', 'B', 'C'])
        seen({ name, dimensions: { InstanceId: `i-${String(index).padStart(2, '0')}` } });
    }
    const watch = watchOf([{ metric: ['A', 'B', 'C'] }, { metric: 'A', dimensions: { InstanceId: '*' } }], {
      maxSeries: 10,
    });
    const { series, leftOut } = await source().discover(watch);
    expect(series).toHaveLength(9 + 7);
    expect(new Set(series.slice(0, 9).map(({ entity }) => entity)).size).toBe(3);
    expect(leftOut).toEqual([
      { pattern: 'AWS/EC2 A|B|C', count: 51 },
      { pattern: 'AWS/EC2 A {InstanceId=*}', count: 10 },
    ]);
    expect(await source().discover(watch)).toMatchObject({ series, leftOut });
  });

  it('keeps what is looked after already when new things would come before it', async () => {
    for (const instance of ['i-m', 'i-z']) seen({ name: 'A', dimensions: { InstanceId: instance } });
    const watch = watchOf([{}], { maxSeries: 3 });
    const known = new Set(await idsOf(watch));
    for (const instance of ['i-a', 'i-b']) seen({ name: 'A', dimensions: { InstanceId: instance } });
    for (const name of ['B', 'C']) seen({ name, dimensions: { InstanceId: 'i-m' } });
    const { series, leftOut } = await source().discover(watch, known);
    // The two that are known, and not a half of what is new of one of them.
    expect(new Set(series.map(({ id }) => id))).toEqual(known);
    expect(leftOut).toEqual([{ pattern: 'AWS/EC2 *', count: 4 }]);
    expect(await source().discover(watch, known)).toMatchObject({ series, leftOut });
  });

  it('cuts an entity that alone is larger than allowed', async () => {
    for (let index = 0; index < 12; index++) seen({ name: `M${index}`, dimensions: { InstanceId: 'i' } });
    const { series, leftOut } = await source().discover(watchOf([{}], { maxSeries: 10 }));
    expect([series.length, leftOut]).toEqual([10, [{ pattern: 'AWS/EC2 *', count: 2 }]]);
  });

  it('throws where half a list would look like things that are gone', async () => {
    seen({ dimensions: { InstanceId: 'i' } });
    aws.inject({ operation: 'ListMetrics', effect: throttling, times: Infinity });
    await expect(idsOf(watchOf([{}]))).rejects.toThrow('lower quotaShare');
    aws.clearFaults();
    aws.grant('AKIANOBODY', [{ Statement: [] }]);
    await expect(source('AKIANOBODY').discover(watchOf([{}]))).rejects.toThrow('allow cloudwatch:ListMetrics on "*"');
  });
});
