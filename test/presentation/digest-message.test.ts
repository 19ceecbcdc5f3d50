import { describe, expect, it } from 'vitest';
import type { Digest } from '../../shared/alerting/digest.ts';
import { slackDigest, terminalDigest } from '../../shared/presentation/digest-message.ts';
import { slackMessageSchema } from '../fakes/http/slack-schema.ts';

const until = Date.UTC(2026, 10, 23, 9) / 1000;

const digest: Digest = {
  version: 1,
  deployment: 'prod',
  every: 'week',
  from: until - 7 * 86_400,
  until,
  timezone: 'UTC',
  incidents: { INFO: 0, LOW: 2, MEDIUM: 4, HIGH: 1, CRITICAL: 1 },
  notices: 19,
  noisiest: {
    watches: [
      { watch: 'servers', incidents: 6 },
      { watch: 'queues', incidents: 2 },
    ],
    more: 1,
  },
  shadow: [{ watch: 'databases', incidents: 12 }],
  budgets: [
    { watch: 'servers', setting: '1 per week', promised: 1, delivered: 6 },
    { watch: 'queues', setting: '10 per month', promised: 2.3, delivered: 2 },
  ],
  silences: [
    { reason: 'quiet-window', incidents: 3 },
    { reason: 'too-old', incidents: 1 },
  ],
  deliveries: { delivered: 31, owed: 2, rejected: 1 },
  unreadable: 0,
};

const quiet: Digest = {
  ...digest,
  every: 'day',
  from: until - 86_400,
  incidents: { INFO: 0, LOW: 0, MEDIUM: 0, HIGH: 0, CRITICAL: 0 },
  notices: 0,
  noisiest: { watches: [], more: 0 },
  shadow: [],
  budgets: [],
  silences: [],
  deliveries: { delivered: 0, owed: 0, rejected: 0 },
};

describe('the digest', () => {
  it.each([
    ['digest-of-a-week', digest],
    ['digest-of-a-quiet-day', quiet],
  ])('%s is as it was reviewed', async (name, given) => {
    const text = [
      ...terminalDigest(given, 80),
      '',
      '# Slack',
      JSON.stringify(slackDigest(given, 'full'), null, 2),
      '',
      '# Slack, text alone',
      slackDigest(given, 'plain').text,
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot(`../fixtures/notices/${name}.txt`);
  });

  it('is within Slack’s limits with hundreds of watches of hostile names', () => {
    const watches = Array.from({ length: 400 }, (_, k) => ({
      watch: `${k}${'<!channel>&'.repeat(900)}`,
      incidents: k,
    }));
    const flood: Digest = {
      ...digest,
      deployment: '&'.repeat(10_000),
      from: Number.NaN,
      noisiest: { watches, more: 10 },
      shadow: watches,
      budgets: watches.map(({ watch }) => ({ watch, setting: '&'.repeat(999), promised: Number.NaN, delivered: 3 })),
      silences: watches.map(({ watch }) => ({ reason: watch, incidents: 1 })),
      unreadable: 9,
    };
    for (const form of ['full', 'plain'] as const) slackMessageSchema.parse(slackDigest(flood, form));
    for (const line of terminalDigest(flood, 80)) expect(line).not.toMatch(/\p{Cc}/u);
  });
});
