import { describe, expect, it } from 'vitest';
import { parseAlertBudget } from '../../shared/detectors/alert-budget.ts';
import { checkSettings, parseSettings, parseSettingsJson } from '../../shared/settings/load-settings.ts';
import { SettingsError } from '../../shared/settings/settings-error.ts';
import { parseDuration } from '../../shared/settings/duration.ts';
import { watchesOf } from '../../shared/settings/settings.ts';
import fc from '../fakes/property.ts';

const parsed = (yaml: string) => parseSettings(yaml, 'aiops.yaml');
const watchWith = (lines: string) =>
  watchesOf(parsed(`watches:\n  web:\n    select: AWS/EC2\n${lines.replace(/^/gm, '    ')}`))[0];

describe('settings', () => {
  it('three lines do', () => {
    const settings = parsed('watches:\n  servers:\n    select: AWS/EC2\n');
    expect(watchesOf(settings)).toEqual([
      {
        name: 'servers',
        source: { kind: 'cloudwatch' },
        select: [{ namespace: 'AWS/EC2', metric: '*', dimensions: {} }],
        metrics: [],
        expressions: [],
        collect: 'poll',
        discoverEvery: 3600,
        every: 300,
        period: 300,
        maxSeries: 500,
        timezone: 'UTC',
        direction: 'both',
        floor: { absolute: 0, relative: 0 },
        rules: [],
        percentages: { above: 90, below: 5, jump: 30, tell: [] },
        natures: {},
        shadow: false,
        labels: {},
        forest: { detector: 'isolation-forest', trees: 100 },
        limits: [],
        forecast: {
          forecaster: 'automatic-selection',
          recommendations: { monitor: 80, prepare: 85, soon: 90, immediately: 95, target: 70 },
        },
      },
    ]);
    expect(settings.retention).toBe(190 * 86_400);
  });

  it('a selection is a namespace, a pattern, or a list of both', () => {
    const ec2 = { namespace: 'AWS/EC2', metric: '*', dimensions: {} };
    const pattern = { namespace: 'AWS/RDS', metric: ['CPU*', 'Free*'], dimensions: { DBInstanceIdentifier: 'prod-*' } };
    const selectionOf = (select: unknown) => checkSettings({ watches: { a: { select } } }, 'test').watches['a'].select;
    expect(selectionOf('AWS/EC2')).toEqual([ec2]);
    expect(selectionOf(pattern)).toEqual([pattern]);
    expect(selectionOf(['AWS/EC2', pattern])).toEqual([ec2, pattern]);
  });

  it('a watch of this machine needs no selection', () => {
    expect(watchesOf(parsed('watches: { here: { source: { kind: host }, period: 7s } }'))[0]).toMatchObject({
      source: { kind: 'host' },
      select: [],
      period: 7,
    });
  });

  it.each([
    ['30s', 30],
    ['5m', 300],
    ['1h30m', 5400],
    [' 14 d ', 14 * 86_400],
    ['1.5h', 5400],
    ['2w', 14 * 86_400],
    ['5', undefined],
    ['m', undefined],
    ['5 minutes', undefined],
    ['-5m', undefined],
    ['5m x', undefined],
    ['', undefined],
  ])('%j is %s seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it('flags of percentages can be moved, told of, and switched off', () => {
    expect(watchWith('percentages: { above: 80, below: off, jump: false, tell: [above] }').percentages).toEqual({
      above: 80,
      below: 'off',
      jump: 'off',
      tell: ['above'],
    });
  });

  it('an alert budget is one that the detectors can read', () => {
    for (const budget of ['3 per week', '1 a day', '10/month', ' 0.5 PER WEEK ']) {
      const { sensitivity } = watchWith(`sensitivity: "${budget}"`);
      expect(parseAlertBudget(sensitivity as string).perWeek).toBeGreaterThan(0);
    }
  });

  it('silence is told of only where a rule asks for it', () => {
    expect(watchWith('shadow: false').rules).toEqual([]);
    expect(watchWith('rules: [{ kind: silent, metric: Heartbeat, for: 15m }]').rules).toEqual([
      { kind: 'silent', metric: 'Heartbeat', for: 900 },
    ]);
  });

  it('an anchor may be used twice', () => {
    const settings = parsed('watches:\n  a: &a { select: AWS/EC2 }\n  b: *a\n');
    expect(settings.watches['b']).toEqual(settings.watches['a']);
  });

  it('problems in what an alias stands for are found where it was written', () => {
    expect(() => parsed('watches:\n  a: &a\n    slect: AWS/EC2\n  b: *a\n')).toThrow(
      /line 3, watches\.a\.slect[^]*line 3, watches\.b\.slect/,
    );
  });
});

