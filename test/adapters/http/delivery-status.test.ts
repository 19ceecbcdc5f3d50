import { describe, expect, it } from 'vitest';
import { deliveryOf, retryAfterSeconds } from '../../../shared/adapters/http/delivery-status.ts';
import type { HttpAnswer } from '../../../shared/adapters/http/http-post.ts';
import fc from '../../fakes/property.ts';

/** 2026-11-21 09:42:00 UTC. */
const now = Date.UTC(2026, 10, 21, 9, 42) / 1000;
const service = { name: 'Slack', accepts: ({ body }: HttpAnswer) => body === 'ok', secret: 's3cr3t' };
const answer = (status: number, body = ''): HttpAnswer => ({ status, body, whole: true });

describe('what an answer comes to', () => {
  it.each([
    ['a yes as the service says it is delivered', 200, 'ok', { outcome: 'delivered' }],
    [
      'a yes that the service does not say so may come from between',
      200,
      '<html>',
      { outcome: 'retryable', maybe: true },
    ],
    ['a redirect is a wrong address', 302, '', { outcome: 'rejected' }],
    ['what is not understood is not sent again', 400, 'invalid_blocks', { outcome: 'rejected' }],
    ['a key that is not accepted is not tried again', 401, '', { outcome: 'rejected' }],
    ['a key that is forbidden is not tried again', 403, 'invalid_token', { outcome: 'rejected' }],
    ['what is not there is not asked again', 404, 'no_service', { outcome: 'rejected' }],
    ['a request that came too slowly was not taken', 408, '', { outcome: 'retryable', maybe: false }],
    ['what is gone is not asked again', 410, 'channel_is_archived', { outcome: 'rejected' }],
    ['what is too large will not become smaller', 413, '', { outcome: 'rejected' }],
    ['a status nobody expects of a client is a refusal', 418, '', { outcome: 'rejected' }],
    ['too many at once is told later, and was not taken', 429, '', { outcome: 'retryable', maybe: false }],
    ['trouble within may have come after it was taken', 500, '', { outcome: 'retryable', maybe: true }],
    ['a gateway that lost the answer may have passed it on', 502, '', { outcome: 'retryable', maybe: true }],
    ['a service that is down has taken nothing', 503, '', { outcome: 'retryable', maybe: false }],
    ['a gateway that waited in vain may have passed it on', 504, '', { outcome: 'retryable', maybe: true }],
    ['a status that does not exist means nothing', 999, '', { outcome: 'retryable', maybe: true }],
    ['no status at all means nothing', 0, '', { outcome: 'retryable', maybe: true }],
  ])('%s', (_, status, body, expected) => {
    expect(deliveryOf(answer(status, body), service, now)).toMatchObject(expected);
  });

  it('names service, status, what was said and what to do', () => {
    expect(deliveryOf(answer(403, 'invalid_token'), service, now)).toEqual({
      outcome: 'rejected',
      reason: 'Slack answered 403 (invalid_token): it does not accept the key: check the secret',
    });
  });

  it('says of a lost answer whether it may have been taken', () => {
    const lost = { lost: 'did not answer within 10 s', sent: true };
    expect(deliveryOf(lost, service, now)).toEqual({
      outcome: 'retryable',
      reason: 'Slack: did not answer within 10 s',
      maybe: true,
    });
    expect(deliveryOf({ ...lost, sent: false }, service, now)).toMatchObject({ maybe: false });
  });

  it('never repeats the secret, nor what could steer a terminal, whatever comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.string({ unit: 'binary', maxLength: 400 }), (status, noise) => {
        const delivery = deliveryOf(answer(status, `${noise}s3cr3t${noise}`), service, now);
        const said = 'reason' in delivery ? delivery.reason : delivery.answer;
        expect(said).not.toContain('s3cr3t');
        expect(said).not.toMatch(/\p{Cc}/u);
        expect(said.length).toBeLessThan(400);
      }),
    );
  });

  it('asks to wait only for what is tried again', () => {
    const later = { ...answer(429), retryAfter: '30' };
    expect(deliveryOf(later, service, now)).toMatchObject({ afterSeconds: 30 });
    expect(deliveryOf({ ...later, status: 400 }, service, now)).not.toHaveProperty('afterSeconds');
    expect(deliveryOf(answer(429), service, now)).not.toHaveProperty('afterSeconds');
  });
});

describe('Retry-After', () => {
  it.each([
    ['seconds', '120', 120],
    ['none', undefined, undefined],
    ['a date', 'Sat, 21 Nov 2026 09:43:30 GMT', 90],
    ['a date that has passed', 'Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['more than half an hour', '86400', 1800],
    ['a date next year', 'Sun, 21 Nov 2027 09:43:30 GMT', 1800],
    ['words', 'soon', undefined],
    ['a negative number', '-5', undefined],
    ['a day that does not exist', 'Foo, 99 Nov 2026 09:43:30 GMT', undefined],
    ['a number without end', '9'.repeat(400), undefined],
    ['an empty header', '', undefined],
  ])('%s', (_, header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });
});
