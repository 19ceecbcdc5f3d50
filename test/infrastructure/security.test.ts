import { describe, expect, it } from 'vitest';
import { goldenDeployment } from './golden-deployment.ts';

type Properties = Readonly<Record<string, unknown>>;
interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal?: '*' | Readonly<Record<string, unknown>>;
  readonly Condition?: Readonly<Record<string, unknown>>;
}
const { template } = goldenDeployment();
const found = (type: string): [string, Properties][] =>
  Object.entries(template.findResources(type)).map(([id, one]) => [id, one['Properties'] as Properties]);
const policies = ['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'].flatMap((type) =>
  found(type).map(([id, one]) => {
    const { Statement: statements } = one['PolicyDocument'] as { Statement: Statement[] };
    return { id, statements, of: JSON.stringify(one['Bucket'] ?? one['Queues'] ?? one['Topics']) };
  }),
);

describe('nothing is public', () => {
  it('no resource policy allows anything to everybody', () => {
    for (const { id, statements } of policies)
      for (const { Effect, Principal } of statements)
        if (Effect === 'Allow') expect(JSON.stringify(Principal), id).not.toMatch(/"\*"/);
  });

  it('what a service may do, it may do for us alone', () => {
    for (const { id, statements } of policies) {
      for (const { Effect, Principal, Condition } of statements) {
        if (Effect !== 'Allow' || Principal === '*' || Principal?.['Service'] === undefined) continue;
        expect(JSON.stringify(Condition ?? {}), id).toMatch(/aws:SourceAccount|aws:SourceArn/);
      }
    }
  });

  it('every bucket blocks public access', () => {
    for (const [id, one] of found('AWS::S3::Bucket'))
      expect(one['PublicAccessBlockConfiguration'], id).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
  });

  it('no function has an address of its own, and none is invoked by everybody', () => {
    template.resourceCountIs('AWS::Lambda::Url', 0);
    for (const [id, one] of found('AWS::Lambda::Permission')) expect(one['Principal'], id).not.toBe('*');
  });
});

describe('everything is encrypted', () => {
  it('on the way: every bucket, queue and topic refuses whoever comes without TLS', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::SNS::Topic']) {
      for (const [id] of found(type)) {
        const denied = policies
          .filter(({ of }) => of.includes(`"${id}"`))
          .flatMap(({ statements }) => statements)
          .filter(
            ({ Effect, Condition }) => Effect === 'Deny' && JSON.stringify(Condition).includes('aws:SecureTransport'),
          );
        expect(denied.length, id).toBeGreaterThan(0);
      }
    }
  });

  it('at rest: every bucket and queue', () => {
    for (const [id, one] of found('AWS::S3::Bucket')) expect(one['BucketEncryption'], id).toBeDefined();
    for (const [id, one] of found('AWS::SQS::Queue'))
      expect(one['SqsManagedSseEnabled'] ?? one['KmsMasterKeyId'], id).toBeTruthy();
  });
});

describe('secrets', () => {
  it('are in no environment: every variable is one of those that say where something is', () => {
    const plain =
      /^(AIOPS_(BUCKET|BUS_NAME|QUEUE_URL|SETTINGS_KEY|QUOTA_PART|CHART_FUNCTION|ACTIONS_URL|[A-Z_]*(FUNCTION|URL|ARN|NAME|KEY|PART|BUCKET))|AWS_CA_BUNDLE)$/;
    for (const [id, one] of found('AWS::Lambda::Function')) {
      const { Variables = {} } = (one['Environment'] ?? {}) as { Variables?: Properties };
      for (const name of Object.keys(Variables)) expect(name, id).toMatch(plain);
    }
  });

  it('are resolved nowhere in the template, which everybody may read who may describe the stack', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(/\{\{resolve:(secretsmanager|ssm|ssm-secure):/);
    expect(text).not.toMatch(/hooks\.slack\.com|"SecretString"|"AWS::SecretsManager::Secret"/);
  });

  it('are named in the stored settings', () => {
    expect(JSON.stringify(goldenDeployment().monitoring.settings.alerts.channels)).toContain('"secret":"aiops/slack"');
  });
});

describe('logs', () => {
  it('expire, each group of them', () => {
    for (const [id, one] of found('AWS::Logs::LogGroup')) expect(one['RetentionInDays'], id).toBeGreaterThan(0);
  });
});
