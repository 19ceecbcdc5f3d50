import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { keys } from '../../shared/settings/keys.ts';
import { oneWatch, synthesise } from './synthesise.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

const channels = {
  slack: { kind: 'slack', webhook: { secret: 'slack-webhook' } },
  pager: { kind: 'pagerduty', key: { parameter: '/ops/pager' } },
  hook: { kind: 'webhook', url: 'https://hooks.example.com', secret: { secret: 'hook', field: 'key' } },
} as const;
const { template } = synthesise({
  watches: oneWatch,
  alerts: { channels, actions: { secret: { secret: 'links' } } },
});

const { template: streaming } = synthesise({ watches: { queues: { select: 'AWS/SQS', collect: 'stream' } } });

/** `<Bucket.Arn>/state/*` of CloudFormation's own way to write it. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, inner]] = Object.entries(value as object) as [[string, unknown]];
  if (name === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`;
  if (name === 'Fn::Join') return (inner as [string, unknown[]])[1].map(flat).join((inner as [string])[0]);
  return `<${String(inner)}>`;
}

/** Every right of a role, one line each: `action on resource if condition`, logical ids without their digests. */
function rightsOf(source: Template, roleName: RegExp): string[] {
  const lines: string[] = [];
  for (const { Properties } of Object.values(source.findResources('AWS::IAM::Policy'))) {
    const policy = Properties as { Roles: { Ref: string }[]; PolicyDocument: { Statement: Statement[] } };
    if (!policy.Roles.some(({ Ref }) => roleName.test(Ref))) continue;
    for (const { Effect, Action, Resource, Condition } of policy.PolicyDocument.Statement) {
      expect(Effect).toBe('Allow');
      const tests = Object.values(Condition ?? {}).flatMap((one) => Object.entries(one));
      const when = tests.map(([name, values]) => ` if ${name} in ${[values].flat().sort().join(' ')}`).join('');
      for (const action of [Action].flat()) {
        for (const resource of [Resource].flat()) {
          lines.push(`${action} on ${flat(resource).replace(/<Monitoring(\w+?)[0-9A-F]{8}\.Arn>/, '<$1>')}${when}`);
        }
      }
    }
  }
  return lines.sort();
}

const inBucket = (action: string, folders: string[]): string[] =>
  folders.map((folder) => `${action} on <StorageBucket>/${folder}/*`);
