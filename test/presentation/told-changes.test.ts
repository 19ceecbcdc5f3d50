import { describe, expect, it } from 'vitest';
import type { Finding, Signal } from '../../shared/alerting/signal.ts';
import { tellChange } from '../../shared/presentation/tell-change.ts';
import { changesOf } from '../../shared/presentation/told-changes.ts';
import type { Heard } from '../../shared/presentation/told-changes.ts';

const noon = Date.UTC(2026, 10, 21, 12) / 1000;

const signal = (minute: number, status: Finding['status'], over: Partial<Finding> = {}): Signal => ({
  version: 1,
  deployment: 'd',
  watch: 'w',
  shard: '1',
  entity: 'web-01',
  labels: {},
  evaluatedAt: noon + minute * 60,
  intervalSeconds: 60,
  mode: 'live',
  findings: [
    {
      key: 'cpu',
      kind: 'anomaly',
      source: 'series',
      series: 'cpu',
      label: 'CPUUtilization',
      unit: 'Percent',
      status,
      since: noon,
      observed: 97,
      expected: 20,
      lower: 10,
      upper: 30,
      score: 0.9,
      rarity: { onceInSeconds: 3 * 86_400, evidenceSeconds: 9 * 86_400, unseen: false },
      shares: [],
      explanation: 'a level higher than any remembered',
      ...over,
    },
  ],
});

describe('turning levels into edges', () => {
  it.each([
    ['it begins once, however often it is repeated', ['firing', 'firing', 'firing'], ['began', '', '']],
    [
      'it ends once, though normal is said three times',
      ['firing', 'normal', 'normal', 'normal'],
      ['began', 'ended', '', ''],
    ],
    ['a gap does not end it', ['firing', 'unknown', 'unknown', 'firing'], ['began', 'lost', '', 'began']],
    ['it may end after a gap', ['firing', 'unknown', 'normal'], ['began', 'lost', 'ended']],
    ['normal from the start is no news', ['normal'], ['']],
    ['unknown from the start is no news', ['unknown', 'firing'], ['', 'began']],
  ] as const)('%s', (_title, statuses, expected) => {
    let heard: Heard = new Map();
    const kinds = statuses.map((status, minute) => {
      const step = changesOf(heard, signal(minute, status));
      heard = step.heard;
      return step.changes.map(({ kind }) => kind).join();
    });
    expect(kinds).toEqual(expected);
  });
});

describe('telling a change', () => {
  const options = { width: 80, colours: false, unicode: true, chartRows: 0 };
  const told = (one: Signal, heard: Heard = new Map()): readonly string[] =>
    changesOf(heard, one).changes.flatMap((change) => tellChange(change, options));

  it('what began: when, what, how unusual, why', () => {
    expect(told(signal(1, 'firing'))).toEqual([
      '12:01:00  unusual  web-01 CPUUtilization: since 11-21 12:00, once in 3 days',
      '                   97 %, usual 10 to 30 %',
      '                   a level higher than any remembered',
    ]);
  });

  it('what is still learned says so', () => {
    expect(told({ ...signal(1, 'firing'), mode: 'shadow' })[0]).toContain('(still learning: would not be told yet)');
  });

  it('what ended says how long it lasted', () => {
    const { heard } = changesOf(new Map(), signal(1, 'firing'));
    expect(told(signal(31, 'normal'), heard)).toEqual(['12:31:00  normal   web-01 CPUUtilization, after 31 minutes']);
  });

  it('draws a chart where there are points and room', () => {
    const points = Array.from({ length: 30 }, (_, k): [number, number, number, number] => [
      noon - 1800 + k * 60,
      k < 27 ? 20 : 97,
      10,
      30,
    ]);
    const change = changesOf(new Map(), signal(1, 'firing', { points })).changes[0];
    const lines = tellChange(change, { ...options, chartRows: 5 });
    expect(lines).toHaveLength(3 + 5 + 2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('a forecast at this terminal', () => {
  const course = {
    levels: [80, 95] as [number, number],
    points: Array.from({ length: 9 }, (_, k): [number, number, number, number, number, number] => [
      noon + (k + 1) * 300,
      72 + 2 * k,
      70 + k,
      74 + 3 * k,
      68,
      78 + 4 * k,
    ]),
  };
  const foreseen: Partial<Finding> = {
    kind: 'forecast',
    observed: 71,
    expected: null,
    lower: null,
    upper: null,
    rarity: null,
    explanation: '',
    points: Array.from({ length: 30 }, (_, k): [number, number, null, null] => [noon - (30 - k) * 300, 70, null, null]),
    forecast: {
      limit: { value: 80, side: 'above' },
      probability: 0.76,
      crossesAt: noon + 25 * 60,
      isBeyond: false,
      peak: { time: noon + 45 * 60, value: 88 },
      recommendation: 'PREPARE_SCALING',
      scaleTo: 1.26,
      skill: 0.3,
      note: '',
      course,
    },
  };
  const options = { width: 90, colours: false, unicode: true, chartRows: 6 };

  it('is told as what is ahead, with a chart of it, and never as unusual', () => {
    const given = signal(0, 'firing', foreseen);
    const [change] = changesOf(new Map(), given).changes;
    const lines = tellChange(change, options);
    expect(lines[0]).toBe('12:00:00  ahead    web-01 CPUUtilization: will cross 80 % in about 25 min');
    const said = lines.join('\n');
    for (const words of ['limit 80 %', 'peak 88 % at 12:45 UTC', '3 in 4', 'prepare to scale, to 1.26 times', '┊', '╌'])
      expect(said).toContain(words);
    expect(said).not.toMatch(/usual/);
  });

  it('without a course the past is drawn alone', () => {
    const { course: left, ...forecast } = foreseen.forecast ?? { course };
    expect(left).toBe(course);
    const given = signal(0, 'firing', { ...foreseen, forecast: forecast as NonNullable<Finding['forecast']> });
    const [change] = changesOf(new Map(), given).changes;
    const said = tellChange(change, options).join('\n');
    expect(said).toContain('┤');
    expect(said).not.toContain('┊');
  });
});
