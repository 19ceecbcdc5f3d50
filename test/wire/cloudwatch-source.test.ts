import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CloudWatchSource } from '../../shared/adapters/aws/cloudwatch-source.ts';
import { describeExpression, describeSeries } from '../../shared/metrics/known-metrics.ts';
import type { Metric, SeriesDescription } from '../../shared/metrics/metric.ts';
import type { ReadSeries } from '../../shared/ports/metric-source.ts';
import { metricSourceSuite, watchOf } from '../contracts/suites/metric-source-suite.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { throttling } from '../fakes/aws/faults.ts';
import { clientsOf, MemoryLog, quick } from './aws-under-test.ts';

const hour = 3600;
/** A whole hour, so that every period's grid meets it. */
const now = 1_794_000_000 - (1_794_000_000 % hour);
const watch = { period: 300, natures: {} };

let aws: FakeAws;
let clock: number;
const source = (more: { readonly maxAttempts?: number; readonly accessKeyId?: string } = {}): CloudWatchSource =>
  new CloudWatchSource({
    client: clientsOf(aws, more.accessKeyId, { maxAttempts: more.maxAttempts ?? 1 }).cloudWatch,
    clientFor: (region) => clientsOf(aws, 'AKIATEST', { region, maxAttempts: 1 }).cloudWatch,
    clock: { now: () => Date.now() / 1000 },
    log: new MemoryLog(),
    quotaShare: 1,
    incomplete: quick,
    throttled: quick,
  });

const cpu = (instance: string, statistic: Metric['statistic'] = 'Average', more: Partial<Metric> = {}): Metric => ({
  namespace: 'AWS/EC2',
  name: 'CPUUtilization',
  dimensions: { InstanceId: instance },
  statistic,
  ...more,
});
const described = (metric: Metric, periodSeconds = 300): SeriesDescription => ({
  ...describeSeries(metric, watch),
  periodSeconds,
});
const grid = (from: number, count: number, step = 300): [number, number][] =>
  Array.from({ length: count }, (_, index) => [from + index * step, index + 1]);
const pairs = ({ points }: ReadSeries): [number, number][] =>
  [...points.times].map((time, index) => [time, points.values[index]]);
const problemOf = (one: ReadSeries | undefined): string | undefined => one?.problem?.kind;

metricSourceSuite('CloudWatch', async () => {
  const aws = await startFakeAws({ now: () => now });
  for (const instance of ['a', 'b', 'c']) {
    aws.cloudwatch.book.load(cpu(instance), grid(now - hour, 60, 60));
    aws.cloudwatch.book.load({ ...cpu(instance), name: 'NetworkIn' }, grid(now - hour, 60, 60));
  }
  const client = clientsOf(aws).cloudWatch;
  return {
    source: new CloudWatchSource({
      client,
      clientFor: () => client,
      clock: { now: () => Date.now() / 1000 },
      log: new MemoryLog(),
      quotaShare: 1,
    }),
    watch: watchOf('AWS/EC2', 300),
    from: now - hour,
    to: now,
    close: () => aws.stop(),
  };
});

beforeEach(async () => {
  clock = now;
  aws = await startFakeAws({ now: () => clock });
});
afterEach(() => aws.stop());

