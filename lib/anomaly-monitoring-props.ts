import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Settings, SettingsInput } from '../shared/settings/settings.ts';
import type { NotificationChannel } from './notification-channel.ts';
import type { MuteDuring } from './parts/mute-rules.ts';
import type { WatchProps } from './watch-props.ts';

/** What {@link AnomalyMonitoring} is made from. */
export interface AnomalyMonitoringProps {
  /**
   * What to look after, by name.
   *
   * @default - the watches of `settings`
   */
  readonly watches?: Readonly<Record<string, WatchProps>>;

  /**
   * What `aiops.yaml` says. Its watches stand beside `watches`.
   *
   * @default - none
   */
  readonly settings?: Settings;

  /**
   * What signals call this deployment: a letter, then letters, digits and hyphens, at most 40.
   *
   * @default - the name in `settings`, else `aiops`
   */
  readonly deploymentName?: string;

  /**
   * How long history is kept; at least a day.
   *
   * @default - what `settings` says, else 190 days
   */
  readonly retention?: Duration;

  /**
   * The share of the account's CloudWatch quotas that all functions together may use: above 0, at most 1.
   *
   * @default - what `settings` says, else 0.25
   */
  readonly quotaShare?: number;

  /**
   * Where people are told, by the names that routes call them; beside the channels that `alerts` or `settings` name. Each
   * brings the rights that telling takes.
   *
   * @default - the channels of `alerts` or `settings`; without any, nobody is told, and synth warns of it
   */
  readonly channels?: Readonly<Record<string, NotificationChannel>>;

  /**
   * Who is told what, how and when, as `alerts` in `aiops.yaml` says it, in place of that. Where a secret is named, its
   * `secretArn` may stand.
   *
   * @default - what `settings` says, else everything to every channel, and HIGH and CRITICAL to pagers
   */
  readonly alerts?: SettingsInput['alerts'];

  /**
   * Keys that the secrets named in `alerts` are encrypted with, where they are not those of AWS.
   *
   * @default - none
   */
  readonly secretKeys?: readonly IKey[];

  /**
   * Events of the account, such as deployments, after which nobody is to be told for a while.
   *
   * @default - none
   */
  readonly muteDuring?: readonly MuteDuring[];

  /**
   * The `bus` of another deployment, such as that of the main region, whose router tells of what is found here.
   *
   * @default - the bus whose ARN `settings` names, else none
   */
  readonly signalsTo?: IEventBus | EventBus;

  /**
   * Who hears when the monitoring itself fails: an address, a list of them, the ARN of a topic of yours, or `nobody`.
   *
   * @default - what `settings` says, else whoever subscribes to `alarmTopic`; synth refuses it where nobody does
   */
  readonly selfAlarms?: SettingsInput['selfAlarms'];

  /**
   * How often an alert that nothing is behind, marked as a test, goes through bus, queue and router to the channels: `1d`,
   * or `{ every, at, timezone, severity, channels }`. Where one does not arrive, an alarm says so.
   *
   * @default - what `settings` says, else 'off'
   */
  readonly alertTestEvery?: SettingsInput['alertTestEvery'];

  /**
   * Where trouble of the monitoring itself goes. Its policy must let CloudWatch publish, and so must its key.
   *
   * @default - the topic that `selfAlarms` names, else one of its own
   */
  readonly alarmTopic?: ITopic;

  /**
   * A CloudWatch dashboard with widgets of our own, and the function that draws them; or 'off'.
   *
   * @default - what `settings` says, else 'on'
   */
  readonly dashboard?: 'on' | 'off';

  /**
   * How often models are fitted anew: between an hour and 31 days.
   *
   * @default Duration.days(1)
   */
  readonly trainEvery?: Duration;

  /**
   * How many shards, of up to 500 series each, are worked on at a time: 2 to 1,000.
   *
   * @default 10
   */
  readonly workerConcurrency?: number;

  /**
   * What becomes of the bucket, and all that was learned, when the stack goes.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * A bucket of yours for all that is remembered. It has to be for nothing else: keys begin with `state/`, `history/` and
   * so on. One that is made in this app gets the lifecycle rules and the demand for TLS; of another, synth says what it
   * needs.
   *
   * @default - a bucket is made
   */
  readonly bucket?: IBucket | Bucket;

  /**
   * Key for what is stored and queued: the bucket that is made, queues, logs and the alarm topic. A `bucket` of yours
   * keeps its own.
   *
   * @default - keys of Amazon S3, SQS and CloudWatch Logs; the topic has none
   */
  readonly encryptionKey?: IKey;

  /**
   * Where S3 logs who read and wrote the bucket.
   *
   * @default - no access logs
   */
  readonly serverAccessLogsBucket?: IBucket;

  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
}
