import { Annotations, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { QueueEncryption, type IQueue, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';

const context = 'aiops:encryption-key';

/**
 * Encrypts what is made below this scope with a key of the user's, and lets those services use it that write there in
 * nobody's name: a queue or a topic that its sender has no key for loses what is sent, in silence.
 *
 * @param key undefined: nothing changes.
 */
export function encryptBelow(scope: Construct, key: IKey | undefined): void {
  if (key === undefined) return;
  scope.node.setContext(context, key);
  const { account, region, partition } = Stack.of(scope);
  const ours = { StringEquals: { 'aws:SourceAccount': account } };
  const sending = ['kms:Decrypt', 'kms:GenerateDataKey*'];
  const statements = [
    new PolicyStatement({
      // CloudWatch's alarms publish to the topic, EventBridge's rules and S3 send to queues.
      principals: ['cloudwatch', 'events', 's3'].map((name) => new ServicePrincipal(`${name}.amazonaws.com`)),
      actions: sending,
      resources: ['*'],
      conditions: ours,
    }),
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
      },
    }),
  ];
  const added = statements.map((statement) => key.addToResourcePolicy(statement, true).statementAdded);
  if (added.every(Boolean)) return;
  Annotations.of(scope).addWarningV2(
    'aiops:key-policy',
    'The policy of `encryptionKey` cannot be written from here → let cloudwatch, events and s3.amazonaws.com use it with ' +
      'kms:Decrypt and kms:GenerateDataKey*, and logs.<region>.amazonaws.com with kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, ' +
      'kms:GenerateDataKey* and kms:DescribeKey, as docs/security.md shows; otherwise signals and alarms are lost',
  );
}

const keyOf = (scope: IConstruct): IKey | undefined => scope.node.tryGetContext(context) as IKey | undefined;

/** How a queue in this scope is encrypted. */
export function queueEncryption(scope: Construct): Pick<QueueProps, 'encryption' | 'encryptionMasterKey'> {
  const key = keyOf(scope);
  return key === undefined
    ? { encryption: QueueEncryption.SQS_MANAGED }
    : { encryption: QueueEncryption.KMS, encryptionMasterKey: key };
}

/** Lets a role send to a queue that is encrypted with a key of the user's; CDK's own grants of queues do so themselves. */
export function grantQueueKey(role: IRole, { encryptionMasterKey: key }: IQueue): void {
  if (key === undefined) return;
  key.grant(role, 'kms:Decrypt', 'kms:GenerateDataKey*');
  acknowledgeKeyActions(role);
}

/** KMS has several actions of these names, and all of them are meant. */
export function acknowledgeKeyActions(scope: IConstruct): void {
  if (keyOf(scope) === undefined) return;
  const ids = ['kms:ReEncrypt*', 'kms:GenerateDataKey*'].map((action) => `AwsSolutions-IAM5[Action::${action}]`);
  const reason = 'Actions that AWS KMS defines as a family.';
  Validations.of(scope).acknowledge(...ids.map((id) => ({ id, reason })));
}

/** How a log group in this scope is encrypted. */
export function logEncryption(scope: Construct): { readonly encryptionKey?: IKey } {
  const key = keyOf(scope);
  return key === undefined ? {} : { encryptionKey: key };
}

/** How a topic in this scope is encrypted. */
export function topicEncryption(scope: Construct): { readonly masterKey?: IKey } {
  const key = keyOf(scope);
  return key === undefined ? {} : { masterKey: key };
}
