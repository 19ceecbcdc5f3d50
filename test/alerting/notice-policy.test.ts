import { describe, expect, it } from 'vitest';
import { tell } from '../../shared/alerting/decision.ts';
import { close, endedBy, isForgettable } from '../../shared/alerting/incident-end.ts';
import type { ChannelMemory, Incident } from '../../shared/alerting/incident.ts';
import { MEMORY_SECONDS } from '../../shared/alerting/member-bounds.ts';
import { noticeReason, type NoticePolicy } from '../../shared/alerting/notice-policy.ts';
import { silenceReasons, type SpeakReason, speakReasons } from '../../shared/alerting/notice-reason.ts';
import type { Severity } from '../../shared/alerting/severities.ts';
import type { Finding } from '../../shared/alerting/signal.ts';
import { finding, heard, hour, interval, minute, noticePolicy, signal, t0 } from './told.ts';

type Status = Finding['status'];
const tick = (k: number): number => t0 + k * interval;
const of = (severity: Severity, more: Partial<Finding> = {}) => finding('cpu', { severity, ...more });

/** What was heard, by ticks: of `cpu`, and of `disk` where there is a second. */
const story = (...ticks: (Status | readonly [cpu: Status, disk: Status])[]): Incident =>
  heard(
    ticks.map((at, k) => {
      const [cpu, disk] = typeof at === 'string' ? [at, undefined] : at;
      return signal(tick(k), [
        of('HIGH', { status: cpu }),
        ...(disk === undefined ? [] : [finding('disk', { severity: 'HIGH', status: disk })]),
      ]);
    }),
  );
const told = (incident: Incident, at: number, reason: SpeakReason = 'first-notice'): Incident =>
  tell(incident, reason, { now: at, channels: ['slack'], claimedUntil: at + 60, claimedBy: 'run' });
/** Told at `at`, then heard again at tick `k`. */
const then = (incident: Incident, k: number, ...findings: readonly Finding[]): Incident =>
  heard([signal(tick(k), findings)], { record: incident });
const at = (seconds: number): number => t0 + seconds;

const said = (incident: Incident, now: number, policy: Partial<NoticePolicy> = {}): string =>
  Object.entries(noticeReason(incident, { ...noticePolicy, ...policy }, now))[0].join(' ');

const begun = story('firing');
const announced = told(begun, at(30));
const yes: ChannelMemory = { delivered: 1, deliveredAt: at(30), mayBeOpen: true, owed: null, rejected: null };
const no: ChannelMemory = { ...yes, delivered: 0, mayBeOpen: false, rejected: '403' };
const refused: Incident = { ...announced, channels: { slack: yes, pager: no } };
const recovered = then(announced, 1, of('HIGH', { status: 'normal' }));
const low = told(heard([signal(t0, [of('LOW')])]), at(30));
const acknowledged: Incident = { ...announced, acknowledged: { by: 'kim', at: at(90) } };
const takenUp = told(acknowledged, at(100), 'acknowledged');
const unstable = story('firing', 'normal', 'firing', 'normal', 'firing', 'normal', 'firing');
const shadow = heard([signal(t0, [of('CRITICAL')], { mode: 'shadow' })]);
const old = heard([[signal(t0, [of('HIGH')]), at(hour)]]);
const oldAndOver = heard([
  [signal(t0, [of('HIGH')]), at(hour)],
  [signal(tick(1), [of('HIGH', { status: 'normal' })]), at(hour)],
]);
const stormy: Incident = { ...begun, storm: 'storm:web' };
const asked = (incident: Incident, asked: 'quiet-window' | 'muted' | null): Incident => ({
  ...incident,
  silence: 'quiet-window',
  peace: { firedAt: t0, asked },
});
const snooze = (incident: Incident, until: number): Incident => ({ ...incident, snoozed: { by: 'kim', until } });

