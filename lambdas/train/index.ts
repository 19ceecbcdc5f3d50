import { Logger } from '@aws-lambda-powertools/logger';
import { cloudWatchClient, s3Client } from '../../shared/adapters/aws/clients.ts';
import { CloudWatchSink } from '../../shared/adapters/aws/cloudwatch-sink.ts';
import { powertoolsLog } from '../../shared/adapters/aws/powertools-log.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { showSources } from '../../shared/adapters/local/source-stacks.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { readOnce, readStoredSettings } from '../../shared/pipeline/stored-settings.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import { createHandler } from './handler.ts';

showSources(import.meta.url);
const environment = readEnvironment(process.env);
const store = new S3ObjectStore({ bucket: environment.bucket, client: s3Client() });
const sink = new CloudWatchSink({ namespace: environment.namespace, client: cloudWatchClient() });
const log = powertoolsLog(new Logger({ serviceName: 'train' }));

export const handler = createHandler(
  readOnce(async () => ({
    settings: await readStoredSettings(store, environment.settingsKey),
    store,
    bytes: nodeBytes,
    sink,
    clock: systemClock,
    log,
  })),
);
