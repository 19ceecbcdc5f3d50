import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoring, AnomalyMonitoringStack } from '../../lib/index.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import { fastApp, oneWatch, synthesise } from './synthesise.ts';

const { template } = synthesise({
  watches: {
    servers: { select: 'AWS/EC2' },
    queues: { select: 'AWS/SQS', every: Duration.minutes(1), period: Duration.minutes(1) },
  },
});
type Properties = Record<string, unknown>;
const all = (type: string, from = template): Properties[] =>
  Object.values(from.findResources(type)).map((one) => one['Properties'] as Properties);
const ours = all('AWS::Lambda::Function').filter(({ Runtime }) => Runtime === 'nodejs24.x');

describe('the bucket', () => {
  it('is versioned, encrypted, private and kept', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketName: Match.absent(),
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      },
    });
  });

  it('refuses whoever comes without TLS, or with an old one', () => {
    const [policy] = all('AWS::S3::BucketPolicy') as unknown as { PolicyDocument: { Statement: unknown[] } }[];
    expect(policy.PolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      expect.objectContaining({
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      }),
    ]);
  });

  it('forgets old versions of what is rewritten each tick after a day, and history after its retention', () => {
    const { template: short } = synthesise({ watches: oneWatch, retention: Duration.days(30) });
    const [bucket] = all('AWS::S3::Bucket', short) as unknown as { LifecycleConfiguration: { Rules: object[] } }[];
    expect(bucket.LifecycleConfiguration.Rules).toEqual([
      { Id: 'state-versions', Prefix: 'state/', Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      {
        Id: 'history',
        Prefix: 'history/',
        Status: 'Enabled',
        ExpirationInDays: 31,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
      { Id: 'anomalies', Prefix: 'anomalies/', Status: 'Enabled', ExpirationInDays: 31 },
      { Id: 'forecasts', Prefix: 'forecasts/', Status: 'Enabled', ExpirationInDays: 8 },
      {
        Id: 'incident-versions',
        Prefix: 'incidents/',
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
      },
      { Id: 'incidents', Prefix: 'incidents/closed/', Status: 'Enabled', ExpirationInDays: 31 },
      { Id: 'audit', Prefix: 'audit/', Status: 'Enabled', ExpirationInDays: 31 },
      {
        Id: 'meter',
        Prefix: 'meter/',
        Status: 'Enabled',
        ExpirationInDays: 400,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
      {
        Id: 'charts',
        Prefix: 'charts/',
        Status: 'Enabled',
        ExpirationInDays: 8,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
      {
        Id: 'leftovers',
        Status: 'Enabled',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        ExpiredObjectDeleteMarker: true,
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      },
    ]);
  });

  it('takes a key, a place for access logs and a removal policy of ours', () => {
    const { template: other } = synthesise((stack) => ({
      watches: oneWatch,
      encryptionKey: new Key(stack, 'Key'),
      serverAccessLogsBucket: Bucket.fromBucketName(stack, 'Logs', 'logs'),
      removalPolicy: RemovalPolicy.DESTROY,
    }));
    other.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Delete',
      Properties: {
        LoggingConfiguration: { DestinationBucketName: 'logs' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
          ],
        },
      },
    });
    const decrypting = all('AWS::IAM::Policy', other).filter((one) => JSON.stringify(one).includes('kms:Decrypt'));
    expect(decrypting).toHaveLength(13);
  });
});

