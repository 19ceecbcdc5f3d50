import { describe, expect, it } from 'vitest';
import { compare, gatherIncidents } from '../../bin/demo-incidents.ts';
import type { DemoFinding } from '../../bin/demo-incidents.ts';
import type { Fault } from '../../shared/adapters/local/fleet-faults.ts';
import type { Finding, Signal } from '../../shared/alerting/signal.ts';

const finding = (status: Finding['status'], key = 'cpu', score = 0.8): Finding => ({
  key,
  kind: 'anomaly',
  source: 'series',
  label: key,
  unit: 'None',
  status,
  since: 0,
  observed: 1,
  expected: 0,
  lower: 0,
  upper: 0,
  score,
  rarity: null,
  shares: [],
  explanation: '',
});

const signal = (
  evaluatedAt: number,
  findings: readonly Finding[],
  mode: Signal['mode'] = 'live',
  entity = 'web',
): Signal => ({
  version: 1,
  deployment: 'd',
  watch: 'w',
  shard: '1',
  entity,
  labels: {},
  evaluatedAt,
  intervalSeconds: 300,
  mode,
  findings: [...findings],
});

const fault = (start: number, end: number, entities = ['web']): Fault => ({
  kind: 'spike',
  entity: entities[0],
  entities,
  metrics: ['CPUUtilization'],
  start,
  end,
});

describe('gathering incidents from signals', () => {
  it('ticks that fire in a row are one incident, as first told', () => {
    const incidents = gatherIncidents([
      signal(300, [finding('firing', 'cpu', 0.7)]),
      signal(600, [finding('firing', 'cpu', 0.9), finding('firing', 'disk')]),
      signal(900, [finding('normal')]),
      signal(2100, [finding('firing')]),
    ]);
    expect(incidents.map(({ firstTold, lastTold }) => [firstTold, lastTold])).toEqual([
      [300, 600],
      [2100, 2100],
    ]);
    expect(incidents[0].findings.map(({ key, score }) => [key, score])).toEqual([
      ['cpu', 0.7],
      ['disk', 0.8],
    ]);
  });

  const range = { lower: 10, upper: 20 };
  const seen = (since: number, values: readonly (number | null)[], more: Partial<Finding> = {}): Finding => ({
    ...finding('firing'),
    ...range,
    since,
    observed: values[0],
    points: values.map((value, k) => [300 + k * 60, value, null, null]),
    ...more,
  });

  it.each<[string, readonly Finding[], DemoFinding['peak']]>([
    ['the highest above the range', [seen(300, [25, 90, 60])], { time: 360, value: 90 }],
    ['the lowest below it', [seen(300, [8, 1, null])], { time: 360, value: 1 }],
    ['the farther of a high and a low', [seen(300, [22, 9, 4])], { time: 420, value: 4 }],
    ['one that came ticks after it was told', [seen(300, [25]), seen(300, [25, 30])], { time: 360, value: 30 }],
    ['never one from before it began', [seen(360, [99, 30])], { time: 360, value: 30 }],
    ['none where all is within the range', [seen(300, [15, 16])], undefined],
    ['none where there is no range', [seen(300, [99], { lower: null, upper: null })], undefined],
    [
      'measured by the range that was usual when it began',
      [seen(300, [30]), seen(300, [30, 40], { lower: 25, upper: 60 })],
      { time: 360, value: 40 },
    ],
  ])('the peak of an episode is %s', (_title, told, peak) => {
    const [incident] = gatherIncidents(told.map((one, k) => signal(300 * (k + 1), [one])));
    expect(incident.findings[0].peak).toEqual(peak);
    expect(incident.findings[0].observed).toBe(told[0].observed);
  });

  it('an incident is as unusual as it came to be', () => {
    const rarity = (onceInSeconds: number) => ({ onceInSeconds, evidenceSeconds: 1e6, unseen: false });
    const told = [seen(300, [25], { rarity: rarity(100) }), seen(300, [25], { rarity: rarity(900) })];
    const [incident] = gatherIncidents(told.map((one, k) => signal(300 * (k + 1), [one])));
    expect(incident.findings[0].rarity?.onceInSeconds).toBe(900);
  });

  it('what is watched in shadow tells nobody', () => {
    expect(gatherIncidents([signal(300, [finding('firing')], 'shadow')])).toEqual([]);
  });

  it('servers have stories of their own', () => {
    const both = [signal(300, [finding('firing')]), signal(300, [finding('firing')], 'live', 'db')];
    expect(gatherIncidents(both).map(({ entity }) => entity)).toEqual(['db', 'web']);
  });
});

describe('comparing with what was done', () => {
  const incident = (firstTold: number, lastTold = firstTold, entity = 'web') => ({
    entity,
    firstTold,
    lastTold,
    findings: [finding('firing')],
  });

  it.each([
    ['during the fault: found, with its delay', incident(1300), { delay: 300, falseAlerts: 0 }],
    ['in the grace after it: found', incident(2300), { delay: 1300, falseAlerts: 0 }],
    ['an hour after it, when it goes back to normal: neither', incident(4000), { delay: undefined, falseAlerts: 0 }],
    ['before it, although it lasts into it: false', incident(900, 1500), { delay: undefined, falseAlerts: 1 }],
    ['long after it: false', incident(9000), { delay: undefined, falseAlerts: 1 }],
    ['on another server: false', incident(1300, 1300, 'db'), { delay: undefined, falseAlerts: 1 }],
  ])('%s', (_title, one, expected) => {
    const { faults, falseAlerts } = compare([fault(1000, 2000)], [one]);
    expect({ delay: faults[0].delay, falseAlerts: falseAlerts.length }).toEqual(expected);
  });

  it('a fault on many servers is found on any of them', () => {
    const { faults } = compare([fault(1000, 2000, ['api', 'web'])], [incident(1300)]);
    expect(faults[0].found?.entity).toBe('web');
  });
});
