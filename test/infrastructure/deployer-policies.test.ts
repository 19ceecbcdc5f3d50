import { readFileSync } from 'node:fs';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoringStack } from '../../lib/index.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { fastApp, oneWatch } from './synthesise.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}
interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const permissions = read('test/fixtures/cloudformation/permissions.json') as Readonly<
  Partial<Record<string, readonly string[]>>
>;
const execution = read('docs/policies/cloudformation-execution.json') as Policy;
const deployer = read('docs/policies/deployer.json') as Policy;
const listOf = (value: string | readonly string[]): readonly string[] => [value].flat();
const allowed = execution.Statement.flatMap(({ Action }) => listOf(Action));

const pattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
const covers = (action: string): boolean => allowed.some((glob) => pattern(glob).test(action));

/** What CloudFormation's handlers can do, and do not where the template does not ask for it. */
const notAskedFor: readonly (readonly [actions: RegExp, why: string])[] = [
  [/^(ec2|elasticfilesystem|s3files):/, 'no function is in a VPC'],
  [/^lambda:PassCapacityProvider$/, 'no function runs on instances of the account'],
  [/^(s3tables:|s3:(Create|Delete|Update)BucketMetadata)/, 'the bucket has no metadata tables'],
  [/^kms:/, 'without a key of your own; with one, its policy lets this role use it'],
  [/^(s3:getObject|s3:REST.PUT.OBJECT)$/, 'no API is imported'],
  [/^iam:.*(Group|User)Policy$/, 'policies belong to roles'],
  [/^iam:.*PermissionsBoundary$/, 'roles have no boundary unless you set one'],
  [
    /^logs:(.*Bearer.*|(Put|Delete)(IndexPolicy|DataProtectionPolicy)|DeleteResourcePolicy|PutLogGroupDeletionProtection|.*AssociateKmsKey|DisassociateKmsKey)$/,
    'log groups have a retention and nothing else',
  ],
  [/^sns:PutDataProtectionPolicy$/, 'the topic has no data protection'],
  [/^s3:Put(BucketAbac|ObjectLockConfiguration)$/, 'the bucket has neither'],
];
const isAskedFor = (action: string): boolean => !notAskedFor.some(([actions]) => actions.test(action));

/** With everything that settings can add: links in notices, an address for our own alarms. */
const template = ((): Template => {
  const app: App = fastApp();
  const signalsTo = 'arn:aws:events:eu-west-1:111111111111:event-bus/main';
  const stack = new AnomalyMonitoringStack(app, 'AiopsMonitoring', {
    settings: settingsSchema.parse({ signalsTo, watches: oneWatch }),
    watches: { streamed: { select: 'AWS/SQS', collect: 'stream' } },
    selfAlarms: { emails: ['ops@example.com'] },
    alerts: {
      channels: { slack: { kind: 'slack', webhook: { secret: 'slack' } } },
      actions: { secret: { secret: 'links' } },
    },
  });
  return Template.fromStack(stack);
})();
const resources = Object.values((template.toJSON() as { Resources: Record<string, { Type: string }> }).Resources);
const types = [...new Set(resources.map(({ Type }) => Type))]
  .filter((type) => !/^(Custom|AWS::CDK)::/.test(type))
  .sort();
/** Two whose schemas name no permissions of handlers; theirs is the one that sets the policy of what they belong to. */
const without: Readonly<Partial<Record<string, readonly string[]>>> = {
  'AWS::SNS::TopicPolicy': ['sns:SetTopicAttributes'],
  'AWS::SQS::QueuePolicy': ['sqs:SetQueueAttributes'],
};

describe('the policy for CloudFormation', () => {
  it.each(types)('covers what creating, changing and deleting %s takes', (type) => {
    const needed = without[type] ?? permissions[type];
    expect(needed, `make test/fixtures/cloudformation/permissions.json anew: it does not know ${type}`).toBeDefined();
    expect((needed ?? []).filter((action) => isAskedFor(action) && !covers(action))).toEqual([]);
  });

  it('allows nothing that no resource of the template needs', () => {
    const needed = types.flatMap((type) => without[type] ?? permissions[type] ?? []);
    const beside = [
      // The function that stores the settings is invoked by CloudFormation, in this role's name.
      'lambda:InvokeFunction',
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
      'logs:DeleteLogDelivery',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:UpdateLogDelivery',
      // The template's parameter BootstrapVersion.
      'ssm:GetParameters',
      // Read where a dashboard is; it is part of every stack that has one.
      ...(permissions['AWS::CloudWatch::Dashboard'] ?? []),
    ];
    const idle = allowed.filter((glob) => ![...needed, ...beside].some((action) => pattern(glob).test(action)));
    expect(idle).toEqual([]);
  });

  it('never allows all of a service, nor all resources where names are known', () => {
    expect(allowed.filter((action) => /^(\*|[a-z0-9-]+:\*)$/.test(action))).toEqual([]);
    const everywhere = execution.Statement.filter(({ Resource }) => listOf(Resource).includes('*'));
    expect(everywhere.map(({ Sid }) => Sid)).toEqual(['QueuesToFunctions', 'AccessLogOfTheHttpApi']);
  });

  it('is short enough for a managed policy', () => {
    expect(JSON.stringify(execution).replace(/\s/g, '').length).toBeLessThanOrEqual(6144);
  });
});

describe('the policy for who deploys', () => {
  it('allows to speak through the roles of the bootstrap, and nothing else', () => {
    expect(deployer.Statement.map(({ Effect, Action }) => [Effect, Action])).toEqual([['Allow', 'sts:AssumeRole']]);
    for (const resource of listOf(deployer.Statement[0].Resource))
      expect(resource).toMatch(
        /^arn:aws:iam::ACCOUNT:role\/cdk-hnb659fds-(deploy|file-publishing|lookup)-role-ACCOUNT-REGION$/,
      );
  });
});
