import { Token } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ChannelSettingsInput, NotificationChannel } from './notification-channel.ts';
import { refuse } from './refuse.ts';

export interface BoundChannels {
  /** As `alerts.channels` in `aiops.yaml` says it, by name. */
  readonly settings: Readonly<Record<string, ChannelSettingsInput>>;
  readonly encryptionKeys: readonly IKey[];
  readonly grant: (teller: IGrantable) => void;
}

/**
 * Binds each channel, in a scope of its own.
 *
 * @throws SettingsError for a name that is a token; whatever a channel of the user's throws.
 */
export function bindChannels(
  scope: Construct,
  channels: Readonly<Record<string, NotificationChannel>> | undefined,
): BoundChannels {
  const named = Object.entries(channels ?? {});
  const place = named.length === 0 ? scope : new Construct(scope, 'Channels');
  const bound = named.map(([name, channel]) => {
    if (Token.isUnresolved(name)) refuse('channels', 'the name of a channel is a token', 'give it a literal name');
    return [name, channel.bind(new Construct(place, name), name)] as const;
  });
  return {
    settings: Object.fromEntries(bound.map(([name, { settings }]) => [name, settings])),
    encryptionKeys: bound.flatMap(([, { encryptionKeys = [] }]) => encryptionKeys),
    grant: (teller) => bound.forEach(([, { grant }]) => grant?.(teller)),
  };
}
