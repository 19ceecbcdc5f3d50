import { Logger } from '@aws-lambda-powertools/logger';
import {
  cloudWatchClient,
  eventBridgeClient,
  s3Client,
  secretsManagerClient,
  sqsClient,
} from '../../shared/adapters/aws/clients.ts';
import { CloudWatchSink } from '../../shared/adapters/aws/cloudwatch-sink.ts';
import { CloudWatchSource } from '../../shared/adapters/aws/cloudwatch-source.ts';
import { EventBridgeBus } from '../../shared/adapters/aws/eventbridge-bus.ts';
import { powertoolsLog } from '../../shared/adapters/aws/powertools-log.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { noWorkQueue, SqsWorkQueue } from '../../shared/adapters/aws/sqs-work-queue.ts';
import { StreamSource } from '../../shared/adapters/aws/stream-source.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { storedSecret } from '../../shared/adapters/aws/stored-secret.ts';
import { HttpHeartbeat } from '../../shared/adapters/http/http-heartbeat.ts';
import { showSources } from '../../shared/adapters/local/source-stacks.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { readOnce, readStoredSettings } from '../../shared/pipeline/stored-settings.ts';
import type { DetectPorts } from '../../shared/pipeline/detect-anomalies.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import { createBackfill, createDiscovery } from './discovery-and-backfill.ts';
import { createHandler, createWorker } from './handler.ts';

showSources(import.meta.url);
const { bucket, busName, namespace, queueUrl, quotaPart, settingsKey } = readEnvironment(process.env);
const log = powertoolsLog(new Logger({ serviceName: 'anomaly' }));
const cloudWatch = cloudWatchClient();
const store = new S3ObjectStore({ bucket, client: s3Client() });
const bus = new EventBridgeBus({ busName, client: eventBridgeClient(), log });
const sink = new CloudWatchSink({ namespace, client: cloudWatch });

const queue = queueUrl === undefined ? noWorkQueue : new SqsWorkQueue({ queueUrl, client: sqsClient() });

const ports = readOnce(async (): Promise<DetectPorts> => {
  const settings = await readStoredSettings(store, settingsKey);
  const quotaShare = settings.quotaShare * quotaPart;
  const source = new CloudWatchSource({ client: cloudWatch, clock: systemClock, log, quotaShare });
  const { heartbeatUrl } = settings;
  const heard =
    heartbeatUrl === undefined || !('secret' in heartbeatUrl)
      ? {}
      : { heartbeat: new HttpHeartbeat({ url: storedSecret(heartbeatUrl, secretsManagerClient(), systemClock), log }) };
  const sourceOf: DetectPorts['source'] = (watch, shard) =>
    watch.collect === 'stream' && shard !== undefined
      ? new StreamSource({
          ...{ store, bytes: nodeBytes, clock: systemClock, log },
          ...{ watch: watch.name, settle: watch.settle, shard, polled: source },
        })
      : source;
  const aws = { store, written: store, source: sourceOf, bus, sink, queue };
  const ways = { discovery: 'apart', billing: 'deployment' } as const;
  return { settings, bytes: nodeBytes, clock: systemClock, log, ...ways, ...aws, ...heard };
});

export const handler = createHandler(ports);
// Nothing of a tick waits behind the past of another shard.
export const worker = createWorker(async () => ({ ...(await ports()), backfill: 'apart' }));
export const discover = createDiscovery(ports);
export const backfill = createBackfill(ports);
