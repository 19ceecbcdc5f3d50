import { describe, expect, it } from 'vitest';
import { close, endedBy } from '../../shared/alerting/incident-end.ts';
import { type Incident, incidentSchema } from '../../shared/alerting/incident.ts';
import { noticeReason } from '../../shared/alerting/notice-policy.ts';
import { factsOf } from '../../shared/alerting/incident-facts.ts';
import { noticeOf } from '../../shared/alerting/notice-of.ts';
import { hearPart } from '../../shared/alerting/storm.ts';
import { tell } from '../../shared/alerting/decision.ts';
import { isAlwaysPaged } from '../../shared/alerting/watch-book.ts';
import type { Finding } from '../../shared/alerting/signal.ts';
import { finding, heard, hour, interval, minute, noticePolicy, signal, t0 } from './told.ts';

const by = { deployment: 'test', watch: 'web', now: t0 + 60 };
const part = (entity: string, more: Partial<Finding> = {}, tick = 0): Incident => ({
  ...heard([
    signal(t0 + tick * interval, [finding('cpu', { severity: 'MEDIUM', ...more })], {
      entity,
      labels: { host: entity },
    }),
  ]),
  storm: 'storm:web',
});
const normal = (incident: Incident, entity: string, tick: number): Incident =>
  heard([signal(t0 + tick * interval, [finding('cpu', { status: 'normal' })], { entity, labels: { host: entity } })], {
    record: incident,
  });
const stormOf = (parts: readonly Incident[], record?: Incident, now = by.now): Incident => {
  const storm = parts.reduce<Incident | undefined>((known, one) => hearPart(known, one, { ...by, now }), record);
  if (storm === undefined) throw new Error('no part');
  return storm;
};
const entities = ['a', 'b', 'c', 'd', 'e', 'f'];
const parts = entities.map((entity, k) => part(entity, {}, k % 2));

describe('a storm', () => {
  it('is one story of all its parts, from the first of them on', () => {
    const storm = stormOf(parts);
    expect(storm).toMatchObject({
      group: 'storm:web',
      groupedBy: 'storm',
      number: t0,
      openedAt: t0,
      status: 'open',
      fresh: true,
    });
    expect(storm.title).toBe('web: 6 at once');
    expect(Object.keys(storm.members)).toHaveLength(6);
    expect(incidentSchema.parse(JSON.parse(JSON.stringify(storm)))).toEqual(storm);
    expect(noticeReason(storm, noticePolicy, t0 + hour)).toEqual({ speak: 'first-notice' });
  });

  it('says nothing new where a part does not', () => {
    const storm = stormOf(parts);
    expect(hearPart(storm, parts[0], by)).toBe(storm);
  });

  it('is heard by whoever would have heard of any of its parts', () => {
    const facts = factsOf(stormOf([...parts, part('g', { severity: 'CRITICAL' })]));
    expect(facts).toHaveLength(7);
    expect(facts.find(({ entity }) => entity === 'g')).toEqual({
      severity: 'CRITICAL',
      watch: 'web',
      entity: 'g',
      labels: { host: 'g' },
    });
  });

  it('is as grave as its gravest part, and paged for if one of them must be', () => {
    expect(isAlwaysPaged(stormOf(parts))).toBe(false);
    const limit = part('g', { kind: 'rule', source: 'above 90', severity: 'LOW' });
    expect(isAlwaysPaged(stormOf([...parts, limit]))).toBe(true);
  });

  it('names its parts in its notice, the gravest first', () => {
    const storm = stormOf([...parts, part('g', { severity: 'HIGH' })]);
    const told = tell(storm, 'first-notice', { now: t0 + 90, channels: ['slack'], claimedUntil: 0, claimedBy: '' });
    const notice = noticeOf(told, told.told, { links: [], now: t0 + 90 });
    expect(notice).toMatchObject({ severity: 'HIGH', title: 'web: 7 at once', watches: ['web'], more: 0 });
    expect(notice.findings[0]).toMatchObject({ entity: 'g', label: 'g cpu' });
    expect([...notice.entities].sort()).toEqual([...entities, 'g']);
  });

  it('ends when all of its parts have, and not before', () => {
    const storm = stormOf(parts);
    const over = parts.map((one, k) => normal(one, entities[k], 3));
    const almost = stormOf(over.slice(1), storm, t0 + hour);
    expect(almost.calmSince).toBe(null);
    const calm = stormOf(over, storm, t0 + hour);
    expect(calm.calmSince).toBe(t0 + hour);
    expect(endedBy(calm, noticePolicy, t0 + hour + 10 * minute)).toBe('recovered');
  });

  it('counts a part that was closed as over, though it fired to the last', () => {
    const storm = stormOf(parts);
    const closed = parts.map((one) => close(one, 'no-longer-known', t0 + hour));
    expect(stormOf(closed, storm, t0 + hour).calmSince).toBe(t0 + hour);
  });

  it('that is over is not opened by the ends of its parts, but by a new part', () => {
    const over = close(stormOf(parts), 'recovered', t0 + hour);
    expect(hearPart(over, close(parts[0], 'recovered', t0 + hour), by)).toBe(over);
    const next = hearPart(over, part('a', {}, 20), { ...by, now: t0 + 2 * hour });
    expect(next).toMatchObject({ status: 'open', number: t0 + 20 * interval, announced: false, told: null });
    expect(Object.keys(next.members)).toEqual(['web|entity:web/a']);
    const late = hearPart(over, part('z'), by);
    expect(late).toMatchObject({ status: 'open', number: t0 + 1 });
  });
});
