import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import {
  LambdaNotifications,
  PagerDutyNotifications,
  SlackNotifications,
  WebhookNotifications,
  type NotificationChannel,
} from '../../lib/index.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { oneWatch, synthesise } from './synthesise.ts';

const teller = (stack: Construct): Function =>
  new Function(stack, 'Teller', {
    code: Code.fromInline('exports.handler = async () => undefined'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
const withChannels = (channels: (stack: Stack) => Record<string, NotificationChannel>) =>
  synthesise((stack) => ({ watches: oneWatch, channels: channels(stack) }));
const resourcesOf = (template: Template, role: RegExp, action: string): unknown[] =>
  Object.values(template.findResources('AWS::IAM::Policy'))
    .map(({ Properties }) => Properties as { Roles: { Ref: string }[]; PolicyDocument: { Statement: Statement[] } })
    .filter(({ Roles }) => Roles.some(({ Ref }) => role.test(Ref)))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => Resource);
interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}
const tellers = [/AlertingRouterRole/, /AlertingSweepRole/];

describe('channels of the app', () => {
  it('become what aiops.yaml would say of them, by name', () => {
    const { monitoring } = withChannels((stack) => ({
      slack: new SlackNotifications({ webhook: Secret.fromSecretNameV2(stack, 'S', 'aiops/slack') }),
      pager: new PagerDutyNotifications({
        key: { secret: Secret.fromSecretNameV2(stack, 'P', 'aiops/keys'), field: 'pager' },
        region: 'eu',
      }),
      hook: new WebhookNotifications({
        url: 'https://hooks.example.com/x',
        secret: {
          parameter: StringParameter.fromSecureStringParameterAttributes(stack, 'W', { parameterName: '/aiops/hook' }),
        },
      }),
    }));
    expect(monitoring.settings.alerts.channels).toEqual({
      slack: { kind: 'slack', webhook: { secret: 'aiops/slack' } },
      pager: { kind: 'pagerduty', key: { secret: 'aiops/keys', field: 'pager' }, region: 'eu' },
      hook: { kind: 'webhook', url: 'https://hooks.example.com/x', secret: { parameter: '/aiops/hook' } },
    });
  });

  it('let those who tell read the secret, and decrypt it with its key', () => {
    const { template } = withChannels((stack) => ({
      slack: new SlackNotifications({
        webhook: new Secret(stack, 'Webhook', { encryptionKey: new Key(stack, 'Theirs') }),
      }),
    }));
    for (const role of tellers) {
      expect(resourcesOf(template, role, 'secretsmanager:GetSecretValue')).toEqual([
        { Ref: expect.stringMatching(/^Webhook/) as string },
      ]);
      expect(resourcesOf(template, role, 'kms:Decrypt')).toEqual([
        { 'Fn::GetAtt': [expect.stringMatching(/^Theirs/), 'Arn'] },
      ]);
    }
  });

  it('stand beside those of `alerts`, and routes know both', () => {
    const { monitoring } = synthesise((stack) => ({
      watches: oneWatch,
      alerts: {
        channels: { slack: { kind: 'slack', webhook: { secret: 'aiops/slack' } } },
        route: { channels: ['slack'], routes: [{ match: { severity: 'CRITICAL' }, channels: ['own', 'slack'] }] },
      },
      channels: { own: new LambdaNotifications({ handler: teller(stack) }) },
    }));
    expect(Object.keys(monitoring.settings.alerts.channels)).toEqual(['slack', 'own']);
  });

  it('stand beside those of aiops.yaml, which keep what else it says of alerts', () => {
    const settings = settingsSchema.parse({
      watches: { servers: { select: 'AWS/EC2' } },
      alerts: { pagesPerDay: 3, channels: { slack: { kind: 'slack', webhook: { secret: 'aiops/slack' } } } },
    });
    const { monitoring } = synthesise((stack) => ({
      settings,
      channels: { own: new LambdaNotifications({ handler: teller(stack) }) },
    }));
    expect(monitoring.settings.alerts.pagesPerDay).toBe(3);
    expect(Object.keys(monitoring.settings.alerts.channels)).toEqual(['slack', 'own']);
  });

  it('are silent of a warning that nobody is told', () => {
    const { stack } = withChannels((host) => ({ own: new LambdaNotifications({ handler: teller(host) }) }));
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('nobody is told'));
  });
});

