import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CloudWatchSink } from '../../shared/adapters/aws/cloudwatch-sink.ts';
import type { MetricDatum } from '../../shared/ports/metric-sink.ts';
import { metricSinkSuite } from '../contracts/suites/metric-sink-suite.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { throttling } from '../fakes/aws/faults.ts';
import { clientsOf } from './aws-under-test.ts';

const now = 1_794_000_000;
const datum = (more: Partial<MetricDatum> = {}): MetricDatum => ({
  name: 'AnomaliesDetected',
  dimensions: { Watch: 'servers' },
  value: 3,
  unit: 'Count',
  time: now - 60,
  ...more,
});
const many = (count: number, more: Partial<MetricDatum> = {}): MetricDatum[] =>
  Array.from({ length: count }, (_, index) => datum({ ...more, value: index }));

metricSinkSuite('the CloudWatch sink', async () => {
  const aws = await startFakeAws({ now: () => 1_763_700_600 });
  return {
    sink: new CloudWatchSink({ namespace: 'AIOps/Monitoring', client: clientsOf(aws).cloudWatch }),
    received: async () =>
      aws.cloudwatch.published.map(({ namespace, unit, ...one }) => {
        expect(namespace).toBe('AIOps/Monitoring');
        return { ...one, unit: unit as MetricDatum['unit'] };
      }),
    close: () => aws.stop(),
  };
});

let aws: FakeAws;
const sink = (accessKeyId?: string): CloudWatchSink =>
  new CloudWatchSink({
    namespace: 'AIOps/Monitoring',
    client: clientsOf(aws, accessKeyId, { maxAttempts: 2 }).cloudWatch,
  });

beforeEach(async () => {
  aws = await startFakeAws({ now: () => now });
});
afterEach(() => aws.stop());

describe('the CloudWatch sink', () => {
  it('publishes at most 1,000 values in a request, in order, and asks nothing for nothing', async () => {
    await sink().publish(many(2_500));
    expect(aws.cloudwatch.published.map(({ value }) => value)).toEqual(many(2_500).map(({ value }) => value));
    expect(aws.calls).toHaveLength(3);
    await sink().publish([]);
    expect(aws.calls).toHaveLength(3);
  });

  it('keeps requests below 1 MB', async () => {
    const dimensions = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`d${index}`, 'x'.repeat(1000)]));
    await sink().publish(many(100, { dimensions }));
    expect(aws.cloudwatch.published).toHaveLength(100);
    expect(aws.calls).toHaveLength(2);
  });

  it.each<[string, Partial<MetricDatum>, string]>([
    ['more than 2^360', { value: 2 ** 361 }, 'finite numbers up to 2^360'],
    ['no time', { time: NaN }, 'time NaN'],
    ['no name', { name: '' }, '1 to 255'],
    [
      'more than 30 dimensions',
      { dimensions: Object.fromEntries([...Array(31).keys()].map((i) => [`d${i}`, 'x'])) },
      'at most 30',
    ],
    ['an empty dimension', { dimensions: { Watch: ' ' } }, 'not all blank'],
    ['a dimension beyond ASCII', { dimensions: { Watch: 'größe' } }, 'ASCII'],
    ['a dimension beginning with a colon', { dimensions: { ':a': 'x' } }, 'dimension :a'],
    ['a long dimension', { dimensions: { Watch: 'x'.repeat(1025) } }, '1 to 1024'],
  ])('refuses %s, and then publishes nothing at all', async (_, more, message) => {
    await expect(sink().publish([datum(), datum(more)])).rejects.toThrow(RangeError);
    await expect(sink().publish([datum(), datum(more)])).rejects.toThrow(message);
    expect(aws.calls).toEqual([]);
  });

  it('takes the largest values that are allowed', async () => {
    const dimensions = Object.fromEntries([...Array(30).keys()].map((i) => [`d${i}`, 'x']));
    await sink().publish([
      datum({ value: 2 ** 360, dimensions, name: 'x'.repeat(255) }),
      datum({ value: -(2 ** 360) }),
    ]);
    expect(aws.cloudwatch.published).toHaveLength(2);
  });

  it('tries a throttled request again, and throws when it stays so', async () => {
    aws.inject({ operation: 'PutMetricData', effect: throttling });
    await sink().publish([datum()]);
    expect(aws.cloudwatch.published).toHaveLength(1);
    aws.inject({ operation: 'PutMetricData', effect: throttling, times: Infinity });
    await expect(sink().publish([datum()])).rejects.toThrow(
      'could not publish 1 values to AIOps/Monitoring: ThrottlingException',
    );
  });

  it('may publish to its own namespace only', async () => {
    const Condition = { StringEquals: { 'cloudwatch:namespace': 'AIOps/Other' } };
    aws.grant('AKIASINK', [
      { Statement: { Effect: 'Allow', Action: 'cloudwatch:PutMetricData', Resource: '*', Condition } },
    ]);
    await expect(sink('AKIASINK').publish([datum()])).rejects.toThrow(
      'allow cloudwatch:PutMetricData in namespace AIOps/Monitoring',
    );
  });
});
