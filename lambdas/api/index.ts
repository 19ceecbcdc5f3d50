import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { s3Client } from '../../shared/adapters/aws/clients.ts';
import { powertoolsLog } from '../../shared/adapters/aws/powertools-log.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { AwsSecrets } from '../../shared/adapters/aws/secrets.ts';
import { HmacSigner } from '../../shared/adapters/local/hmac-signer.ts';
import { showSources } from '../../shared/adapters/local/source-stacks.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { actOnIncident } from '../../shared/pipeline/act-on-incident.ts';
import { readOnce, readStoredSettings } from '../../shared/pipeline/stored-settings.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import type { ApiPorts } from './api-ports.ts';
import { createHandler } from './handler.ts';

showSources(import.meta.url);
const { bucket, settingsKey } = readEnvironment(process.env);
const log = powertoolsLog(new Logger({ serviceName: 'api' }));
const clock = systemClock;
const store = new S3ObjectStore({ bucket, client: s3Client() });
const secrets = new AwsSecrets({ clock, log });

export const handler = createHandler(
  readOnce(async (): Promise<ApiPorts> => {
    const { name, alerts } = await readStoredSettings(store, settingsKey);
    const signer = alerts.actions === 'off' ? {} : { signer: new HmacSigner(secrets, alerts.actions.secret) };
    const act: ApiPorts['act'] = (request) => actOnIncident(request, { store, clock, runId: randomUUID() });
    return { deployment: name, store, clock, log, ...signer, act };
  }),
);
