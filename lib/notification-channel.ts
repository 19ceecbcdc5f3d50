import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { SettingsInput } from '../shared/settings/settings.ts';

/** One entry of `alerts.channels` in `aiops.yaml`. */
export type ChannelSettingsInput = NonNullable<NonNullable<SettingsInput['alerts']>['channels']>[string];

/** What a channel comes to in a deployment. */
export interface BoundChannel {
  /** What `aiops.yaml` would say of it. Names, ARNs and addresses may be tokens. */
  readonly settings: ChannelSettingsInput;

  /**
   * Keys that its secret is encrypted with, where they are not those of AWS: whoever tells may decrypt with them.
   *
   * @default - none
   */
  readonly encryptionKeys?: readonly IKey[];

  /**
   * Called with each function that tells: grants what delivering takes beside reading the secret.
   *
   * @default - nothing more is granted
   */
  readonly grant?: (teller: IGrantable) => void;
}

/**
 * A place where people are told. Implement it to tell in a way of your own: make what that takes in `scope`, and answer
 * with the settings of a kind that is there, mostly `lambda` or `webhook`. `examples/own-channel.ts` is one.
 */
export interface NotificationChannel {
  /**
   * Called once, before the functions are made that tell.
   *
   * @param scope of this channel alone: ids in it clash with nothing.
   * @param name what routes call it.
   */
  bind(scope: Construct, name: string): BoundChannel;
}
