import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { LambdaChartPainter } from '../../shared/adapters/aws/chart-painter.ts';
import { cloudWatchClient, lambdaClient, s3Client } from '../../shared/adapters/aws/clients.ts';
import { CloudWatchSink } from '../../shared/adapters/aws/cloudwatch-sink.ts';
import { LambdaChannel } from '../../shared/adapters/aws/lambda-channel.ts';
import { powertoolsLog } from '../../shared/adapters/aws/powertools-log.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { AwsSecrets } from '../../shared/adapters/aws/secrets.ts';
import { httpChannel } from '../../shared/adapters/http/http-channel.ts';
import { HmacSigner } from '../../shared/adapters/local/hmac-signer.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { showSources } from '../../shared/adapters/local/source-stacks.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { actionLinks } from '../../shared/pipeline/action-links.ts';
import type { AlertPorts } from '../../shared/pipeline/alert-ports.ts';
import type { HearPorts } from '../../shared/pipeline/hear-messages.ts';
import { LONGEST_DELIVERY_SECONDS } from '../../shared/pipeline/incident-claim.ts';
import { readOnce, readStoredSettings } from '../../shared/pipeline/stored-settings.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { createHandler, createSweep, type Run } from './handler.ts';

showSources(import.meta.url);
const { bucket, namespace, settingsKey, chartFunction, actionsUrl, pagerDutyServer } = readEnvironment(process.env);
const log = powertoolsLog(new Logger({ serviceName: 'alert-router' }));
const clock = systemClock;
const s3 = s3Client();
const store = new S3ObjectStore({ bucket, client: s3 });
const sink = new CloudWatchSink({ namespace, client: cloudWatchClient() });
const secrets = new AwsSecrets({ clock, log });

const lambda = lambdaClient();
const painter =
  chartFunction === undefined
    ? {}
    : { painter: new LambdaChartPainter({ functionName: chartFunction, bucket, lambda, s3, log }) };
const region = process.env['AWS_REGION'];
const home = region === undefined ? {} : { consoleRegion: region };

/** What a delivery that was begun last still needs to be remembered. */
const REMEMBERING_SECONDS = 5;

const linksOf = ({ name, alerts }: Settings): AlertPorts['actionLinks'] =>
  alerts.actions === 'off' || actionsUrl === undefined
    ? async () => []
    : actionLinks({
        signer: new HmacSigner(secrets, alerts.actions.secret),
        deployment: name,
        baseUrl: actionsUrl,
      });

const lasting = readOnce(async () => {
  const settings = await readStoredSettings(store, settingsKey);
  const http = { secrets, clock, ...(pagerDutyServer === undefined ? {} : { pagerDutyServer }) };
  const channels = Object.entries(settings.alerts.channels).flatMap(([name, one]) => {
    const channel =
      one.kind === 'lambda' ? new LambdaChannel({ functionName: one.function, lambda }) : httpChannel(one, http);
    return channel === undefined ? [] : [[name, channel] as const];
  });
  return { settings, channels: new Map(channels), actionLinks: linksOf(settings) };
});

const ports = async (run: Run): Promise<HearPorts> => ({
  ...(await lasting()),
  ...painter,
  ...home,
  store,
  bytes: nodeBytes,
  sink,
  clock,
  log,
  scratch: () => new MemoryObjectStore(),
  // Not the request's id: Lambda gives a retry the same one, and it would take the claims of the dead for its own.
  runId: randomUUID(),
  speakUntil: clock.now() + run.getRemainingTimeInMillis() / 1000 - LONGEST_DELIVERY_SECONDS - REMEMBERING_SECONDS,
});

export const handler = createHandler(ports);
export const sweep = createSweep(ports);
