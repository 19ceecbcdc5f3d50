import type { Channel } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { ChannelSettings } from '../../settings/alert-settings.ts';
import { PagerDutyChannel } from './pagerduty-channel.ts';
import { SlackChannel } from './slack-channel.ts';
import { WebhookChannel } from './webhook-channel.ts';

export interface HttpChannelPorts {
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** Host and port that is spoken to in place of PagerDuty's, whatever the region. */
  readonly pagerDutyServer?: string;
}

/** The channel that settings ask for; undefined for what is not reached over HTTP. */
export function httpChannel(settings: ChannelSettings, ports: HttpChannelPorts): Channel | undefined {
  const { secrets, clock, pagerDutyServer } = ports;
  switch (settings.kind) {
    case 'slack':
      return new SlackChannel({ webhook: settings.webhook, secrets, clock });
    case 'pagerduty':
      return new PagerDutyChannel({
        key: settings.key,
        region: settings.region,
        secrets,
        clock,
        ...(pagerDutyServer === undefined ? {} : { server: pagerDutyServer }),
      });
    case 'webhook':
      return new WebhookChannel({ url: settings.url, secret: settings.secret, secrets, clock });
    case 'lambda':
    case 'terminal':
      return undefined;
  }
}