describe('reading CloudWatch', () => {
  it('gives the points of each series, oldest first, in the order asked', async () => {
    aws.cloudwatch.book.load(cpu('a'), grid(now - hour, 12));
    aws.cloudwatch.book.load(cpu('b'), grid(now - hour, 3));
    const reading = await source().read([described(cpu('b')), described(cpu('a'))], now - hour, now);
    expect(reading.series.map(({ id }) => id)).toEqual([described(cpu('b')).id, described(cpu('a')).id]);
    expect(pairs(reading.series[0])).toEqual(grid(now - hour, 3));
    expect(pairs(reading.series[1])).toEqual(grid(now - hour, 12));
    expect(reading.billedMetrics).toBe(2);
  });

  it('answers a series without points without a problem: nothing was published', async () => {
    const reading = await source().read([described(cpu('nobody'))], now - hour, now);
    expect(reading.series).toEqual([
      { id: described(cpu('nobody')).id, points: { times: new Float64Array(0), values: new Float64Array(0) } },
    ]);
  });

  it('asks for whole periods of the grid wherever the span begins, and gives only what lies in it', async () => {
    aws.cloudwatch.book.load(cpu('a'), grid(now - hour, 60, 60));
    const { series } = await source().read([described(cpu('a'))], now - hour + 100, now - 350);
    expect([...series[0].points.times]).toEqual(
      Array.from({ length: 10 }, (_, index) => now - hour + 300 * (index + 1)),
    );
    expect(aws.cloudwatch.gets[0]).toMatchObject({ StartTime: now - hour, EndTime: now - 300 });
  });

  it('asks for statistics of one metric in one request, so that they bill as one', async () => {
    aws.cloudwatch.book.load(cpu('a'), grid(now - hour, 60, 60));
    const statistics = ['Average', 'Maximum', 'Minimum', 'Sum', 'p99'] as const;
    const reading = await source().read(
      statistics.map((one) => described(cpu('a', one))),
      now - 600,
      now,
    );
    expect(reading.series.map((one) => [...one.points.values])).toEqual([
      [53, 58],
      [55, 60],
      [51, 56],
      [265, 290],
      [55, 60],
    ]);
    expect(reading.billedMetrics).toBe(1);
    expect(aws.cloudwatch.billed).toBe(1);
  });

  it('keeps statistics of one metric together where 500 queries are not enough', async () => {
    const series = Array.from({ length: 300 }, (_, index) => [`i-${index}`]).flatMap(([id]) =>
      (['Average', 'Maximum', 'p99'] as const).map((one) => described(cpu(id, one))),
    );
    const shuffled = [...series].sort((one, other) => (one.label + one.id < other.label + other.id ? -1 : 1));
    const reading = await source().read(shuffled, now - 900, now);
    expect(aws.cloudwatch.gets.map((one) => one.MetricDataQueries.length)).toEqual([498, 402]);
    expect(reading.billedMetrics).toBe(300);
    expect(aws.cloudwatch.billed).toBe(300);
  });

  it('fills requests to 100,800 points and not beyond', async () => {
    const fortnight = 14 * 24 * hour;
    const series = Array.from({ length: 7 }, (_, index) => described(cpu(`i-${index}`), 60));
    for (let index = 0; index < 7; index++)
      aws.cloudwatch.book.load(cpu(`i-${index}`), grid(now - fortnight, 20_160, 60));
    const reading = await source().read(series, now - fortnight, now);
    expect(aws.cloudwatch.gets.map((one) => one.MetricDataQueries.length)).toEqual([5, 2]);
    expect(reading.series.every((one) => one.points.times.length === 20_160)).toBe(true);
    expect(reading.billedMetrics).toBe(7);
  });

  it('reads all pages, also where one ends inside a series', async () => {
    aws.cloudwatch.pageDatapoints = 7;
    aws.cloudwatch.book.load(cpu('a'), grid(now - hour, 12));
    aws.cloudwatch.book.load(cpu('b'), grid(now - hour, 12));
    const reading = await source().read([described(cpu('a')), described(cpu('b'))], now - hour, now);
    expect(reading.series.map(pairs)).toEqual([grid(now - hour, 12), grid(now - hour, 12)]);
    expect(reading.series.map(problemOf)).toEqual([undefined, undefined]);
    expect(aws.cloudwatch.gets).toHaveLength(4);
    expect(reading.billedMetrics).toBe(aws.cloudwatch.billed);
  });

  it('cannot get minutes that CloudWatch has summed up, and says nothing wrong', async () => {
    const old = now - 20 * 86_400;
    aws.cloudwatch.book.load(cpu('a'), grid(old, 60, 60));
    const { series } = await source().read([described(cpu('a'), 60), described(cpu('a', 'Sum'), 300)], old, old + hour);
    expect(series.map((one) => one.points.times.length)).toEqual([0, 12]);
  });

  it('asks for periods of different length in requests of their own', async () => {
    aws.cloudwatch.book.load(cpu('a'), grid(now - hour, 60, 60));
    const { series } = await source().read([described(cpu('a'), 60), described(cpu('a', 'Sum'), 300)], now - hour, now);
    expect(series.map((one) => one.points.times.length)).toEqual([60, 12]);
    expect(aws.cloudwatch.gets).toHaveLength(2);
  });

  it('answers a series once that was asked for twice', async () => {
    const reading = await source().read([described(cpu('a')), described(cpu('a'))], now - hour, now);
    expect(reading.series).toHaveLength(1);
  });

  it('reads other accounts and other regions', async () => {
    aws.cloudwatch.book.load(cpu('a', 'Average', { account: '222222222222' }), grid(now - hour, 2));
    aws.cloudwatch.book.load(cpu('a', 'Average', { region: 'us-east-1' }), grid(now - hour, 4));
    const asked = [{ account: '222222222222' }, { region: 'us-east-1' }, {}].map((more) =>
      described(cpu('a', 'Average', more)),
    );
    const { series } = await source().read(asked, now - hour, now);
    expect(series.map((one) => one.points.times.length)).toEqual([2, 4, 0]);
  });

  it.each([
    ['a period that CloudWatch does not have', [described(cpu('a'), 90)], now, 'CloudWatch has no period of 90 s'],
    ['a span that ends before it begins', [described(cpu('a'))], now - 2 * hour, 'give the end after the start'],
  ])('refuses %s', async (_, series, to, message) => {
    await expect(source().read(series, now - hour, to)).rejects.toThrow(message);
  });

  it('stays within its share of the quota', async () => {
    const slow = new CloudWatchSource({
      client: clientsOf(aws).cloudWatch,
      clock: { now: () => Date.now() / 1000 },
      log: new MemoryLog(),
      quotaShare: 0.1,
    });
    const started = Date.now();
    for (let call = 0; call < 8; call++) await slow.read([described(cpu('a'))], now - hour, now);
    // Five calls a second: five at once, three more one by one.
    expect(Date.now() - started).toBeGreaterThan(500);
  });
});

