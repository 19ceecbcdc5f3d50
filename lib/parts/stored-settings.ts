import { createHash } from 'node:crypto';
import { Stack, Token, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { keys } from '../../shared/settings/keys.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { acknowledgeWildcards, arnInFindings } from './object-access.ts';

/**
 * The settings as an object that is named by its content, so that a function's code and its settings switch, and roll
 * back, together. Tokens in them are resolved when it is deployed.
 */
export class StoredSettings extends Construct {
  readonly key: string;

  constructor(scope: Construct, id: string, props: { readonly bucket: IBucket; readonly settings: Settings }) {
    super(scope, id);
    const hash = createHash('sha256')
      .update(JSON.stringify(Stack.of(this).resolve(props.settings)))
      .digest('hex')
      .slice(0, 32);
    this.key = keys.settings(hash);
    const [folder, file] = this.key.split('/') as [string, string];
    const deployment = new BucketDeployment(this, 'Deployment', {
      destinationBucket: oneFolderOf(props.bucket, folder),
      destinationKeyPrefix: folder,
      sources: [Source.jsonData(file, props.settings)],
      // Earlier settings stay: a rollback, and whatever still runs, reads them.
      prune: false,
      retainOnDelete: true,
    });
    acknowledgeDeployment(deployment, props.bucket, folder);
  }
}

/**
 * The same bucket, with a grant of one folder in place of the whole bucket, which BucketDeployment asks for. A role of
 * our own would not do: the deploying function is shared by all BucketDeployments of a stack, ours or not.
 */
function oneFolderOf(bucket: IBucket, folder: string): IBucket {
  const grantReadWrite = (grantee: IGrantable): void => {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: [bucket.arnForObjects(`${folder}/*`)],
      }),
    );
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': [folder, `${folder}/*`] } },
      }),
    );
    bucket.encryptionKey?.grantEncryptDecrypt(grantee);
  };
  return Object.create(bucket, { grantReadWrite: { value: grantReadWrite } }) as IBucket;
}

function acknowledgeDeployment(deployment: BucketDeployment, bucket: IBucket, folder: string): void {
  // The singleton function sits beside us in the stack, under CDK's own id.
  const handler = deployment.handlerRole.node.scope;
  if (handler === undefined) return;
  const { partition, account, region } = Stack.of(deployment);
  // A stack for an account that is known has its number where others have a reference.
  const told = (name: string, value: string): string => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  const cdkMadeIt = 'CDK makes this function, its role and its runtime; it runs only while a deployment does.';
  Validations.of(handler).acknowledge(
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason: cdkMadeIt,
    },
    { id: 'AwsSolutions-L1', reason: cdkMadeIt },
  );
  acknowledgeWildcards(handler, cdkMadeIt, [
    `Resource::${arnInFindings(bucket)}/${folder}/*`,
    'Action::s3:GetBucket*',
    'Action::s3:GetObject*',
    'Action::s3:List*',
    'Action::kms:ReEncrypt*',
    'Action::kms:GenerateDataKey*',
    `Resource::arn:${told('Partition', partition)}:s3:::cdk-hnb659fds-assets-${told('AccountId', account)}-${told('Region', region)}/*`,
  ]);
}
