import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import type { Statement } from '../fakes/aws/iam.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

/** `doctor` and `collect` as people run them: with what their environment says, through the SDK's own clients. */
const key = 'AKIATEST';
const step = 300;
const yaml = 'watches:\n  servers:\n    select: AWS/EC2\n';
const mine = { AWS_EC2_METADATA_DISABLED: 'true', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

let aws: FakeAws;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  before = { ...process.env };
  aws = await startFakeAws();
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, mine, aws.environment(key));
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
  await aws.stop();
});

/** Two servers with two metrics each, an hour of them until now. */
function loadServers(): void {
  const now = Math.floor(Date.now() / 1000 / step) * step;
  for (const instance of ['i-1', 'i-2']) {
    for (const name of ['CPUUtilization', 'NetworkIn']) {
      const points = Array.from({ length: 12 }, (_, k) => [now - (12 - k) * step, 40 + k] as const);
      aws.cloudwatch.book.load({ namespace: 'AWS/EC2', name, dimensions: { InstanceId: instance } }, points);
    }
  }
}

const allow = (...actions: string[]): readonly [{ readonly Statement: readonly Statement[] }] => [
  { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] },
];

async function aiops(...args: string[]): Promise<{ code: number; stdout: string; stderr: string; cwd: string }> {
  const cwd = scratchFolder({ 'aiops.yaml': yaml });
  const terminal = fakeTerminal({ cwd });
  const code = await run(args, terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr(), cwd };
}

interface Doctored {
  readonly ok: boolean;
  readonly watches: readonly {
    readonly series: number;
    readonly checks: readonly { readonly what: string; readonly status: string; readonly says: string }[];
    readonly cost?: { readonly total: number; readonly metrics: number; readonly atMost: boolean };
    readonly delay: { readonly shortest: number; readonly longest: number };
  }[];
}

describe('doctor on an account', () => {
  it('that is well says what would be watched, its price and its delay', async () => {
    loadServers();
    aws.grant(key, allow('cloudwatch:ListMetrics', 'cloudwatch:GetMetricData'));
    const { code, stdout, stderr, cwd } = await aiops('doctor');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '! alarms    before it is deployed, say who hears when the monitoring itself fails: selfAlarms',
    );
    expect(stdout).toContain('✓ source    cloudwatch: 4 series are there');
    expect(stdout).toMatch(/✓ reading .*: 1[0-2] points in the last hours/);
    expect(stdout).toContain('4 series of 2 entities would be looked after');
    expect(stdout).toContain('from an event to its verdict: 5 minutes to 10 minutes');
    expect(stdout).toMatch(/about \$\d+\.\d\d a month: requests \$0\.\d\d for 4 metrics/);
    expect(stdout).toMatch(/about \$\d+(\.\d\d)? a month with all that watches share\n/);
    expect(existsSync(join(cwd, 'aiops-data'))).toBe(false);
  });

  it('asks nothing that would cost more than one metric', async () => {
    loadServers();
    await aiops('doctor');
    expect(aws.calls.filter(({ operation }) => operation === 'GetMetricData')).toHaveLength(1);
    expect(aws.calls.map(({ operation }) => operation)).not.toContain('PutMetricData');
  });

  it.each<[string, readonly string[], string, string]>([
    ['list', ['cloudwatch:GetMetricData'], 'source', 'allow cloudwatch:ListMetrics on "*"'],
    ['read', ['cloudwatch:ListMetrics'], 'reading', 'allow cloudwatch:GetMetricData on "*"'],
  ])('that it may not %s names the missing right, and fails', async (_title, allowed, what, remedy) => {
    loadServers();
    aws.grant(key, allow(...allowed));
    const { code, stdout } = await aiops('doctor');
    expect(code).toBe(1);
    expect(stdout.split('\n').find((line) => line.includes(`✗ ${what}`))).toContain(remedy);
  });

  it('where nothing matches says so, and what to look at', async () => {
    const { code, stdout } = await aiops('doctor');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ source    cloudwatch: nothing matches; check namespace, region and spelling');
    expect(stdout).not.toContain('would be looked after');
  });

  it('without credentials says how to get some', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      Reflect.deleteProperty(process.env, name);
    const nowhere = join(scratchFolder(), 'none');
    Object.assign(process.env, { AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere });
    const { code, stdout } = await aiops('doctor');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ source    cloudwatch: no AWS credentials: set AWS_PROFILE');
  });

  it('answers the same as JSON, well or not', async () => {
    loadServers();
    const well = await aiops('doctor', '--json');
    const said = JSON.parse(well.stdout) as Doctored;
    expect({ code: well.code, ok: said.ok }).toEqual({ code: 0, ok: true });
    const [watch] = said.watches;
    expect(watch).toMatchObject({ series: 4, entities: 2, delay: { shortest: 300, longest: 600 } });
    expect(watch.cost).toMatchObject({ metrics: 4, atMost: false });
    expect(watch.cost?.total).toBeGreaterThan(0.35);

    aws.grant(key, allow('cloudwatch:GetMetricData'));
    const denied = await aiops('doctor', '--json');
    const told = JSON.parse(denied.stdout) as Doctored;
    expect({ code: denied.code, ok: told.ok }).toEqual({ code: 1, ok: false });
    expect(told.watches[0].checks[0]).toMatchObject({ what: 'source', status: 'failed' });
  });
});

