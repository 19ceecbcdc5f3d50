import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoring } from '../../lib/index.ts';
import { alarmMetrics } from '../../shared/settings/monthly-bill.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { fastApp, oneWatch, synthesise } from './synthesise.ts';

const queues = { queues: { select: 'AWS/SQS', collect: 'stream' } } as const;
const { template } = synthesise({
  watches: {
    servers: {
      select: [{ namespace: 'AWS/EC2', metric: ['CPUUtilization', 'NetworkIn'] }, 'AWS/SQS'],
      collect: 'stream',
    },
    databases: { select: { namespace: 'AWS/EC2', metric: 'NetworkOut', account: '222222222222' }, collect: 'stream' },
    polled: { select: 'AWS/RDS' },
  },
});
const { template: plain } = synthesise({ watches: oneWatch });
const properties = (type: string): Record<string, unknown>[] =>
  Object.values(template.findResources(type)).map((one) => one['Properties'] as Record<string, unknown>);

describe('metric streams', () => {
  it('are there where a watch streams, and nowhere else', () => {
    plain.resourceCountIs('AWS::CloudWatch::MetricStream', 0);
    plain.resourceCountIs('AWS::KinesisFirehose::DeliveryStream', 0);
    expect(JSON.stringify(plain.toJSON())).not.toMatch(/raw\/stream|"stream\/|StreamSilent/);
  });

  it('say what streaming watches select, each namespace once, and nothing that is polled', () => {
    template.hasResourceProperties('AWS::CloudWatch::MetricStream', {
      OutputFormat: 'json',
      IncludeLinkedAccountsMetrics: true,
      IncludeFilters: [
        { Namespace: 'AWS/EC2', MetricNames: ['CPUUtilization', 'NetworkIn', 'NetworkOut'] },
        { Namespace: 'AWS/SQS' },
      ],
    });
  });

  it('are written below raw/stream/, told of through a queue that S3 of this account may fill, and taken', () => {
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: Match.objectLike({ Prefix: 'raw/stream/', CompressionFormat: 'GZIP' }),
    });
    const [bucket] = properties('AWS::S3::Bucket');
    expect(bucket['NotificationConfiguration']).toEqual({
      QueueConfigurations: [
        {
          Event: 's3:ObjectCreated:*',
          Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'raw/stream/' }] } },
          Queue: { 'Fn::GetAtt': [expect.stringMatching(/StreamsDeliveries/), 'Arn'] },
        },
      ],
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Principal: { Service: 's3.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('StreamsDeliveries'), 'Arn'] },
      FunctionName: { Ref: Match.stringLikeRegexp('StreamsStream') },
    });
  });

  it('are made after the rights that AWS tries when it makes them', () => {
    const dependencies = (type: string): string =>
      JSON.stringify(Object.values(template.findResources(type)).map((one) => one['DependsOn'] as unknown));
    expect(dependencies('AWS::KinesisFirehose::DeliveryStream')).toMatch(/FirehoseRoleDefaultPolicy/);
    expect(dependencies('AWS::CloudWatch::MetricStream')).toMatch(/SendingRoleDefaultPolicy/);
    expect(dependencies('AWS::S3::Bucket')).toMatch(/DeliveriesPolicy/);
  });

  it('leave nothing in the bucket for longer than some days, older versions neither', () => {
    const [bucket] = properties('AWS::S3::Bucket');
    const { Rules } = bucket['LifecycleConfiguration'] as { Rules: Record<string, unknown>[] };
    for (const Prefix of ['raw/stream', 'stream/'])
      expect(Rules).toContainEqual(
        expect.objectContaining({
          Prefix,
          ExpirationInDays: 3,
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          Status: 'Enabled',
        }),
      );
  });

  it('that fall silent, wait, fail, or bring what cannot be read, have an alarm, each counted in the bill', () => {
    const idsOf = (of: typeof template): string[] => Object.keys(of.findResources('AWS::CloudWatch::Alarm'));
    const own = idsOf(template).filter((id) => /Stream|Deliveries/.test(id));
    expect(own.map((id) => id.replace(/^MonitoringAlarms|.{8}$/g, '')).sort()).toEqual([
      'DeliveriesWaiting',
      'FailedDeliveries',
      'StreamErrors',
      'StreamSilent',
    ]);
    expect(own).toHaveLength(alarmMetrics.streaming);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('a-metric-stream-is-silent$'),
      MetricName: 'Invocations',
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });
});

describe('a limit on what a month may cost', () => {
  it('is none on a stream, and synth says so', () => {
    const of = (collect: 'poll' | 'stream') =>
      synthesise({
        settings: settingsSchema.parse({ maxMonthlyUsd: 500, watches: { one: { select: 'AWS/SQS', collect } } }),
      });
    const warning = [
      '*',
      Match.stringLikeRegexp('every metric of what it names.*one.*maxMonthlyUsd is no limit'),
    ] as const;
    Annotations.fromStack(of('stream').stack).hasWarning(...warning);
    Annotations.fromStack(of('poll').stack).hasNoWarning(...warning);
  });
});

describe('streaming is refused, with what to write', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a namespace that is a pattern',
      { select: 'AWS/*' },
      /watches\.one\.select: a metric stream takes namespaces by their names.*AWS\/\*.*collect: poll/,
    ],
    [
      'nothing but expressions: a stream without names would be one of everything',
      { expressions: [{ label: 'rate', expression: 'a', metrics: { a: { namespace: 'Shop', metric: 'Errors' } } }] },
      /watches\.one\.collect: there is nothing that a metric stream brings.*collect: poll/,
    ],
    [
      'nothing but another region',
      { select: { namespace: 'AWS/SQS', region: 'us-east-1' } },
      /watches\.one\.collect: there is nothing that a metric stream brings/,
    ],
  ])('%s', (_, watch, words) => {
    const settings = settingsSchema.parse({ watches: { one: { ...watch, collect: 'stream' } } });
    expect(() => synthesise({ settings })).toThrow(words);
  });

  it('a bucket that is imported, or of another stack: nothing could make it tell', () => {
    const imported = (stack: Stack) => Bucket.fromBucketName(stack, 'Mine', 'my-bucket');
    const elsewhere = (stack: Stack) => new Bucket(new Stack(stack, 'Other'), 'Mine');
    for (const bucketOf of [imported, elsewhere])
      expect(() => synthesise((stack) => ({ watches: queues, bucket: bucketOf(stack) }))).toThrow(
        /bucket: is not made in this stack.*collect: poll/,
      );
  });

  it('a bucket of the same stack is taken; with notifications of its own it is not', () => {
    const mine = synthesise((stack) => ({ watches: queues, bucket: new Bucket(stack, 'Mine') }));
    mine.template.hasResourceProperties('AWS::S3::Bucket', { NotificationConfiguration: Match.anyValue() });
    const app = fastApp();
    const stack = new Stack(app, 'Test');
    const bucket = new Bucket(stack, 'Mine');
    new AnomalyMonitoring(stack, 'Monitoring', { watches: queues, bucket, selfAlarms: 'nobody' });
    bucket.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(new Queue(stack, 'Queue')));
    expect(() => app.synth()).toThrow(/bucket: has notifications of its own/);
  });
});
