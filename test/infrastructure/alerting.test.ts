import { Duration, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoringStack, type AnomalyMonitoringProps } from '../../lib/index.ts';
import { fastApp, oneWatch, synthesise } from './synthesise.ts';

type Properties = Record<string, unknown>;
const slack = { slack: { kind: 'slack', webhook: { secret: 'slack-webhook' } } } as const;
const actions = { secret: { parameter: '/aiops/links' } } as const;
const { template, stack } = synthesise({ watches: oneWatch, alerts: { channels: slack, actions } });
const all = (type: string, from = template): Properties[] =>
  Object.values(from.findResources(type)).map((one) => one['Properties'] as Properties);
const functionLike = (words: RegExp): Properties =>
  all('AWS::Lambda::Function').find(({ Description }) => words.test(String(Description)))!;

describe('the way of a signal', () => {
  it('leads from our bus to the queue, whatever another source calls a signal', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: Match.stringLikeRegexp('SignalsBus') },
      EventPattern: { source: ['aiops.monitoring'], 'detail-type': ['Signal', 'AlertTest'] },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('AlertingSignals'), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('UndeliveredSignals'), 'Arn'] } },
          InputTransformer: Match.absent(),
        },
      ],
    });
  });

  it('is open for mutes of anybody who may put events on the bus', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: Match.stringLikeRegexp('SignalsBus') },
      EventPattern: { source: Match.absent(), 'detail-type': ['Mute'] },
    });
  });

  it('waits a day at most, and is handed on in batches of which each message fails by itself', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 86_400,
      VisibilityTimeout: 6 * Number(functionLike(/become incidents/)['Timeout']),
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('FailedAlerts'), 'Arn'] },
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: Match.stringLikeRegexp('AlertingRouter') },
      BatchSize: 100,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumBatchingWindowInSeconds: 5,
    });
  });

  it('lets only rules of ours put something into the queue', () => {
    const policies = all('AWS::SQS::QueuePolicy').filter((one) =>
      /AlertingSignals/.test(JSON.stringify(one['Queues'])),
    );
    const statements = policies.flatMap((one) => (one['PolicyDocument'] as { Statement: Properties[] }).Statement);
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(2);
    for (const one of allowed) {
      expect(one).toMatchObject({
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/Rule/), 'Arn'] } } },
      });
    }
  });
});

describe('what tells people', () => {
  it('knows who paints charts and where links lead', () => {
    for (const one of [functionLike(/become incidents/), functionLike(/Every minute/)]) {
      expect((one['Environment'] as { Variables: Properties }).Variables).toMatchObject({
        AIOPS_CHART_FUNCTION: { Ref: expect.stringMatching(/Chart/) as string },
        AIOPS_ACTIONS_URL: { 'Fn::GetAtt': [expect.stringMatching(/ActionsHttp/), 'ApiEndpoint'] },
      });
    }
  });

  it('takes an ARN of a secret, also one that is made in the same stack, as it is', () => {
    const { template: other, stack: host } = synthesise((scope) => ({
      watches: oneWatch,
      alerts: {
        channels: {
          made: { kind: 'slack', webhook: { secret: new Secret(scope, 'Webhook').secretArn } },
          named: {
            kind: 'slack',
            webhook: { secret: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-Xy12Zw' },
          },
        },
      },
    }));
    const made: unknown = host.resolve({
      Ref: host.getLogicalId(host.node.findChild('Webhook').node.defaultChild as never),
    });
    other.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('AlertingRouterRole') }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'secretsmanager:GetSecretValue',
            Resource: [made, 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-Xy12Zw'],
          }),
        ]),
      },
    });
  });

  it('may decrypt with the key of a secret, where one is named, and nobody else may', () => {
    const { template: other } = synthesise((scope) => ({
      watches: oneWatch,
      alerts: { channels: slack },
      secretKeys: [new Key(scope, 'Theirs')],
    }));
    const decrypting = all('AWS::IAM::Policy', other).filter((one) => JSON.stringify(one).includes('kms:Decrypt'));
    expect(decrypting.map(({ Roles }) => JSON.stringify(Roles).replace(/[0-9A-F]{8}"/, '"')).sort()).toEqual([
      '[{"Ref":"MonitoringAlertingRouterRole"}]',
      '[{"Ref":"MonitoringAlertingSweepRole"}]',
    ]);
  });

  it('warns at synth where nobody is told, and only there', () => {
    const silent = synthesise();
    Annotations.fromStack(silent.stack).hasWarning('*', Match.stringLikeRegexp('nobody is told.*alerts.channels'));
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('nobody is told'));
  });
});