const listing = (folders: string[]): string =>
  `s3:ListBucket on <StorageBucket> if s3:prefix in ${folders
    .map((folder) => `${folder}/*`)
    .sort()
    .join(' ')}`;
const queueRights = (queue: string): string[] =>
  ['GetQueueAttributes', 'GetQueueUrl', 'SendMessage'].map((action) => `sqs:${action} on <${queue}>`);
const logging = (log: string): string[] => [`logs:CreateLogStream on <${log}>`, `logs:PutLogEvents on <${log}>`];
const judgingReads = ['feedback', 'history', 'inventory', 'models', 'settings', 'state'];
const judging = [
  'cloudwatch:GetMetricData on *',
  'cloudwatch:PutMetricData on * if cloudwatch:namespace in AIOps/Monitoring',
  'events:PutEvents on <SignalsBus>',
  ...inBucket('s3:GetObject', judgingReads),
  ...inBucket('s3:PutObject', ['anomalies', 'history', 'meter', 'state']),
  ...inBucket('s3:DeleteObject', ['history']),
  ...queueRights('FailedInvocations'),
];

const foreseeingReads = ['forecasts', 'history', 'inventory', 'models', 'settings', 'state'];
const foreseeing = [
  'cloudwatch:PutMetricData on * if cloudwatch:namespace in AIOps/Monitoring',
  'events:PutEvents on <SignalsBus>',
  ...inBucket('s3:GetObject', foreseeingReads),
  ...inBucket('s3:PutObject', ['forecasts', 'models', 'state']),
  ...inBucket('s3:DeleteObject', ['forecasts']),
  ...queueRights('FailedInvocations'),
];

const secret = (name: string): string =>
  `secretsmanager:GetSecretValue on arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${name}-??????`;
const telling = [
  'cloudwatch:PutMetricData on * if cloudwatch:namespace in AIOps/Monitoring',
  'lambda:InvokeFunction on <AlertingChartsChart>',
  ...['slack-webhook', 'hook', 'links'].map(secret),
  'ssm:GetParameter on arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/ops/pager',
  ...inBucket('s3:DeleteObject', ['incidents']),
  ...inBucket('s3:GetObject', ['charts', 'incidents', 'settings', 'state']),
  ...inBucket('s3:PutObject', ['audit', 'incidents']),
  ...queueRights('FailedInvocations'),
];

const shownFolders = [
  'anomalies',
  'feedback',
  'forecasts',
  'history',
  'incidents',
  'inventory',
  'meter',
  'models',
  'settings',
  'state',
];

describe('what each role may do, to the letter', () => {
  it.each([
    [
      'the anomaly function pulls, judges, tells and hands out shards',
      /AnomalyRole/,
      [
        ...judging,
        ...inBucket('s3:GetObject', ['meter']),
        listing([...judgingReads, 'meter']),
        'cloudwatch:ListMetrics on *',
        ...inBucket('s3:PutObject', ['inventory']),
        ...inBucket('s3:DeleteObject', ['inventory']),
        ...logging('DetectionAnomalyLog'),
        ...queueRights('DetectionShards'),
      ],
    ],
    [
      'the worker does the same and takes from the queue what it cannot put there',
      /WorkerRole/,
      [
        ...judging,
        listing(judgingReads),
        ...logging('DetectionWorkerLog'),
        ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
          (action) => `sqs:${action} on <DetectionShards>`,
        ),
      ],
    ],
    [
      'the discovery lists metrics and keeps the inventory, and reads no point',
      /DetectionDiscoveryRole/,
      [
        'cloudwatch:ListMetrics on *',
        ...inBucket('s3:GetObject', ['inventory', 'meter', 'settings']),
        ...inBucket('s3:PutObject', ['inventory', 'meter']),
        ...inBucket('s3:DeleteObject', ['inventory']),
        listing(['inventory', 'meter', 'settings']),
        ...queueRights('FailedInvocations'),
        ...logging('DetectionDiscoveryLog'),
      ],
    ],
    [
      'the backfill reads points of the past and writes history',
      /DetectionBackfillRole/,
      [
        'cloudwatch:GetMetricData on *',
        ...inBucket('s3:GetObject', ['history', 'inventory', 'meter', 'settings']),
        ...inBucket('s3:PutObject', ['history', 'meter']),
        listing(['history', 'inventory', 'meter', 'settings']),
        ...queueRights('FailedInvocations'),
        ...logging('DetectionBackfillLog'),
      ],
    ],
    [
      'the forecast function reads history, foresees, tells and hands out shards; it asks nobody for metrics',
      /ForecastingForecastRole/,
      [
        ...foreseeing,
        ...inBucket('s3:GetObject', ['meter']),
        listing([...foreseeingReads, 'meter']),
        ...logging('ForecastingForecastLog'),
        ...queueRights('ForecastingShards'),
      ],
    ],
    [
      'its worker does the same and takes from the queue what it cannot put there',
      /ForeseerRole/,
      [
        ...foreseeing,
        listing(foreseeingReads),
        ...logging('ForecastingForeseerLog'),
        ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
          (action) => `sqs:${action} on <ForecastingShards>`,
        ),
      ],
    ],
    [
      'the train function reads everything, writes models, and tells nobody',
      /TrainRole/,
      [
        'cloudwatch:PutMetricData on * if cloudwatch:namespace in AIOps/Monitoring',
        ...inBucket('s3:GetObject', ['history', 'inventory', 'models', 'settings', 'state']),
        ...inBucket('s3:PutObject', ['models']),
        listing(['history', 'inventory', 'models', 'settings', 'state']),
        ...queueRights('FailedInvocations'),
        ...logging('TrainingTrainLog'),
      ],
    ],
    [
      'the router takes signals from its queue, keeps incidents, and reads exactly the secrets of the channels',
      /AlertingRouterRole/,
      [
        ...telling,
        listing(['charts', 'incidents', 'settings', 'state']),
        ...logging('AlertingRouterLog'),
        ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
          (action) => `sqs:${action} on <AlertingSignals>`,
        ),
      ],
    ],
    [
      'the sweep does the same, without the queue, and writes the digest out of the audit',
      /AlertingSweepRole/,
      [
        ...telling,
        ...inBucket('s3:GetObject', ['audit', 'reports']),
        ...inBucket('s3:PutObject', ['reports']),
        listing(['audit', 'charts', 'incidents', 'reports', 'settings', 'state']),
        ...logging('AlertingSweepLog'),
      ],
    ],
    [
      'the widget function reads what is known and writes what its buttons do; it deletes nothing and asks nobody else',
      /WidgetRole/,
      [
        ...inBucket('s3:GetObject', shownFolders),
        ...inBucket('s3:PutObject', ['audit', 'feedback', 'incidents']),
        listing(shownFolders),
        ...queueRights('FailedInvocations'),
        ...logging('WidgetsWidgetLog'),
      ],
    ],
    [
      'the chart function stores pictures and reads nothing at all',
      /ChartRole/,
      [
        ...inBucket('s3:PutObject', ['charts']),
        ...queueRights('FailedInvocations'),
        ...logging('AlertingChartsChartLog'),
      ],
    ],
    [
      'the HTTP API acts on incidents, and reads no secret but the one that signs links',
      /ActionsApiRole/,
      [
        secret('links'),
        ...inBucket('s3:GetObject', ['feedback', 'incidents', 'settings']),
        ...inBucket('s3:PutObject', ['audit', 'feedback', 'incidents']),
        listing(['feedback', 'incidents', 'settings']),
        ...queueRights('FailedInvocations'),
        ...logging('AlertingActionsApiLog'),
      ],
    ],
    [
      'the schedules invoke six functions and put what failed aside',
      /SchedulesRole/,
      [
        'lambda:InvokeFunction on <AlertingSweep>',
        'lambda:InvokeFunction on <DetectionAnomaly>',
        'lambda:InvokeFunction on <DetectionBackfill>',
        'lambda:InvokeFunction on <DetectionDiscovery>',
        'lambda:InvokeFunction on <ForecastingForecast>',
        'lambda:InvokeFunction on <TrainingTrain>',
        'sqs:SendMessage on <UndeliveredRuns>',
      ],
    ],
  ])('%s', (_, role, rights) => {
    expect(rightsOf(template, role)).toEqual([...rights].sort());
  });

  it.each([
    [
      'the stream function reads what was delivered and whose it is, and writes it for the shards',
      /StreamsStreamRole/,
      [
        ...inBucket('s3:GetObject', ['inventory', 'raw', 'settings']),
        ...inBucket('s3:PutObject', ['stream']),
        listing(['inventory', 'raw', 'settings']),
        ...queueRights('FailedInvocations'),
        ...queueRights('StreamsFailedDeliveries'),
        ...logging('StreamsStreamLog'),
        ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
          (action) => `sqs:${action} on <StreamsDeliveries>`,
        ),
      ],
    ],
    [
      'Firehose writes below raw/, and reads nothing',
      /StreamsFirehoseRole/,
      [
        's3:AbortMultipartUpload on <StorageBucket>/raw/*',
        's3:GetBucketLocation on <StorageBucket>',
        's3:ListBucket on <StorageBucket>',
        's3:ListBucketMultipartUploads on <StorageBucket>',
        's3:PutObject on <StorageBucket>/raw/*',
      ],
    ],
    [
      'a metric stream puts records into that Firehose',
      /StreamsSendingRole/,
      ['firehose:PutRecord on <StreamsFirehose>', 'firehose:PutRecordBatch on <StreamsFirehose>'],
    ],
    [
      'the worker reads what is there for its shards, besides what it may where nothing streams',
      /WorkerRole/,
      [
        ...rightsOf(template, /WorkerRole/),
        ...inBucket('s3:GetObject', ['stream']),
        's3:ListBucket on <StorageBucket> if s3:prefix in stream/*',
      ],
    ],
  ])('where a watch streams, %s', (_, role, rights) => {
    expect(rightsOf(streaming, role)).toEqual([...rights].sort());
  });

  it('lets the deploying function of CDK write settings and no other folder', () => {
    const rights = rightsOf(template, /BucketDeployment/).filter((line) => line.includes('StorageBucket'));
    expect(rights).toEqual(
      [
        's3:GetObject on <StorageBucket>/settings/*',
        's3:ListBucket on <StorageBucket> if s3:prefix in settings settings/*',
        's3:PutObject on <StorageBucket>/settings/*',
      ].sort(),
    );
  });

  it('gives no role a managed policy, except the one that CDK makes itself', () => {
    const managed = Object.entries(template.findResources('AWS::IAM::Role'))
      .filter(([, { Properties }]) => (Properties as { ManagedPolicyArns?: unknown }).ManagedPolicyArns !== undefined)
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(managed).toEqual([expect.stringMatching(/^CustomCDKBucketDeployment/)]);
  });

  it('lets only Scheduler, and only of this account, take the schedules role', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });
});

it.each([
  ['settings', keys.settings('x')],
  ['inventory', keys.inventory('w')],
  ['history', keys.historyTick('w', 's', 300, 0)],
  ['models', keys.champion('w', 'entity-detector')],
  ['state', keys.state('w', 's', 'anomaly')],
  ['anomalies', keys.anomalies(0, 'w', 's')],
  ['forecasts', keys.forecasts('w', 's', 0)],
  ['models', keys.forecasters('w', 's', 'a')],
  ['models', keys.forecastersInUse('w', 's')],
  ['state', keys.state('w', 's', 'forecast')],
  ['incidents', keys.incident('g')],
  ['incidents', keys.watchBook('w')],
  ['incidents', keys.mute('m')],
  ['audit', keys.audit(0, 'b')],
  ['feedback', keys.feedback('w', 'f')],
  ['reports', keys.digest(0)],
  ['charts', keys.chart('c')],
])('the folder %s that rights speak of is the one that keys are built in', (folder, key) => {
  expect(key.startsWith(`${folder}/`)).toBe(true);
});
