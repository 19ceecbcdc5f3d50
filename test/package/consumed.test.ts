import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../../lib/parts/function-bundles.ts';
import type { CycloneDx } from '../../bin/bundled-packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aiops-consumer-'));
const app = join(folder, 'shop');
const ours = join(app, 'node_modules', 'aiops-monitoring');

/** What ran said on both of its streams where it failed, for that is where `tsc`, jest and the CDK say it. */
function run(cwd: string, command: string, ...args: readonly string[]): string {
  const env = { ...process.env, CI: '1', CDK_DISABLE_CLI_TELEMETRY: 'true', npm_config_update_notifier: 'false' };
  try {
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 28 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const local = (name: string): string => join(app, 'node_modules', '.bin', name);

const stackTest = `
import * as cdk from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ShopStack } from '../lib/shop-stack';

const template = Template.fromStack(new ShopStack(new cdk.App(), 'Test'));

test('the name of a queue that does not exist yet reaches the functions', () => {
  template.hasResourceProperties('Custom::CDKBucketDeployment', {
    SourceMarkers: [Match.objectLike({ '<<marker:0xbaba:0>>': { 'Fn::GetAtt': [Match.anyValue(), 'QueueName'] } })],
  });
});

test('every function has code', () => {
  for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function')))
    expect(Properties.Code.S3Key).toMatch(/^[0-9a-f]{64}\\.zip$/);
});
`;

const stack = `
import * as cdk from 'aws-cdk-lib/core';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AnomalyMonitoring } from 'aiops-monitoring';

export class ShopStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);
    const jobs = new Queue(this, 'Jobs', { enforceSSL: true });
    new AnomalyMonitoring(this, 'Monitoring', {
      watches: { jobs: { metrics: [jobs.metricApproximateAgeOfOldestMessage()], sensitivity: '3 per week' } },
      selfAlarms: 'nobody',
    });
  }
}
`;

/** As somebody does it who has the package and has never seen this repository. */
beforeAll(() => {
  run(root, 'npm', 'pack', '--pack-destination', folder);
  run(folder, 'mkdir', 'shop');
  run(app, join(root, 'node_modules/.bin/cdk'), 'init', 'app', '--language', 'typescript', '--generate-only');
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  run(app, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball));
  writeFileSync(join(app, 'lib', 'shop-stack.ts'), stack);
  writeFileSync(join(app, 'test', 'shop.test.ts'), stackTest);
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('in an app that `cdk init` has just written', () => {
  it('compiles', () => expect(run(app, local('tsc'))).toBe(''), 300_000);

  it('passes its tests', () => expect(() => run(app, 'npm', 'test')).not.toThrow(), 300_000);

  it('is synthesised, with the code of every function', () => {
    run(app, local('cdk'), 'synth', '--quiet', '--no-notices');
    const out = join(app, 'cdk.out');
    const assets = readdirSync(out).filter((name) => name.startsWith('asset.') && !name.endsWith('.zip'));
    const bundled = assets.filter((name) => readdirSync(join(out, name)).includes('index.mjs'));
    // Those that are told apart by their handlers alone share their code.
    expect(bundled.length).toBeGreaterThanOrEqual(5);
  }, 300_000);

  it('has the command line, which needs nothing else', () => {
    const { version } = JSON.parse(read(root, 'package.json')) as { version: string };
    expect(run(app, local('aiops'), '--version')).toContain(version);
    const rows = Array.from({ length: 600 }, (_, k) => `${1_700_000_000 + k * 300},${k % 12}`);
    writeFileSync(join(app, 'in.csv'), ['timestamp,value', ...rows, ''].join('\n'));
    run(app, local('aiops'), 'score', 'in.csv', '--out', 'out.csv');
    expect(read(app, 'out.csv').trim().split('\n')).toHaveLength(601);
  });
});

describe('the package', () => {
  it('brings every function, and no source, test or tool', () => {
    expect(readdirSync(join(ours, 'dist', 'functions')).sort()).toEqual([...functionNames].sort());
    expect(readdirSync(ours).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'aiops.schema.json', 'bin', 'dist', 'docs', 'package.json'].sort(),
    );
    expect(readdirSync(join(ours, 'bin'))).toEqual(['aiops.mjs']);
  });

  it('asks for the CDK of whoever uses it, and for one package of others', () => {
    const { dependencies, peerDependencies } = JSON.parse(read(ours, 'package.json')) as Record<string, object>;
    expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
    expect(Object.keys(dependencies)).toEqual(['zod']);
  });

  it('says what of others is in it, by version, and under which licence', () => {
    const bill = JSON.parse(read(ours, 'dist', 'sbom.cdx.json')) as CycloneDx;
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['@aws-sdk/client-s3', '@resvg/resvg-wasm', 'cbor-x', 'yaml', 'zod']));
    for (const tool of ['vitest', 'esbuild', 'tsx', 'aws-cdk-lib', 'eslint']) expect(names).not.toContain(tool);
    const licences = read(ours, 'dist', 'third-party-licences.txt');
    for (const { name, version } of bill.components)
      if (name !== 'zod') expect(licences).toContain(`${name} ${version} (`);
  });

  it('names no folder of the machine that built it', () => {
    for (const file of ['index.js', 'cli/aiops.mjs', 'functions/anomaly/index.mjs'])
      expect(read(ours, 'dist', file)).not.toContain(root);
  });
});
