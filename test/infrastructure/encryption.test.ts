import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { Duration } from 'aws-cdk-lib';
import { oneWatch, synthesise } from './synthesise.ts';

type Properties = Readonly<Record<string, unknown>>;
interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal?: { readonly Service?: string | readonly string[] };
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const alerts = {
  channels: { slack: { kind: 'slack', webhook: { secret: 'slack-webhook' } } },
  actions: { secret: { parameter: '/aiops/links' } },
} as const;
const muteDuring = [{ pattern: { source: ['aws.codedeploy'] }, for: Duration.minutes(30) }];
const { template } = synthesise((stack) => ({
  watches: { ...oneWatch, queues: { select: 'AWS/SQS', collect: 'stream' } },
  alerts,
  muteDuring,
  encryptionKey: new Key(stack, 'Key'),
}));
const found = (type: string, from = template): [string, Properties][] =>
  Object.entries(from.findResources(type)).map(([id, { Properties: one }]) => [id, one as Properties]);
const statementsOf = (policy: unknown): readonly Statement[] => (policy as { Statement: Statement[] }).Statement;
const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : ([value].flat() as readonly T[]);
/** Whether `kms:GenerateDataKey*` covers what is asked for. */
const covers = (granted: readonly string[], asked: string): boolean =>
  granted.some((one) => one === asked || (one.endsWith('*') && asked.startsWith(one.slice(0, -1))));
/** What whoever sends to an encrypted queue or topic needs: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html */
const sending = ['kms:Decrypt', 'kms:GenerateDataKey'];

const keyStatements = statementsOf(found('AWS::KMS::Key')[0][1]['KeyPolicy']);
const rightsOnKey = (service: string): string[] =>
  keyStatements
    .filter(({ Effect, Principal }) => Effect === 'Allow' && list(Principal?.Service).includes(service))
    .flatMap(({ Action }) => list(Action));

/** `logs.<region>.amazonaws.com` is written with a reference in it. */
const serviceName = (service: unknown): string =>
  typeof service === 'string' ? service : JSON.stringify(service).replace(/^.*?"(?=logs)/, '');

/** Queues and topics, and the services whose resource policy lets them send: by the service, what it sends to. */
function servicesThatSend(from: Template): [string, string][] {
  return [...found('AWS::SQS::QueuePolicy', from), ...found('AWS::SNS::TopicPolicy', from)].flatMap(([id, one]) =>
    statementsOf(one['PolicyDocument'])
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Principal }) => list(Principal?.Service).map((service): [string, string] => [service, id])),
  );
}

describe('with a key of yours', () => {
  it('everything that stores or queues something is encrypted with it', () => {
    const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/) as string, 'Arn'] };
    for (const [id, one] of found('AWS::SQS::Queue')) expect(one['KmsMasterKeyId'], id).toEqual(key);
    for (const [id, one] of found('AWS::SNS::Topic')) expect(one['KmsMasterKeyId'], id).toEqual(key);
    for (const [id, one] of found('AWS::Logs::LogGroup')) expect(one['KmsKeyId'], id).toEqual(key);
    expect(found('AWS::SQS::Queue').length).toBeGreaterThan(8);
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { KMSMasterKeyID: Match.anyValue() } },
        ],
      },
    });
  });

  it('every service that a queue or a topic takes something from may use it', () => {
    const senders = servicesThatSend(template);
    expect(new Set(senders.map(([service]) => service))).toEqual(
      new Set(['events.amazonaws.com', 'cloudwatch.amazonaws.com', 's3.amazonaws.com']),
    );
    for (const [service, id] of senders)
      for (const action of sending)
        expect(covers(rightsOnKey(service), action), `${service} to ${id}: ${action}`).toBe(true);
  });

  it('every role that may send may use it', () => {
    const policies = found('AWS::IAM::Policy').map(([id, one]) => [id, statementsOf(one['PolicyDocument'])] as const);
    const senders = policies.filter(([, statements]) =>
      statements.some(({ Action }) => list(Action).some((one) => one === 'sqs:SendMessage' || one === 'sns:Publish')),
    );
    expect(senders.length).toBeGreaterThan(8);
    for (const [id, statements] of senders) {
      const granted = statements
        .filter(({ Resource }) => JSON.stringify(Resource).includes('"Key'))
        .flatMap(({ Action }) => list(Action));
      for (const action of sending) expect(covers(granted, action), `${id}: ${action}`).toBe(true);
    }
  });

  it('Firehose may write what is encrypted with it', () => {
    const [, policy] = found('AWS::IAM::Policy').find(([id]) => /FirehoseRoleDefaultPolicy/.test(id)) ?? [];
    const granted = statementsOf(policy?.['PolicyDocument'])
      .filter(({ Resource }) => JSON.stringify(Resource).includes('"Key'))
      .flatMap(({ Action }) => list(Action));
    for (const action of sending) expect(covers(granted, action), action).toBe(true);
  });

  it('services may use it for this account alone, and logs for groups of this account', () => {
    const conditions = keyStatements
      .filter(({ Principal }) =>
        list(Principal?.Service).some((one) => /^(cloudwatch|s3|logs)\./.test(serviceName(one))),
      )
      .map(({ Condition }) => JSON.stringify(Condition));
    expect(conditions).toHaveLength(2);
    for (const one of conditions) expect(one).toMatch(/aws:SourceAccount|kms:EncryptionContext:aws:logs:arn/);
  });

  it('that is made elsewhere, synth says what its policy needs', () => {
    const { stack } = synthesise((host) => ({
      watches: oneWatch,
      encryptionKey: Key.fromKeyArn(host, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1234'),
    }));
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('encryptionKey.*kms:GenerateDataKey.*logs'));
  });
});

