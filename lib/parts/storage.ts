import { Duration, Validations, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface StorageProps {
  readonly retentionSeconds: number;
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey: IKey | undefined;
  readonly serverAccessLogsBucket: IBucket | undefined;
}

const secondsPerDay = 86_400;

/** The one bucket: everything that is remembered lies here, and what is rewritten each tick leaves no trail of versions. */
export class Storage extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    // A day more than asked: objects of a day carry its last points, and S3 counts from the write.
    const kept = Duration.days(Math.ceil(props.retentionSeconds / secondsPerDay) + 1);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      encryption: props.encryptionKey === undefined ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
      ...(props.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey, bucketKeyEnabled: true }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: props.removalPolicy,
      ...(props.serverAccessLogsBucket === undefined ? {} : { serverAccessLogsBucket: props.serverAccessLogsBucket }),
      lifecycleRules: [
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
        // Links to pictures end within a day.
        {
          id: 'charts',
          prefix: 'charts/',
          expiration: Duration.days(8),
          noncurrentVersionExpiration: Duration.days(1),
        },
        // What is written rarely (models, inventory, settings) can be brought back for a month.
        {
          id: 'leftovers',
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    if (props.serverAccessLogsBucket === undefined) {
      Validations.of(this.bucket).acknowledge({
        id: 'AwsSolutions-S1',
        reason:
          'Only our own functions read and write here, a few objects per tick; CloudTrail data events tell more, and ' +
          'serverAccessLogsBucket turns access logs on.',
      });
    }
  }
}
