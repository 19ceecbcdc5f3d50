import { Logger } from '@aws-lambda-powertools/logger';
import { cloudWatchClient, eventBridgeClient, s3Client, sqsClient } from '../../shared/adapters/aws/clients.ts';
import { CloudWatchSink } from '../../shared/adapters/aws/cloudwatch-sink.ts';
import { EventBridgeBus } from '../../shared/adapters/aws/eventbridge-bus.ts';
import { powertoolsLog } from '../../shared/adapters/aws/powertools-log.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { noWorkQueue, SqsWorkQueue } from '../../shared/adapters/aws/sqs-work-queue.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { showSources } from '../../shared/adapters/local/source-stacks.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import type { ForecastPorts } from '../../shared/pipeline/forecast-metrics.ts';
import { readOnce, readStoredSettings } from '../../shared/pipeline/stored-settings.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import { createHandler, createWorker } from './handler.ts';

showSources(import.meta.url);
const { bucket, busName, namespace, queueUrl, settingsKey } = readEnvironment(process.env);
const log = powertoolsLog(new Logger({ serviceName: 'forecast' }));
const store = new S3ObjectStore({ bucket, client: s3Client() });
const bus = new EventBridgeBus({ busName, client: eventBridgeClient(), log });
const sink = new CloudWatchSink({ namespace, client: cloudWatchClient() });
const queue = queueUrl === undefined ? noWorkQueue : new SqsWorkQueue({ queueUrl, client: sqsClient() });

const ports = readOnce(async (): Promise<ForecastPorts> => {
  const settings = await readStoredSettings(store, settingsKey);
  return { settings, store, written: store, bytes: nodeBytes, bus, sink, queue, clock: systemClock, log };
});

export const handler = createHandler(ports);
export const worker = createWorker(ports);