const durations = fc.constantFrom('30s', '5m', '1h', '1d', 60, 300, 3600);
const names = fc.stringMatching(/^[A-Za-z][\w*/.-]{0,20}$/);
const selections = fc.record(
  {
    namespace: names,
    metric: fc.oneof(names, fc.array(names, { minLength: 1, maxLength: 3 })),
    dimensions: fc.dictionary(names, names, { maxKeys: 3 }),
    statistic: fc.constantFrom('Average', 'p99', ['Sum', 'p50']),
    account: fc.constant('123456789012'),
  },
  { requiredKeys: ['namespace'] },
);
const rules = fc.oneof(
  fc.record({ kind: fc.constantFrom('above' as const, 'below' as const), metric: names, limit: fc.integer() }),
  fc.record({ kind: fc.constant('jump' as const), metric: names, by: fc.integer({ min: 1 }) }),
  fc.record({ kind: fc.constantFrom('stuck' as const, 'silent' as const), metric: names, for: durations }),
);
const watches = fc.record(
  {
    source: fc.constantFrom({ kind: 'cloudwatch' as const }, { kind: 'host' as const }, { kind: 'simulated' as const }),
    select: fc.oneof(names, selections, fc.array(fc.oneof(names, selections), { minLength: 1, maxLength: 3 })),
    every: durations,
    period: durations,
    settle: durations,
    entityBy: fc.array(names, { minLength: 1, maxLength: 2 }),
    timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
    sensitivity: fc.constantFrom('3 per week', { threshold: 2 }, { contamination: 0.1 }),
    direction: fc.constantFrom('up' as const, 'known' as const),
    floor: fc.record({ absolute: fc.integer({ min: 0 }) }),
    confirm: fc.constant({ rows: 2, of: 3 }),
    rules: fc.array(rules, { maxLength: 3 }),
    percentages: fc.record(
      { above: fc.constantFrom('off' as const, false as const, 95), tell: fc.constant(['above' as const]) },
      { requiredKeys: [] },
    ),
    natures: fc.dictionary(names, fc.record({ unit: names, gap: fc.constantFrom('zero' as const, 'gap' as const) })),
    labels: fc.dictionary(names, names, { maxKeys: 2 }),
    forest: fc.record({ trees: fc.integer({ min: 10, max: 1000 }) }),
  },
  { requiredKeys: ['select'] },
);
const inputs = fc.record(
  {
    name: fc.constant('prod'),
    retention: durations,
    watches: fc.dictionary(fc.stringMatching(/^[a-z ]{1,10}$/), watches, { minKeys: 1, maxKeys: 3 }),
  },
  { requiredKeys: ['watches'] },
);

describe('resolved settings', () => {
  it('parse to themselves, also through JSON: what a deployment stored is what the code reads', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const settings = checkSettings(input, 'test');
        expect(checkSettings(settings, 'test')).toEqual(settings);
        expect(parseSettingsJson(JSON.stringify(settings))).toEqual(settings);
      }),
    );
  });

  it('never depend on whether they were written as YAML or as an object', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        expect(parsed(JSON.stringify(input))).toEqual(checkSettings(input, 'test'));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['half a file', '{"watches": {"a'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a setting of a later version', '{"watches": {"a": {"select": "x", "later": 1}}}'],
  ])('%s is refused', (_title, text) => {
    expect(() => parseSettingsJson(text, 'settings/ab.json')).toThrow(SettingsError);
    expect(() => parseSettingsJson(text, 'settings/ab.json')).toThrow(/^settings\/ab\.json: 1 problem/);
  });
});

describe('any object at all', () => {
  it('is settings, or an error that lists problems: never another crash', () => {
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom('watches', 'a', 'select', 'rules', 'kind', 'x') }), (given) => {
        try {
          checkSettings(given, 'test');
        } catch (error) {
          expect(error).toBeInstanceOf(SettingsError);
          expect((error as SettingsError).problems.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