describe('without one', () => {
  const { template: plain } = synthesise();

  it('queues have the key of SQS, which every service may use, and the topic none', () => {
    for (const [id, one] of found('AWS::SQS::Queue', plain)) {
      expect(one['SqsManagedSseEnabled'], id).toBe(true);
      expect(one, id).not.toHaveProperty('KmsMasterKeyId');
    }
  });
});

describe('a bucket of yours', () => {
  const made = synthesise((stack) => ({
    watches: oneWatch,
    bucket: new Bucket(stack, 'Mine', { encryption: BucketEncryption.KMS, encryptionKey: new Key(stack, 'Theirs') }),
  }));

  it('is the only one, and the only one that anything is granted on', () => {
    made.template.resourceCountIs('AWS::S3::Bucket', 1);
    const granted = found('AWS::IAM::Policy', made.template)
      .flatMap(([, one]) => statementsOf(one['PolicyDocument']))
      .filter(({ Action }) => list(Action).some((action) => action.startsWith('s3:')))
      .map(({ Resource }) => JSON.stringify(Resource))
      .filter((resource) => !resource.includes('cdk-hnb659fds-assets'));
    expect(granted.length).toBeGreaterThan(10);
    for (const resource of granted) expect(resource).toContain('"Mine');
  });

  it('that is made in this app is given our lifecycle rules, folder by folder, and the demand for TLS', () => {
    const [[, bucket]] = found('AWS::S3::Bucket', made.template);
    const { Rules } = bucket['LifecycleConfiguration'] as { Rules: { Id: string; Prefix?: string }[] };
    expect(Rules.map(({ Id }) => Id)).toContain('history');
    // What lies beside ours is none of our business.
    for (const { Id, Prefix } of Rules) expect(Prefix, Id).toMatch(/^[a-z]+\//);
    made.template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('lets every function use its key', () => {
    const keys = found('AWS::IAM::Policy', made.template).filter(([, one]) => JSON.stringify(one).includes('"Theirs'));
    const roles = found('AWS::IAM::Policy', made.template).filter(([, one]) =>
      JSON.stringify(one).includes('s3:GetObject"'),
    );
    expect(keys.length).toBeGreaterThanOrEqual(roles.length);
  });

  it('that is made elsewhere cannot be changed: synth says what it needs', () => {
    const { stack, template: other } = synthesise((host) => ({
      watches: oneWatch,
      bucket: Bucket.fromBucketName(host, 'Mine', 'mine-since-2019'),
    }));
    other.resourceCountIs('AWS::S3::Bucket', 0);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('lifecycle rules.*aws:SecureTransport'));
    expect(JSON.stringify(other.toJSON())).toContain('mine-since-2019');
  });

  it('keeps its own settings: what is said of a bucket that is made here is refused', () => {
    expect(() =>
      synthesise((host) => ({
        watches: oneWatch,
        bucket: Bucket.fromBucketName(host, 'Mine', 'mine'),
        serverAccessLogsBucket: Bucket.fromBucketName(host, 'Logs', 'logs'),
      })),
    ).toThrow(/serverAccessLogsBucket.*`bucket` is one of yours → say it where that bucket is made/);
  });
});
