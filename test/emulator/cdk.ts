import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { account, region } from './ministack.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One run of the command line. */
export interface CdkRun {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}
/** Of whoever the account belongs to. It must not look like an account's number. */
const owner: AccessKey = { id: 'test', secret: 'test' };

/** `cdk` of this repository, as a person calls it who has that key, against the account behind `url`. */
export function cdkAgainst(url: string, folder: string, key = owner) {
  const out = join(folder, 'cdk.out');
  const outputs = join(folder, 'outputs.json');
  const run = (args: readonly string[], cwd = root): Promise<CdkRun> =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const cli = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
      const child = spawn(process.execPath, [cli, ...args, '--no-notices', '--output', out, '--ci'], {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...environment(url, key) },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data: Buffer) => {
          output += data.toString();
        });
      child.once('error', reject);
      child.once('close', (code) =>
        resolve({ code: code ?? 1, output, seconds: (performance.now() - started) / 1000 }),
      );
    });
  const succeed = async (args: readonly string[], cwd = root): Promise<CdkRun> => {
    const done = await run(args, cwd);
    if (done.code !== 0) throw new Error(`cdk ${args.join(' ')}\n${done.output.slice(-6000)}`);
    return done;
  };
  const deployWith = (settings: string): string[] => [
    'deploy',
    '--require-approval',
    'never',
    '--outputs-file',
    outputs,
    '-c',
    `settings=${settings}`,
  ];
  return {
    /** From where no application is: it knows the account and needs none. */
    bootstrap: (...more: string[]) => succeed(['bootstrap', `aws://${account}/${region}`, ...more], folder),
    deploy: (settings: string) => succeed(deployWith(settings)),
    /** Says how it ended; does not throw. */
    tryToDeploy: (settings: string) => run(deployWith(settings)),
    destroy: (settings: string) => succeed(['destroy', '--force', '-c', `settings=${settings}`]),
    /** Of the last deployment that succeeded. */
    outputs: (): Readonly<Record<string, string>> =>
      (JSON.parse(readFileSync(outputs, 'utf8')) as { readonly AiopsMonitoring: Record<string, string> })
        .AiopsMonitoring,
  };
}

export const environment = (url: string, key = owner): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: key.id,
  AWS_SECRET_ACCESS_KEY: key.secret,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
});
