import { Logger } from '@aws-lambda-powertools/logger';
import { s3Client, sqsClient } from '../../shared/adapters/aws/clients.ts';
import { powertoolsLog } from '../../shared/adapters/aws/powertools-log.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { SqsDeadLetters } from '../../shared/adapters/aws/sqs-dead-letters.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { showSources } from '../../shared/adapters/local/source-stacks.ts';
import { readOnce, readStoredSettings } from '../../shared/pipeline/stored-settings.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import { createHandler } from './handler.ts';

showSources(import.meta.url);
const { bucket, deadLettersUrl, settingsKey } = readEnvironment(process.env);
if (deadLettersUrl === undefined) throw new Error('AIOPS_DEAD_LETTERS_URL is missing → deploy the stack again');
const store = new S3ObjectStore({ bucket, client: s3Client() });
const deadLetters = new SqsDeadLetters({ queueUrl: deadLettersUrl, client: sqsClient() });
const log = powertoolsLog(new Logger({ serviceName: 'stream' }));

export const handler = createHandler(
  readOnce(async () => ({
    settings: await readStoredSettings(store, settingsKey),
    store,
    bytes: nodeBytes,
    deadLetters,
    log,
  })),
);
