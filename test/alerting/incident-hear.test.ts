import { describe, expect, it } from 'vitest';
import { groupOf } from '../../shared/alerting/grouping.ts';
import { hear } from '../../shared/alerting/incident-hear.ts';
import { close } from '../../shared/alerting/incident-end.ts';
import { type Incident, incidentSchema } from '../../shared/alerting/incident.ts';
import { MEMORY_SECONDS } from '../../shared/alerting/member-bounds.ts';
import type { Finding, Signal } from '../../shared/alerting/signal.ts';
import { standingOf } from '../../shared/alerting/standing.ts';
import { finding, heard, hearPolicy, hour, interval, minute, signal, t0 } from './told.ts';
import fc from '../fakes/property.ts';

const tick = (k: number): number => t0 + k * interval;
const at = (k: number, status: Finding['status'], key = 'cpu', more: Partial<Finding> = {}): Signal =>
  signal(tick(k), [finding(key, { status, ...more })]);
const statuses = (incident: Incident): Record<string, string> =>
  Object.fromEntries(Object.entries(incident.members).map(([key, member]) => [key, member.finding.status]));

describe('hear opens an incident', () => {
  it('at the first firing tick, named after it', () => {
    const incident = heard([[at(0, 'firing'), t0 + 20]]);
    expect(incident).toMatchObject({
      group: 'entity:web/web-1',
      number: t0,
      status: 'open',
      openedAt: t0,
      heardAt: t0 + 20,
      fresh: true,
      calmSince: null,
      starts: [t0],
      announced: false,
    });
  });

  it.each([
    ['within three intervals of its tick it may speak', 3 * interval, true],
    ['later it may not', 3 * interval + 1, false],
  ])('%s', (_title, delay, fresh) => {
    expect(heard([[at(0, 'firing'), t0 + delay]]).fresh).toBe(fresh);
  });

  it('that is too old speaks as soon as a newer tick still fires', () => {
    expect(
      heard([
        [at(0, 'firing'), t0 + hour],
        [at(12, 'firing'), t0 + hour],
      ]).fresh,
    ).toBe(true);
  });

  it('in shadow, which gives nobody a right to speak', () => {
    const incident = heard([signal(t0, [finding('cpu')], { mode: 'shadow' })]);
    expect(incident).toMatchObject({ status: 'open', fresh: false });
    expect(standingOf(incident).inShadow).toBe(true);
  });

  it.each([
    ['a gap', [at(0, 'unknown')]],
    ['a recovery that has not begun', [at(0, 'normal')]],
    ['a gap in what fired when it was closed', [at(0, 'unknown'), at(1, 'unknown')]],
  ] as const)('not for %s', (_title, signals) => {
    expect(heard(signals)).toMatchObject({ status: 'closed', closeReason: null, starts: [] });
    const record = close(heard([signal(t0 - hour, [finding('cpu')])]), 'no-longer-known', t0 - minute);
    expect(heard(signals, { record }).status).toBe('closed');
  });
});

describe('hear, when signals come late, twice or in the wrong order', () => {
  it.each([
    ['a beginning that arrives after its end is over', [at(1, 'normal'), at(0, 'firing')], 'closed', 'normal'],
    [
      'an end that arrives after a newer beginning ends nothing',
      [at(0, 'firing'), at(2, 'firing'), at(1, 'normal')],
      'open',
      'firing',
    ],
    [
      'a beginning that arrives after the gap behind it still counts',
      [at(1, 'unknown'), at(0, 'firing')],
      'open',
      'unknown',
    ],
    [
      'a newer beginning that arrives after a gap counts, and is unknown',
      [at(0, 'firing'), at(2, 'unknown'), at(1, 'firing')],
      'open',
      'unknown',
    ],
    [
      'an end that arrives after the gap behind it is an end',
      [at(0, 'firing'), at(2, 'unknown'), at(1, 'normal')],
      'open',
      'normal',
    ],
    ['a gap resolves nothing', [at(0, 'firing'), at(1, 'unknown')], 'open', 'unknown'],
    ['a gap fires nothing', [at(0, 'firing'), at(1, 'normal'), at(2, 'unknown')], 'open', 'normal'],
    ['what fires after a gap fires', [at(0, 'firing'), at(1, 'unknown'), at(2, 'firing')], 'open', 'firing'],
    ['what recovers after a gap recovers', [at(0, 'firing'), at(1, 'unknown'), at(2, 'normal')], 'open', 'normal'],
  ] as const)('%s', (_title, signals, status, member) => {
    const incident = heard(signals);
    expect(incident.status).toBe(status);
    expect(incident.members['web|cpu'].finding.status).toBe(member);
  });

  it('keeps the number of an incident, and gives the next one of the group a higher one', () => {
    const first = close(heard([at(5, 'firing'), at(6, 'normal')]), 'recovered', tick(8));
    const late = heard([[at(4, 'firing', 'disk'), tick(9)]], { record: first });
    expect(first.number).toBe(tick(5));
    expect(late).toMatchObject({ number: tick(5) + 1, openedAt: tick(4), status: 'open' });
    expect(heard([at(10, 'firing')], { record: first }).number).toBe(tick(10));
  });
});

