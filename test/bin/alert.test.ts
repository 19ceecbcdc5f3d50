import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { MemoryChannel } from '../../shared/adapters/local/memory-channel.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { speakReasons } from '../../shared/alerting/notice-reason.ts';
import { testAlerts } from '../../shared/pipeline/test-alerts.ts';
import type { Channel } from '../../shared/ports/channel.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import { pagerDutyEventSchema } from '../fakes/http/pagerduty-schema.ts';
import type { FakeSlack } from '../fakes/http/slack.ts';
import { startFakeSlack } from '../fakes/http/slack.ts';
import { slackMessageSchema } from '../fakes/http/slack-schema.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

const yaml = `name: prod
watches:
  servers: { source: { kind: simulated }, labels: { team: shop } }
alerts:
  channels:
    ops: { kind: slack, webhook: { variable: OPS_SLACK } }
    night: { kind: slack, webhook: { variable: NIGHT_SLACK } }
  route: { channels: [ops], routes: [{ match: { severity: CRITICAL, labels: { team: shop } }, channels: [night] }] }
`;
const quietLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function aiops(args: readonly string[], files: Record<string, string> = {}, env: Record<string, string> = {}) {
  const terminal = fakeTerminal({ cwd: scratchFolder(files), env });
  const code = await run(['alert', ...args], terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr(), cwd: terminal.cwd };
}

