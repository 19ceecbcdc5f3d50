import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import type { ChannelSettings } from '../../shared/settings/alert-settings.ts';
import type { Settings } from '../../shared/settings/settings.ts';

/** Where a secret lies; `variable` never reaches a deployment. */
export type SecretPlace = Extract<ChannelSettings, { kind: 'slack' }>['webhook'];

/** Where the secret of a channel lies, and in which field of it; none for a channel without one. */
export function placeOf(channel: ChannelSettings): { readonly field: string; readonly place: SecretPlace } | undefined {
  switch (channel.kind) {
    case 'slack':
      return { field: 'webhook', place: channel.webhook };
    case 'pagerduty':
      return { field: 'key', place: channel.key };
    case 'webhook':
      return { field: 'secret', place: channel.secret };
    case 'lambda':
    case 'terminal':
      return undefined;
  }
}

export const channelSecrets = ({ alerts }: Settings): SecretPlace[] =>
  Object.values(alerts.channels).flatMap((channel) => placeOf(channel)?.place ?? []);

export const actionSecrets = ({ alerts }: Settings): SecretPlace[] =>
  alerts.actions === 'off' ? [] : [alerts.actions.secret];

/**
 * Grants reading exactly these secrets.
 *
 * @param keys of ours or yours that they are encrypted with; those of AWS let readers decrypt by themselves.
 */
export function grantSecrets(
  grantee: IGrantable & IConstruct,
  places: readonly SecretPlace[],
  keys: readonly IKey[],
): void {
  const stack = Stack.of(grantee);
  const allow = (action: string, resources: readonly string[]): void => {
    if (resources.length === 0) return;
    const statement = new PolicyStatement({ actions: [action], resources: [...new Set(resources)] });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  };
  allow(
    'secretsmanager:GetSecretValue',
    places.flatMap((place) => ('secret' in place ? [secretArn(stack, place.secret)] : [])),
  );
  allow(
    'ssm:GetParameter',
    places.flatMap((place) => ('parameter' in place ? [parameterArn(stack, place.parameter)] : [])),
  );
  if (places.length > 0) for (const key of keys) key.grantDecrypt(grantee);
}

/** An ARN is taken as it is, and so is a token: nothing else of a secret would be one. */
function secretArn(stack: Stack, named: string): string {
  if (Token.isUnresolved(named) || named.startsWith('arn:')) return named;
  // Secrets Manager appends a hyphen and six characters to a name.
  return arnOf(stack, 'secretsmanager', 'secret', `${named}-??????`, ArnFormat.COLON_RESOURCE_NAME);
}

function parameterArn(stack: Stack, named: string): string {
  if (named.startsWith('arn:')) return named;
  return arnOf(stack, 'ssm', 'parameter', named.replace(/^\//, ''), ArnFormat.SLASH_RESOURCE_NAME);
}

const arnOf = (stack: Stack, service: string, resource: string, resourceName: string, arnFormat: ArnFormat): string =>
  Arn.format({ service, resource, resourceName, arnFormat }, stack);
