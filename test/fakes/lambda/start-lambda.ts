import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { largestPayloadBytes, Sandbox, type Invocation, type LogLine } from './sandbox.ts';

export interface LambdaOptions {
  /** Folder with the bundle, such as an asset in `cdk.out`. */
  readonly bundleDir: string;
  /** As in the template, such as `index.handler`. */
  readonly handler: string;
  /** The environment of the synthesised template; at most 4 KB and no reserved names, as on Lambda. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What only the test needs, such as endpoints of fakes and the access key; not counted into the 4 KB. */
  readonly platform?: Readonly<Record<string, string>>;
  readonly functionName?: string;
  readonly region?: string;
  readonly account?: string;
  readonly memoryMb?: number;
  readonly timeoutMs?: number;
  /** Node to run; default `LAMBDA_NODE`, else the one running this. */
  readonly nodePath?: string;
}

export interface Lambda {
  /**
   * Invokes as a synchronous caller would. Concurrent calls get sandboxes of their own; a call after a time-out or a
   * crash gets a cold one. Give `requestId` again to play a retry of an asynchronous invocation.
   */
  invoke(event: unknown, requestId?: string): Promise<Invocation>;
  /** Every line written so far by any sandbox, oldest first. */
  readonly logs: readonly LogLine[];
  /** Ends all processes. Invocations in flight answer as crashed. */
  stop(): Promise<void>;
}

/** Names that Lambda sets itself and refuses from users: docs "Reserved environment variables". */
const reserved = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);
const largestEnvironmentBytes = 4096;

function refuseEnvironment(environment: Readonly<Record<string, string>>): void {
  const taken = Object.keys(environment).filter((name) => reserved.has(name));
  if (taken.length > 0) throw new Error(`Lambda reserves ${taken.join(', ')}: pass them as "platform" or not at all`);
  const bytes = Buffer.byteLength(JSON.stringify(environment));
  if (bytes > largestEnvironmentBytes) {
    throw new Error(
      `the environment has ${bytes} bytes, Lambda allows ${largestEnvironmentBytes}: store it and pass its key`,
    );
  }
}

/** Runs a real bundle in child processes under a loop-back Runtime API, with Lambda's limits of time and memory. */
export async function startLambda(options: LambdaOptions): Promise<Lambda> {
  const { environment = {}, platform = {}, functionName = 'function-under-test' } = options;
  const { region = 'eu-west-1', account = '111111111111', memoryMb = 512, timeoutMs = 30_000 } = options;
  refuseEnvironment(environment);
  const bundleDir = resolve(options.bundleDir);
  const nodePath = options.nodePath ?? process.env['LAMBDA_NODE'] ?? process.execPath;
  const logs: LogLine[] = [];
  const all = new Set<Sandbox>();
  const idle: Sandbox[] = [];
  const own = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    _HANDLER: options.handler,
    LAMBDA_TASK_ROOT: bundleDir,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'loop-back',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'AKIAFUNCTION',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };

  const cold = async (): Promise<Sandbox> => {
    const sandbox = new Sandbox({
      bundleDir,
      handler: options.handler,
      environment: { ...own, ...environment, ...platform },
      functionArn: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
      memoryMb,
      timeoutMs,
      nodePath,
      log: (line) => logs.push(line),
    });
    all.add(sandbox);
    await sandbox.start();
    return sandbox;
  };
  const warm = (): Sandbox | undefined => {
    for (;;) {
      const sandbox = idle.pop();
      if (sandbox === undefined || sandbox.alive) return sandbox;
    }
  };

  return {
    logs,
    async invoke(event, requestId = randomUUID()) {
      const body = JSON.stringify(event ?? null);
      if (Buffer.byteLength(body) > largestPayloadBytes) {
        throw new Error(
          `RequestEntityTooLargeException: the event has ${Buffer.byteLength(body)} bytes, Lambda allows ${largestPayloadBytes}`,
        );
      }
      const sandbox = warm() ?? (await cold());
      const invocation = await sandbox.invoke(requestId, body);
      if (sandbox.alive) idle.push(sandbox);
      else all.delete(sandbox);
      return invocation;
    },
    async stop() {
      await Promise.all([...all].map((sandbox) => sandbox.stop()));
      all.clear();
    },
  };
}
