import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { untilUp } from './until-up.ts';

export const account = '111111111111';
export const region = 'eu-west-1' as const;

export interface MiniStackOptions {
  readonly python: string;
  /** For its state, its log and what its functions unpack; the caller removes it. */
  readonly folder: string;
  /** Inherited by every function, beside what the template says. */
  readonly environment: Readonly<Record<string, string>>;
}

/** An AWS account on loop-back. */
export interface MiniStack {
  readonly url: string;
  readonly port: number;
  /**
   * Changes how it behaves from now on: `refuse` is a regular expression over logical ids whose creation or change
   * fails, or null; `enforce` has IAM hold for whoever is no administrator; `tls` is what policies see of the transport.
   */
  ask(change: { readonly refuse?: string | null; readonly enforce?: boolean; readonly tls?: boolean }): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** @throws Error with the end of its log where it has not answered within a minute. */
export async function startMiniStack({ python, folder, environment }: MiniStackOptions): Promise<MiniStack> {
  const port = await freePort();
  const temporary = join(folder, 'tmp');
  for (const one of [temporary, join(folder, 'state'), join(folder, 's3')]) mkdirSync(one, { recursive: true });
  const logFile = join(folder, 'ministack.log');
  const log = createWriteStream(logFile);
  // A group of its own: the functions that it starts end with it.
  const child = spawn(python, [fileURLToPath(new URL('run-ministack.py', import.meta.url))], {
    detached: true,
    // It ends when its standard input does: also where we are killed.
    stdio: 'pipe',
    env: {
      PATH: process.env['PATH'] ?? '',
      TMPDIR: temporary,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
      MINISTACK_ACCOUNT_ID: account,
      MINISTACK_REGION: region,
      STATE_DIR: join(folder, 'state'),
      S3_DATA_DIR: join(folder, 's3'),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...environment,
    },
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const { pid } = child;
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const readLog = (): string => readFileSync(logFile, 'utf8');
  const ask: MiniStack['ask'] = async (change) => {
    const line = JSON.stringify(change);
    const answers = (): number => readLog().split(`${line}\n`).length;
    const before = answers();
    child.stdin.write(`${line}\n`);
    for (let tries = 0; answers() === before; tries++) {
      if (tries === 100) throw new Error(`MiniStack did not take ${line}`);
      await pause(50);
    }
  };
  const stop = async (): Promise<void> => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      try {
        if (pid !== undefined) process.kill(-pid, signal);
      } catch {
        // Nobody of the group is left.
      }
      await Promise.race([ended, pause(3000)]);
    }
  };
  if (await untilUp(`${url}/_ministack/health`, ended)) return { url, port, ask, log: readLog, stop };
  await stop();
  throw new Error(`MiniStack did not start:\n${readLog().slice(-3000)}`);
}
