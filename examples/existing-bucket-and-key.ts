import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { AnomalyMonitoring, SlackNotifications } from 'aiops-monitoring';

/** All that is stored and queued is encrypted with one key of yours, and remembered in a bucket of yours. */
export class ExistingBucketAndKeyStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const key = new Key(this, 'Key', { enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN });
    const bucket = new Bucket(this, 'Memory', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      versioned: true,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    });
    new AnomalyMonitoring(this, 'Monitoring', {
      watches: { databases: { select: 'AWS/RDS' } },
      bucket,
      encryptionKey: key,
      selfAlarms: 'on-call@example.com',
      channels: {
        slack: new SlackNotifications({ webhook: new Secret(this, 'Webhook', { encryptionKey: key }) }),
      },
    });
  }
}