const table: readonly (readonly [
  title: string,
  Incident,
  now: number,
  said: string,
  policy?: Partial<NoticePolicy>,
])[] = [
  ['what has only begun waits for what belongs to it', begun, at(29), 'silent waiting-to-group'],
  ['after that wait people are told', begun, at(30), 'speak first-notice'],
  [
    'what recovers within the wait needs nobody now',
    story('firing', 'normal'),
    tick(1) + 1,
    'silent waiting-to-resolve',
  ],
  [
    'what recovers within the wait is told when it is over',
    story('firing', 'normal'),
    tick(1) + 10 * minute,
    'speak began-and-ended',
  ],
  ['what goes on after that is told', story('firing', 'normal', 'firing'), tick(2), 'speak first-notice'],
  ['what turns unknown within the wait has still begun', story('firing', 'unknown'), tick(1) + 1, 'speak first-notice'],
  ['what was told is not told again', announced, at(31), 'silent already-notified'],
  ['after the repeat interval people are reminded', announced, at(30 + 4 * hour), 'speak reminder'],
  ['not a second before', announced, at(29 + 4 * hour), 'silent already-notified'],
  ['of LOW nobody is reminded', low, at(30 + 4 * hour), 'silent below-reminders'],
  ['what gets graver is told', then(announced, 1, of('CRITICAL')), tick(1), 'speak worse'],
  ['what gets milder is not', then(announced, 1, of('LOW')), tick(1), 'silent already-notified'],
  [
    'what gets milder, and then as grave as it was told, is not',
    then(then(announced, 1, of('LOW')), 2, of('HIGH')),
    tick(2),
    'silent already-notified',
  ],
  [
    'what else begins to fire is told',
    then(announced, 1, of('HIGH'), finding('disk', { severity: 'LOW' })),
    tick(1),
    'speak new-series',
  ],
  [
    'what fires again, of which people were told, is not new',
    told(then(told(story(['firing', 'firing']), at(30)), 1, of('HIGH', { status: 'normal' })), tick(1), 'reminder'),
    tick(2),
    'silent already-notified',
  ],
  [
    'what else recovers is not told while something fires',
    then(told(story(['firing', 'firing']), at(30)), 1, of('HIGH', { status: 'normal' })),
    tick(1),
    'silent already-notified',
  ],

  [
    'a gap resolves nothing, however long',
    then(announced, 1, of('HIGH', { status: 'unknown' })),
    at(48 * hour),
    'silent unknown',
  ],
  [
    'a gap in one of two resolves nothing',
    then(
      told(story(['firing', 'firing']), at(30)),
      1,
      of('HIGH', { status: 'normal' }),
      finding('disk', { severity: 'HIGH', status: 'unknown' }),
    ),
    at(48 * hour),
    'silent unknown',
  ],
  ['calm must last', recovered, tick(1) + 10 * minute - 1, 'silent waiting-to-resolve'],
  ['calm that lasts is told as the end', recovered, tick(1) + 10 * minute, 'speak all-resolved'],
  ['what fires again before that goes on', then(recovered, 2, of('HIGH')), tick(2), 'silent already-notified'],
  [
    'the end is told once',
    close(told(recovered, tick(3), 'all-resolved'), 'recovered', tick(3)),
    tick(4),
    'silent closed',
  ],
  [
    'the end is told in a quiet window, too',
    recovered,
    tick(1) + 10 * minute,
    'speak all-resolved',
    { window: 'quiet-window' },
  ],
  [
    'the end is told to people who asked for a snooze, too',
    snooze(recovered, at(9 * hour)),
    tick(1) + 10 * minute,
    'speak all-resolved',
  ],
  [
    'what is gone is closed at once',
    then(announced, 1, of('HIGH', { status: 'normal', gone: true })),
    tick(1),
    'speak closed',
  ],
  [
    'what is gone of several ends like a recovery',
    then(
      told(story(['firing', 'firing']), at(30)),
      1,
      of('HIGH', { status: 'normal', gone: true }),
      finding('disk', { severity: 'HIGH', status: 'normal' }),
    ),
    tick(1),
    'silent waiting-to-resolve',
  ],
  [
    'what its shard no longer knows is told as closed',
    close(announced, 'no-longer-known', at(hour)),
    at(hour),
    'speak closed',
  ],
  ['what a person closed is told as closed', close(announced, 'by-person', at(hour), 'kim'), at(hour), 'speak closed'],
  [
    'what a person closed before it was told is told to nobody',
    close(begun, 'by-person', at(9), 'kim'),
    at(hour),
    'silent closed',
  ],

  ['a beginning that was heard of too late is kept to oneself', old, at(hour), 'silent too-old'],
  [
    'what began and ended while we could not speak is told once, when it is over',
    oldAndOver,
    at(hour + 10 * minute),
    'speak began-and-ended',
  ],
  ['and not before it is sure that it is over', oldAndOver, at(hour + minute), 'silent waiting-to-resolve'],
  [
    'what ended before its first notice could be decided is told as over',
    story('firing', 'normal'),
    tick(1) + 10 * minute,
    'speak began-and-ended',
  ],
  [
    'what began and was gone while we could not speak is told once',
    heard([signal(t0, [of('HIGH')]), signal(tick(1), [of('HIGH', { status: 'normal', gone: true })])]),
    tick(1),
    'speak began-and-ended',
  ],

  ['a snooze is silent', snooze(announced, at(hour)), at(hour - 1), 'silent snoozed'],
  [
    'a snooze holds even what gets graver',
    snooze(then(announced, 1, of('CRITICAL')), at(hour)),
    at(hour - 1),
    'silent snoozed',
  ],
  ['at its end people are reminded of what still fires', snooze(announced, at(hour)), at(hour), 'speak reminder'],
  ['also of what is below reminders: they asked for it', snooze(low, at(hour)), at(hour), 'speak reminder'],
  ['and only once', snooze(told(announced, at(hour), 'reminder'), at(hour)), at(hour + 1), 'silent already-notified'],
  ['a quiet window is silent', begun, at(hour), 'silent quiet-window', { window: 'quiet-window' }],
  ['a mute is silent', begun, at(hour), 'silent muted', { window: 'muted' }],
  [
    'at the end of a window what still fires is told',
    { ...begun, silence: 'quiet-window' },
    at(hour),
    'speak first-notice',
  ],
  [
    'what recovered in a window is not told at its end',
    asked(story('firing', 'normal'), 'quiet-window'),
    tick(1) + minute,
    'silent quiet-window',
  ],
  ['nor when it is over', asked(story('firing', 'normal'), 'muted'), tick(1) + hour, 'silent muted'],
  [
    'what fired outside of a window and is over in it waits for the end of the window',
    asked(story('firing', 'normal'), null),
    tick(1) + hour,
    'silent quiet-window',
    { window: 'quiet-window' },
  ],
  [
    'and is told then, once, as over',
    asked(story('firing', 'normal'), null),
    tick(1) + 2 * hour,
    'speak began-and-ended',
  ],
  ['a window hides nothing that people know of', announced, at(31), 'silent quiet-window', { window: 'quiet-window' }],

  ['in shadow nobody is told', shadow, at(hour), 'silent shadow-mode'],
  [
    'in shadow nobody is told of the end',
    then(shadow, 1, of('CRITICAL', { status: 'normal' })),
    at(2 * hour),
    'silent shadow-mode',
  ],
  [
    'what is live beside a shadow is told',
    heard([signal(tick(1), [finding('disk')])], { record: shadow }),
    tick(2),
    'speak first-notice',
  ],

  ['what a channel refused is said to those who heard of it', refused, at(31), 'speak channel-refused'],
  [
    'once',
    { ...refused, channels: { ...refused.channels, pager: { ...no, refusalTold: true } } },
    at(31),
    'silent already-notified',
  ],
  [
    'and to nobody where nobody heard of it',
    { ...refused, channels: { pager: no } },
    at(31),
    'silent already-notified',
  ],
  ['and after what got graver', then(refused, 1, of('CRITICAL')), tick(1), 'speak worse'],
  ['and not while people ask for peace', refused, at(31), 'silent muted', { window: 'muted' }],

  ['what was taken up is told to those who know that', acknowledged, at(91), 'speak acknowledged'],
  ['once', takenUp, at(101), 'silent acknowledged'],
  [
    'what was taken up before anybody was told is told after that',
    told({ ...begun, acknowledged: { by: 'kim', at: at(10) } }, at(30)),
    at(31),
    'speak acknowledged',
  ],
  ['what was taken up reminds nobody', takenUp, at(9 * hour), 'silent acknowledged'],
  ['what was taken up and gets graver is told', then(takenUp, 1, of('CRITICAL')), tick(1), 'speak worse'],
  [
    'what got graver is no longer taken up',
    told(then(takenUp, 1, of('CRITICAL')), tick(1), 'worse'),
    tick(1) + 4 * hour,
    'speak reminder',
  ],
  [
    'what gets graver before anybody heard that it was taken up comes first',
    then(acknowledged, 1, of('CRITICAL')),
    tick(1),
    'speak worse',
  ],
  [
    'what was taken up is told even in a quiet window',
    acknowledged,
    at(91),
    'speak acknowledged',
    { window: 'quiet-window' },
  ],
  [
    'what was taken up while it pauses is told',
    { ...recovered, acknowledged: { by: 'kim', at: at(310) } },
    at(311),
    'speak acknowledged',
  ],
  [
    'what was taken up ends like everything',
    { ...recovered, acknowledged: { by: 'kim', at: at(310) } },
    tick(1) + 10 * minute,
    'speak all-resolved',
  ],

  ['what begins again and again is told as that', unstable, tick(6), 'speak flapping'],
  ['once', told(unstable, tick(6), 'flapping'), tick(6) + 1, 'silent flapping'],
  [
    'and again only if it gets graver',
    then(told(unstable, tick(6), 'flapping'), 7, of('CRITICAL')),
    tick(7),
    'speak worse',
  ],
  [
    'it is over only after a whole window of calm',
    then(told(unstable, tick(6), 'flapping'), 7, of('HIGH', { status: 'normal' })),
    tick(7) + hour - 1,
    'silent waiting-to-resolve',
  ],
  [
    'and then it is',
    then(told(unstable, tick(6), 'flapping'), 7, of('HIGH', { status: 'normal' })),
    tick(7) + hour,
    'speak all-resolved',
  ],
  ['where nobody asks for that it is told as ever', unstable, tick(6), 'speak first-notice', { flapping: 'off' }],
  [
    'three beginnings are no flapping yet',
    story('firing', 'normal', 'firing', 'normal', 'firing'),
    tick(4),
    'speak first-notice',
  ],

  ['what a storm tells is not told by itself', stormy, at(hour), 'silent joined-storm'],
  ['nor is its end', then(stormy, 1, of('HIGH', { status: 'normal' })), at(2 * hour), 'silent joined-storm'],
  [
    'what was told before the storm formed is silent while it lasts',
    { ...announced, storm: 'storm:web' },
    at(9 * hour),
    'silent joined-storm',
  ],
  ['and gets its own end', { ...recovered, storm: 'storm:web' }, tick(1) + 10 * minute, 'speak all-resolved'],

  [
    'what was only remembered is nothing to speak of',
    heard([signal(t0, [of('HIGH', { status: 'normal' })])]),
    at(hour),
    'silent nothing-firing',
  ],
];

