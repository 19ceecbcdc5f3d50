import { Token } from 'aws-cdk-lib';
import type { Settings, SettingsInput } from '../shared/settings/settings.ts';
import { SettingsError, type SettingsProblem } from '../shared/settings/settings-error.ts';
import type { ChannelSettingsInput } from './notification-channel.ts';

type AlertsInput = NonNullable<SettingsInput['alerts']>;

/** Alerts to be checked, and the addresses, by channel, that are known only when they are deployed. */
export interface MergedAlerts {
  readonly input: AlertsInput;
  readonly addresses: ReadonlyMap<string, string>;
}

/**
 * The channels of the app beside those that `alerts` names: there is one list of channels, whoever named them.
 *
 * @returns undefined where nobody says anything of alerts.
 * @throws SettingsError for a name that both use, and for an address that is not to be https.
 */
export function mergedAlerts(
  alerts: AlertsInput | undefined,
  own: Readonly<Record<string, ChannelSettingsInput>>,
): MergedAlerts | undefined {
  if (alerts === undefined && Object.keys(own).length === 0) return undefined;
  const problems: SettingsProblem[] = Object.keys(own)
    .filter((name) => alerts?.channels?.[name] !== undefined)
    .map((name) => ({
      path: `channels.${name}`,
      message: 'is in `channels` and in `alerts.channels`',
      remedy: 'rename one of the two',
    }));
  const addresses = new Map<string, string>();
  const channels = Object.entries({ ...alerts?.channels, ...own }).map(([name, channel]) => {
    if (channel.kind !== 'webhook' || !Token.isUnresolved(channel.url)) return [name, channel] as const;
    if (channel.url.startsWith('http:')) {
      const remedy = 'begin it with https://, or leave the protocol to the token';
      problems.push({ path: `channels.${name}.url`, message: 'would send notices in the clear', remedy });
    }
    addresses.set(name, channel.url);
    // An address that is a token looks like none: another is checked in its place.
    return [name, { ...channel, url: 'https://known-when-deployed.invalid/' }] as const;
  });
  if (problems.length > 0) throw new SettingsError('AnomalyMonitoring', problems);
  return { input: { ...alerts, channels: Object.fromEntries(channels) }, addresses };
}

/** The settings with their addresses as they were given, which the stored settings resolve. */
export function withTokens(settings: Settings, addresses: ReadonlyMap<string, string>): Settings {
  if (addresses.size === 0) return settings;
  const channels = Object.entries(settings.alerts.channels).map(([name, channel]) => {
    const url = addresses.get(name);
    return [name, channel.kind === 'webhook' && url !== undefined ? { ...channel, url } : channel] as const;
  });
  return { ...settings, alerts: { ...settings.alerts, channels: Object.fromEntries(channels) } };
}
