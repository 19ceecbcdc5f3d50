import { Duration, Stack } from 'aws-cdk-lib';
import { CfnMetricStream } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket, CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Watch, watchesOf, type Settings } from '../../shared/settings/settings.ts';
import { grantQueueKey, queueEncryption } from '../encryption.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';
import { acknowledgeWildcards, arnInFindings, grantObjects } from './object-access.ts';

export interface MetricStreamsProps {
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  /** Those that run shards: they read what was delivered. */
  readonly readers: readonly MonitoringFunction[];
}

const rawPrefix = 'raw/stream/';
const timeout = Duration.minutes(2);
/** What an outage of ours may take; what is older is fetched by polling. */
const kept = Duration.days(3);

export const streamedWatches = (settings: Settings): readonly Watch[] =>
  watchesOf(settings).filter(({ collect }) => collect === 'stream');

/** Metric stream → Firehose → bucket → queue → function → what the ticks of the shards read. */
export class MetricStreams extends Construct {
  readonly stream: MonitoringFunction;
  readonly deliveries: Queue;
  readonly failedDeliveries: DeadLetterQueue;

  /** @param props its bucket is one that is made in this stack: `checkProps` refuses any other. */
  constructor(scope: Construct, id: string, props: MetricStreamsProps) {
    super(scope, id);
    const { surroundings, settings, readers } = props;
    const { bucket } = surroundings;

    this.failedDeliveries = new DeadLetterQueue(this, 'FailedDeliveries');
    this.deliveries = new Queue(this, 'Deliveries', {
      ...queueEncryption(this),
      enforceSSL: true,
      // AWS asks for six times the function's time, so that no message is seen twice while it is worked on.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      retentionPeriod: kept,
      deadLetterQueue: { queue: this.failedDeliveries, maxReceiveCount: 3 },
    });
    this.hear(bucket);
    expireIn(bucket);

    this.stream = new MonitoringFunction(this, 'Stream', {
      surroundings,
      bundle: 'stream',
      handler: 'handler',
      // A minute of 100,000 metrics is 35 MB of JSON beside the inventory.
      memorySize: 1769,
      timeout,
      maxEventAge: Duration.hours(6),
      access: { read: ['settings', 'inventory', 'raw'], write: ['stream'], delete: [] },
      description: 'What metric streams deliver, to the shards whose series it is of.',
    });
    this.stream.addEventSource(
      new SqsEventSource(this.deliveries, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: 5 }),
    );
    this.failedDeliveries.grantSendMessages(this.stream);
    if (this.stream.role !== undefined) grantQueueKey(this.stream.role, this.failedDeliveries);
    this.stream.addEnvironment('AIOPS_DEAD_LETTERS_URL', this.failedDeliveries.queueUrl);
    for (const { role } of readers)
      if (role !== undefined) grantObjects(bucket, role, { read: ['stream'], write: [], delete: [] });
    this.deliver(bucket, streamedWatches(settings));
  }

  /** S3 tells the queue of what Firehose writes. */
  private hear(bucket: IBucket): void {
    // By account: naming the bucket here would make queue and bucket wait for each other.
    const hears = this.deliveries.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.deliveries.queueArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    // The L2 would bring a custom resource with a function of its own, which sets all notifications of a bucket at once.
    this.node.addValidation({
      validate: () =>
        bucket.node.tryFindChild('Notifications') === undefined
          ? []
          : [
              'bucket: has notifications of its own, and a watch says collect: stream: one of the two would replace the ' +
                'other → give the monitoring a bucket for nothing else, or write collect: poll',
            ],
    });
    const raw = bucket.node.defaultChild as CfnBucket;
    raw.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: this.deliveries.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: rawPrefix }] } },
        },
      ],
    };
    // S3 tries the queue when the bucket is made.
    if (hears.policyDependable !== undefined) raw.node.addDependency(hears.policyDependable);
  }

  private deliver(bucket: IBucket, watches: readonly Watch[]): void {
    const writes = new Role(this, 'FirehoseRole', { assumedBy: new ServicePrincipal('firehose.amazonaws.com') });
    writes.addToPolicy(
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
        resources: [bucket.arnForObjects('raw/*')],
      }),
    );
    writes.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [bucket.bucketArn],
      }),
    );
    bucket.encryptionKey?.grantEncryptDecrypt(writes);
    acknowledgeWildcards(writes, 'Firehose names objects by time; the folder is as narrow as a name can be.', [
      `Resource::${arnInFindings(bucket)}/raw/*`,
      ...(bucket.encryptionKey === undefined ? [] : ['Action::kms:ReEncrypt*', 'Action::kms:GenerateDataKey*']),
    ]);
    const firehose = new CfnDeliveryStream(this, 'Firehose', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: writes.roleArn,
        prefix: rawPrefix,
        errorOutputPrefix: 'raw/stream-errors/',
        compressionFormat: 'GZIP',
        bufferingHints: { intervalInSeconds: 60, sizeInMBs: 64 },
      },
    });
    // Firehose, and then the stream, try their rights when they are made.
    firehose.node.addDependency(writes);
    const sends = new Role(this, 'SendingRole', {
      assumedBy: new ServicePrincipal('streams.metrics.cloudwatch.amazonaws.com'),
    });
    sends.addToPolicy(
      new PolicyStatement({
        actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        resources: [firehose.attrArn],
      }),
    );
    const stream = new CfnMetricStream(this, 'MetricStream', {
      firehoseArn: firehose.attrArn,
      roleArn: sends.roleArn,
      outputFormat: 'json',
      includeFilters: filtersOf(watches),
      includeLinkedAccountsMetrics: watches.some((one) => namedIn(one).some(({ account }) => account !== undefined)),
    });
    stream.node.addDependency(sends);
  }
}

/** The bucket is versioned: what expires leaves a version behind, which nobody needs. */
function expireIn(bucket: IBucket): void {
  // By what it can do: of two copies of the CDK the one's Bucket is no instance of the other's.
  if (!('addLifecycleRule' in bucket)) return;
  for (const prefix of ['raw/stream', 'stream/'])
    (bucket as Bucket).addLifecycleRule({
      id: prefix === 'stream/' ? 'stream' : 'raw-stream',
      prefix,
      expiration: kept,
      noncurrentVersionExpiration: Duration.days(1),
    });
}

interface Named {
  readonly namespace: string;
  readonly metric: string | readonly string[];
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** What a watch names of our own region. */
const namedIn = ({ select, metrics }: Watch): readonly Named[] =>
  [...select, ...metrics].filter(({ region }) => region === undefined);

const isGlob = (text: string): boolean => /[*?]/.test(text);

/** Each namespace once; only some of its metrics where every watch names them exactly: what is streamed is paid for. */
function filtersOf(watches: readonly Watch[]): CfnMetricStream.MetricStreamFilterProperty[] {
  const names = new Map<string, Set<string> | 'all'>();
  for (const { namespace, metric } of watches.flatMap(namedIn)) {
    const asked = typeof metric === 'string' ? [metric] : metric;
    const known = names.get(namespace) ?? new Set<string>();
    if (known === 'all' || asked.some(isGlob)) names.set(namespace, 'all');
    else names.set(namespace, new Set([...known, ...asked]));
  }
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, asked]) => (asked === 'all' ? { namespace } : { namespace, metricNames: [...asked].sort() }));
}
