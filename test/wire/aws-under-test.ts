import {
  cloudWatchClient,
  eventBridgeClient,
  lambdaClient,
  s3Client,
  sqsClient,
  type ClientOptions,
} from '../../shared/adapters/aws/clients.ts';
import type { BackOff } from '../../shared/adapters/aws/back-off.ts';
import type { Log, LogFields } from '../../shared/ports/log.ts';
import type { FakeAws } from '../fakes/aws/fake-aws.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
process.env['AWS_EC2_METADATA_DISABLED'] = 'true';

/** Waits so short that a test of many attempts stays quick. */
export const quick: BackOff = { attempts: 4, baseMs: 1, longestMs: 4 };

/** The real clients, pointed at a fake, as one access key. */
export function clientsOf(aws: FakeAws, accessKeyId = 'AKIATEST', more: ClientOptions = {}) {
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  const options = { region: aws.region, endpoint: aws.url, requestTimeoutMs: 1_000, ...more };
  const credentials = async () => ({ accessKeyId, secretAccessKey: 'secret' });
  const clients = {
    s3: s3Client(options),
    cloudWatch: cloudWatchClient(options),
    eventBridge: eventBridgeClient(options),
    lambda: lambdaClient(options),
    sqs: sqsClient(options),
  };
  for (const client of Object.values(clients)) client.config.credentials = credentials;
  return clients;
}

/** Keeps what was logged. */
export class MemoryLog implements Log {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields }[] = [];
  info = (message: string, fields: LogFields = {}): void => void this.lines.push({ level: 'info', message, fields });
  warn = (message: string, fields: LogFields = {}): void => void this.lines.push({ level: 'warn', message, fields });
  error = (message: string, fields: LogFields = {}): void => void this.lines.push({ level: 'error', message, fields });
}
