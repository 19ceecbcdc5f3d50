import { Annotations, Duration, Validations, type RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface StorageProps {
  /** A bucket of the user's, instead of one of ours. */
  readonly existing: IBucket | undefined;
  readonly retentionSeconds: number;
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey: IKey | undefined;
  readonly serverAccessLogsBucket: IBucket | undefined;
}

const secondsPerDay = 86_400;

/** The one bucket: everything that is remembered lies here, and what is rewritten each tick leaves no trail of versions. */
export class Storage extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    if (props.existing !== undefined) {
      this.bucket = props.existing;
      adopt(this, props.existing, props.retentionSeconds);
      return;
    }
    const bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      encryption: props.encryptionKey === undefined ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
      ...(props.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey, bucketKeyEnabled: true }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: props.removalPolicy,
      ...(props.serverAccessLogsBucket === undefined ? {} : { serverAccessLogsBucket: props.serverAccessLogsBucket }),
      lifecycleRules: [...lifecycleRules(props.retentionSeconds), leftovers],
    });
    // CDK's own class and interface disagree under exactOptionalPropertyTypes.
    this.bucket = bucket as IBucket;
    if (props.serverAccessLogsBucket === undefined) {
      Validations.of(bucket).acknowledge({
        id: 'AwsSolutions-S1',
        reason:
          'Only our own functions read and write here, a few objects per tick; CloudTrail data events tell more, and ' +
          'serverAccessLogsBucket turns access logs on.',
      });
    }
  }
}

/** What expires, and which trails of versions are kept short, folder by folder. */
function lifecycleRules(retentionSeconds: number): LifecycleRule[] {
  // A day more than asked: objects of a day carry its last points, and S3 counts from the write.
  const kept = Duration.days(Math.ceil(retentionSeconds / secondsPerDay) + 1);
  return [
    // Rewritten every tick: a longer trail of versions would cost more than everything else together.
    { id: 'state-versions', prefix: 'state/', noncurrentVersionExpiration: Duration.days(1) },
    { id: 'history', prefix: 'history/', expiration: kept, noncurrentVersionExpiration: Duration.days(1) },
    { id: 'anomalies', prefix: 'anomalies/', expiration: kept },
    // Scored within the hour, and looked at for some days.
    { id: 'forecasts', prefix: 'forecasts/', expiration: Duration.days(8) },
    // Open incidents end by themselves and are deleted by who ended them; what happened to them is in the audit.
    { id: 'incident-versions', prefix: 'incidents/', noncurrentVersionExpiration: Duration.days(7) },
    { id: 'incidents', prefix: 'incidents/closed/', expiration: kept },
    { id: 'audit', prefix: 'audit/', expiration: kept },
    // Rewritten every hour; what a month came to is kept for a year to be compared with.
    { id: 'meter', prefix: 'meter/', expiration: Duration.days(400), noncurrentVersionExpiration: Duration.days(1) },
    // Links to pictures end within a day.
    {
      id: 'charts',
      prefix: 'charts/',
      expiration: Duration.days(8),
      noncurrentVersionExpiration: Duration.days(1),
    },
  ];
}

/** What is written rarely (models, inventory, settings) can be brought back for a month. */
const leftovers: LifecycleRule = {
  id: 'leftovers',
  noncurrentVersionExpiration: Duration.days(30),
  expiredObjectDeleteMarker: true,
  abortIncompleteMultipartUploadAfter: Duration.days(1),
};

/** A bucket of the user's is given what can be given from here; what cannot is said. */
function adopt(scope: Construct, bucket: IBucket, retentionSeconds: number): void {
  const lacking: string[] = [];
  // By what it can do: of two copies of the CDK the one's Bucket is no instance of the other's.
  if ('addLifecycleRule' in bucket) {
    for (const rule of lifecycleRules(retentionSeconds)) (bucket as Bucket).addLifecycleRule(rule);
  } else {
    lacking.push('lifecycle rules, or history and versions of state pile up (docs/construct.md lists them)');
  }
  const { statementAdded } = bucket.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:*'],
      resources: [bucket.bucketArn, bucket.arnForObjects('*')],
      conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  );
  if (!statementAdded) lacking.push('a bucket policy that denies s3:* where aws:SecureTransport is false');
  if (lacking.length === 0) return;
  Annotations.of(scope).addWarningV2(
    'aiops:your-bucket',
    `The bucket was not made in this app, and cannot be changed from here → give it ${lacking.join('; and ')}`,
  );
}
