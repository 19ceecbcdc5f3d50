import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { s3Client } from '../../shared/adapters/aws/clients.ts';
import { powertoolsLog } from '../../shared/adapters/aws/powertools-log.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { RememberedReads } from '../../shared/adapters/local/remembered-reads.ts';
import { showSources } from '../../shared/adapters/local/source-stacks.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { actOnIncident } from '../../shared/pipeline/act-on-incident.ts';
import { readOnce, readStoredSettings } from '../../shared/pipeline/stored-settings.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import { isWrittenOnce } from '../../shared/settings/keys.ts';
import { createHandler } from './handler.ts';
import type { WidgetPorts } from './widget-ports.ts';

showSources(import.meta.url);
const { bucket, settingsKey } = readEnvironment(process.env);
const log = powertoolsLog(new Logger({ serviceName: 'widget' }));
const clock = systemClock;
const store = new RememberedReads(new S3ObjectStore({ bucket, client: s3Client() }), isWrittenOnce);

export const handler = createHandler(
  readOnce(async (): Promise<WidgetPorts> => {
    const settings = await readStoredSettings(store, settingsKey);
    const act: WidgetPorts['act'] = (request) => actOnIncident(request, { store, clock, runId: randomUUID() });
    return { settings, store, bytes: nodeBytes, clock, log, act };
  }),
  () => clock.now(),
);