describe('hear, when an incident is over', () => {
  const closed = close(
    { ...heard([at(0, 'firing'), at(1, 'normal')]), announced: true, channels: {}, silence: 'quiet-window' as const },
    'recovered',
    tick(4),
  );

  it('forgets nothing of what it heard, and everything of how it went', () => {
    const next = heard([at(5, 'firing', 'disk')], { record: closed });
    expect(next).toMatchObject({
      status: 'open',
      announced: false,
      told: null,
      silence: null,
      closedAt: null,
      starts: [t0, tick(5)],
    });
    expect(next.members['web|cpu']).toMatchObject({
      decidedAt: tick(1),
      firedAt: null,
      lastFiredAt: null,
      worst: 'INFO',
    });
    expect(standingOf(next).fired.map(([key]) => key)).toEqual(['web|disk']);
  });

  it('ignores what it knew before, so that nothing opens again', () => {
    expect(heard([at(0, 'firing'), at(1, 'firing')], { record: closed })).toBe(closed);
  });

  it('a snooze goes on until it ends by itself', () => {
    const snoozed = { ...closed, snoozed: { by: 'kim', until: tick(6) } };
    expect(heard([at(5, 'firing')], { record: snoozed }).snoozed).toEqual(snoozed.snoozed);
    expect(heard([at(7, 'firing')], { record: snoozed }).snoozed).toBe(null);
  });

  it('what is still to be said of earlier incidents is kept', () => {
    expect(heard([at(5, 'firing')], { record: { ...closed, endings: [closed] } }).endings).toEqual([closed]);
  });

  describe('because a person closed it while it fired', () => {
    const byPerson = close(heard([at(0, 'firing')]), 'by-person', tick(1), 'kim');
    it.each([
      ['what goes on firing stays closed', [at(2, 'firing'), at(3, 'firing')], 'closed'],
      ['what recovers and fires again is news', [at(2, 'normal'), at(3, 'firing')], 'open'],
      ['what else begins to fire is news', [at(2, 'firing', 'disk')], 'open'],
      ['what gets graver than it was is news', [at(2, 'firing', 'cpu', { severity: 'CRITICAL' })], 'open'],
      ['a gap in between is no recovery', [at(2, 'unknown'), at(3, 'firing')], 'closed'],
    ] as const)('%s', (_title, signals, status) => {
      expect(byPerson.closedBy).toBe('kim');
      expect(heard(signals, { record: byPerson }).status).toBe(status);
    });
  });
});

