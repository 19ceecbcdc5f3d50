import { readFileSync } from 'node:fs';
import { Duration, TimeZone } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { alarmMetrics } from '../../shared/settings/monthly-bill.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { synthesise } from './synthesise.ts';

type Properties = Record<string, unknown>;

/** Everything that brings alarms along: a watch of each kind, channels, actions, forecasts. */
const { template } = synthesise({
  settings: settingsSchema.parse({ watches: { servers: { select: 'AWS/EC2' } }, maxMonthlyUsd: 500 }),
  watches: {
    queues: { select: 'AWS/SQS', collect: 'stream', forecast: 'off' },
    daily: {
      select: 'AWS/S3',
      every: Duration.hours(12),
      period: Duration.days(1),
      timezone: TimeZone.of('UTC'),
      sensitivity: '3 per week',
      forecast: 'off',
    },
  },
  alerts: {
    channels: {
      one: { kind: 'slack', webhook: { secret: 'one' } },
      two: { kind: 'slack', webhook: { secret: 'two' } },
      pager: { kind: 'pagerduty', key: { secret: 'pager' } },
    },
    actions: { secret: { parameter: '/aiops/links' } },
  },
  alertTestEvery: { every: '7d', at: '10:00', channels: ['one', 'pager'] },
});
const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(
  ([id, one]) => [id, one['Properties'] as Properties] as const,
);
const alarm = (id: RegExp): Properties => {
  const found = alarms.filter(([name]) => id.test(name));
  expect(found, String(id)).toHaveLength(1);
  return found[0][1];
};
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const headings = runbook.split('\n').flatMap((line) => /^## (.*)$/.exec(line)?.[1] ?? []);
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
const anchors = new Set(
  alarms.map(([, { AlarmDescription }]) => /docs\/runbook\.md#([\w-]+)$/.exec(String(AlarmDescription))?.[1]),
);

/** What no alarm leads to, and why. */
const withoutAlarm: Readonly<Record<string, string>> = {
  'What healthy looks like': 'for comparison',
  'What it says of itself': 'what each metric means',
  Alarms: 'who hears of them',
  'A secret was rotated': 'somebody did it, and knows',
  'Run a tick by hand': 'other headings lead here',
  'Nothing is forecast': 'a result of too little history or skill, which is none of our trouble',
  'Nothing is found any more': 'quiet times look the same; what is not judged has an alarm of its own',
  "A watch's settings were changed, and everything is `unknown`": 'ends by itself within hours of a deployment',
  'Too much is found': 'people who are told too much know; with an alert budget there is an alarm',
  'A stored object cannot be read': 'other headings lead here',
  'The meter is not read': 'nothing goes unwatched for it, and the log says it',
  'Roll back': 'somebody wants to',
  'Take it down': 'somebody wants to',
};

describe('the runbook', () => {
  it('has the heading that each alarm names', () => {
    expect([...anchors].sort()).toEqual(
      headings
        .map(anchorOf)
        .filter((one) => anchors.has(one))
        .sort(),
    );
  });

  it('has no heading without an alarm, or a reason why there is none', () => {
    const orphans = headings.filter((one) => !anchors.has(anchorOf(one)) && !Object.hasOwn(withoutAlarm, one));
    expect(orphans).toEqual([]);
  });

  it('has no reason for what has an alarm, or is not there', () => {
    const stale = Object.keys(withoutAlarm).filter((one) => !headings.includes(one) || anchors.has(anchorOf(one)));
    expect(stale).toEqual([]);
  });
});

describe('alarms on ourselves', () => {
  it('look at every function of ours, its time-outs among its errors', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function')).filter(
      ([, one]) => (one['Properties'] as Properties)['Runtime'] === 'nodejs24.x',
    );
    expect(functions.length).toBeGreaterThanOrEqual(9);
    for (const [id] of functions) {
      const own = alarms.filter(([, one]) => {
        const text = JSON.stringify(one);
        return text.includes(`{"Ref":"${id}"}`) && text.includes('"Errors"');
      });
      expect(own, id).toHaveLength(1);
    }
  });

  it('wake nobody for a run that failed once, and was repeated', () => {
    expect(alarm(/AlarmsTrainErrors/)).toMatchObject({ MetricName: 'Errors', Threshold: 2, Period: 900 });
  });

  it.each([
    [/AlarmsLateservers/, { Period: 900, EvaluationPeriods: 1 }],
    [/AlarmsLatedaily/, { Period: 86_400, EvaluationPeriods: 2 }],
  ])('%s: a watch that is three intervals late, or of which nothing is heard for so long', (id, periods) => {
    expect(alarm(id)).toMatchObject({
      Namespace: 'AIOps/Monitoring',
      MetricName: 'SeriesOverdue',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
      Dimensions: expect.arrayContaining([{ Name: 'Deployment', Value: 'aiops' }]) as unknown,
      ...periods,
    });
  });

  it('wait for forecasts as for verdicts, three of their own intervals, and only where there are some', () => {
    expect(alarm(/LateForecasts/)).toMatchObject({
      MetricName: 'ForecastsOverdue',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
      Dimensions: expect.arrayContaining([{ Name: 'Watch', Value: 'servers' }]) as unknown,
      Period: 900,
      EvaluationPeriods: 1,
    });
  });

  it('wait for a weekly test two hours longer than a week, and for sweeps that say how old it is', () => {
    expect(alarm(/AlertTestMissing/)).toMatchObject({
      MetricName: 'AlertTestAge',
      Threshold: 7 * 86_400 + 7200,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
      Dimensions: [{ Name: 'Deployment', Value: 'aiops' }],
    });
  });

  it('hear each kind of channel once, however many of it there are', () => {
    const { Metrics } = alarm(/AlarmsDeliveryFailures/) as { Metrics: { Expression?: string }[] };
    expect(Metrics.map(({ Expression }) => Expression).filter((one) => one !== undefined)).toEqual([
      'FILL(slack, 0) + FILL(pagerduty, 0)',
    ]);
  });

  it('look at forecasts where there are some, and at alert budgets where they are asked for', () => {
    expect(alarms.filter(([id]) => /ForecastDrift/.test(id)).map(([id]) => id.slice(0, -8))).toEqual([
      'MonitoringAlarmsForecastDriftservers',
    ]);
    expect(alarm(/BudgetDriftdaily/)).toMatchObject({ Threshold: 3, EvaluationPeriods: 3 });
  });

  it('take three trainings for a model to be stale, and never less than three days', () => {
    expect(alarm(/StaleModel/)).toMatchObject({ MetricName: 'ModelAge', Threshold: 3 * 86_400 });
  });

  it('look at no more metrics than CloudWatch takes in an alarm, over no more than it takes', () => {
    for (const [id, one] of alarms) {
      const metrics = (one['Metrics'] as { MetricStat?: { Period: number } }[] | undefined) ?? [];
      expect(metrics.length, id).toBeLessThanOrEqual(10);
      const period = one['Period'] ?? Math.max(...metrics.map(({ MetricStat }) => MetricStat?.Period ?? 0));
      const seconds = Number(one['EvaluationPeriods']) * Number(period);
      expect(seconds, id).toBeLessThanOrEqual(7 * 86_400);
    }
  });

  it('hold the bill against what was to be expected, and the month against its limit where one is set', () => {
    const six = { Period: 21_600, EvaluationPeriods: 1, TreatMissingData: 'notBreaching', Statistic: 'Maximum' };
    expect(alarm(/BilledAboveEstimate/)).toMatchObject({ MetricName: 'BilledShare', Threshold: 125, ...six });
    expect(alarm(/BudgetNear/)).toMatchObject({ MetricName: 'BudgetProjected', Threshold: 80, ...six });
    expect(alarm(/BudgetExceeded/)).toMatchObject({ MetricName: 'BudgetProjected', Threshold: 100, ...six });
    const free = synthesise({ watches: { servers: { select: 'AWS/EC2' } } }).template;
    const ids = Object.keys(free.findResources('AWS::CloudWatch::Alarm'));
    expect(ids.filter((id) => /Budget|BilledAbove/.test(id)).map((id) => id.slice(0, -8))).toEqual([
      'MonitoringAlarmsBilledAboveEstimate',
    ]);
  });

  it('cost what the bill says', () => {
    const looked = alarms.map(([, one]) => {
      const metrics = one['Metrics'] as { MetricStat?: unknown }[] | undefined;
      return metrics === undefined ? 1 : metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
    });
    const { deployment, forecasting, streaming, actions, alertTest, dashboard, limit } = alarmMetrics;
    const { watch, forecastWatch, budgetWatch } = alarmMetrics;
    const kinds = 2;
    const shared = deployment + kinds + forecasting + streaming + actions + alertTest + dashboard + limit;
    expect(looked.reduce((sum, one) => sum + one, 0)).toBe(shared + 3 * watch + forecastWatch + budgetWatch);
  });
});

describe('a deployment that may cost more than it is allowed to', () => {
  it('is refused at synth, with what would fit', () => {
    const watches = { servers: { select: 'AWS/EC2' } };
    const settings = settingsSchema.parse({ watches, maxMonthlyUsd: 20 });
    expect(() => synthesise({ settings })).toThrow(/maxMonthlyUsd.*500 series, \$\d+.*got 20.*raise it to/);
  });
});
