import { Stack, Token, type Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../shared/settings/settings.ts';
import { SettingsError, type SettingsProblem } from '../shared/settings/settings-error.ts';
import type { AnomalyMonitoringProps } from './anomaly-monitoring-props.ts';
import type { BoundChannels } from './bind-channels.ts';
import { streamedWatches } from './parts/metric-streams.ts';
import { checkMuteDuring } from './parts/mute-rules.ts';
import { gather, refuse } from './refuse.ts';
import { toSettings } from './to-settings.ts';

/**
 * The settings that props and `aiops.yaml` come to.
 *
 * @throws SettingsError with everything that can be wrong with the props, told at once.
 */
export function checkProps(
  scope: Construct,
  props: AnomalyMonitoringProps,
  channels: BoundChannels,
  trainEvery: Duration,
  workerConcurrency: number,
): Settings {
  const problems: SettingsProblem[] = [];
  const settings = gather(problems, () =>
    toSettings(scope, {
      settings: props.settings,
      name: props.deploymentName,
      retention: props.retention,
      quotaShare: props.quotaShare,
      alerts: props.alerts,
      channels: channels.settings,
      selfAlarms: props.selfAlarms,
      alertTestEvery: props.alertTestEvery,
      dashboard: props.dashboard,
      watches: props.watches ?? {},
    }),
  );
  gather(problems, () => checkTrainEvery(trainEvery));
  gather(problems, () => checkConcurrency(workerConcurrency));
  gather(problems, () => checkMuteDuring(props.muteDuring ?? []));
  gather(problems, () => checkBucket(props));
  if (settings !== undefined) gather(problems, () => checkStreamed(scope, settings, props));
  if (settings === undefined || problems.length > 0) throw new SettingsError('AnomalyMonitoring', problems);
  return settings;
}

function checkTrainEvery(given: Duration): void {
  if (given.isUnresolved()) refuse('trainEvery', 'is known only when it is deployed', 'give a literal Duration');
  const minutes = given.toMinutes({ integral: false });
  if (!Number.isInteger(minutes) || minutes < 60 || minutes > 31 * 24 * 60) {
    refuse(
      'trainEvery',
      'is not between an hour and 31 days, in whole minutes',
      'write Duration.days(1)',
      `${minutes} minute${minutes === 1 ? '' : 's'}`,
    );
  }
}

function checkConcurrency(given: number): void {
  // A token looks like a huge negative number, and is refused like one.
  if (!Number.isInteger(given) || given < 2 || given > 1000) {
    refuse('workerConcurrency', 'is no whole number from 2 to 1000, known now', 'write 10', String(given));
  }
}

/** Deliveries of a metric stream are told of by the bucket, and expire in it: both are said where it is made. */
function checkStreamed(scope: Construct, settings: Settings, { bucket }: AnomalyMonitoringProps): void {
  if (bucket === undefined || streamedWatches(settings).length === 0) return;
  const isMadeHere = 'addLifecycleRule' in bucket && Stack.of(bucket) === Stack.of(scope);
  if (isMadeHere) return;
  refuse(
    'bucket',
    'is not made in this stack, and a watch says collect: stream: nothing can make it say what was delivered, or expire it',
    'make the bucket in the stack of the monitoring, or leave it out, or write collect: poll',
  );
}

/** What only a bucket that we make can be given. */
function checkBucket({ bucket, removalPolicy, serverAccessLogsBucket }: AnomalyMonitoringProps): void {
  if (bucket === undefined) return;
  const made = 'is for a bucket that is made here, and `bucket` is one of yours';
  if (removalPolicy !== undefined) refuse('removalPolicy', made, 'say it where that bucket is made');
  if (serverAccessLogsBucket !== undefined) refuse('serverAccessLogsBucket', made, 'say it where that bucket is made');
  if (Token.isUnresolved(bucket.bucketName) || bucket.bucketName.length >= 3) return;
  refuse('bucket', 'has no name', 'give a Bucket, or Bucket.fromBucketName(…)', bucket.bucketName);
}
