import { EnvironmentSecrets } from '../shared/adapters/local/environment-secrets.ts';
import { systemClock } from '../shared/adapters/local/system-clock.ts';
import { TerminalChannel } from '../shared/adapters/local/terminal-channel.ts';
import type { Channel } from '../shared/ports/channel.ts';
import type { Log } from '../shared/ports/log.ts';
import type { SecretReference, Secrets } from '../shared/ports/secrets.ts';
import type { AlertSettings, ChannelSettings } from '../shared/settings/alert-settings.ts';
import { readPagerDutyServer } from '../shared/settings/environment.ts';
import type { Terminal } from './terminal.ts';

export interface ChannelSurroundings {
  readonly alerts: Pick<AlertSettings, 'channels'>;
  readonly terminal: Terminal;
  /** Takes the lines of a notice for whoever sits here. */
  readonly show: (lines: readonly string[]) => void;
  /**
   * Whether channels whose secret lies in an AWS account are opened, too. Whoever tells by them beside the deployment
   * tells everything twice, and resolves what is none of its own: a test may, a tick on this machine may not.
   */
  readonly account: boolean;
  readonly log: Log;
}

export interface OpenedChannels {
  /** By the names that settings give them. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Names of channels that only the deployment tells by. */
  readonly accountOnly: readonly string[];
}

/** Variables that make a channel each where settings name none. */
const byVariable: Readonly<Record<string, ChannelSettings & { readonly variable: string }>> = {
  slack: { kind: 'slack', webhook: { variable: 'SLACK_WEBHOOK_URL' }, variable: 'SLACK_WEBHOOK_URL' },
  pagerduty: { kind: 'pagerduty', key: { variable: 'PAGERDUTY_KEY' }, region: 'us', variable: 'PAGERDUTY_KEY' },
};

/** Names of the variables that make channels without settings, for whoever is told what to set. */
export const channelVariables: readonly string[] = Object.values(byVariable).map(({ variable }) => variable);

/** Channels as settings name them; where they name none, as the environment does. Code of a service only where needed. */
export async function openChannels(around: ChannelSurroundings): Promise<OpenedChannels> {
  const { alerts, terminal, account } = around;
  const named = Object.entries(alerts.channels);
  const { env } = terminal;
  const given =
    named.length > 0 ? named : Object.entries(byVariable).filter(([, { variable }]) => (env[variable] ?? '') !== '');
  const channels = new Map<string, Channel>();
  const accountOnly: string[] = [];
  for (const [name, settings] of given) {
    if (liesInAccount(settings) && !account) accountOnly.push(name);
    else channels.set(name, await openChannel(settings, around));
  }
  return { channels, accountOnly };
}

/** Whether only an AWS account knows how to tell by it. */
function liesInAccount(channel: ChannelSettings): boolean {
  const reference = referenceOf(channel);
  return channel.kind === 'lambda' || (reference !== undefined && !('variable' in reference));
}

function referenceOf(channel: ChannelSettings): SecretReference | undefined {
  switch (channel.kind) {
    case 'slack':
      return channel.webhook;
    case 'pagerduty':
      return channel.key;
    case 'webhook':
      return channel.secret;
    case 'lambda':
    case 'terminal':
      return undefined;
  }
}

/** What whoever sits at this terminal hears. */
export const terminalChannel = ({ terminal, show }: Pick<ChannelSurroundings, 'terminal' | 'show'>): Channel =>
  new TerminalChannel(show, () => ({
    width: Math.max(30, Math.min(terminal.columns, 110)),
    colours: terminal.colours,
    unicode: terminal.unicode,
  }));

async function openChannel(settings: ChannelSettings, around: ChannelSurroundings): Promise<Channel> {
  // Signatures and pauses are for the service's own clock, whatever time it is in the story.
  const clock = systemClock;
  if (settings.kind === 'lambda') {
    const { lambdaClient } = await import('../shared/adapters/aws/clients.ts');
    const { LambdaChannel } = await import('../shared/adapters/aws/lambda-channel.ts');
    return new LambdaChannel({ functionName: settings.function, lambda: lambdaClient() });
  }
  const reference = referenceOf(settings);
  const secrets = reference === undefined ? undefined : await secretsFor(reference, around);
  if (settings.kind === 'terminal' || secrets === undefined) return terminalChannel(around);
  switch (settings.kind) {
    case 'slack': {
      const { SlackChannel } = await import('../shared/adapters/http/slack-channel.ts');
      return new SlackChannel({ webhook: settings.webhook, secrets, clock });
    }
    case 'pagerduty': {
      const { PagerDutyChannel } = await import('../shared/adapters/http/pagerduty-channel.ts');
      const server = readPagerDutyServer(around.terminal.env);
      const instead = server === undefined ? {} : { server };
      return new PagerDutyChannel({ key: settings.key, region: settings.region, secrets, clock, ...instead });
    }
    case 'webhook': {
      const { WebhookChannel } = await import('../shared/adapters/http/webhook-channel.ts');
      return new WebhookChannel({ url: settings.url, secret: settings.secret, secrets, clock });
    }
  }
}

async function secretsFor(reference: SecretReference, { terminal, log }: ChannelSurroundings): Promise<Secrets> {
  if ('variable' in reference) return new EnvironmentSecrets(terminal.env);
  const { AwsSecrets } = await import('../shared/adapters/aws/secrets.ts');
  return new AwsSecrets({ clock: systemClock, log });
}