describe('the schedules', () => {
  it.each([
    ['Tick of watch servers', 'rate(5 minutes)', 300],
    ['Tick of watch queues', 'rate(1 minute)', 60],
    ['Forecast of watch servers', 'rate(5 minutes)', 300],
    ['Forecast of watch queues', 'rate(5 minutes)', 300],
    ['Discovery of watch servers', 'rate(1 hour)', 3_600],
    ['Discovery of watch queues', 'rate(1 hour)', 3_600],
    ['Training of watch servers', 'rate(1 day)', 86_400],
    ['Training of watch queues', 'rate(1 day)', 86_400],
  ])('%s: %s, with the scheduled time, one retry within %d s, and a dead-letter queue', (name, rate, age) => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: name,
      Name: Match.absent(),
      ScheduleExpression: rate,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Input: JSON.stringify({ watch: name.split(' ').at(-1), scheduledTime: '<aws.scheduler.scheduled-time>' }),
        RetryPolicy: { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: 1 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('UndeliveredRuns'), 'Arn'] } },
      },
    });
  });

  it('sweep incidents every minute, without a retry: the next one does the same', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: 'Sweep of incidents',
      ScheduleExpression: 'rate(1 minute)',
      Target: {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('AlertingSweep'), 'Arn'] },
        Input: JSON.stringify({ scheduledTime: '<aws.scheduler.scheduled-time>' }),
        RetryPolicy: { MaximumEventAgeInSeconds: 60 },
      },
    });
  });

  it('fetch the past every five minutes, for all watches together', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: 'Backfill of the past',
      ScheduleExpression: 'rate(5 minutes)',
      Target: {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DetectionBackfill'), 'Arn'] },
        RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 1 },
      },
    });
  });

  it('look for new series as often as asked', () => {
    const { template: own } = synthesise({
      watches: { one: { select: 'AWS/RDS', discoverEvery: Duration.minutes(15) } },
    });
    own.hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: 'Discovery of watch one',
      ScheduleExpression: 'rate(15 minutes)',
      Target: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DetectionDiscovery'), 'Arn'] } },
    });
  });

  it('are no more than these', () => template.resourceCountIs('AWS::Scheduler::Schedule', 10));

  it('forecast as often as asked, each watch by itself, and not at all where it is off', () => {
    const { template: own } = synthesise({
      watches: { slow: { select: 'AWS/RDS', forecast: { every: '15m' } }, off: { select: 'AWS/EC2', forecast: 'off' } },
    });
    const forecasts = all('AWS::Scheduler::Schedule', own).filter((one) =>
      /^Forecast/.test(String(one['Description'])),
    );
    expect(forecasts.map(({ Description, ScheduleExpression }) => [Description, ScheduleExpression])).toEqual([
      ['Forecast of watch slow', 'rate(15 minutes)'],
    ]);
  });

  it('come without functions for forecasts where no watch is forecast', () => {
    const { template: none, monitoring } = synthesise({ watches: { off: { select: 'AWS/EC2', forecast: 'off' } } });
    expect(JSON.stringify(none.toJSON())).not.toContain('Forecasting');
    expect(monitoring.forecastFunction).toBeUndefined();
  });

  it('train as often as asked', () => {
    const { template: weekly } = synthesise({ watches: oneWatch, trainEvery: Duration.days(7) });
    weekly.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(7 days)',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400 } },
    });
  });
});

