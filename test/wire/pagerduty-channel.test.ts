import { execFile } from 'node:child_process';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PagerDutyChannel } from '../../shared/adapters/http/pagerduty-channel.ts';
import { scratchFolder } from '../bin/scratch-folder.ts';
import { startFakePagerDuty, type FakePagerDuty } from '../fakes/http/pagerduty.ts';
import { startRemotePagerDuty, type RemotePagerDuty } from '../fakes/http/remote-channel.ts';
import { noticeOfTest } from '../presentation/notice-examples.ts';

const now = Date.UTC(2026, 10, 21, 9, 42) / 1000;
let pagerDuty: FakePagerDuty;
let remote: RemotePagerDuty;
let before: number;
beforeAll(async () => {
  pagerDuty = await startFakePagerDuty();
  remote = startRemotePagerDuty(pagerDuty, () => now);
});
beforeEach(() => {
  before = pagerDuty.requests.length;
});
afterAll(async () => {
  await remote.stop();
  await pagerDuty.stop();
});

describe('the real PagerDuty client against loop-back, with TLS', () => {
  it('opens, takes up and closes one incident under one key', async () => {
    const channel = remote.channel();
    const key = 'prod/entity:servers/web-9/1';
    const story = [
      noticeOfTest({ dedupKey: key }),
      noticeOfTest({ dedupKey: key, number: 2, reason: 'worse', severity: 'CRITICAL' }),
    ];
    for (const notice of story) expect(await channel.deliver(notice)).toMatchObject({ outcome: 'delivered' });
    expect(pagerDuty.open.get(key)).toBe('triggered');
    expect(pagerDuty.pages()).toBe(1);
    await channel.deliver(noticeOfTest({ dedupKey: key, number: 3, reason: 'acknowledged', by: 'Ada' }));
    expect(pagerDuty.open.get(key)).toBe('acknowledged');
    await channel.deliver(noticeOfTest({ dedupKey: key, number: 4, reason: 'all-resolved', until: now }));
    expect(pagerDuty.open.has(key)).toBe(false);
    expect(pagerDuty.events.map(({ event_action, payload }) => [event_action, payload.severity])).toEqual([
      ['trigger', 'error'],
      ['trigger', 'critical'],
      ['acknowledge', 'error'],
      ['resolve', 'error'],
    ]);
  });

  it.each([
    ['400', { status: 400, body: '{"status":"invalid event"}' }, { outcome: 'rejected' }],
    ['403', { status: 403, body: '{}' }, { outcome: 'rejected' }],
    ['404', { status: 404, body: 'Not found' }, { outcome: 'rejected' }],
    ['413', { status: 413, body: '{}' }, { outcome: 'rejected' }],
    ['302', { status: 302, headers: { Location: 'https://127.0.0.1:1/' } }, { outcome: 'rejected' }],
    ['500', { status: 500, body: 'oops' }, { outcome: 'retryable', maybe: true }],
    ['503', { status: 503, body: '{}', headers: { 'Retry-After': '5' } }, { afterSeconds: 5, maybe: false }],
    ['200 and garbage', { status: 200, body: '<html>' }, { outcome: 'retryable', maybe: true }],
    ['202 and garbage', { status: 202, body: '<html>' }, { outcome: 'retryable', maybe: true }],
    ['202 without success', { status: 202, body: '{"status":"who knows"}' }, { outcome: 'retryable', maybe: true }],
    ['200 and success', { status: 200, body: '{"status":"success"}' }, { outcome: 'retryable', maybe: true }],
    ['a body that ends too early', 'hang-up-within-the-body', { outcome: 'retryable', maybe: true }],
    ['a hang-up', 'hang-up', { outcome: 'retryable', maybe: true }],
    ['what is no HTTP', 'no-http', { outcome: 'retryable', maybe: true }],
    ['a body without an end', 'endless', { outcome: 'retryable', maybe: true }],
  ] as const)('understands %s, and asks once', async (_, answer, expected) => {
    pagerDuty.script(answer);
    expect(await remote.channel().deliver(noticeOfTest())).toMatchObject(expected);
    expect(pagerDuty.requests).toHaveLength(before + 1);
  });

  it.each([
    ['seconds', '30', 30],
    ['a date', 'Sat, 21 Nov 2026 09:43:00 GMT', 60],
  ])('neither repeats a 429 nor sleeps on it, and knows when to try again: %s', async (_, header, seconds) => {
    pagerDuty.script({ status: 429, headers: { 'Retry-After': header }, body: '{}' });
    expect(await remote.channel().deliver(noticeOfTest())).toMatchObject({
      outcome: 'retryable',
      afterSeconds: seconds,
      maybe: false,
    });
    expect(pagerDuty.requests).toHaveLength(before + 1);
  });

  it('gives up on a service that does not answer, and says that it may have it', async () => {
    pagerDuty.script('silence');
    expect(await remote.channel({ timeoutMs: 300 }).deliver(noticeOfTest())).toEqual({
      outcome: 'retryable',
      reason: 'PagerDuty: did not answer within 0.3 s',
      maybe: true,
    });
  });

  it('knows that nothing was told where nobody listens', async () => {
    expect(await remote.channel({ server: '127.0.0.1:1' }).deliver(noticeOfTest())).toMatchObject({
      outcome: 'retryable',
      reason: expect.stringContaining('ECONNREFUSED') as string,
      maybe: false,
    });
  });

  it('tells nothing to a server whose certificate it does not trust', async () => {
    const channel = new PagerDutyChannel({
      key: { parameter: '/ops/pagerduty' },
      region: 'eu',
      secrets: { read: async () => pagerDuty.routingKey },
      clock: { now: () => now },
      server: pagerDuty.host,
    });
    const delivery = await channel.deliver(noticeOfTest());
    expect(delivery).toMatchObject({ outcome: 'retryable', maybe: false });
    expect(delivery).toHaveProperty('reason', expect.stringContaining('NODE_EXTRA_CA_CERTS'));
    expect(pagerDuty.requests).toHaveLength(before);
  });

  it('says of a key that PagerDuty does not know what to do, and does not repeat it', async () => {
    const key = 'f'.repeat(32);
    const delivery = await remote.channel({ key }).deliver(noticeOfTest());
    expect(delivery).toMatchObject({ outcome: 'rejected' });
    expect(JSON.stringify(delivery)).toContain('Invalid routing key');
    expect(JSON.stringify(delivery)).not.toContain(key);
  });

  it.each([['too short'], [`${'f'.repeat(32)}f`], ['u+1234567890abcdef1234567890abcd!'], ['']])(
    'sends nothing with what is no integration key: %s',
    async (key) => {
      expect(await remote.channel({ key }).deliver(noticeOfTest())).toMatchObject({
        outcome: 'rejected',
        reason: expect.stringContaining('holds no integration key') as string,
      });
      expect(pagerDuty.requests).toHaveLength(before);
    },
  );

  it('takes no dedup key that would be cut into that of another incident', async () => {
    await expect(remote.channel().deliver(noticeOfTest({ dedupKey: 'x'.repeat(256) }))).rejects.toThrow(
      /256 characters/,
    );
    await expect(remote.channel().deliver(noticeOfTest({ dedupKey: '' }))).rejects.toThrow(/0 characters/);
  });
});

