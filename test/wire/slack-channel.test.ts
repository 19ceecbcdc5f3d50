import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlackChannel } from '../../shared/adapters/http/slack-channel.ts';
import { selfSignedCertificate } from '../fakes/http/certificate.ts';
import { startFakeSlack, type FakeSlack } from '../fakes/http/slack.ts';
import { startStandIn } from '../fakes/http/stand-in.ts';
import { examples, noticeOfTest } from '../presentation/notice-examples.ts';

let slack: FakeSlack;
beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(() => slack.stop());

const now = Date.UTC(2026, 10, 21, 9, 42) / 1000;
const channelAt = (webhook: string | Error, timeoutMs?: number) =>
  new SlackChannel({
    webhook: { secret: 'ops/slack' },
    secrets: {
      read: async () => {
        if (webhook instanceof Error) throw webhook;
        return webhook;
      },
    },
    clock: { now: () => now },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });

describe('the real Slack client against loop-back', () => {
  it.each([
    ['403', { status: 403, body: 'invalid_token' }, { outcome: 'rejected' }],
    ['404', { status: 404, body: 'no_service' }, { outcome: 'rejected' }],
    ['410', { status: 410, body: 'channel_is_archived' }, { outcome: 'rejected' }],
    ['302', { status: 302, headers: { Location: 'https://slack.com' } }, { outcome: 'rejected' }],
    ['500', { status: 500, body: 'rollup_error' }, { outcome: 'retryable', maybe: true }],
    ['503', { status: 503 }, { outcome: 'retryable', maybe: false }],
    ['202', { status: 202, body: 'ok' }, { outcome: 'delivered' }],
    ['200 and garbage', { status: 200, body: '<html>Log in</html>' }, { outcome: 'retryable', maybe: true }],
    ['200 and nothing', { status: 200 }, { outcome: 'retryable', maybe: true }],
    ['200 and an object', { status: 200, body: '{"success":true}' }, { outcome: 'delivered' }],
    ['429 with seconds', { status: 429, headers: { 'Retry-After': '30' } }, { afterSeconds: 30, maybe: false }],
    [
      '429 with a date',
      { status: 429, headers: { 'Retry-After': 'Sat, 21 Nov 2026 09:43:00 GMT' } },
      { afterSeconds: 60, maybe: false },
    ],
    ['a body that ends too early', 'hang-up-within-the-body', { outcome: 'retryable', maybe: true }],
    ['a hang-up', 'hang-up', { outcome: 'retryable', maybe: true }],
    ['what is no HTTP', 'no-http', { outcome: 'retryable', maybe: true }],
    ['a body without an end', 'endless', { outcome: 'retryable', maybe: true }],
  ] as const)('understands %s', async (_, answer, expected) => {
    slack.script(answer);
    expect(await channelAt(slack.webhook).deliver(noticeOfTest())).toMatchObject(expected);
    expect(slack.requests).toHaveLength(1);
  });

  it('gives up on a service that does not answer, and says that it may have it', async () => {
    slack.script('silence');
    expect(await channelAt(slack.webhook, 200).deliver(noticeOfTest())).toEqual({
      outcome: 'retryable',
      reason: 'Slack: did not answer within 0.2 s',
      maybe: true,
    });
  });

  it('knows that nothing was told where nobody listens', async () => {
    await slack.stop();
    expect(await channelAt(slack.webhook).deliver(noticeOfTest())).toEqual({
      outcome: 'retryable',
      reason: 'Slack: it refuses connections: check address and port (ECONNREFUSED)',
      maybe: false,
    });
    slack = await startFakeSlack();
  });

  it('tells nothing to a server whose certificate it does not trust', async () => {
    const certificate = await selfSignedCertificate();
    const server = await startStandIn(() => ({ status: 200, body: 'ok' }), certificate);
    const delivery = await channelAt(`${server.url}/services/x`).deliver(noticeOfTest());
    expect(delivery).toMatchObject({ outcome: 'retryable', maybe: false });
    expect(delivery).toHaveProperty('reason', expect.stringContaining('NODE_EXTRA_CA_CERTS'));
    expect(server.requests).toEqual([]);
    await server.stop();
    certificate.remove();
  });

  it('sends it again without the picture where Slack cannot load it', async () => {
    slack.refusePictures();
    expect(await channelAt(slack.webhook).deliver(examples['first-notice'])).toMatchObject({ outcome: 'delivered' });
    expect(slack.requests).toHaveLength(2);
    expect(slack.shown).toHaveLength(1);
    expect(slack.shown[0].blocks?.map(({ type }) => type)).not.toContain('image');
  });

  it('sends it as text alone where no blocks are taken', async () => {
    slack.refuseBlocks();
    expect(await channelAt(slack.webhook).deliver(examples['first-notice'])).toMatchObject({ outcome: 'delivered' });
    expect(slack.requests).toHaveLength(3);
    expect(slack.shown).toHaveLength(1);
    expect(slack.shown[0].blocks).toBeUndefined();
    expect(slack.shown[0].text).toContain('web-1 CPUUtilization');
  });

  it('tries no picture that is not there', async () => {
    slack.refuseBlocks();
    await channelAt(slack.webhook).deliver(noticeOfTest());
    expect(slack.requests).toHaveLength(2);
  });

  it('is refused only when even text is', async () => {
    slack.script(...Array.from({ length: 3 }, () => ({ status: 400, body: 'invalid_payload' })));
    expect(await channelAt(slack.webhook).deliver(examples['first-notice'])).toMatchObject({
      outcome: 'rejected',
      reason: 'Slack answered 400 (invalid_payload): it does not take this message',
    });
    expect(slack.requests).toHaveLength(3);
  });

  it('tries later when the service fails in the middle of trying', async () => {
    slack.script({ status: 400, body: 'invalid_blocks' }, { status: 503 });
    expect(await channelAt(slack.webhook).deliver(examples['first-notice'])).toMatchObject({ outcome: 'retryable' });
    expect(slack.requests).toHaveLength(2);
  });

  it('reads the address anew for each message, without the line break at its end', async () => {
    const second = await startFakeSlack();
    const addresses = [`${slack.webhook}\n`, second.webhook];
    const channel = new SlackChannel({
      webhook: { secret: 'ops/slack' },
      secrets: { read: async () => addresses.shift() ?? '' },
      clock: { now: () => now },
    });
    await channel.deliver(noticeOfTest());
    await channel.deliver(noticeOfTest());
    expect([slack.shown.length, second.shown.length]).toEqual([1, 1]);
    await second.stop();
  });

  it('owes what it could not tell because the secret could not be read', async () => {
    const delivery = await channelAt(new Error('secret ops/slack cannot be read → grant it')).deliver(noticeOfTest());
    expect(delivery).toEqual({
      outcome: 'retryable',
      reason: 'secret ops/slack cannot be read → grant it',
      maybe: false,
    });
  });

  it.each([['xoxb-1234'], ['http://hooks.slack.example/services/T/B/x'], ['ftp://127.0.0.1/x'], ['']])(
    'sends nothing to what is no safe address, and does not repeat it: %s',
    async (address) => {
      const delivery = await channelAt(address).deliver(noticeOfTest());
      expect(delivery).toMatchObject({ outcome: 'rejected' });
      expect(delivery).toHaveProperty('reason', expect.stringContaining('secret ops/slack holds no webhook address'));
      if (address !== '') expect(JSON.stringify(delivery)).not.toContain(address);
    },
  );
});
