import { afterAll, beforeAll } from 'vitest';
import { SlackChannel } from '../../shared/adapters/http/slack-channel.ts';
import { WebhookChannel } from '../../shared/adapters/http/webhook-channel.ts';
import { TerminalChannel } from '../../shared/adapters/local/terminal-channel.ts';
import { startFakePagerDuty } from '../fakes/http/pagerduty.ts';
import { startRemotePagerDuty, type RemotePagerDuty } from '../fakes/http/remote-channel.ts';
import { startFakeSlack } from '../fakes/http/slack.ts';
import { startStandIn, type StandIn } from '../fakes/http/stand-in.ts';
import { channelSuite, remoteChannelSuite } from './suites/channel-suite.ts';

const clock = { now: () => 1_763_700_300 };
const secrets = (value: string) => ({ read: async () => value });
const variable = { variable: 'SECRET' };

const trouble = (server: StandIn) => ({
  refuses: () => server.script({ status: 403, body: 'no' }),
  fails: () => server.script({ status: 503, body: 'busy' }),
  hangsUp: () => server.script('hang-up'),
});

remoteChannelSuite('Slack', async () => {
  const slack = await startFakeSlack();
  return {
    channel: new SlackChannel({ webhook: variable, secrets: secrets(slack.webhook), clock }),
    read: async () => JSON.stringify(slack.shown),
    trouble: trouble(slack),
    close: () => slack.stop(),
  };
});

remoteChannelSuite('the webhook', async () => {
  const server = await startStandIn(() => ({ status: 204 }));
  return {
    channel: new WebhookChannel({
      url: server.url,
      secret: variable,
      secrets: secrets('a secret that is long enough'),
      clock,
    }),
    read: async () => server.requests.map(({ body }) => body).join('\n'),
    trouble: trouble(server),
    close: () => server.stop(),
  };
});

channelSuite('the terminal', async () => {
  const lines: string[] = [];
  return {
    channel: new TerminalChannel(
      (told) => lines.push(...told),
      () => ({ width: 80, colours: false, unicode: true }),
    ),
    read: async () => lines.join('\n'),
  };
});

let pagerDuty: Awaited<ReturnType<typeof startFakePagerDuty>>;
let remote: RemotePagerDuty;
beforeAll(async () => {
  pagerDuty = await startFakePagerDuty();
  remote = startRemotePagerDuty(pagerDuty);
});
afterAll(async () => {
  await remote.stop();
  await pagerDuty.stop();
});

remoteChannelSuite('PagerDuty', async () => {
  const before = pagerDuty.events.length;
  return {
    channel: remote.channel(),
    read: async () => JSON.stringify(pagerDuty.events.slice(before)),
    trouble: trouble(pagerDuty),
  };
});
