import { describe, expect, it } from 'vitest';
import type { ChannelMemory, Story } from '../../shared/alerting/incident.ts';
import { hear } from '../../shared/alerting/incident-hear.ts';
import {
  claimDue,
  emptyMemory,
  isClaimed,
  type Outcome,
  remember,
  settleLapsed,
} from '../../shared/pipeline/incident-claim.ts';
import { withDecision } from '../../shared/pipeline/decide-notice.ts';
import type { Delivery } from '../../shared/ports/channel.ts';
import { signalOf } from '../scenarios/alerts/timeline.ts';

const now = 1_772_442_000;
const kinds = new Map([
  ['slack', 'slack'],
  ['pager', 'pagerduty'],
] as const);

function claimed(): Story {
  const signal = signalOf('web-1', 'firing', now, { severity: 'HIGH' });
  const group = { group: 'entity:w/web-1', groupedBy: 'entity' as const, title: 'web-1' };
  const story = hear(undefined, { signal, group, now }, { deployment: 'd', severities: [], flapping: 'off' });
  if (story === undefined) throw new Error('a firing signal opens an incident');
  const hearers = new Map([
    ['slack', 'first-notice'],
    ['pager', 'first-notice'],
  ] as const);
  return withDecision(story, 'first-notice', hearers, kinds, { claimant: 'a', now });
}

const outcome = (story: Story, channel: string, delivery: Delivery | { outcome: 'not-tried' }): Outcome => {
  const owed = story.channels[channel].owed;
  if (owed === null) throw new Error(`${channel} is owed nothing`);
  return { channel, owed, isPager: channel === 'pager', delivery };
};
const delivered: Delivery = { outcome: 'delivered', answer: 'ok' };
const down: Delivery = { outcome: 'retryable', reason: '503', maybe: false };
const lost: Delivery = { outcome: 'retryable', reason: 'no answer', maybe: true };
const refused: Delivery = { outcome: 'rejected', reason: '403' };

describe('a claim', () => {
  it('keeps others out for a minute, and nobody afterwards', () => {
    const story = claimed();
    expect(isClaimed(story, 'b', now + 59)).toBe(true);
    expect(isClaimed(story, 'a', now + 59)).toBe(false);
    expect(isClaimed(story, 'b', now + 60)).toBe(false);
  });

  it('that lapsed leaves behind that what was in flight may have arrived, and is due', () => {
    const story = settleLapsed(claimed(), 'b', now + 60);
    expect(story.channels['pager']).toMatchObject({
      mayBeOpen: true,
      delivered: 0,
      owed: { inFlight: false, attempts: 1 },
    });
    const again = claimDue(story, 'b', now + 60);
    expect(again.channels['pager'].owed).toMatchObject({ inFlight: true, attempts: 2, notice: 1 });
    expect(isClaimed(again, 'c', now + 61)).toBe(true);
  });

  it('is not taken for lapsed while it holds, nor by whoever holds it', () => {
    const story = claimed();
    expect(settleLapsed(story, 'b', now + 59)).toBe(story);
    expect(settleLapsed(story, 'a', now + 61)).toBe(story);
  });
});

describe('what is remembered of a delivery', () => {
  const after = (delivery: Delivery | { outcome: 'not-tried' }, channel = 'slack'): ChannelMemory => {
    const story = claimed();
    return remember(story, [outcome(story, channel, delivery)], 'a', now + 1).channels[channel];
  };

  it.each([
    ['that arrived: nothing is owed', delivered, { delivered: 1, mayBeOpen: true, owed: null }],
    ['that failed: it is owed in half a minute', down, { delivered: 0, mayBeOpen: false, owed: { nextAt: now + 31 } }],
    [
      'whose answer was lost: it may be open, and is owed',
      lost,
      { delivered: 0, mayBeOpen: true, owed: { attempts: 1 } },
    ],
    ['that was refused: never again', refused, { delivered: 0, mayBeOpen: false, owed: null, rejected: '403' }],
    [
      'that was never begun: it was no attempt',
      { outcome: 'not-tried' as const },
      { owed: { attempts: 0, nextAt: now } },
    ],
    [
      'that the service wants later: then',
      { ...down, afterSeconds: 90 },
      { owed: { nextAt: now + 91, error: '503', inFlight: false } },
    ],
    [
      'that the service wants next week: in half an hour',
      { ...down, afterSeconds: 1e6 },
      { owed: { nextAt: now + 1801 } },
    ],
  ])('%s', (_, delivery, memory) => {
    expect(after(delivery)).toMatchObject(memory);
  });

  it('that a pager refused is owed all the same, every half hour for a day', () => {
    expect(after(refused, 'pager')).toMatchObject({ rejected: '403', owed: { page: true, nextAt: now + 1801 } });
    const old = claimed();
    const { owed } = old.channels['pager'];
    const dayOld = { ...outcome(old, 'pager', refused), owed: { ...owed!, since: now - 86_400 } };
    expect(remember(old, [dayOld], 'a', now + 1).channels['pager'].owed).toBeNull();
  });

  it('grows its pauses from half a minute to half an hour, and gives up after a day', () => {
    let story = claimed();
    const pauses: number[] = [];
    let time = now;
    for (let attempt = 1; attempt <= 9; attempt++) {
      story = remember(story, [outcome(story, 'slack', down)], 'a', time);
      pauses.push(story.channels['slack'].owed!.nextAt - time);
      time = story.channels['slack'].owed!.nextAt;
      story = claimDue(story, 'a', time);
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
    const late = remember(story, [outcome(story, 'slack', down)], 'a', now + 86_401).channels['slack'];
    expect(late).toMatchObject({ owed: null, rejected: expect.stringContaining('given up') as string });
  });

  it('lets the claim go for whoever comes next, but only the own', () => {
    const story = claimed();
    expect(remember(story, [], 'a', now + 1).told).toMatchObject({ claimedBy: '', claimedUntil: now + 1 });
    expect(remember(story, [], 'b', now + 1)).toBe(story);
  });

  it('counts, too, where another has taken over meanwhile; what failed then does not disturb them', () => {
    const story = claimed();
    const slow = outcome(story, 'slack', delivered);
    const taken = claimDue(settleLapsed(story, 'b', now + 60), 'b', now + 60);
    expect(remember(taken, [slow], 'a', now + 61).channels['slack']).toMatchObject({ delivered: 1, owed: null });
    expect(remember(taken, [{ ...slow, delivery: down }], 'a', now + 61)).toBe(taken);
  });

  it('never takes back what is owed since', () => {
    const story = claimed();
    const newer = { ...story.channels['slack'].owed!, notice: 2, reason: 'worse' as const };
    const moved = { ...story, channels: { ...story.channels, slack: { ...emptyMemory, owed: newer } } };
    const memory = remember(moved, [outcome(story, 'slack', delivered)], 'a', now + 1).channels['slack'];
    expect(memory).toMatchObject({ delivered: 1, owed: newer });
  });
});