describe('hear counts', () => {
  it('calm from when we heard of it, and no more while anything fires or is unknown', () => {
    const calm = heard([at(0, 'firing'), [at(1, 'normal'), tick(1) + 7], at(2, 'normal')]);
    expect(calm.calmSince).toBe(tick(1) + 7);
    expect(heard([at(3, 'firing')], { record: calm }).calmSince).toBe(null);
    expect(heard([at(0, 'firing'), at(1, 'firing', 'disk'), at(2, 'normal')]).calmSince).toBe(null);
    expect(heard([at(0, 'firing'), at(1, 'firing', 'disk'), at(2, 'unknown', 'disk'), at(2, 'normal')]).calmSince).toBe(
      null,
    );
  });

  it('beginnings of the group, not of each series, and none where a gap ends', () => {
    const steps = [
      at(0, 'firing'),
      at(0, 'firing', 'disk'),
      at(1, 'normal'),
      at(2, 'firing'),
      at(2, 'unknown', 'disk'),
    ];
    expect(heard(steps).starts).toEqual([t0]);
    expect(heard([at(0, 'firing'), at(1, 'unknown'), at(2, 'firing')]).starts).toEqual([t0]);
    expect(heard([at(0, 'firing'), at(1, 'normal'), at(2, 'firing')]).starts).toEqual([t0, tick(2)]);
  });

  it('no beginnings that are older than the window, and none where nobody asks', () => {
    expect(heard([at(0, 'firing'), at(1, 'normal'), at(13, 'firing')]).starts).toEqual([tick(13)]);
    expect(heard([at(0, 'firing')], { policy: { ...hearPolicy, flapping: 'off' } }).starts).toEqual([]);
  });

  it('how long it lasts since it fired last, not since it fired first', () => {
    const rare = { rarity: { onceInSeconds: 20 * 86_400, evidenceSeconds: 20 * 86_400, unseen: false } };
    const lasting = heard([at(0, 'firing', 'cpu', rare), at(2, 'firing', 'cpu', rare)]);
    expect(lasting.members['web|cpu']).toMatchObject({
      severity: 'HIGH',
      worst: 'HIGH',
      firedAt: t0,
      lastFiredAt: tick(2),
    });
    const again = [
      at(0, 'firing', 'cpu', rare),
      at(1, 'normal'),
      at(3, 'firing', 'cpu', { ...rare, since: tick(3) - 120 }),
    ];
    expect(heard(again).members['web|cpu']).toMatchObject({ severity: 'MEDIUM', firedAt: t0 });
  });
});

describe('hear keeps a record small', () => {
  const points: Finding['points'] = [
    [t0, 1, 0, 2],
    [t0 + 60, 9, 0, 2],
  ];

  it('with charts for the strongest three', () => {
    const all = [0.5, 0.9, 0.6, 0.8, 0.7].map((score, k) => finding(`m${k}`, { score, points }));
    const kept = Object.entries(heard([signal(t0, all)]).members).filter(
      ([, { finding: of }]) => of.points !== undefined,
    );
    expect(kept.map(([key]) => key).sort()).toEqual(['web|m1', 'web|m3', 'web|m4']);
  });

  it('without what took no part, once no message about it can be on its way', () => {
    const open = heard([at(0, 'normal', 'disk'), at(1, 'firing')]);
    const late = heard([[signal(t0 + MEMORY_SECONDS, [finding('cpu')]), t0 + MEMORY_SECONDS]], { record: open });
    expect(statuses(late)).toEqual({ 'web|cpu': 'firing', 'web|disk': 'normal' });
    const later = heard([signal(t0 + MEMORY_SECONDS + 1, [finding('cpu')])], { record: late });
    expect(statuses(later)).toEqual({ 'web|cpu': 'firing' });
  });

  it('with two thousand members of a group that holds everything, those that fire first', () => {
    const many = Array.from({ length: 12 }, (_, e) =>
      signal(
        t0,
        Array.from({ length: 200 }, (_, k) => finding(`m${k}`, { status: k < 100 ? 'normal' : 'firing' })),
        { entity: `e${e}`, watch: `w${e}` },
      ),
    );
    const record = heard(many, { by: 'all' });
    const all = Object.values(record.members);
    expect(all).toHaveLength(2000);
    expect(all.filter(({ finding: { status } }) => status === 'firing')).toHaveLength(1200);
  });
});