describe('expressions', () => {
  const errors: Metric = { namespace: 'Shop', name: 'Errors', dimensions: { Api: 'x' }, statistic: 'Sum' };
  const requests: Metric = { ...errors, name: 'Requests' };
  const named = (expression: string, label = 'error rate', names = ['errors', 'requests']) =>
    describeExpression(
      {
        label,
        expression,
        unit: 'Percent',
        metrics: Object.fromEntries(
          [errors, requests].map(({ name, ...one }, index) => [names[index], { ...one, metric: name }]),
        ),
      },
      watch,
    );
  beforeEach(() => {
    aws.cloudwatch.book.load(errors, [[now - 300, 5]]);
    aws.cloudwatch.book.load(requests, [
      [now - 600, 50],
      [now - 300, 100],
    ]);
  });

  it.each([
    ['a ratio', 'errors / requests * 100', [[now - 300, 5]]],
    [
      'with gaps filled',
      '100 * FILL(errors, 0) / requests',
      [
        [now - 600, 0],
        [now - 300, 5],
      ],
    ],
    [
      'over all its metrics',
      'SUM(METRICS())',
      [
        [now - 600, 50],
        [now - 300, 105],
      ],
    ],
    [
      'over some of its metrics',
      'MAX(METRICS("req"))',
      [
        [now - 600, 50],
        [now - 300, 100],
      ],
    ],
    ['with a division by zero, which has no value', 'errors / (requests - 100)', []],
  ])('are series like any other: %s', async (_, expression, expected) => {
    const { series, billedMetrics } = await source().read([named(expression)], now - 600, now);
    expect(series[0].problem).toBeUndefined();
    expect(pairs(series[0])).toEqual(expected);
    expect(billedMetrics).toBe(2);
  });

  it('share metrics of a request with series and other expressions, under names of their own', async () => {
    const asked = [
      named('a / b', 'one', ['a', 'b']),
      named('b / a', 'other', ['b', 'a']),
      described(errors),
      described(requests),
    ];
    const { series, billedMetrics } = await source().read(asked, now - 300, now);
    expect(series.map((one) => [...one.points.values])).toEqual([[0.05], [0.05], [5], [100]]);
    expect(billedMetrics).toBe(2);
    expect(aws.cloudwatch.gets[0].MetricDataQueries).toHaveLength(4);
  });

  it.each([
    ['reaches for what is not its own', 'm0 + errors', "uses 'm0', which is not among its"],
    ['searches', `SUM(SEARCH('{AWS/EC2} CPU', 'Sum', 300))`, 'use "select" of the watch'],
    ['is cut off', 'errors / ', 'CloudWatch refuses it'],
    ['is longer than CloudWatch takes', `errors${' + errors'.repeat(400)}`, 'CloudWatch takes 2048'],
    ['is nothing', '  ', 'is empty'],
  ])('blind no other series when one %s', async (_, expression, message) => {
    const { series } = await source().read(
      [described(errors), named(expression), named('errors + 1', 'good')],
      now - 300,
      now,
    );
    expect(series.map(problemOf)).toEqual([undefined, 'refused', undefined]);
    expect(series[1].problem?.message).toContain(message);
    expect(series.map((one) => [...one.points.values])).toEqual([[5], [], [6]]);
  });
});