describe('the functions', () => {
  it('are eleven, on Node 24 and arm64, without names of their own', () => {
    expect(ours).toHaveLength(11);
    for (const one of ours) {
      expect(one).toMatchObject({ Architectures: ['arm64'] });
      expect(one['FunctionName']).toBeUndefined();
    }
    expect(ours.map(({ Handler }) => String(Handler).slice('index.'.length)).sort()).toEqual(
      [...Array<string>(6).fill('handler'), 'worker', 'worker', 'sweep', 'backfill', 'discover'].sort(),
    );
  });

  it('carry an environment that the code accepts, far under the limit of 4 KB, with a key instead of settings', () => {
    for (const one of ours) {
      const { Variables } = one['Environment'] as { Variables: Record<string, unknown> };
      const text = Object.fromEntries(
        Object.entries(Variables).map(([name, value]) => {
          if (typeof value === 'string') return [name, value];
          return [name, name === 'AIOPS_QUEUE_URL' ? 'https://sqs.eu-west-1.amazonaws.com/1/shards' : 'a-name'];
        }),
      );
      expect(Object.values(readEnvironment(text))).toContain(text['AIOPS_SETTINGS_KEY']);
      expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(1024);
    }
  });

  it('give the queue to whoever plans shards only', () => {
    const knowing = ours.filter((one) => JSON.stringify(one['Environment']).includes('AIOPS_QUEUE_URL'));
    expect(knowing.map(({ Description }) => String(Description)).sort()).toEqual([
      expect.stringMatching(/^Every five minutes/),
      expect.stringMatching(/^Every tick/),
    ]);
  });

  it('stay within the quota share together, however many run at once', () => {
    const partOf = (handler: string, words: RegExp): number => {
      const found = ours.filter((one) => one['Handler'] === handler && words.test(String(one['Description'])));
      expect(found).toHaveLength(1);
      const { Variables } = found[0]['Environment'] as { Variables: Record<string, string> };
      return Number(Variables['AIOPS_QUOTA_PART']);
    };
    const mapping = all('AWS::Lambda::EventSourceMapping').find((one) => JSON.stringify(one).includes('Worker'))!;
    const { MaximumConcurrency: workers } = mapping['ScalingConfig'] as { MaximumConcurrency: number };
    const watches = all('AWS::Scheduler::Schedule').filter((one) => JSON.stringify(one).includes('Anomaly')).length;
    expect(watches).toBeGreaterThan(0);
    const ticks = watches * partOf('index.handler', /^Every tick/);
    const reading = ticks + workers * partOf('index.worker', /^One shard/) + partOf('index.backfill', /^The past/);
    expect(reading).toBeCloseTo(1, 12);
    expect(ticks + watches * partOf('index.discover', /^Every hour/)).toBeCloseTo(1, 12);
  });

  it.each([
    [13, 0.25, true],
    [12, 0.25, false],
    [50, 1, false],
  ])('%d workers at a quota share of %d: whether more than the calls a second is said: %s', (workers, share, said) => {
    const { monitoring } = synthesise({ watches: oneWatch, workerConcurrency: workers, quotaShare: share });
    const warnings = Annotations.fromStack(Stack.of(monitoring)).findWarning(
      '*',
      Match.stringLikeRegexp('calls a second to GetMetricData.*lower workerConcurrency'),
    );
    expect(warnings).toHaveLength(said ? 1 : 0);
  });

  it('put an event aside on which they failed twice', () => {
    const configured = all('AWS::Lambda::EventInvokeConfig');
    expect(configured).toHaveLength(11);
    for (const one of configured) {
      expect(one).toMatchObject({
        MaximumRetryAttempts: 1,
        DestinationConfig: {
          OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/FailedInvocations/), 'Arn'] } },
        },
      });
    }
  });

  it('do not retry a tick that the next has overtaken', () => {
    const ages = all('AWS::Lambda::EventInvokeConfig').map((one) => one['MaximumEventAgeInSeconds']);
    expect(ages.sort()).toEqual([21_600, 300, 300, 300, 300, 21_600, 60, 60, 60, 3600, 300].sort());
  });

  it('log for as long as asked', () => {
    const { template: weekly } = synthesise({ watches: oneWatch, logRetention: RetentionDays.ONE_WEEK });
    const retentions = all('AWS::Logs::LogGroup', weekly).map(({ RetentionInDays }) => RetentionInDays);
    expect(retentions.filter((days) => days === 7)).toHaveLength(11);
    expect(retentions).not.toContain(undefined);
  });

  it('wait for their settings to be stored', () => {
    const functions = Object.values(template.findResources('AWS::Lambda::Function')) as {
      Properties: Properties;
      DependsOn?: string[];
    }[];
    for (const { Properties, DependsOn } of functions) {
      if (Properties['Runtime'] !== 'nodejs24.x') continue;
      expect(DependsOn).toContainEqual(expect.stringMatching(/SettingsDeploymentCustomResource/));
    }
  });
});

