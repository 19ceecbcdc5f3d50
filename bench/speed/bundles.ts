import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundleFunctions } from '../../lib/parts/function-bundles.ts';

export interface BundleRow {
  readonly function: string;
  /** The module itself; source maps are loaded only when an error is written. */
  readonly kilobytes: number;
  readonly gzippedKilobytes: number;
  /** Median over child processes, Node's own start not counted. */
  readonly coldImportMs: number;
  readonly fastestMs: number;
  readonly withinBudget: boolean;
}

const detecting = { kilobytes: 800, coldImportMs: 100 };
/** Clients of Slack, PagerDuty and the stores of secrets come to some 300 KB. */
const telling = { kilobytes: 1000, coldImportMs: 120 };
const budgetOf = (name: string) => (['alert-router', 'api'].includes(name) ? telling : detecting);
const repetitions = 15;
const run = promisify(execFile);

/** What the stack and Lambda would set. */
const functionEnvironment = {
  AIOPS_BUCKET: 'bucket',
  AIOPS_BUS_NAME: 'bus',
  AIOPS_QUEUE_URL: 'http://127.0.0.1/1/queue',
  AIOPS_DEAD_LETTERS_URL: 'http://127.0.0.1/1/dead-letters',
  AIOPS_SETTINGS_KEY: 'settings/0.json',
  AWS_REGION: 'eu-west-1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** What a function loads before any line of ours: how long that takes says how fast this machine is. */
const librariesAlone = `
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Logger } from '@aws-lambda-powertools/logger';
import { Encoder } from 'cbor-x/index-no-eval';
import * as z from 'zod';
export const all = [CloudWatchClient, EventBridgeClient, S3Client, SQSClient].map((Client) => new Client({}));
export const others = [new Logger(), z.object({}), new Encoder({ useRecords: false })];
`;

async function libraries(folder: string): Promise<BundleRow> {
  const { outputFiles } = await build({
    stdin: { contents: librariesAlone, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    write: false,
  });
  const file = join(folder, 'libraries.mjs');
  await writeFile(file, outputFiles[0].contents);
  return rowOf('(libraries alone)', outputFiles[0].contents, await coldImports(file), detecting);
}

const rowOf = (
  name: string,
  contents: Uint8Array,
  times: readonly number[],
  budget: { readonly kilobytes: number; readonly coldImportMs: number },
): BundleRow => {
  const kilobytes = contents.length / 1000;
  const coldImportMs = times[Math.floor(times.length / 2)] ?? Number.NaN;
  return {
    function: name,
    kilobytes: Math.round(kilobytes),
    gzippedKilobytes: Math.round(gzipSync(contents).length / 1000),
    coldImportMs: Math.round(coldImportMs),
    fastestMs: Math.round(times[0] ?? Number.NaN),
    withinBudget: kilobytes < budget.kilobytes && coldImportMs < budget.coldImportMs,
  };
};

async function bundles(): Promise<BundleRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bundles-'));
  try {
    const rows: BundleRow[] = [await libraries(folder)];
    for (const [name, files] of bundleFunctions()) {
      await mkdir(join(folder, name));
      for (const file of files) await writeFile(join(folder, name, file.name), file.contents);
      const module = files.find((file) => file.name.endsWith('.mjs'));
      if (module === undefined)
        throw new Error(`bundle ${name} has no module, only ${files.map((one) => one.name).join()}`);
      const times = await coldImports(join(folder, name, module.name));
      rows.push(rowOf(name, module.contents, times, budgetOf(name)));
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds, ascending. */
async function coldImports(path: string): Promise<number[]> {
  const script =
    `const start = performance.now(); await import(${JSON.stringify(pathToFileURL(path).href)}); ` +
    `process.stdout.write(String(performance.now() - start)); process.exit(0);`;
  const node = process.env['LAMBDA_NODE'] ?? process.execPath;
  const times: number[] = [];
  for (let k = 0; k < repetitions; k++) {
    const { stdout } = await run(node, ['--input-type=module', '--eval', script], {
      env: functionEnvironment,
    });
    times.push(Number(stdout));
  }
  return times.sort((a, b) => a - b);
}

export const bench = { name: 'bundles', run: bundles };
