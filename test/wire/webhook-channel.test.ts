import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebhookChannel } from '../../shared/adapters/http/webhook-channel.ts';
import { startStandIn, type ReceivedRequest, type StandIn } from '../fakes/http/stand-in.ts';
import { noticeOfTest } from '../presentation/notice-examples.ts';

const secret = 'correct horse battery staple';
const now = 1_795_254_120.75;

let server: StandIn;
beforeEach(async () => {
  server = await startStandIn(() => ({ status: 200, body: 'thanks' }));
});
afterEach(() => server.stop());

const channel = (value = secret) =>
  new WebhookChannel({
    url: `${server.url}/alerts?team=shop`,
    secret: { parameter: '/ops/webhook' },
    secrets: { read: async () => value },
    clock: { now: () => now },
  });

/** A receiver as docs/webhook.md describes it. */
function accepts({ headers, body }: ReceivedRequest, key: string, time: number): boolean {
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-aiops-signature']));
  if (match === null || Math.abs(time - Number(match[1])) > 300) return false;
  const expected = createHmac('sha256', key).update(`${match[1]}.${body}`).digest();
  return timingSafeEqual(expected, Buffer.from(match[2], 'hex'));
}

describe('the webhook', () => {
  it('is signed so that a receiver knows whom it comes from', async () => {
    expect(await channel().deliver(noticeOfTest())).toEqual({
      outcome: 'delivered',
      answer: `${server.host} answered 200 (thanks)`,
    });
    const [request] = server.requests;
    expect(request.method).toBe('POST');
    expect(request.path).toBe('/alerts?team=shop');
    expect(request.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(accepts(request, secret, now)).toBe(true);
  });

  it('is refused by a receiver with another key, when it was changed, and when it is old', async () => {
    await channel().deliver(noticeOfTest());
    const [request] = server.requests;
    expect(accepts(request, 'another key of some length', now)).toBe(false);
    expect(accepts({ ...request, body: request.body.replace('HIGH', 'LOW') }, secret, now)).toBe(false);
    expect(accepts(request, secret, now + 301)).toBe(false);
  });

  it('carries the notice, and the same id when it is told again', async () => {
    await channel().deliver(noticeOfTest({ number: 3 }));
    await channel().deliver(noticeOfTest({ number: 3 }));
    const bodies = server.requests.map(({ body }) => JSON.parse(body) as { id: string; state: string });
    expect(bodies[0]).toMatchObject({ version: 1, state: 'firing', severity: 'HIGH', notice: 3, test: false });
    expect(bodies.map(({ id }) => id)).toEqual(Array(2).fill('prod/entity:servers/web-1/1795254600#3'));
    expect(server.requests[0].headers['x-aiops-id']).toBe(encodeURIComponent(bodies[0].id));
  });

  it('takes any 2xx for a yes', async () => {
    server.script({ status: 204 });
    expect(await channel().deliver(noticeOfTest())).toMatchObject({ outcome: 'delivered' });
  });

  it('does not follow a redirect: what was signed for one is not for another', async () => {
    const other = await startStandIn(() => ({ status: 200 }));
    server.script({ status: 307, headers: { Location: other.url } });
    expect(await channel().deliver(noticeOfTest())).toMatchObject({ outcome: 'rejected' });
    expect(other.requests).toEqual([]);
    await other.stop();
  });

  it('signs with nothing that can be guessed', async () => {
    expect(await channel('short').deliver(noticeOfTest())).toMatchObject({ outcome: 'rejected' });
    expect(server.requests).toEqual([]);
  });

  it.each([['http://example.com/'], ['file:///etc/passwd'], ['nonsense']])('refuses the address %s', (url) => {
    expect(
      () =>
        new WebhookChannel({
          url,
          secret: { parameter: '/ops/webhook' },
          secrets: { read: async () => secret },
          clock: { now: () => now },
        }),
    ).toThrow(/no https/);
  });
});