describe('noticeReason', () => {
  it.each(table.map(([title, ...row]) => [title, row] as const))('%s', (_title, [incident, now, expected, policy]) => {
    expect(said(incident, now, policy)).toBe(expected);
  });

  it('says the same of what is over before and after it is closed', () => {
    let over = 0;
    for (const [, incident, now, expected, policy] of table) {
      const end = endedBy(incident, { ...noticePolicy, ...policy }, now);
      if (end === undefined) continue;
      over += 1;
      expect(said(close(incident, end, now), now, policy)).toBe(expected);
    }
    expect(over).toBeGreaterThan(8);
  });

  it('has a row for every reason that an incident alone can give', () => {
    /** Those of the pipeline: what is due to pages and claims, which stand in no incident. */
    const others = ['page-budget-spent', 'claimed'];
    const rows = new Set(table.map(([, , , expected]) => expected.split(' ')[1]));
    const all = [...speakReasons, ...silenceReasons].filter((one) => !others.includes(one));
    expect(all.filter((one) => !rows.has(one))).toEqual([]);
  });
});

describe('tell', () => {
  it('counts, and keeps the gravest that was told and all that was named', () => {
    const worse = told(then(announced, 1, of('LOW'), finding('disk', { severity: 'MEDIUM' })), tick(1), 'new-series');
    expect(worse.told).toMatchObject({
      number: 2,
      severity: 'HIGH',
      keys: ['web|cpu', 'web|disk'],
      reason: 'new-series',
    });
    expect(worse.announced).toBe(true);
  });

  it('what only pagers hear puts off no reminder', () => {
    expect(told(announced, tick(1), 'new-series').told?.remindFrom).toBe(at(30));
    expect(told(announced, tick(1), 'worse').told?.remindFrom).toBe(tick(1));
  });

  it('to take it up names nothing that people have not heard of', () => {
    const more = then(acknowledged, 1, of('HIGH'), finding('disk', { severity: 'HIGH' }));
    const taken = told(more, tick(1), 'acknowledged');
    expect(taken.told?.keys).toEqual(['web|cpu']);
    expect(said(taken, tick(1) + 1)).toBe('speak new-series');
  });
});

describe('isForgettable', () => {
  const closed = close(recovered, 'recovered', tick(3));
  const owed = {
    notice: 1,
    reason: 'all-resolved',
    since: 0,
    attempts: 1,
    nextAt: 0,
    page: false,
    error: '',
    inFlight: false,
  } as const;
  const memory = { delivered: 1, deliveredAt: 0, mayBeOpen: true, owed, rejected: null };
  const kept: readonly (readonly [title: string, Incident, now: number])[] = [
    ['while it is open', recovered, tick(3) + 2 * MEMORY_SECONDS],
    ['while a queue may still hold a message about it', closed, tick(3) + MEMORY_SECONDS - 1],
    ['while a channel is still to hear the end', { ...closed, channels: { slack: memory } }, tick(3) + MEMORY_SECONDS],
    ['while the end of an earlier one is still to be told', { ...closed, endings: [closed] }, tick(3) + MEMORY_SECONDS],
  ];
  it.each(kept)('not %s', (_title, incident, now) => expect(isForgettable(incident, now)).toBe(false));

  it('then it is', () => expect(isForgettable(closed, tick(3) + MEMORY_SECONDS)).toBe(true));
});