describe('a function that tells', () => {
  const { template, stack, monitoring } = withChannels((host) => ({
    own: new LambdaNotifications({ handler: teller(host) }),
  }));
  const arn = { 'Fn::GetAtt': [expect.stringMatching(/^Teller/) as string, 'Arn'] };

  it('is invoked by those who tell, itself and none of its versions', () => {
    for (const role of tellers) {
      const invoked = resourcesOf(template, role, 'lambda:InvokeFunction');
      expect(invoked).toEqual(expect.arrayContaining([arn]));
      expect(JSON.stringify(invoked)).not.toContain(':*');
    }
  });

  it('is named in the stored settings, which resolve its ARN', () => {
    expect(stack.resolve(monitoring.settings.alerts.channels['own'])).toEqual({ kind: 'lambda', function: arn });
    template.hasResourceProperties('Custom::CDKBucketDeployment', {
      SourceMarkers: [
        Match.objectLike({ '<<marker:0xbaba:0>>': { 'Fn::GetAtt': [Match.stringLikeRegexp('^Teller'), 'Arn'] } }),
      ],
    });
  });
});

describe('a channel that somebody wrote', () => {
  it('is bound once, in a scope of its own, under its name', () => {
    const bound: string[] = [];
    const own: NotificationChannel = {
      bind: (scope, name) => {
        bound.push(`${scope.node.path} ${name}`);
        return new LambdaNotifications({ handler: teller(scope) }).bind();
      },
    };
    withChannels(() => ({ one: own, two: own }));
    expect(bound).toEqual(['Test/Monitoring/Channels/one one', 'Test/Monitoring/Channels/two two']);
  });

  it('may have an address that is known only when it is deployed', () => {
    const { stack, monitoring } = withChannels((host) => ({
      hook: new WebhookNotifications({
        url: `${new HttpApi(host, 'Api').apiEndpoint}/notices`,
        secret: new Secret(host, 'Key'),
      }),
    }));
    expect(JSON.stringify(stack.resolve(monitoring.settings.alerts.channels['hook']))).toMatch(
      /"url":\{"Fn::Join":\["",\[\{"Fn::GetAtt":\["Api[0-9A-F]+","ApiEndpoint"\]\},"\/notices"\]\]\}/,
    );
  });
});

describe('what is wrong with channels is refused, with place and remedy', () => {
  const slack = (stack: Stack) => new SlackNotifications({ webhook: Secret.fromSecretNameV2(stack, 'S', 'x') });

  it('a name that `alerts` uses, too', () => {
    expect(() =>
      synthesise((stack) => ({
        watches: oneWatch,
        alerts: { channels: { slack: { kind: 'slack', webhook: { secret: 'x' } } } },
        channels: { slack: slack(stack) },
      })),
    ).toThrow(/channels\.slack.*is in `channels` and in `alerts\.channels`.*rename one/);
  });

  it('a name that no route could write', () => {
    expect(() => withChannels((stack) => ({ 'My Slack': slack(stack) }))).toThrow(
      /My Slack.*is not a name for a channel/,
    );
  });

  it('a name that is a token', () => {
    expect(() => withChannels((stack) => ({ [stack.region]: slack(stack) }))).toThrow(/channels.*literal name/);
  });

  it.each([
    ['in the clear', 'http://hooks.example.com', /alerts\.channels\.hook\.url.*https/],
    [
      'in the clear, at a place known later',
      (stack: Stack) => `http://${stack.region}.example.com`,
      /in the clear.*https/,
    ],
  ])('a webhook %s', (_, url, words) => {
    expect(() =>
      withChannels((stack) => ({
        hook: new WebhookNotifications({
          url: typeof url === 'string' ? url : url(stack),
          secret: Secret.fromSecretNameV2(stack, 'S', 'x'),
        }),
      })),
    ).toThrow(words);
  });

  it('a route to a channel that is not there', () => {
    expect(() =>
      synthesise((stack) => ({
        watches: oneWatch,
        alerts: { route: { channels: ['pager'] } },
        channels: { slack: slack(stack) },
      })),
    ).toThrow(/alerts\.route\.channels.*is no channel → write one of slack|write one of slack/);
  });
});