describe('the queues', () => {
  it('are encrypted and accept nothing without TLS', () => {
    const queues = all('AWS::SQS::Queue');
    expect(queues).toHaveLength(9);
    for (const one of queues) expect(one).toMatchObject({ SqsManagedSseEnabled: true });
    const denials = all('AWS::SQS::QueuePolicy').filter((one) => JSON.stringify(one).includes('aws:SecureTransport'));
    expect(denials).toHaveLength(9);
  });

  it('hand shards to workers one by one, a bounded number at a time, and say which one failed', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DetectionShards'), 'Arn'] },
      FunctionName: { Ref: Match.stringLikeRegexp('DetectionWorker') },
    });
  });

  it('hand shards of forecasts to workers of their own: none of detection waits behind them', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('ForecastingShards'), 'Arn'] },
      FunctionName: { Ref: Match.stringLikeRegexp('ForecastingForeseer') },
    });
  });

  it('hide a message for six times as long as a worker may take, and give up after three tries', () => {
    const worker = ours.find(({ Handler }) => Handler === 'index.worker');
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 6 * Number(worker!['Timeout']),
      RedrivePolicy: { maxReceiveCount: 3 },
    });
  });

  it('keep dead letters for two weeks', () => {
    const dead = all('AWS::SQS::Queue').filter(({ MessageRetentionPeriod }) => MessageRetentionPeriod === 1_209_600);
    expect(dead).toHaveLength(6);
  });
});

describe('the settings', () => {
  const keyOf = (from: Template): unknown => {
    const one = all('AWS::Lambda::Function', from).find(({ Runtime }) => Runtime === 'nodejs24.x');
    return (one!['Environment'] as { Variables: Properties }).Variables['AIOPS_SETTINGS_KEY'];
  };

  it('are stored under their digest: the same settings, the same key', () => {
    expect(keyOf(synthesise().template)).toBe(keyOf(synthesise().template));
    expect(keyOf(synthesise().template)).toMatch(/^settings\/[0-9a-f]{32}\.json$/);
    expect(keyOf(synthesise({ watches: { servers: { select: 'AWS/RDS' } } }).template)).not.toBe(
      keyOf(synthesise().template),
    );
  });

  it('are never pruned, so that a rollback finds its own', () => {
    template.hasResourceProperties('Custom::CDKBucketDeployment', {
      Prune: false,
      RetainOnDelete: true,
      DestinationBucketKeyPrefix: 'settings',
    });
  });
});

describe('the stack', () => {
  const stack = new AnomalyMonitoringStack(fastApp(), 'Own', {
    watches: oneWatch,
    selfAlarms: 'nobody',
    env: { region: 'eu-west-1' },
  });
  const own = Template.fromStack(stack);

  it('says where bucket, bus and functions are', () => {
    expect(Object.keys(own.findOutputs('*')).sort()).toEqual([
      'AlarmTopicArn',
      'AnomalyFunctionName',
      'BucketName',
      'BusName',
      'DashboardName',
      'ForecastFunctionName',
      'RouterFunctionName',
      'SweepFunctionName',
      'TrainFunctionName',
      'WidgetFunctionName',
      'WorkerFunctionName',
    ]);
  });

  it('stands twice in one account, since nothing in it has a fixed name', () => {
    const named = /^(BucketName|FunctionName|QueueName|TopicName|AlarmName|LogGroupName|RoleName|Name)$/;
    const resources = Object.values(own.toJSON()['Resources'] as Record<string, { Properties?: Properties }>);
    const names = resources.flatMap(({ Properties = {} }) =>
      Object.entries(Properties).flatMap(([name, value]) =>
        named.test(name) && typeof value === 'string' ? [value] : [],
      ),
    );
    expect(names).toEqual([expect.stringMatching(new RegExp(`^${stack.stackName}`))]);
  });

  it('holds two of the constructs side by side', () => {
    const two = new Stack(fastApp(), 'Two');
    for (const id of ['One', 'Other'])
      new AnomalyMonitoring(two, id, { deploymentName: id, watches: oneWatch, selfAlarms: 'nobody' });
    Template.fromStack(two).resourceCountIs('AWS::Scheduler::Schedule', 12);
  });
});
