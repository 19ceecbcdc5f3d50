import { describe, expect, it } from 'vitest';
import { weighMembers } from '../../shared/alerting/member-severity.ts';
import { severityOf, type SeverityFacts, sizeOf } from '../../shared/alerting/severity.ts';
import { compareSeverities, severities as scale } from '../../shared/alerting/severities.ts';
import type { Finding } from '../../shared/alerting/signal.ts';
import { severity as writtenSeverity } from '../../shared/settings/alert-settings.ts';
import { day, finding, heard, minute, severities, signal, t0 } from './told.ts';
import fc from '../fakes/property.ts';

const facts = (more: Partial<SeverityFacts> = {}): SeverityFacts => ({ now: t0, firedAt: t0, metrics: 1, ...more });
const onceIn = (days: number, unseen = false): Partial<Finding> => ({
  rarity: { onceInSeconds: unseen ? 0 : days * day, evidenceSeconds: days * day, unseen },
});

describe('the table of severities that people get who write none', () => {
  it.each([
    ['an anomaly of no known rarity', {}, {}, 'LOW'],
    ['an anomaly that comes every other day', onceIn(2), {}, 'LOW'],
    ['one that comes once in three days', onceIn(3), {}, 'MEDIUM'],
    ['one that comes once in two weeks, and has only begun', onceIn(14), {}, 'MEDIUM'],
    ['the same after ten minutes', onceIn(14), { now: t0 + 10 * minute }, 'HIGH'],
    ['what was not seen in two weeks of evidence', onceIn(14, true), { now: t0 + 10 * minute }, 'HIGH'],
    ['what was not seen in one day of evidence', onceIn(1, true), { now: t0 + 10 * minute }, 'LOW'],
    ['once in a week, of three metrics', onceIn(7), { now: t0 + 10 * minute, metrics: 3 }, 'HIGH'],
    ['once in a week, of two metrics', onceIn(7), { now: t0 + 10 * minute, metrics: 2 }, 'MEDIUM'],
    ['once in two weeks, three metrics, half an hour', onceIn(14), { now: t0 + 30 * minute, metrics: 3 }, 'CRITICAL'],
    ['a static limit, whatever its number', { kind: 'rule', source: 'above 90' }, {}, 'HIGH'],
    ['a lower limit', { kind: 'rule', source: 'below 5' }, {}, 'HIGH'],
    ['a silent metric', { kind: 'rule', source: 'silent 3600s' }, {}, 'MEDIUM'],
    ['a jump', { kind: 'rule', source: 'jump 30' }, {}, 'LOW'],
    ['a rule that was given a severity', { kind: 'rule', source: 'above 90', severity: 'INFO' }, {}, 'INFO'],
    ['a forecast, of which the table says nothing', { kind: 'forecast', source: 'limit' }, {}, 'INFO'],
  ] as const)('%s', (_title, more, known, severity) => {
    expect(severityOf(finding('cpu', more as Partial<Finding>), facts(known), severities)).toBe(severity);
  });
});

