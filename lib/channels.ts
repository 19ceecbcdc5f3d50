import { Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IParameter } from 'aws-cdk-lib/aws-ssm';
import type { BoundChannel, NotificationChannel } from './notification-channel.ts';

/** A field of a secret whose value is a JSON object. */
export interface SecretField {
  readonly secret: ISecret | Secret;
  readonly field: string;
}

/** A SecureString parameter of Systems Manager. */
export interface SecretParameter {
  readonly parameter: IParameter;
  /**
   * Key that it is encrypted with.
   *
   * @default - that of AWS for parameters
   */
  readonly encryptionKey?: IKey;
}

/** Where a secret lies: its value never passes through the template, the environment or the stored settings. */
export type SecretSource = ISecret | Secret | SecretField | SecretParameter;

type Place = { readonly secret: string; readonly field?: string } | { readonly parameter: string };

function placed(source: SecretSource): { readonly place: Place; readonly encryptionKeys: readonly IKey[] } {
  if ('parameter' in source) {
    const { parameterName, parameterArn } = source.parameter;
    // A name that is a token may or may not begin with the slash that its ARN lacks.
    const parameter = Token.isUnresolved(parameterName) ? parameterArn : parameterName;
    return { place: { parameter }, encryptionKeys: known(source.encryptionKey) };
  }
  if ('secretArn' in source) {
    // Of a secret that is known by its name alone, the ARN lacks six characters.
    return {
      place: { secret: source.secretFullArn ?? source.secretName },
      encryptionKeys: known(source.encryptionKey),
    };
  }
  const { place, encryptionKeys } = placed(source.secret);
  return { place: { ...place, field: source.field }, encryptionKeys };
}

const known = (key: IKey | undefined): readonly IKey[] => (key === undefined ? [] : [key]);

export interface SlackNotificationsProps {
  /** Where the address of the incoming webhook lies. */
  readonly webhook: SecretSource;
}

/** A channel of Slack, by an incoming webhook. */
export class SlackNotifications implements NotificationChannel {
  private readonly props: SlackNotificationsProps;

  constructor(props: SlackNotificationsProps) {
    this.props = props;
  }

  bind(): BoundChannel {
    const { place, encryptionKeys } = placed(this.props.webhook);
    return { settings: { kind: 'slack', webhook: place }, encryptionKeys };
  }
}

export interface PagerDutyNotificationsProps {
  /** Where the integration (routing) key of Events API v2 lies. */
  readonly key: SecretSource;
  /**
   * Service region of the PagerDuty account.
   *
   * @default 'us'
   */
  readonly region?: 'us' | 'eu';
}

/** A service of PagerDuty: HIGH and CRITICAL only, unless routes say otherwise. */
export class PagerDutyNotifications implements NotificationChannel {
  private readonly props: PagerDutyNotificationsProps;

  constructor(props: PagerDutyNotificationsProps) {
    this.props = props;
  }

  bind(): BoundChannel {
    const { place, encryptionKeys } = placed(this.props.key);
    return { settings: { kind: 'pagerduty', key: place, region: this.props.region ?? 'us' }, encryptionKeys };
  }
}

export interface WebhookNotificationsProps {
  /** Begins with https://; may hold tokens, such as the domain of an API of this app. */
  readonly url: string;
  /** Where the key lies that every request is signed with: 16 characters or more. */
  readonly secret: SecretSource;
}

/** A service of your own that takes signed JSON; see docs/webhook.md. */
export class WebhookNotifications implements NotificationChannel {
  private readonly props: WebhookNotificationsProps;

  constructor(props: WebhookNotificationsProps) {
    this.props = props;
  }

  bind(): BoundChannel {
    const { place, encryptionKeys } = placed(this.props.secret);
    return { settings: { kind: 'webhook', url: this.props.url, secret: place }, encryptionKeys };
  }
}

export interface LambdaNotificationsProps {
  /** Is called with what a webhook is sent; docs/webhook.md says what it may answer. An alias or a version will do. */
  readonly handler: IFunction;
}

/** A function that tells in a way of your own. It needs neither an address nor a secret: the router may invoke it. */
export class LambdaNotifications implements NotificationChannel {
  private readonly props: LambdaNotificationsProps;

  constructor(props: LambdaNotificationsProps) {
    this.props = props;
  }

  bind(): BoundChannel {
    const { functionArn } = this.props.handler;
    const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] });
    return {
      settings: { kind: 'lambda', function: functionArn },
      // By hand: the function's own grant covers every version of it.
      grant: (teller) => void teller.grantPrincipal.addToPrincipalPolicy(invoke),
    };
  }
}
