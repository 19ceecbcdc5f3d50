import { Aws, Duration, Fn, Lazy, Stack, TimeZone, Token } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import type { AnomalyMonitoringProps, WatchProps } from '../../lib/index.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { synthesise } from './synthesise.ts';

const errors = new Metric({
  namespace: 'Shop',
  metricName: 'Errors',
  statistic: 'Sum',
  dimensionsMap: { Service: 'cart' },
});
const requests = errors.with({ statistic: 'n' });
const settingsOf = (watch: WatchProps) => synthesise({ watches: { shop: watch } }).monitoring.settings.watches['shop'];

describe('CDK metrics', () => {
  it('become metrics named exactly', () => {
    expect(settingsOf({ metrics: [errors] })).toMatchObject({
      period: 300,
      metrics: [{ namespace: 'Shop', metric: 'Errors', dimensions: { Service: 'cart' }, statistic: 'Sum' }],
      expressions: [],
    });
  });

  it.each([
    ['avg', 'Average'],
    ['Minimum', 'Minimum'],
    ['max', 'Maximum'],
    ['SampleCount', 'SampleCount'],
    ['p99', 'p99'],
    ['P99.9', 'p99.9'],
  ])('keep their statistic: %s is %s', (given, statistic) => {
    expect(settingsOf({ metrics: [errors.with({ statistic: given })] }).metrics[0].statistic).toBe(statistic);
  });

  it('give the watch their period, which the watch may overrule', () => {
    const minute = errors.with({ period: Duration.minutes(1) });
    expect(settingsOf({ metrics: [minute] }).period).toBe(60);
    expect(settingsOf({ metrics: [minute, errors], period: Duration.minutes(15) }).period).toBe(900);
  });

  it('of resources not made yet keep their names as tokens, which the stored settings resolve', () => {
    const { stack, template, monitoring } = synthesise((host) => ({
      watches: { jobs: { metrics: [new Queue(host, 'Jobs').metricApproximateAgeOfOldestMessage()] } },
    }));
    const [metric] = monitoring.settings.watches['jobs'].metrics;
    expect(stack.resolve(metric.dimensions)).toEqual({
      QueueName: { 'Fn::GetAtt': [expect.stringMatching(/^Jobs/), 'QueueName'] },
    });
    template.hasResourceProperties('Custom::CDKBucketDeployment', {
      SourceMarkers: [{ '<<marker:0xbaba:0>>': { 'Fn::GetAtt': [Match.stringLikeRegexp('^Jobs'), 'QueueName'] } }],
    });
  });

  it('of the stack itself name no account and no region; others name theirs', () => {
    const home = settingsOf({ metrics: [errors.with({ account: Aws.ACCOUNT_ID, region: Aws.REGION })] });
    expect(Object.keys(home.metrics[0]).sort()).toEqual(['dimensions', 'metric', 'namespace', 'statistic']);
    const other = settingsOf({ metrics: [errors.with({ account: '222222222222', region: 'us-west-2' })] });
    expect(other.metrics[0]).toMatchObject({ account: '222222222222', region: 'us-west-2' });
  });
});

describe('CDK expressions', () => {
  it('become expressions over named metrics', () => {
    const rate = new MathExpression({
      expression: '100 * errors / requests',
      label: 'Error rate',
      usingMetrics: { errors, requests },
      period: Duration.minutes(1),
    });
    expect(settingsOf({ metrics: [rate] })).toMatchObject({
      period: 60,
      metrics: [],
      expressions: [
        {
          label: 'Error rate',
          expression: '100 * errors / requests',
          metrics: { errors: { metric: 'Errors', statistic: 'Sum' }, requests: { statistic: 'SampleCount' } },
        },
      ],
    });
  });

  it('inside expressions are written out in place', () => {
    const share = new MathExpression({ expression: 'errors / requests', usingMetrics: { errors, requests } });
    const worst = errors.with({ statistic: 'max' });
    const outer = new MathExpression({
      expression: 'IF(worst > 1, share, 0) * FILL(worst, 0) * IF("share" == "share", 1)',
      usingMetrics: { worst, share },
    });
    const [expression] = settingsOf({ metrics: [outer] }).expressions;
    expect(expression.expression).toBe(
      'IF(worst > 1, (errors / requests), 0) * FILL(worst, 0) * IF("share" == "share", 1)',
    );
    expect(Object.entries(expression.metrics).map(([id, { statistic }]) => [id, statistic])).toEqual([
      ['worst', 'Maximum'],
      ['errors', 'Sum'],
      ['requests', 'SampleCount'],
    ]);
  });

  it('without a label are called by their text', () => {
    const sum = new MathExpression({ expression: 'a + b', usingMetrics: { a: errors, b: requests } });
    expect(settingsOf({ metrics: [sum] }).expressions[0].label).toBe('a + b');
  });
});