describe('hear, whatever arrives', () => {
  const keysOf = ['a', 'b', 'c'];
  const anyFinding = fc.record({
    key: fc.constantFrom(...keysOf),
    status: fc.constantFrom('firing' as const, 'normal' as const, 'unknown' as const),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    gone: fc.boolean(),
  });
  const anySignal = fc
    .record({
      k: fc.integer({ min: 0, max: 20 }),
      findings: fc.uniqueArray(anyFinding, { minLength: 1, maxLength: 3, selector: ({ key }) => key }),
      mode: fc.constantFrom('live' as const, 'shadow' as const),
      delay: fc.integer({ min: 0, max: 2 * hour }),
    })
    .map(({ k, findings, mode, delay }): readonly [Signal, number] => [
      signal(
        tick(k),
        findings.map(({ key, status, score, gone }) =>
          finding(key, { status, score, ...(gone && status === 'normal' ? { gone } : {}) }),
        ),
        { mode },
      ),
      tick(k) + delay,
    ]);
  const group = groupOf(at(0, 'firing'), 'entity');
  const all = (signals: readonly (readonly [Signal, number])[]): Incident | undefined =>
    signals.reduce<Incident | undefined>(
      (record, [one, now]) => hear(record, { signal: one, group, now }, hearPolicy),
      undefined,
    );

  it('says the same twice as once: a signal that was heard before changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anySignal, { minLength: 1, maxLength: 12 }), fc.nat(), (signals, pick) => {
        const record = all(signals);
        const again = signals[pick % signals.length];
        if (record !== undefined)
          expect(hear(record, { signal: again[0], group, now: again[1] + minute }, hearPolicy)).toBe(record);
      }),
    );
  });

  it('does not mind in which order things are heard that have nothing to do with each other', () => {
    const one = (key: string) =>
      fc
        .array(fc.constantFrom('firing' as const, 'normal' as const, 'unknown' as const), {
          minLength: 1,
          maxLength: 6,
        })
        .map((steps) => steps.map((status, k) => at(k, status, key)));
    const known = (signals: readonly Signal[]) =>
      Object.fromEntries(
        Object.entries(all(signals.map((each) => [each, tick(6)]))?.members ?? {}).map(
          ([key, { finding: of, evaluatedAt, decidedAt, firedAt }]) => [
            key,
            { status: of.status, evaluatedAt, decidedAt, firedAt },
          ],
        ),
      );
    fc.assert(
      fc.property(one('a'), one('b'), fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (a, b, turns) => {
        const mixed: Signal[] = [];
        const left = [[...a], [...b]];
        for (const turn of [...turns, ...turns.map((each) => !each)]) {
          const next = left[turn ? 0 : 1].shift();
          if (next !== undefined) mixed.push(next);
        }
        expect(known([...mixed, ...left.flat()])).toEqual(known([...a, ...b]));
      }),
    );
  });

  it('a gap never resolves: what fired before it is over only once a newer tick says so', () => {
    fc.assert(
      fc.property(fc.array(anySignal, { minLength: 1, maxLength: 12 }), (signals) => {
        const before = all(signals);
        const gap = signal(
          tick(30),
          keysOf.map((key) => finding(key, { status: 'unknown' })),
        );
        const after = hear(before, { signal: gap, group, now: tick(31) }, hearPolicy);
        if (before === undefined || after === undefined) return;
        const lasting = (record: Incident) => {
          const { firing: fires, unknown } = standingOf(record);
          return [...fires, ...unknown].map(([key]) => key).sort();
        };
        expect(lasting(after)).toEqual(lasting(before));
        expect(after.status).toBe(before.status);
        expect(after.calmSince).toBe(before.calmSince);
      }),
    );
  });

  it('leaves its arguments as they are, and makes what the store can hold', () => {
    fc.assert(
      fc.property(fc.array(anySignal, { minLength: 1, maxLength: 8 }), (signals) => {
        let record: Incident | undefined;
        for (const [one, now] of signals) {
          const given = JSON.stringify([record, one]);
          const next = hear(record, { signal: one, group, now }, hearPolicy);
          expect(JSON.stringify([record, one])).toBe(given);
          if (next !== undefined) {
            const stored: unknown = JSON.parse(JSON.stringify(next));
            expect(incidentSchema.parse(stored)).toEqual(stored);
          }
          record = next;
        }
      }),
    );
  });
});
