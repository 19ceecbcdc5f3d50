import { describe, expect, it } from 'vitest';
import { tell } from '../../shared/alerting/decision.ts';
import { close } from '../../shared/alerting/incident-end.ts';
import type { Incident } from '../../shared/alerting/incident.ts';
import { noticeOf } from '../../shared/alerting/notice-of.ts';
import type { Notice } from '../../shared/alerting/notice.ts';
import type { SpeakReason } from '../../shared/alerting/notice-reason.ts';
import type { Finding } from '../../shared/alerting/signal.ts';
import { finding, heard, hour, interval, minute, signal, t0 } from './told.ts';

const notice = (incident: Incident, reason: SpeakReason = 'first-notice', now = t0 + minute, at = now): Notice => {
  const told = tell(incident, reason, { now: at, channels: [], claimedUntil: 0, claimedBy: '' });
  return noticeOf(told, told.told, { links: [], now });
};
const points: Finding['points'] = [
  [t0 - 60, 50, 40, 60],
  [t0, 90, 40, 60],
];
const high = (key: string, more: Partial<Finding> = {}) => finding(key, { severity: 'HIGH', ...more });
const begun = heard([signal(t0, [high('cpu', { points })])]);

describe('noticeOf', () => {
  it('says what, where, since when and how unusual, with a chart, complete in itself', () => {
    expect(notice(begun)).toEqual({
      deployment: 'test',
      incident: begun.id,
      group: 'entity:web/web-1',
      number: 1,
      reason: 'first-notice',
      severity: 'HIGH',
      title: 'web-1',
      watches: ['web'],
      entities: ['web-1'],
      labels: { team: 'blue' },
      since: t0,
      at: t0 + minute,
      evaluatedAt: t0,
      stale: false,
      findings: [
        {
          key: 'web|cpu',
          kind: 'anomaly',
          entity: 'web-1',
          label: 'cpu',
          unit: 'Percent',
          status: 'firing',
          severity: 'HIGH',
          since: t0,
          observed: 90,
          expected: 50,
          lower: 40,
          upper: 60,
          rarity: null,
          shares: [],
          explanation: 'far above usual',
        },
      ],
      more: 0,
      chart: { title: 'cpu', unit: 'Percent', points, since: t0 },
      links: [],
      dedupKey: `test/entity:web/web-1/${t0}`,
    });
  });

  it('puts first what fires, then the gravest, then the strongest, and counts what is left out', () => {
    const all = [
      finding('over', { status: 'normal', severity: 'CRITICAL' }),
      finding('weak', { severity: 'LOW', score: 0.6 }),
      finding('strong', { severity: 'LOW', score: 0.8 }),
      high('grave', { score: 0.5 }),
      ...Array.from({ length: 9 }, (_, k) => finding(`m${k}`, { severity: 'INFO' })),
    ];
    const { findings, more } = notice(heard([signal(t0, all)]));
    expect(findings.map(({ label }) => label).slice(0, 4)).toEqual(['grave', 'strong', 'weak', 'm0']);
    expect(findings).toHaveLength(10);
    expect(more).toBe(2);
  });

  it('names the limit of a static rule in the chart, and none where there is none', () => {
    const of = (more: Partial<Finding>) => notice(heard([signal(t0, [high('cpu', { points, ...more })])])).chart?.limit;
    expect(of({ kind: 'rule', source: 'above 90.5' })).toBe(90.5);
    expect(of({ kind: 'rule', source: 'below -3' })).toBe(-3);
    expect(of({ kind: 'rule', source: 'jump 30' })).toBe(undefined);
    expect(of({ source: 'above 90' })).toBe(undefined);
  });

  it('draws nothing of a single point, and nothing of what is over', () => {
    expect(notice(heard([signal(t0, [high('cpu', { points: points.slice(0, 1) })])])).chart).toBe(undefined);
    expect(notice(begun, 'all-resolved').chart).toBe(undefined);
  });

  it('of an end says when and why, and how grave it had been', () => {
    const over = heard([signal(t0 + interval, [high('cpu', { status: 'normal' })])], { record: begun });
    const end = notice(close(over, 'recovered', t0 + hour), 'all-resolved', t0 + hour);
    expect(end).toMatchObject({
      severity: 'HIGH',
      until: t0 + hour,
      stale: false,
      findings: [{ status: 'normal', severity: 'HIGH' }],
    });
    expect(end.closeReason).toBe(undefined);
    expect(notice(close(begun, 'by-person', t0 + hour, 'kim'), 'closed', t0 + hour)).toMatchObject({
      closeReason: 'by-person',
      by: 'kim',
    });
  });

  it('says who took it up', () => {
    expect(notice({ ...begun, acknowledged: { by: 'kim', at: t0 } }, 'acknowledged').by).toBe('kim');
  });

  it.each([
    ['three intervals are not long ago', 3 * interval, false],
    ['longer is', 3 * interval + 1, true],
  ])('not evaluated since: %s', (_title, later, stale) => {
    expect(notice(begun, 'reminder', t0 + later).stale).toBe(stale);
  });

  it('a gap is an evaluation: what sends no data is not what is not looked at', () => {
    const gap = heard([signal(t0 + 10 * interval, [high('cpu', { status: 'unknown' })])], { record: begun });
    expect(notice(gap, 'reminder', t0 + 11 * interval)).toMatchObject({
      stale: false,
      evaluatedAt: t0 + 10 * interval,
    });
  });

  it('names only the labels that all of it has', () => {
    const both = heard(
      [
        signal(t0, [high('cpu')], { labels: { team: 'blue', host: 'a', constructor: 'x' } }),
        signal(t0, [high('cpu 2')], { entity: 'web-2', labels: { team: 'blue', host: 'b' } }),
        signal(t0, [high('io')], { entity: 'web-3', mode: 'shadow', labels: {} }),
      ],
      { by: 'watch' },
    );
    expect(notice(both)).toMatchObject({ labels: { team: 'blue' }, entities: ['web-1', 'web-2'] });
  });

  it('of an incident in shadow, shows what people would have been told', () => {
    const shadow = heard([signal(t0, [high('cpu')], { mode: 'shadow' })]);
    expect(notice(shadow)).toMatchObject({ severity: 'HIGH', findings: [{ label: 'cpu' }] });
  });
});

