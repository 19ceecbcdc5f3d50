import { describe, expect, it } from 'vitest';
import { allows, type PolicyDocument, type Statement } from '../fakes/aws/iam.ts';
import { scheduledEvent } from '../fakes/aws/scheduler.ts';
import { DeployedTemplate } from '../fakes/aws/template.ts';

const state = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/state/x' };
const listing = { action: 's3:ListBucket', resource: 'arn:aws:s3:::b' };
const read: Statement = { Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::b/state/*' };
const onPrefix = (operator: string, value: string | string[]): Statement => ({
  Effect: 'Allow',
  Action: 's3:ListBucket',
  Resource: 'arn:aws:s3:::b',
  Condition: { [operator]: { 's3:prefix': value } },
});

describe('IAM as the fakes enforce it', () => {
  it.each<[string, Statement[], Parameters<typeof allows>[1], boolean]>([
    ['denies what nothing allows', [], state, false],
    ['allows by wildcard', [read], state, true],
    ['tells folders apart', [read], { ...state, resource: 'arn:aws:s3:::b/models/x' }, false],
    ['does not read a dot as any character', [{ ...read, Resource: 'arn.aws:s3:::b/state/*' }], state, false],
    ['reads actions in any case', [{ ...read, Action: 'S3:getobject' }], state, true],
    ['lets a denial win', [read, { ...read, Effect: 'Deny' }], state, false],
    ['allows all but NotAction', [{ Effect: 'Allow', NotAction: 's3:Put*', Resource: '*' }], state, true],
    [
      'knows no resource beyond NotResource',
      [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::b/*' }],
      state,
      false,
    ],
    [
      'lists under a prefix',
      [onPrefix('StringLike', ['a/*', 'state/*'])],
      { ...listing, context: { 's3:prefix': 'state/w/' } },
      true,
    ],
    [
      'does not list beside the prefix',
      [onPrefix('StringLike', 'state/*')],
      { ...listing, context: { 's3:prefix': 'stat' } },
      false,
    ],
    ['does not list everything', [onPrefix('StringLike', 'state/*')], listing, false],
    ['lists everything where IfExists lets it', [onPrefix('StringLikeIfExists', 'state/*')], listing, true],
    ['takes an absent key for not equal', [onPrefix('StringNotEquals', 'x')], listing, true],
    [
      'refuses plain HTTP only where that is what happens',
      [read, { ...read, Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      state,
      true,
    ],
  ])('%s', (_, Statement, request, expected) => {
    expect(allows([{ Statement }], request)).toBe(expected);
  });

  it('does not guess at a condition that it does not know', () => {
    expect(() => allows([{ Statement: onPrefix('NumericLessThan', '1') }], listing)).toThrow('NumericLessThan');
  });
});

describe('a synthesised template, as deployed to the fakes', () => {
  const bucketArn = { 'Fn::GetAtt': ['Store', 'Arn'] };
  const deployed = new DeployedTemplate(
    {
      Resources: {
        Store: { Type: 'AWS::S3::Bucket' },
        Work: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'shards' } },
        Bus: {
          Type: 'AWS::Events::EventBus',
          Properties: { Name: { 'Fn::Join': ['-', ['aiops', { Ref: 'AWS::Region' }]] } },
        },
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            Policies: [
              {
                PolicyName: 'inline',
                PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'x:Y', Resource: '*' }] },
              },
            ],
          },
        },
        Rights: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            Roles: [{ Ref: 'Role' }],
            PolicyDocument: { Statement: [{ ...read, Resource: { 'Fn::Join': ['', [bucketArn, '/state/*']] } }] },
          },
        },
        Others: {
          Type: 'AWS::IAM::Policy',
          Properties: { Roles: [{ Ref: 'Other' }], PolicyDocument: { Statement: [] } },
        },
        Function: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            Environment: {
              Variables: {
                BUCKET: { Ref: 'Store' },
                QUEUE: { Ref: 'Work' },
                BUS: { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Bus', 'Arn'] }] }] },
                SUB: { 'Fn::Sub': '${AWS::AccountId}/${Work.QueueName}' },
              },
            },
          },
        },
      },
    },
    { account: '111111111111', region: 'eu-west-1', queueUrlBase: 'http://127.0.0.1:1' },
  );

  it('gives a function its environment', () => {
    expect(deployed.environmentOf('Function')).toEqual({
      BUCKET: 'store',
      QUEUE: 'http://127.0.0.1:1/111111111111/shards',
      BUS: 'aiops-eu-west-1',
      SUB: '111111111111/shards',
    });
  });

  it("gives a function its role's policies, and no other's", () => {
    const policies: PolicyDocument[] = deployed.policiesOf('Function');
    expect(policies).toHaveLength(2);
    expect(allows(policies, { action: 's3:GetObject', resource: 'arn:aws:s3:::store/state/x' })).toBe(true);
    expect(allows(policies, { action: 's3:GetObject', resource: 'arn:aws:s3:::store/models/x' })).toBe(false);
    expect(allows(policies, { action: 'x:Y', resource: 'anything' })).toBe(true);
  });

  it.each([
    ['a resource that is not there', { Ref: 'Nowhere' }, 'the template has no resource Nowhere'],
    ['a function it does not know', { 'Fn::Cidr': [] }, 'does not know Fn::Cidr'],
    ['an attribute it does not know', { 'Fn::GetAtt': ['Store', 'WebsiteURL'] }, 'does not know Store.WebsiteURL'],
  ])('refuses to guess at %s', (_, value, message) => {
    expect(() => deployed.resolve(value)).toThrow(message);
  });

  it("fills in Scheduler's context attributes, and refuses one that Scheduler does not have", () => {
    const template = '{"watch":"w","scheduledTime":"<aws.scheduler.scheduled-time>"}';
    expect(scheduledEvent(template, 1_794_000_000, 'arn')).toEqual({
      watch: 'w',
      scheduledTime: '2026-11-06T21:20:00Z',
    });
    expect(() => scheduledEvent('{"a":"<aws.scheduler.now>"}', 0, 'arn')).toThrow('<aws.scheduler.now>');
  });
});