describe('severityOf', () => {
  it.each([
    ['a glob over rules means their names with and without their numbers', { source: 'ab*' }, 'HIGH'],
    ['one limit is told from another by its number', { source: 'above 80' }, 'INFO'],
    ['a glob over metrics means their labels', { metric: 'cp?' }, 'HIGH'],
    ['a row holds only where all of it holds', { source: 'above', metric: 'disk' }, 'INFO'],
    ['a row that asks for nothing holds for everything', {}, 'HIGH'],
  ] as const)('%s', (_title, row, severity) => {
    const of = finding('cpu', { kind: 'rule', source: 'above 90' });
    expect(severityOf(of, facts(), [{ severity: 'HIGH', ...row }])).toBe(severity);
  });

  it.each([
    ['is what was proposed where no row names forecasts', [{ severity: 'CRITICAL' }], {}, 'MEDIUM'],
    ['is milder where a row of forecasts says so', [{ severity: 'LOW', kind: 'forecast' }], {}, 'LOW'],
    ['is graver where one does', [{ severity: 'HIGH', kind: 'forecast', metric: 'cp?' }], {}, 'HIGH'],
    [
      'is what was proposed where that row means another',
      [{ severity: 'LOW', kind: 'forecast', metric: 'disk' }],
      {},
      'MEDIUM',
    ],
    [
      'is the gravest of those that hold',
      [
        { severity: 'LOW', kind: 'forecast' },
        { severity: 'HIGH', kind: 'forecast' },
      ],
      {},
      'HIGH',
    ],
    [
      'is what was written with its limit, whatever the table says',
      [{ severity: 'LOW', kind: 'forecast' }],
      { isProposed: false },
      'MEDIUM',
    ],
  ] as const)('of a forecast %s', (_title, table, more, severity) => {
    const of = finding('cpu', { kind: 'forecast', source: 'crossing', severity: 'MEDIUM', isProposed: true, ...more });
    expect(severityOf(of, facts(), table)).toBe(severity);
  });

  it.each([
    ['half the width of the band is one', { observed: 60 }, 1],
    ['below is as far as above', { observed: 30 }, 2],
    ['of a band with an upper end only, that end counts', { observed: 70, lower: null }, 2],
    ['beside a band without width everything is far', { observed: 51, lower: 50, upper: 50 }, Infinity],
    ['where it is expected nothing is far', { observed: 50, lower: 50, upper: 50 }, 0],
    ['without a band nothing can be said', { observed: 90, lower: null, upper: null }, 0],
    ['without a value nothing can be said', { observed: null }, 0],
  ] as const)('size: %s', (_title, more, size) => {
    expect(sizeOf(finding('cpu', more))).toBe(size);
  });

  const row = fc.record(
    {
      severity: fc.constantFrom(...scale),
      onceIn: fc.integer({ min: 1, max: 30 }).map((days) => days * day),
      size: fc.integer({ min: 1, max: 8 }),
      lasting: fc.integer({ min: 1, max: 90 }).map((minutes) => minutes * minute),
      metrics: fc.integer({ min: 1, max: 6 }),
    },
    { requiredKeys: ['severity'] },
  );
  const weight = fc.record({
    days: fc.integer({ min: 0, max: 40 }),
    size: fc.integer({ min: 0, max: 10 }),
    minutes: fc.integer({ min: 0, max: 100 }),
    metrics: fc.integer({ min: 0, max: 8 }),
  });

  it('never finds what is rarer, larger, longer and wider to be milder, whatever the table', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), weight, weight, (table, a, b) => {
        const of = (one: typeof a) =>
          severityOf(
            finding('cpu', { ...onceIn(one.days), observed: 50 + 10 * one.size }),
            facts({ now: t0 + one.minutes * minute, metrics: one.metrics }),
            table,
          );
        const both = {
          days: Math.max(a.days, b.days),
          size: Math.max(a.size, b.size),
          minutes: Math.max(a.minutes, b.minutes),
          metrics: Math.max(a.metrics, b.metrics),
        };
        expect(compareSeverities(of(both), of(a))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('knows the severities that settings know', () => expect(writtenSeverity.options).toEqual([...scale]));
});

describe('metrics that take part', () => {
  const three = [{ severity: 'HIGH' as const, metrics: 3 }];
  const policy = { deployment: 'test', severities: three, flapping: 'off' as const };

  it.each([
    [
      'each series that fires counts once, whatever fires of it',
      [finding('a'), finding('b'), finding('rule', { series: 'a' })],
      'INFO',
    ],
    ['three series are three', [finding('a'), finding('b'), finding('c')], 'HIGH'],
    [
      'what is only foreseen takes no part',
      [finding('a'), finding('b'), finding('c', { kind: 'forecast', source: 'crossing', severity: 'LOW' })],
      'INFO',
    ],
    ['what recovered takes no part', [finding('a'), finding('b'), finding('c', { status: 'normal' })], 'INFO'],
  ] as const)('%s', (_title, findings, severity) => {
    const incident = heard([signal(t0, findings)], { policy });
    expect(incident.members['web|a'].severity).toBe(severity);
  });

  it('count with the shares of an entity from a tenth on', () => {
    const share = (series: string, part: number) => ({ series, label: series, share: part, words: '' });
    const whole = finding('whole');
    delete whole.series;
    const of = (last: number) =>
      heard([signal(t0, [{ ...whole, shares: [share('a', 0.5), share('b', 0.3), share('c', last)] }])], { policy });
    expect(of(0.1).members['web|whole'].severity).toBe('HIGH');
    expect(of(0.09).members['web|whole'].severity).toBe('INFO');
  });

  it('what is in shadow makes nothing worse that people are told of', () => {
    const members = heard([signal(t0, [finding('a')]), signal(t0, [finding('b'), finding('c')], { mode: 'shadow' })], {
      policy,
    }).members;
    expect([members['web|a'].severity, members['web|b'].severity]).toEqual(['INFO', 'HIGH']);
    expect(weighMembers(members, three)).toEqual(members);
  });
});
