import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

/** Where the SDK is to be told more than its environment says; tests shorten the time-outs. */
export interface ClientOptions {
  readonly region?: string;
  readonly endpoint?: string;
  /** Until the answer begins. @default 10,000 */
  readonly requestTimeoutMs?: number;
  /** How often one call is tried. @default 4 */
  readonly maxAttempts?: number;
}

/**
 * Create each client once per process: it keeps connections. Without time-outs a lost packet would hang a function
 * until Lambda ends it, so every phase has one, and a request that ran into it is tried again.
 *
 * Retries are the SDK's `standard` mode (exponential back-off with jitter, a token bucket that stops retry storms), not
 * `adaptive`: that one guesses a rate from past throttling and delays every later call of the process, while we know
 * the quotas and stay below our share of them (see `quota.ts`).
 */
const settings = ({ region, endpoint, requestTimeoutMs = 10_000, maxAttempts = 4 }: ClientOptions) => ({
  ...(region === undefined ? {} : { region }),
  ...(endpoint === undefined ? {} : { endpoint }),
  maxAttempts,
  retryMode: 'standard',
  requestHandler: {
    connectionTimeout: 2_000,
    requestTimeout: requestTimeoutMs,
    throwOnRequestTimeout: true,
    socketTimeout: requestTimeoutMs,
  },
});

export const s3Client = (options: ClientOptions = {}): S3Client => new S3Client(settings(options));
export const cloudWatchClient = (options: ClientOptions = {}): CloudWatchClient =>
  new CloudWatchClient(settings(options));
export const eventBridgeClient = (options: ClientOptions = {}): EventBridgeClient =>
  new EventBridgeClient(settings(options));
export const sqsClient = (options: ClientOptions = {}): SQSClient => new SQSClient(settings(options));
export const secretsManagerClient = (options: ClientOptions = {}): SecretsManagerClient =>
  new SecretsManagerClient(settings(options));
export const ssmClient = (options: ClientOptions = {}): SSMClient => new SSMClient(settings(options));
export const lambdaClient = (options: ClientOptions = {}): LambdaClient => new LambdaClient(settings(options));
