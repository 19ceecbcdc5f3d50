import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { testSchedule } from '../../lib/parts/test-schedule.ts';
import { goldenDeployment } from './golden-deployment.ts';
import { synthesise } from './synthesise.ts';

const schedulesOf = (template: Template) =>
  Object.values(template.findResources('AWS::Scheduler::Schedule'))
    .map((one) => one['Properties'] as Record<string, unknown>)
    .filter(({ Target }) => JSON.stringify(Target).includes('AlertTest'));
const watches = { servers: { select: 'AWS/EC2', forecast: 'off' } } as const;

describe('alerts that are tested on a schedule', () => {
  it('begin on the bus, with the time that they are for, and may be nothing else there', () => {
    const { template } = goldenDeployment();
    expect(schedulesOf(template)).toMatchObject([
      {
        ScheduleExpression: 'rate(1 day)',
        Target: {
          EventBridgeParameters: { DetailType: 'AlertTest', Source: 'aiops.monitoring' },
          Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
          RetryPolicy: { MaximumEventAgeInSeconds: 3600 },
        },
      },
    ]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Action: 'events:PutEvents',
            Condition: { StringEquals: { 'events:detail-type': 'AlertTest' } },
            Effect: 'Allow',
            Resource: Match.anyValue(),
          },
        ]),
      },
    });
  });

  it.each([
    ['every 36 hours', { every: 36 * 3600, at: undefined }, 'rate(36 hours)', undefined],
    ['daily, at a time of day', { every: 86_400, at: '09:30' }, 'cron(30 9 * * ? *)', 'Europe/Berlin'],
    ['weekly, on Mondays', { every: 7 * 86_400, at: '00:05' }, 'cron(5 0 ? * MON *)', 'Europe/Berlin'],
  ])('come %s', (_, when, expression, timezone) => {
    const schedule = testSchedule({ ...when, timezone: 'Europe/Berlin', severity: 'INFO' });
    expect(schedule.expressionString).toBe(expression);
    if (timezone !== undefined) expect(schedule.timeZone?.timezoneName).toBe(timezone);
  });

  it('are nowhere to be seen where nobody asked for them, but one sent by hand would be heard', () => {
    const { template } = synthesise({ watches, dashboard: 'off' });
    expect(schedulesOf(template)).toEqual([]);
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Alarm'))).not.toContain('AlertTest');
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aiops.monitoring'], 'detail-type': ['Signal', 'AlertTest'] },
    });
  });

  it('are refused where Scheduler cannot count so', () => {
    const refused = (): unknown => synthesise({ watches, alertTestEvery: 3601 });
    expect(refused).toThrow(/alertTestEvery.*whole minutes.*got 3601 s.*write 1d/);
  });
});
