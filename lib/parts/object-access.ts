import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** First folders of the keys that `shared/settings/keys.ts` builds. */
export type Folder =
  | 'settings'
  | 'inventory'
  | 'history'
  | 'models'
  | 'state'
  | 'anomalies'
  | 'forecasts'
  | 'incidents'
  | 'audit'
  | 'feedback'
  | 'reports'
  | 'charts'
  | 'raw'
  | 'stream'
  | 'meter';

/** What a function may do in the bucket, folder by folder; what is not named is denied. */
export interface ObjectAccess {
  readonly read: readonly Folder[];
  readonly write: readonly Folder[];
  readonly delete: readonly Folder[];
}

/**
 * Grants exactly that. Listing comes with reading: without it S3 answers 403 instead of 404 for a missing key, and
 * "there is no state yet" could not be told from "I am not allowed".
 */
export function grantObjects(bucket: IBucket, grantee: IGrantable & IConstruct, access: ObjectAccess): void {
  const allow = (action: string, folders: readonly Folder[]): void => {
    if (folders.length === 0) return;
    const resources = folders.map((folder) => bucket.arnForObjects(`${folder}/*`));
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources }));
  };
  allow('s3:GetObject', access.read);
  allow('s3:PutObject', access.write);
  allow('s3:DeleteObject', access.delete);
  if (access.read.length > 0) {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': access.read.map((folder) => `${folder}/*`) } },
      }),
    );
  }
  if (bucket.encryptionKey !== undefined) {
    bucket.encryptionKey.grantEncryptDecrypt(grantee);
    acknowledgeWildcards(grantee, 'Actions that AWS KMS defines as a family.', [
      'Action::kms:ReEncrypt*',
      'Action::kms:GenerateDataKey*',
    ]);
  }
  const folders = new Set([...access.read, ...access.write, ...access.delete]);
  acknowledgeWildcards(
    grantee,
    'Objects are named by watch, shard and time; the folder is as narrow as a name can be.',
    [...folders].map((folder) => `Resource::${arnInFindings(bucket)}/${folder}/*`),
  );
}

/** cdk-nag's own spelling of "this wildcard is meant", one finding at a time. */
export function acknowledgeWildcards(scope: IConstruct, reason: string, findings: readonly string[]): void {
  Validations.of(scope).acknowledge(...findings.map((finding) => ({ id: `AwsSolutions-IAM5[${finding}]`, reason })));
}

/** The ARN of a bucket as cdk-nag writes it: `<LogicalId.Arn>`, or in full for one that is not made in this stack. */
export function arnInFindings(bucket: IBucket): string {
  const written = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const [[name, inner]] = Object.entries(value as object) as [[string, unknown]];
    if (name === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`;
    if (name === 'Fn::Join') return (inner as [string, unknown[]])[1].map(written).join((inner as [string])[0]);
    return `<${String(inner)}>`;
  };
  return written(Stack.of(bucket).resolve(bucket.bucketArn));
}