describe('the region', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ['us', 'events.pagerduty.com'],
    ['eu', 'events.eu.pagerduty.com'],
  ] as const)('%s is spoken to at %s, with TLS', async (region, host) => {
    const connect = vi.spyOn(Agent.prototype, 'createConnection').mockImplementation(() => {
      throw new Error('no network here');
    });
    const channel = new PagerDutyChannel({
      key: { parameter: '/ops/pagerduty' },
      region,
      secrets: { read: async () => pagerDuty.routingKey },
      clock: { now: () => now },
    });
    expect(await channel.deliver(noticeOfTest())).toMatchObject({ outcome: 'retryable', maybe: false });
    expect(connect).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ host, servername: host, port: 443 }),
      expect.anything(),
    );
  });
});

describe('alert test pagerduty, as it is run', () => {
  const launcher = join(import.meta.dirname, '../../bin/aiops.mjs');
  const run = (env: Readonly<Record<string, string>>) =>
    new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        [launcher, 'alert', 'test', 'pagerduty', '--json'],
        {
          cwd: scratchFolder(),
          env: {
            ...process.env,
            SLACK_WEBHOOK_URL: '',
            PAGERDUTY_KEY: pagerDuty.routingKey,
            AIOPS_PAGERDUTY_SERVER: pagerDuty.host,
            NODE_EXTRA_CA_CERTS: pagerDuty.authorityFile,
            ...env,
          },
        },
        (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  const answers = (stdout: string): unknown =>
    (JSON.parse(stdout) as { told: readonly { reason: string; outcome: string }[] }).told.map(({ reason, outcome }) => [
      reason,
      outcome,
    ]);

  it('pages as a test, resolves it again, and says what PagerDuty answered', async () => {
    const known = pagerDuty.events.length;
    const { code, stdout, stderr } = await run({});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(answers(stdout)).toEqual([
      ['first-notice', 'delivered'],
      ['all-resolved', 'delivered'],
    ]);
    const [triggered, resolved, ...more] = pagerDuty.events.slice(known);
    expect([triggered.event_action, resolved.event_action, more]).toEqual(['trigger', 'resolve', []]);
    expect(triggered.payload.summary).toContain('TEST');
    expect(pagerDuty.open.has(triggered.dedup_key)).toBe(false);
  });

  it('ends with 1, and says why, where the certificate is not trusted', async () => {
    const { code, stdout } = await run({ NODE_EXTRA_CA_CERTS: '' });
    expect(code).toBe(1);
    expect(answers(stdout)).toEqual([[expect.stringContaining('NODE_EXTRA_CA_CERTS'), 'retryable']]);
  });

  it('ends with 2 where what is to stand in for PagerDuty is no host', async () => {
    const { code, stderr } = await run({ AIOPS_PAGERDUTY_SERVER: 'https://example.com/' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/AIOPS_PAGERDUTY_SERVER.*not a host/);
  });
});
