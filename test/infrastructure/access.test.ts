import { Stack } from 'aws-cdk-lib';
import { Alarm, MathExpression, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, AccountRootPrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoring } from '../../lib/index.ts';
import { ownMetricNames, forecastMetricNames } from '../../shared/pipeline/own-metrics.ts';
import { meterMetricNames } from '../../shared/pipeline/polling.ts';
import { alertMetricNames } from '../../shared/pipeline/alert-metrics.ts';
import { forecastLivenessMetricNames, livenessMetricNames } from '../../shared/pipeline/late-shards.ts';
import { fastApp, synthesise } from './synthesise.ts';

function math(metric: IMetric): MathExpression {
  if (metric instanceof MathExpression) return metric;
  throw new TypeError('is no expression');
}

const two = { servers: { select: 'AWS/EC2' }, queues: { select: 'AWS/SQS' } };

describe('grants', () => {
  const granted = (grant: (monitoring: AnomalyMonitoring, role: Role) => unknown) => {
    const stack = new Stack(fastApp(), 'Own');
    const monitoring = new AnomalyMonitoring(stack, 'Monitoring', { watches: two, selfAlarms: 'nobody' });
    grant(monitoring, new Role(stack, 'Theirs', { assumedBy: new AccountRootPrincipal() }));
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) =>
        (Properties as { Roles: { Ref: string }[] }).Roles.some(({ Ref }) => Ref.startsWith('Theirs')),
    );
    return (policy['Properties'] as { PolicyDocument: { Statement: object[] } }).PolicyDocument.Statement;
  };
  const arn = (id: RegExp) => ({ 'Fn::GetAtt': [expect.stringMatching(id) as string, 'Arn'] });

  it('of reading write and delete nothing', () => {
    const text = JSON.stringify(granted((monitoring, role) => monitoring.grantRead(role)));
    expect(text).toContain('s3:GetObject');
    expect(text).not.toMatch(/s3:(Put|Delete|Abort|\*)|kms:(Encrypt|Generate)/);
  });

  it('of invoking cover what is run by hand, and no versions', () => {
    expect(granted((monitoring, role) => monitoring.grantInvoke(role))).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        Effect: 'Allow',
        Resource: [arn(/DetectionAnomaly/), arn(/Train/), arn(/ForecastingForecast/), arn(/AlertingSweep/)],
      },
    ]);
  });

  it('of muting let nobody put a signal on the bus', () => {
    expect(granted((monitoring, role) => monitoring.grantMute(role))).toEqual([
      {
        Action: 'events:PutEvents',
        Condition: { StringEquals: { 'events:detail-type': 'Mute' } },
        Effect: 'Allow',
        Resource: arn(/SignalsBus/),
      },
    ]);
  });

  it('of putting events name our bus alone', () => {
    expect(granted((monitoring, role) => monitoring.grantPutEvents(role))).toEqual([
      { Action: 'events:PutEvents', Effect: 'Allow', Resource: arn(/SignalsBus/) },
    ]);
  });
});

describe('metrics', () => {
  const { monitoring } = synthesise({ watches: two, deploymentName: 'shop' });

  it('are those that the functions publish, with their dimensions', () => {
    const ofOne = monitoring.metricAnomaliesDetected({ watch: 'queues' });
    expect(ofOne.toMetricConfig().metricStat).toMatchObject({
      namespace: 'AIOps/Monitoring',
      metricName: 'AnomaliesDetected',
      statistic: 'Sum',
      dimensions: [
        { name: 'Deployment', value: 'shop' },
        { name: 'Watch', value: 'queues' },
      ],
    });
    const named = [
      monitoring.metricAnomaliesDetected({ watch: 'queues' }),
      monitoring.metricOldestVerdictAge({ watch: 'queues' }),
      monitoring.metricMetricsBilled({ watch: 'queues' }),
      monitoring.metricPredictionAccuracy({ watch: 'queues' }),
      monitoring.metricPredictionSkill({ watch: 'queues' }),
      monitoring.metricAlertsGenerated({ severity: 'HIGH' }),
      monitoring.metricOwedPageSeconds(),
    ].map((one) => one.toMetricConfig().metricStat!.metricName);
    const published: readonly string[] = [
      ...ownMetricNames,
      ...forecastMetricNames,
      ...alertMetricNames,
      ...livenessMetricNames,
      ...forecastLivenessMetricNames,
      ...meterMetricNames,
    ];
    for (const name of named) expect(published).toContain(name);
  });

  it('of all watches are added up; of ages the largest counts; what is missing is nothing', () => {
    expect(math(monitoring.metricAnomaliesDetected()).expression).toBe('SUM([FILL(m1, 0), FILL(m2, 0)])');
    expect(math(monitoring.metricOldestVerdictAge()).expression).toBe('MAX([FILL(m1, 0), FILL(m2, 0)])');
    expect(Object.keys(math(monitoring.metricAlertsGenerated()).usingMetrics)).toHaveLength(5);
  });

  it('go into alarms of the app', () => {
    const stack = new Stack(fastApp(), 'Own');
    const own = new AnomalyMonitoring(stack, 'Monitoring', { watches: two, selfAlarms: 'nobody' });
    new Alarm(stack, 'Many', { metric: own.metricAlertsGenerated(), threshold: 10, evaluationPeriods: 1 });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('of one watch alone are those of the only one', () => {
    const { monitoring: alone } = synthesise();
    const config = alone.metricAnomaliesDetected().toMetricConfig();
    expect(config.metricStat!.dimensions).toContainEqual({ name: 'Watch', value: 'servers' });
    expect(alone.metricPredictionAccuracy().toMetricConfig().metricStat!.statistic).toBe('Average');
  });

  it.each([
    [
      'of a watch that is none',
      () => monitoring.metricAnomaliesDetected({ watch: 'server' }),
      /\(got server\).*servers, or queues/,
    ],
    [
      'of accuracy over several watches',
      () => monitoring.metricPredictionAccuracy(),
      /several watches.*servers, or queues/,
    ],
  ])('%s are refused', (_, metric, words) => {
    expect(metric).toThrow(words);
  });
});