describe('bad answers of CloudWatch', () => {
  const both = () => [described(cpu('a')), described({ ...cpu('a'), name: 'NetworkIn' })];
  beforeEach(() => {
    aws.cloudwatch.book.load(cpu('a'), grid(now - hour, 12));
    aws.cloudwatch.book.load({ ...cpu('a'), name: 'NetworkIn' }, grid(now - hour, 12));
  });
  const isCpu = (name: string): boolean => name === 'CPUUtilization';

  it.each([
    ['PartialData', 'partial', 6],
    ['InternalError', 'internal-error', 0],
    ['Forbidden', 'forbidden', 0],
  ] as const)(
    '%s that lasts is named, with the points that came, and no other series is touched',
    async (status, kind, left) => {
      aws.cloudwatch.resultFaults.push({ status, of: isCpu, times: Infinity });
      const { series } = await source().read(both(), now - hour, now);
      expect(series[0].problem).toEqual({ kind, message: `${status} injected ${status}` });
      expect(series[0].points.times.length).toBe(left);
      expect(series[1].problem).toBeUndefined();
      expect(series[1].points.times.length).toBe(12);
    },
  );

  it.each(['PartialData', 'InternalError'] as const)(
    '%s that passes is asked again, for that series only',
    async (status) => {
      aws.cloudwatch.resultFaults.push({ status, of: isCpu, times: 2 });
      const reading = await source().read(both(), now - hour, now);
      expect(reading.series.map(problemOf)).toEqual([undefined, undefined]);
      expect(pairs(reading.series[0])).toEqual(grid(now - hour, 12));
      expect(aws.cloudwatch.gets.map((one) => one.MetricDataQueries.length)).toEqual([2, 1, 1]);
      expect(reading.billedMetrics).toBe(aws.cloudwatch.billed);
    },
  );

  it('a throttled call is tried again', async () => {
    aws.inject({ operation: 'GetMetricData', effect: throttling, times: 3 });
    const { series } = await source().read(both(), now - hour, now);
    expect(series.map(problemOf)).toEqual([undefined, undefined]);
  });

  it('throttling without end is named for every series, and bills nothing', async () => {
    aws.inject({ operation: 'GetMetricData', effect: throttling, times: Infinity });
    const reading = await source().read(both(), now - hour, now);
    expect(reading.series.map(problemOf)).toEqual(['throttled', 'throttled']);
    expect(reading.billedMetrics).toBe(0);
    expect(aws.calls).toHaveLength(quick.attempts);
  });

  it('a page token that never ends is cut off and named; the points stay', async () => {
    aws.cloudwatch.endlessToken = true;
    const { series } = await source().read(both(), now - hour, now);
    expect(series.map(problemOf)).toEqual(['partial', 'partial']);
    expect(series[0].problem?.message).toContain('pages without end');
    expect(pairs(series[0])).toEqual(grid(now - hour, 12));
    expect(aws.calls.length).toBeLessThan(5);
  });

  it.each([
    ['no connection', 'lost-request'],
    ['half an answer', 'truncate'],
    ['a failure inside', { status: 500, code: 'InternalServiceFault' }],
  ] as const)('%s is a fault: it throws once it lasts, and is tried again before', async (_, effect) => {
    aws.inject({ operation: 'GetMetricData', effect });
    const { series } = await source({ maxAttempts: 3 }).read(both(), now - hour, now);
    expect(series.map(problemOf)).toEqual([undefined, undefined]);
    aws.inject({ operation: 'GetMetricData', effect, times: Infinity });
    await expect(source({ maxAttempts: 2 }).read(both(), now - hour, now)).rejects.toThrow(
      'CloudWatch GetMetricData failed',
    );
  });

  it('a denied call throws and says what to allow', async () => {
    aws.grant('AKIANOBODY', [{ Statement: { Effect: 'Allow', Action: 'cloudwatch:ListMetrics', Resource: '*' } }]);
    const denied = source({ accessKeyId: 'AKIANOBODY' }).read(both(), now - hour, now);
    await expect(denied).rejects.toThrow('allow cloudwatch:GetMetricData');
  });
});