describe('the HTTP API', () => {
  it('answers links without an authoriser, and mutes only to whoever signs', () => {
    const routes = all('AWS::ApiGatewayV2::Route').map(({ RouteKey, AuthorizationType }) => [
      RouteKey,
      AuthorizationType,
    ]);
    expect(Object.fromEntries(routes)).toEqual({
      'GET /a/{token}': 'NONE',
      'POST /a/{token}': 'NONE',
      'POST /mute': 'AWS_IAM',
    });
  });

  it('is throttled, and logs neither path nor token', () => {
    const [stage] = all('AWS::ApiGatewayV2::Stage');
    expect(stage).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 },
      AccessLogSettings: { Format: expect.stringContaining('$context.routeKey') as string },
    });
    expect(JSON.stringify(stage['AccessLogSettings'])).not.toMatch(/\$context\.(path|resourcePath|customDomain)/);
  });

  it('is not there where actions are off', () => {
    const { template: off, monitoring } = synthesise({ watches: oneWatch, alerts: { channels: slack } });
    off.resourceCountIs('AWS::ApiGatewayV2::Api', 0);
    expect(monitoring.actionsUrl).toBeUndefined();
    expect(JSON.stringify(off.findResources('AWS::Lambda::Function'))).not.toContain('AIOPS_ACTIONS_URL');
  });

  it('is told as an output of the stack', () => {
    const own = new AnomalyMonitoringStack(fastApp(), 'Own', {
      watches: oneWatch,
      selfAlarms: 'nobody',
      alerts: { channels: slack, actions },
    });
    Template.fromStack(own).hasOutput('ActionsUrl', {});
  });
});

describe('mutes during deployments', () => {
  const pattern = { source: ['aws.codedeploy'], detailType: ['CodeDeploy Deployment State-change Notification'] };

  it('turn events of the default bus into mutes that the router reads', () => {
    const { template: muting } = synthesise({
      watches: oneWatch,
      muteDuring: [{ pattern, for: Duration.minutes(30), watch: 'servers', labels: { team: 'shop' } }],
    });
    const [rule] = all('AWS::Events::Rule', muting).filter(({ EventBusName }) => EventBusName === undefined);
    expect(rule).toMatchObject({
      EventPattern: { source: pattern.source, 'detail-type': pattern.detailType },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [expect.stringMatching(/AlertingSignals/), 'Arn'] },
          DeadLetterConfig: expect.anything() as object,
        },
      ],
    });
    const [{ InputTransformer }] = rule['Targets'] as [{ InputTransformer: Properties }];
    const paths = InputTransformer['InputPathsMap'] as Record<string, string>;
    const event: Record<string, string> = {
      '$.id': 'e-1',
      '$.time': '2026-11-21T14:00:00Z',
      '$.detail-type': 'Deployed',
      '$.source': 'aws.codedeploy',
    };
    const sent = Object.entries(paths).reduce(
      (text, [name, path]) => text.replaceAll(`<${name}>`, JSON.stringify(event[path])),
      String(InputTransformer['InputTemplate']),
    );
    expect(JSON.parse(sent)).toEqual({
      id: 'e-1',
      'detail-type': 'Mute',
      time: '2026-11-21T14:00:00Z',
      detail: { for: 1800, why: 'Deployed', by: 'aws.codedeploy', watch: 'servers', labels: { team: 'shop' } },
    });
  });

  it.each<[string, NonNullable<AnomalyMonitoringProps['muteDuring']>[number], RegExp]>([
    ['that end after more than a week', { pattern, for: Duration.days(8) }, /muteDuring\[0\]\.for.*7 days.*691200 s/],
    [
      'whose end is known only when deployed',
      { pattern, for: Duration.seconds(Token.asNumber({ Ref: 'N' })) },
      /muteDuring\[0\]\.for.*literal/,
    ],
    ['at every event there is', { pattern: {}, for: Duration.minutes(5) }, /muteDuring\[0\]\.pattern.*source/],
  ])('%s are refused', (_, one, words) => {
    expect(() => synthesise({ watches: oneWatch, muteDuring: [one] })).toThrow(words);
  });
});