describe('alert test', () => {
  let slack: FakeSlack;
  beforeAll(async () => {
    slack = await startFakeSlack();
  });
  afterAll(() => slack.stop());

  it('sends one message, clearly marked as a test, and says what the service answered', async () => {
    const before = slack.shown.length;
    const { code, stdout } = await aiops(['test', 'slack'], {}, { SLACK_WEBHOOK_URL: slack.webhook });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {6}slack: told; it answered: .*ok/);
    const [message, ...more] = slack.shown.slice(before);
    expect(more).toEqual([]);
    expect(message.text).toContain('TEST – HIGH: aiops-test');
    expect(JSON.stringify(message.blocks)).toContain('This is a test. Nothing is wrong.');
  });

  it('keeps nothing: no incident is left behind in the data folder', async () => {
    const { cwd } = await aiops(['test', 'all'], {}, { SLACK_WEBHOOK_URL: slack.webhook });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('tries the channels of the settings, each by its name, and says where the routes lead', async () => {
    const env = { OPS_SLACK: slack.webhook, NIGHT_SLACK: `${slack.url}/services/gone` };
    const both = await aiops(['test', 'slack', '--severity', 'critical'], { 'aiops.yaml': yaml }, env);
    expect(both.code).toBe(1);
    expect(both.stdout).toContain('ok      ops (slack): told');
    expect(both.stdout).toMatch(/failed {2}night \(slack\): not told: .*404/);
    expect(both.stdout).toContain('What is CRITICAL in watch servers goes to night now');
    const one = await aiops(['test', 'ops'], { 'aiops.yaml': yaml }, env);
    expect({ code: one.code, lines: one.stdout.split('\n').length }).toEqual({ code: 0, lines: 3 });
    expect(one.stdout).toContain('What is HIGH in watch servers goes to ops now');
  });

  it('answers in JSON, and a refusal is exit code 1 there, too', async () => {
    const env = { OPS_SLACK: slack.webhook, NIGHT_SLACK: 'not an address' };
    const { code, stdout } = await aiops(['test', 'all', '--json'], { 'aiops.yaml': yaml }, env);
    expect(code).toBe(1);
    const { told } = JSON.parse(stdout) as { told: { channel: string }[] };
    expect(told.sort((a, b) => (a.channel < b.channel ? -1 : 1))).toMatchObject([
      { channel: 'night', outcome: 'rejected', reason: expect.stringContaining('NIGHT_SLACK') as unknown },
      { channel: 'ops', outcome: 'delivered', reason: 'first-notice' },
    ]);
    expect(stdout).not.toContain('not an address');
  });

  it.each([
    ['a channel that there is not', ['test', 'pagerduty'], { SLACK_WEBHOOK_URL: 'https://a.b' }, 'there are slack'],
    ['no channel at all', ['test', 'all'], {}, 'set SLACK_WEBHOOK_URL or PAGERDUTY_KEY'],
    ['a test of nothing', ['test'], {}, 'which channel?'],
    ['a severity that is none', ['test', 'all', '--severity', 'HIHG'], {}, 'did you mean HIGH?'],
    ['a word that is none', ['tset', 'all'], {}, 'did you mean test?'],
    ['a preview for nobody', ['preview', 'teams'], {}, 'write one of slack, pagerduty, webhook, lambda, terminal'],
    ['an incident that is not there', ['preview', '--incident', 'abc'], {}, 'no such folder'],
  ])('refuses %s', async (_title, args, env, message) => {
    const { code, stderr } = await aiops(args, {}, env);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  describe('for pagers and people', () => {
    const settings = checkSettings({ watches: { servers: { select: 'AWS/EC2' } } }, 'a test');
    const tried = (channels: Record<string, Channel>) =>
      testAlerts(
        {
          channels: new Map(Object.entries(channels)),
          severity: 'INFO',
          watch: 'servers',
          explanation: 'Somebody tries it.',
          now: 1_790_000_000,
        },
        { settings, scratch: new MemoryObjectStore(), bytes: nodeBytes, log: quietLog, runId: 'test-1' },
      );

    it('what is triggered is resolved again, whatever its severity, and people are spared the end', async () => {
      const pager = new MemoryChannel('pagerduty');
      const chat = new MemoryChannel('slack');
      const answers = await tried({ pager, chat });
      expect(pager.told.map(({ reason }) => reason)).toEqual(['first-notice', 'all-resolved']);
      expect(new Set(pager.told.map(({ dedupKey }) => dedupKey)).size).toBe(1);
      expect(pager.told.every(({ test }) => test === true)).toBe(true);
      expect(chat.told.map(({ reason }) => reason)).toEqual(['first-notice']);
      expect(answers.map(({ channel }) => channel).sort()).toEqual(['chat', 'pager', 'pager']);
    });

    it('an answer that was lost may have opened something: it is resolved, and not triggered twice', async () => {
      const pager = new MemoryChannel('pagerduty', (_notice, call) =>
        call === 1 ? { outcome: 'retryable', reason: 'no answer', maybe: true } : { outcome: 'delivered', answer: '' },
      );
      const answers = await tried({ pager });
      expect(answers.map(({ notice, delivery }) => [notice.reason, delivery.outcome])).toEqual([
        ['first-notice', 'retryable'],
        ['all-resolved', 'delivered'],
      ]);
    });

    it('what was refused is said once', async () => {
      const pager = new MemoryChannel('pagerduty', () => ({ outcome: 'rejected', reason: 'no' }));
      const answers = await tried({ pager });
      expect(answers.map(({ delivery }) => delivery.outcome)).toEqual(['rejected']);
    });
  });
});

describe('alert preview', () => {
  it.each(speakReasons)('shows %s as each channel would have it, within the limits of each', async (reason) => {
    const args = ['preview', '--reason', reason];
    const { code, stdout } = await aiops(args, { 'aiops.yaml': yaml });
    expect(code).toBe(0);
    expect(stdout).toContain('watch servers');
    const slack = await aiops([...args.slice(0, 1), 'slack', ...args.slice(1)], { 'aiops.yaml': yaml });
    expect(slackMessageSchema.safeParse(JSON.parse(slack.stdout)).success).toBe(true);
    const pager = await aiops(['preview', 'pagerduty', '--reason', reason, '--json'], { 'aiops.yaml': yaml });
    const event: unknown = { ...(JSON.parse(pager.stdout) as object), routing_key: 'a'.repeat(32) };
    expect(pagerDutyEventSchema.safeParse(event).error).toBeUndefined();
  });

  it('gives a webhook’s body and the terminal’s lines as JSON', async () => {
    const body = JSON.parse((await aiops(['preview', 'webhook', '--severity', 'low'])).stdout) as object;
    expect(body).toMatchObject({ version: 1, severity: 'LOW', test: false });
    const { lines } = JSON.parse((await aiops(['preview', '--json'])).stdout) as { lines: string[] };
    expect(lines[0]).toContain('HIGH: web-server-01 CPUUtilization');
  });

  it('an incident is looked for where it is kept, and one that is not there is named', async () => {
    const { code, stderr } = await aiops(['preview', '--incident', 'abc'], { 'aiops-data/note': '' });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('abc: no such incident') as unknown,
    });
  });

  it('leaves no trace', async () => {
    const { cwd } = await aiops(['preview']);
    mkdirSync(join(cwd, 'empty'));
    expect(readdirSync(cwd)).toEqual(['empty']);
  });
});