describe('the notice of a forecast', () => {
  const course = {
    levels: [80, 95] as [number, number],
    points: [[t0 + 300, 95, 90, 99, 85, 104] as [number, number, number, number, number, number]],
  };
  const forecast: NonNullable<Finding['forecast']> = {
    limit: { value: 80, side: 'above' },
    probability: 0.7,
    crossesAt: t0 + 300,
    isBeyond: false,
    peak: { time: t0 + 300, value: 95 },
    recommendation: 'SCALE_IMMEDIATELY',
    scaleTo: 1.36,
    skill: 0.4,
    note: '',
    course,
  };
  const foreseen = (key: string, more: Partial<Finding> = {}) =>
    high(key, { kind: 'forecast', points, forecast, ...more });

  it('draws what is to come with limit and peak, and calls nothing strange that has not happened', () => {
    const { chart, findings } = notice(heard([signal(t0, [foreseen('cpu')])]));
    expect(chart).toEqual({
      title: 'cpu',
      unit: 'Percent',
      points,
      limit: 80,
      forecast: { ...course, peak: { time: t0 + 300, value: 95 } },
    });
    const { course: drawn, ...told } = forecast;
    expect(drawn).toBe(course);
    expect(findings[0]).toMatchObject({ kind: 'forecast', forecast: told });
    expect(findings[0].forecast).not.toHaveProperty('course');
  });

  it('remembers the course of the gravest few only, and what is expected of all of them', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((key, k) => foreseen(key, { score: k / 10 }));
    const incident = heard([signal(t0, all)]);
    const members = Object.values(incident.members);
    expect(members.filter(({ finding: one }) => one.forecast?.course !== undefined)).toHaveLength(3);
    expect(members.every(({ finding: one }) => one.forecast?.probability === 0.7)).toBe(true);
    expect(all.every(({ forecast: given }) => given?.course === course)).toBe(true);
  });
});