describe('what cannot work in an account is refused at synth', () => {
  it.each<[string, AnomalyMonitoringProps['alerts'], RegExp]>([
    [
      'a webhook in an environment variable',
      { channels: { slack: { kind: 'slack', webhook: { variable: 'SLACK_WEBHOOK_URL' } } } },
      /alerts\.channels\.slack\.webhook.*SLACK_WEBHOOK_URL.*Secrets Manager/,
    ],
    [
      'a routing key in an environment variable',
      { channels: { pager: { kind: 'pagerduty', key: { variable: 'KEY' } } } },
      /alerts\.channels\.pager\.key/,
    ],
    [
      'a signing secret in an environment variable',
      { actions: { secret: { variable: 'SIGN' } } },
      /alerts\.actions\.secret.*SIGN/,
    ],
    ['a terminal', { channels: { here: { kind: 'terminal' } } }, /alerts\.channels\.here.*no terminal/],
    [
      'a number that is known only when deployed',
      { channels: slack, pagesPerDay: Token.asNumber({ Ref: 'N' }) },
      /alerts\.pagesPerDay.*known only when it is deployed/,
    ],
  ])('%s', (_, alerts, words) => {
    expect(() => synthesise({ watches: oneWatch, alerts })).toThrow(words);
  });
});

describe('alarms on ourselves', () => {
  const alarms = all('AWS::CloudWatch::Alarm');
  it('cover owed pages, router, sweep, the queue, and every dead-letter queue', () => {
    const queues = Object.entries(template.findResources('AWS::SQS::Queue'))
      .filter(([, { Properties: one }]) => (one as Properties)['MessageRetentionPeriod'] === 1_209_600)
      .map(([id]) => id);
    expect(queues).toHaveLength(6);
    for (const id of queues) {
      const own = alarms.filter(
        (one) => JSON.stringify(one).includes(`"${id}"`) && one['MetricName'] !== 'ApproximateAgeOfOldestMessage',
      );
      expect(own, id).toEqual([
        expect.objectContaining({ MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1 }),
      ]);
    }
  });

  it('raise a page that is owed for ten minutes', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AIOps/Monitoring',
      MetricName: 'OwedPageSeconds',
      Dimensions: [{ Name: 'Deployment', Value: 'aiops' }],
      Threshold: 600,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      Period: 60,
    });
  });

  it.each(['NoticesUntold', 'UnreadableRecords'])('raise %s at once, of this deployment alone', (MetricName) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AIOps/Monitoring',
      MetricName,
      Dimensions: [{ Name: 'Deployment', Value: 'aiops' }],
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      Period: 60,
      TreatMissingData: 'notBreaching',
    });
  });

  it('notice that nothing sweeps any more, for then nothing is published either', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('No sweep'),
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('go to a topic of ours that takes TLS only, has no key, and lets CloudWatch of this account publish', () => {
    const [topic] = all('AWS::SNS::Topic');
    expect(topic).not.toHaveProperty('KmsMasterKeyId');
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
    for (const { AlarmActions } of alarms)
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/AlarmsTopic/) as string }]);
  });

  it('go to a topic of yours, where there is one', () => {
    const { template: theirs } = synthesise((host) => ({ watches: oneWatch, alarmTopic: new Topic(host, 'Ops') }));
    theirs.resourceCountIs('AWS::SNS::Topic', 1);
    for (const { AlarmActions } of all('AWS::CloudWatch::Alarm', theirs))
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Ops/) as string }]);
  });
});
