import { describe, expect, it } from 'vitest';
import { readAlertMessage } from '../../shared/pipeline/read-alert-message.ts';
import { signalOf } from '../scenarios/alerts/timeline.ts';

const event = (detail: unknown, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ id: 'e-1', 'detail-type': 'Signal', source: 'aiops.monitoring', detail, ...more });

describe('a message of the queue', () => {
  it('is a signal as it was published', () => {
    const signal = signalOf('web-1', 'firing', 1_700_000_000);
    expect(readAlertMessage({ id: 'm', body: event(signal) })).toEqual({ kind: 'signal', signal });
  });

  it('is a mute, from when its event says on', () => {
    const body = event(
      { for: '30m', watch: 'servers', why: 'release' },
      { 'detail-type': 'Mute', time: '2026-03-02T09:00:00Z' },
    );
    expect(readAlertMessage({ id: 'm', body })).toEqual({
      kind: 'mute',
      id: 'e-1',
      askedAt: Date.parse('2026-03-02T09:00:00Z') / 1000,
      request: { for: 1800, watch: ['servers'], why: 'release', by: 'an event' },
    });
  });

  it.each([
    ['is empty', '', /message m: not JSON: "" → /],
    ['is cut off', event(signalOf('web-1', 'firing', 1)).slice(0, -9), /not JSON/],
    ['is no event', '[]', /as a whole: .* → send an EventBridge event/],
    [
      'is of another kind',
      event({}, { 'detail-type': 'Scheduled Event' }),
      /"Scheduled Event" → send Signal, Mute or AlertTest/,
    ],
    ['holds no signal', event({ version: 2 }), /version: .* → send a signal/],
    ['holds a signal without findings', event({ ...signalOf('a', 'firing', 1), findings: [] }), /findings: /],
    ['mutes without an end', event({ watch: 'w' }, { 'detail-type': 'Mute' }), /for: .* → send a mute/],
    ['mutes for a year', event({ for: '365d' }, { 'detail-type': 'Mute' }), /longer than a week → write at most 7d/],
    ['mutes with a word misspelt', event({ for: '1h', wach: 'w' }, { 'detail-type': 'Mute' }), /wach/],
  ])('that %s is refused, with what to send instead', (_, body, message) => {
    expect(() => readAlertMessage({ id: 'm', body })).toThrow(message);
  });
});