describe('detect of an account', () => {
  it('is metered on this machine as in a deployment, and cost says so', async () => {
    loadServers();
    const cwd = scratchFolder({ 'aiops.yaml': `${yaml}maxMonthlyUsd: 5\n` });
    const asked = async (...args: string[]) => {
      const terminal = fakeTerminal({ cwd });
      expect(await run(args, terminal)).toBe(0);
      return terminal.stdout();
    };
    await asked('detect');
    const month = join(cwd, 'aiops-data/meter', new Date().toISOString().slice(0, 7), 'servers');
    const counted = (name: string) => JSON.parse(readFileSync(join(month, name), 'utf8')) as Record<string, unknown>;
    const billed = aws.calls.filter(({ operation }) => operation === 'ListMetrics').length;
    expect(counted('s-0001.json')).toMatchObject({ by: 'ticks', metrics: 4, expected: 4, perPull: 4 });
    expect(counted('!listing.json')).toMatchObject({ by: 'listing', requests: billed });
    expect(Number(counted('s-0001.past.json')['metrics'])).toBeGreaterThanOrEqual(4);
    expect(await asked('cost')).toMatch(/Billed in \d{4}-\d\d, by .*\$\d.*of the \$5.00 that it may cost\./s);
  });
});

describe('collect from an account', () => {
  it('stores what CloudWatch has of the past, and says what was billed', async () => {
    loadServers();
    aws.grant(key, allow('cloudwatch:ListMetrics', 'cloudwatch:GetMetricData'));
    const { code, stdout, stderr, cwd } = await aiops('collect', '--days', '2');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // Of twelve points each, the last may not have settled.
    expect(stdout).toMatch(/^servers: 4[48] points of 4 series, [23] days fetched\n/);
    expect(stdout).toMatch(/\d+ metrics billed by CloudWatch/);
    expect(existsSync(join(cwd, 'aiops-data/history/servers'))).toBe(true);
  });

  it('answers in JSON', async () => {
    loadServers();
    const { code, stdout, cwd } = await aiops('collect', '--days', '1', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      folder: join(cwd, 'aiops-data'),
      watches: [{ watch: 'servers', series: 4, leftOut: [], problems: [] }],
    });
  });

  it('that it may not list names the missing right, and stores nothing', async () => {
    loadServers();
    aws.grant(key, allow('cloudwatch:GetMetricData'));
    const { code, stderr, cwd } = await aiops('collect');
    expect(code).toBe(1);
    expect(stderr).toContain('allow cloudwatch:ListMetrics on "*"');
    expect(existsSync(join(cwd, 'aiops-data/inventory'))).toBe(false);
  });

  it('that it may not read names the missing right, and is not complete', async () => {
    loadServers();
    aws.grant(key, allow('cloudwatch:ListMetrics'));
    const { code, stderr } = await aiops('collect', '--days', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('allow cloudwatch:GetMetricData on "*"');
  });

  it('where nothing matches collects nothing, and says who knows more', async () => {
    const { code, stdout } = await aiops('collect');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'servers: 0 points of 0 series, 0 days fetched\n  nothing matches: npx aiops doctor says more\n',
    );
  });
});