describe('settings and props', () => {
  const fromFile = settingsSchema.parse({
    name: 'shop',
    retention: '30d',
    watches: { servers: { select: 'AWS/EC2' } },
  });

  it('stand side by side', () => {
    const { settings } = synthesise({
      settings: fromFile,
      watches: { queues: { select: 'AWS/SQS', every: Duration.minutes(1), timezone: TimeZone.EUROPE_BERLIN } },
    }).monitoring;
    expect(settings).toMatchObject({
      name: 'shop',
      retention: 30 * 86_400,
      watches: { servers: fromFile.watches['servers'], queues: { every: 60, timezone: 'Europe/Berlin' } },
    });
  });

  it('and metrics alone do, without a selection', () => {
    const { settings } = synthesise({ watches: { shop: { metrics: [errors] } } }).monitoring;
    expect(settingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });

  it('of which props win', () => {
    const props = { settings: fromFile, deploymentName: 'mine', retention: Duration.days(7), quotaShare: 0.5 };
    expect(synthesise(props).monitoring.settings).toMatchObject({
      name: 'mine',
      retention: 7 * 86_400,
      quotaShare: 0.5,
    });
  });

  it('are read again by the functions as exactly what was stored', () => {
    const { settings } = synthesise({
      settings: fromFile,
      watches: {
        all: {
          select: ['AWS/SQS', { namespace: 'AWS/EC2', metric: ['CPU*'], dimensions: { InstanceId: 'i-*' } }],
          metrics: [errors],
          sensitivity: '3 per week',
          rules: [{ kind: 'silent', metric: '*', for: '1h' }],
          confirm: { rows: 2, of: 3 },
        },
      },
    }).monitoring;
    expect(settingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });
});

const unresolved = Token.asNumber(Fn.ref('Number'));
const lazyDuration = Duration.minutes(Lazy.number({ produce: () => 5 }));

describe('what cannot be deployed is refused at synth, with place, value and remedy', () => {
  it.each<[string, AnomalyMonitoringProps, string[]]>([
    ['no watch at all', { watches: {} }, ['watches', 'is empty', 'AWS/EC2']],
    ['a watch of nothing', { watches: { idle: {} } }, ['watches.idle', 'looks after nothing', 'select']],
    [
      'an interval of seconds',
      { watches: { quick: { select: 'AWS/EC2', every: Duration.seconds(30) } } },
      ['watches.quick.every', '(got 30 s)', 'whole minutes', '1m'],
    ],
    [
      'forecasts at intervals of seconds',
      {
        watches: {
          quick: { select: 'AWS/EC2', every: Duration.minutes(1), forecast: { every: '90s' } },
        },
      },
      ['watches.quick.forecast.every', '(got 90 s)', 'whole minutes', '5m'],
    ],
    [
      'a limit that is known only when deployed',
      { watches: { late: { select: 'AWS/EC2', limits: [{ metric: '*', above: unresolved }] } } },
      ['watches.late.limits[0].above', 'known only when it is deployed', 'write the number'],
    ],
    [
      'an interval that is known only when deployed',
      { watches: { late: { select: 'AWS/EC2', every: lazyDuration } } },
      ['watches.late.every', 'known only when it is deployed', 'Duration.minutes(5)'],
    ],
    [
      'a number that is known only when deployed, deep in a rule',
      { watches: { late: { select: 'AWS/EC2', rules: [{ kind: 'above', metric: '*', limit: unresolved }] } } },
      ['watches.late.rules[0].limit', 'known only when it is deployed', 'write the number'],
    ],
    [
      'metrics of two periods in one watch',
      { watches: { mixed: { metrics: [errors, errors.with({ period: Duration.minutes(1) })] } } },
      ['watches.mixed.metrics', '(got 300 s, 60 s)', 'two watches'],
    ],
    [
      'a statistic that is no single number',
      { watches: { trimmed: { metrics: [errors.with({ statistic: 'tm90' })] } } },
      ['watches.trimmed.metrics[0]', '(got tm90)', 'p99'],
    ],
    [
      'an expression that searches',
      { watches: { found: { metrics: [new MathExpression({ expression: "SEARCH('{AWS/EC2}', 'Sum')" })] } } },
      ['watches.found.metrics[0]', 'SEARCH', '`select`'],
    ],
    [
      'a source of this machine',
      { settings: settingsSchema.parse({ watches: { me: { source: { kind: 'host' } } } }) },
      ['watches.me.source', '(got host)', 'npx aiops detect'],
    ],
    [
      'a name that no resource could carry',
      { watches: { 'a/b': { select: 'AWS/EC2' } } },
      ['watches["a/b"]', 'without slashes'],
    ],
    [
      'the same watch twice',
      {
        settings: settingsSchema.parse({ watches: { twin: { select: 'AWS/EC2' } } }),
        watches: { twin: { select: 'AWS/SQS' } },
      },
      ['watches.twin', 'rename one'],
    ],
    [
      'more than the whole quota',
      { watches: { servers: { select: 'AWS/EC2' } }, quotaShare: 1.5 },
      ['quotaShare', '1.5'],
    ],
    [
      'a quota share that is known only when it is deployed',
      { watches: { servers: { select: 'AWS/EC2' } }, quotaShare: Token.asNumber({ Ref: 'Share' }) },
      ['quotaShare', 'write the number itself'],
    ],
    [
      'a retention under a day',
      { watches: { servers: { select: 'AWS/EC2' } }, retention: Duration.hours(6) },
      ['retention', '(got 21600 s)', '1d'],
    ],
    [
      'a training every minute',
      { watches: { servers: { select: 'AWS/EC2' } }, trainEvery: Duration.minutes(1) },
      ['trainEvery', '(got 1 minute)', 'Duration.days(1)'],
    ],
    [
      'a concurrency of one, which Lambda does not have',
      { watches: { servers: { select: 'AWS/EC2' } }, workerConcurrency: 1 },
      ['workerConcurrency', '(got 1)', '2 to 1000'],
    ],
    [
      'a concurrency that is known only when deployed',
      { watches: { servers: { select: 'AWS/EC2' } }, workerConcurrency: unresolved },
      ['workerConcurrency', 'known now'],
    ],
  ])('%s', (_, props, words) => {
    let message = '';
    try {
      synthesise(props);
    } catch (error) {
      message = String(error);
    }
    for (const word of words) expect(message).toContain(word);
  });

  it('all of it at once', () => {
    const wrong = () =>
      synthesise({
        watches: {
          a: { select: 'AWS/EC2', every: lazyDuration },
          b: { metrics: [errors.with({ statistic: 'tm90' })] },
        },
        workerConcurrency: 0,
      });
    expect(wrong).toThrow(/3 problems[^]*watches\.a\.every[^]*watches\.b\.metrics\[0\][^]*workerConcurrency/);
  });

  it('and a name that is a token', () => {
    expect(() => synthesise((stack) => ({ watches: { [Stack.of(stack).region]: { select: 'AWS/EC2' } } }))).toThrow(
      /the name of a watch is a token/,
    );
  });
});
