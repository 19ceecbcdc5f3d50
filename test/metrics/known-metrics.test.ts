import { describe, expect, it } from 'vitest';
import {
  describeExpression,
  describeSeries,
  knownMetric,
  knownNamespaces,
  metricOf,
  natureOf,
  statisticsOf,
} from '../../shared/metrics/known-metrics.ts';
import { isStatistic, type Metric } from '../../shared/metrics/metric.ts';

const watch = { period: 300, natures: {} };
const metric = (
  namespace: string,
  name: string,
  dimensions: Metric['dimensions'] = {},
  statistic: Metric['statistic'] = 'Average',
): Metric => ({
  namespace,
  name,
  dimensions,
  statistic,
});
const rows = knownNamespaces.flatMap(({ namespace, metrics }) => metrics.map((one) => ({ namespace, ...one })));

describe('what is known', () => {
  it.each([
    ['EC2', 'AWS/EC2', ['CPUUtilization', 'NetworkIn', 'StatusCheckFailed', 'CPUCreditBalance', 'DiskReadOps']],
    ['EBS', 'AWS/EBS', ['VolumeReadOps', 'VolumeQueueLength', 'BurstBalance', 'VolumeIdleTime']],
    [
      'ALB',
      'AWS/ApplicationELB',
      ['RequestCount', 'TargetResponseTime', 'HTTPCode_Target_5XX_Count', 'HealthyHostCount'],
    ],
    ['NLB', 'AWS/NetworkELB', ['ActiveFlowCount', 'ProcessedBytes', 'TCP_Target_Reset_Count', 'UnHealthyHostCount']],
    ['Lambda', 'AWS/Lambda', ['Invocations', 'Errors', 'Duration', 'Throttles', 'ConcurrentExecutions', 'IteratorAge']],
    ['RDS', 'AWS/RDS', ['CPUUtilization', 'FreeStorageSpace', 'DatabaseConnections', 'ReadLatency', 'ReplicaLag']],
    ['Aurora', 'AWS/RDS', ['AuroraReplicaLag', 'BufferCacheHitRatio', 'VolumeBytesUsed', 'Deadlocks', 'CommitLatency']],
    [
      'DynamoDB',
      'AWS/DynamoDB',
      ['ConsumedReadCapacityUnits', 'ThrottledRequests', 'SuccessfulRequestLatency', 'SystemErrors'],
    ],
    ['SQS', 'AWS/SQS', ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible', 'NumberOfMessagesSent']],
    ['ECS', 'AWS/ECS', ['CPUUtilization', 'MemoryUtilization']],
    ['ECS with Container Insights', 'ECS/ContainerInsights', ['RunningTaskCount', 'CpuUtilized', 'MemoryUtilized']],
    ['REST APIs', 'AWS/ApiGateway', ['4XXError', '5XXError', 'Count', 'Latency', 'IntegrationLatency']],
    ['HTTP APIs', 'AWS/ApiGateway', ['4xx', '5xx', 'DataProcessed']],
    [
      'ElastiCache',
      'AWS/ElastiCache',
      ['EngineCPUUtilization', 'Evictions', 'CurrConnections', 'ReplicationLag', 'CacheHits'],
    ],
    ['S3', 'AWS/S3', ['BucketSizeBytes', 'NumberOfObjects', '4xxErrors', 'FirstByteLatency', 'AllRequests']],
    ['the CloudWatch agent', 'CWAgent', ['mem_used_percent', 'disk_used_percent', 'cpu_usage_active']],
    ['Kinesis', 'AWS/Kinesis', ['GetRecords.IteratorAgeMilliseconds', 'WriteProvisionedThroughputExceeded']],
    ['SNS', 'AWS/SNS', ['NumberOfNotificationsFailed']],
  ])('of %s', (_title, namespace, names) => {
    for (const name of names) expect(knownMetric(namespace, name), name).toBeDefined();
  });

  it('names every metric once', () => {
    for (const { namespace, metrics } of knownNamespaces) {
      const names = metrics.map((one) => one.metric);
      expect(
        names.filter((name, i) => names.indexOf(name) !== i),
        namespace,
      ).toEqual([]);
    }
    expect(new Set(knownNamespaces.map(({ namespace }) => namespace)).size).toBe(knownNamespaces.length);
  });

  it.each(rows.map((row) => [`${row.namespace} ${row.metric}`, row] as const))('%s is sound', (_title, row) => {
    expect(row.statistics.every(isStatistic)).toBe(true);
    expect(new Set(row.statistics).size).toBe(row.statistics.length);
    expect([60, 300, 3600, 86_400]).toContain(row.periodSeconds);
    expect(row.unit).toMatch(
      /^(Percent|Count|Bytes|Seconds|Milliseconds|Microseconds|Megabytes|Gigabytes|Bytes\/Second|Count\/Second|None)$/,
    );
    if (row.lowest !== undefined && row.highest !== undefined) expect(row.lowest).toBeLessThan(row.highest);
    // Only what is counted, summed or piles up can be zero by its absence; a mean of nothing is nothing.
    if (row.gap === 'zero') expect(row.statistics[0]).toMatch(/^(Sum|Maximum|Average)$/);
    if (row.gap === 'zero' && row.statistics[0] === 'Average') expect(row.metric).toBe('RequestCountPerTarget');
    if (/(Latency|Duration|ResponseTime)$/.test(row.metric)) expect([row.bad, row.gap]).toEqual(['up', 'gap']);
    if (/(5XX|5xx|Throttle(s|Events|dRequests)|FailedInvocations|Rejected|SystemErrors)/.test(row.metric)) {
      expect([row.bad, row.gap, row.statistics[0]]).toEqual(['up', 'zero', 'Sum']);
    }
    if (
      /^Free|CreditBalance$|^BurstBalance$|Balance%$|HitRa(te|tio)$|^HealthyHostCount$/.test(row.metric) &&
      !/Surplus/.test(row.metric)
    ) {
      expect(row.bad).toBe('down');
    }
    if (row.unit === 'Percent' && row.namespace !== 'AWS/ECS') expect([row.lowest, row.highest]).toEqual([0, 100]);
  });

  it.each([
    [
      'a processor may only be too busy',
      'AWS/EC2',
      'CPUUtilization',
      { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' },
    ],
    [
      'an error that is not published did not happen',
      'AWS/Lambda',
      'Errors',
      { unit: 'Count', lowest: 0, bad: 'up', gap: 'zero' },
    ],
    [
      'a failed status check that is not published is silence',
      'AWS/EC2',
      'StatusCheckFailed',
      { unit: 'Count', lowest: 0, highest: 1, bad: 'up', gap: 'silence' },
    ],
    [
      'storage runs out downwards',
      'AWS/RDS',
      'FreeStorageSpace',
      { unit: 'Bytes', lowest: 0, bad: 'down', gap: 'gap' },
    ],
    ['broken replication says -1', 'AWS/RDS', 'ReplicaLag', { unit: 'Seconds', lowest: -1, bad: 'up', gap: 'gap' }],
    [
      'an idle queue is an empty one',
      'AWS/SQS',
      'ApproximateAgeOfOldestMessage',
      { unit: 'Seconds', lowest: 0, bad: 'up', gap: 'zero' },
    ],
    [
      'a service may use more than it reserved',
      'AWS/ECS',
      'CPUUtilization',
      { unit: 'Percent', lowest: 0, bad: 'up', gap: 'gap' },
    ],
    ['of what is not known nothing is supposed', 'My/App', 'Orders', { unit: 'None', bad: 'both', gap: 'gap' }],
  ])('%s', (_title, namespace, name, nature) => {
    expect(natureOf(namespace, name)).toEqual(nature);
  });

  it('a sum is not bound by what bounds its parts, and a sample count counts', () => {
    expect(natureOf('AWS/EC2', 'CPUUtilization', 'Sum')).not.toHaveProperty('highest');
    expect(natureOf('AWS/EC2', 'CPUUtilization', 'p99')).toHaveProperty('highest', 100);
    expect(natureOf('AWS/EC2', 'CPUUtilization', 'SampleCount')).toEqual({
      unit: 'Count',
      lowest: 0,
      bad: 'both',
      gap: 'gap',
    });
  });

  it('latencies are worth their tail too', () => {
    expect(statisticsOf('AWS/ApplicationELB', 'TargetResponseTime')).toEqual(['Average', 'p99']);
    expect(statisticsOf('My/App', 'Orders')).toEqual(['Average']);
  });
});

describe('a series', () => {
  it.each([
    [
      'belongs to what its namespace names',
      metric('AWS/EC2', 'CPUUtilization', { InstanceId: 'i-1' }),
      'InstanceId=i-1',
      'CPUUtilization',
    ],
    [
      'says another statistic than the usual one',
      metric('AWS/EC2', 'CPUUtilization', { InstanceId: 'i-1' }, 'Maximum'),
      'InstanceId=i-1',
      'CPUUtilization Maximum',
    ],
    [
      'leaves the usual one unsaid',
      metric('AWS/Lambda', 'Errors', { FunctionName: 'f' }, 'Sum'),
      'FunctionName=f',
      'Errors',
    ],
    [
      'tells parts of one thing apart',
      metric('AWS/DynamoDB', 'SuccessfulRequestLatency', { TableName: 't', Operation: 'GetItem' }),
      'TableName=t',
      'SuccessfulRequestLatency GetItem',
    ],
    [
      'with statistic and part',
      metric('AWS/DynamoDB', 'SuccessfulRequestLatency', { TableName: 't', Operation: 'GetItem' }, 'p99'),
      'TableName=t',
      'SuccessfulRequestLatency p99 GetItem',
    ],
    [
      'of a balancer by zone is the balancer’s',
      metric('AWS/ApplicationELB', 'RequestCount', { LoadBalancer: 'app/x', AvailabilityZone: 'a' }, 'Sum'),
      'LoadBalancer=app/x',
      'RequestCount a',
    ],
    ['of a whole account is the namespace', metric('AWS/Lambda', 'Errors', {}, 'Sum'), 'AWS/Lambda', 'Errors'],
    [
      'of a family is the family',
      metric('AWS/RDS', 'CPUUtilization', { DatabaseClass: 'db.r5.large' }),
      'DatabaseClass=db.r5.large',
      'CPUUtilization',
    ],
    [
      'of an unknown namespace belongs to all its dimensions',
      metric('My/App', 'Orders', { Shop: 's', Country: 'de' }),
      'Country=de,Shop=s',
      'Orders',
    ],
    [
      'of another account says so',
      { ...metric('AWS/EC2', 'CPUUtilization', { InstanceId: 'i-1' }), account: '123456789012' },
      '123456789012|InstanceId=i-1',
      'CPUUtilization',
    ],
  ] as const)('%s', (_title, one, entity, label) => {
    expect(describeSeries(one, watch)).toMatchObject({ entity, label });
  });

  it('belongs to what the watch says names a thing', () => {
    const orders = metric('My/App', 'Orders', { Shop: 's', Country: 'de' });
    expect(describeSeries(orders, { ...watch, entityBy: ['Shop'] })).toMatchObject({
      entity: 'Shop=s',
      label: 'Orders de',
    });
    expect(describeSeries(orders, { ...watch, entityBy: ['Other'] })).toMatchObject({
      entity: 'My/App',
      label: 'Orders de s',
    });
  });

  it.each([
    ['the watch’s', 'AWS/EC2', 'CPUUtilization', 300, 300],
    ['a minute, where the watch has one', 'AWS/EC2', 'CPUUtilization', 60, 60],
    ['what a metric is published in, where that is longer', 'AWS/EC2', 'CPUCreditBalance', 60, 300],
    ['a day', 'AWS/S3', 'BucketSizeBytes', 300, 86_400],
    ['a multiple of the watch’s', 'AWS/EC2', 'CPUCreditBalance', 120, 360],
    ['of seconds, where the watch has seconds and the metric is our own', 'My/App', 'Orders', 10, 10],
  ])('has a period: %s', (_title, namespace, name, period, expected) => {
    expect(describeSeries(metric(namespace, name), { ...watch, period }).periodSeconds).toBe(expected);
  });

  it('means what the watch says, by label, the later the stronger, each only in what it says', () => {
    const natures = {
      '*': { bad: 'both', unit: 'Things' },
      'Errors*': { gap: 'gap' },
      Errors: { unit: 'Failures' },
      Other: { unit: 'x' },
    } as const;
    const { nature } = describeSeries(metric('AWS/Lambda', 'Errors', {}, 'Sum'), { ...watch, natures });
    expect(nature).toEqual({ unit: 'Failures', lowest: 0, bad: 'both', gap: 'gap' });
  });

  it('has an id of its own for each statistic and each order of the same dimensions', () => {
    const ids = (['Average', 'p99'] as const).map(
      (statistic) => describeSeries(metric('A', 'b', { x: '1', y: '2' }, statistic), watch).id,
    );
    expect(new Set(ids).size).toBe(2);
    expect(describeSeries(metric('A', 'b', { y: '2', x: '1' }), watch).id).toBe(ids[0]);
  });
});

describe('an expression', () => {
  const lambda = (name: string, fn: string) => ({
    namespace: 'AWS/Lambda',
    metric: name,
    dimensions: { FunctionName: fn },
    statistic: 'Sum',
  });
  const rate = { label: 'error rate', expression: 'e / r * 100', unit: 'Percent' };

  it('is a series of the thing its metrics share', () => {
    const described = describeExpression(
      { ...rate, metrics: { e: lambda('Errors', 'f'), r: lambda('Invocations', 'f') } },
      watch,
    );
    expect(described).toMatchObject({
      entity: 'FunctionName=f',
      label: 'error rate',
      periodSeconds: 300,
      nature: { unit: 'Percent', bad: 'both', gap: 'gap' },
      metric: { expression: 'e / r * 100' },
    });
  });

  it('over several things is a thing of its own, unless it is said whose it is', () => {
    const metrics = { e: lambda('Errors', 'f'), r: lambda('Invocations', 'g') };
    expect(describeExpression({ ...rate, metrics }, watch).entity).toBe('error rate');
    expect(describeExpression({ ...rate, metrics, entity: 'checkout' }, watch).entity).toBe('checkout');
  });

  it('over other metrics under the same label has another id', () => {
    const ids = ['f', 'g'].map(
      (fn) =>
        describeExpression({ ...rate, metrics: { e: lambda('Errors', fn), r: lambda('Invocations', fn) } }, watch).id,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('refuses a statistic that CloudWatch does not know', () => {
    expect(() => metricOf({ ...lambda('Errors', 'f'), statistic: 'sum' })).toThrow(
      /AWS\/Lambda Errors: unknown statistic "sum".*Sum/,
    );
  });
});
