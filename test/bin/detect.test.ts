import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

const step = 300;
const start = Date.UTC(2026, 0, 1) / 1000;

/** Five days of a steady metric; at its end, where asked, it has left its usual level for 15 minutes. */
function steady(isWrong: boolean): string {
  const random = createRandom(7);
  const rows = 5 * 288;
  const lines = Array.from({ length: rows }, (_, row) => {
    const stamp = new Date((start + row * step) * 1000).toISOString();
    return `${stamp},${50 + random.normal() + (isWrong && row >= rows - 3 ? 400 : 0)}`;
  });
  return `timestamp,latency\n${lines.join('\n')}\n`;
}

async function aiops(cwd: string, args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = fakeTerminal({ cwd });
  const code = await run(args, terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

describe('detect on files', { timeout: 60_000 }, () => {
  it('says what is unusual at their end, how unusual, and why, with a chart', async () => {
    const cwd = scratchFolder({ 'web.csv': steady(true) });
    const { code, stdout, stderr } = await aiops(cwd, ['detect', '--source', 'csv:web.csv']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/unusual {2}web latency: since 01-05 23:4\d/);
    expect(stdout).toMatch(/usual 4\d/);
    expect(stdout).toContain('┤');
    expect(stdout).toMatch(/2026-01-0[56] \d\d:\d\d(:\d\d)? {2}csv-web-[0-9a-f]{8}: 1 entity, 1 series; 1 unusual/);
    expect(existsSync(join(cwd, 'aiops-data/inventory'))).toBe(true);
  });

  it('asked for it, an anomaly is exit code 3; a quiet end is 0', async () => {
    const wrong = scratchFolder({ 'web.csv': steady(true) });
    expect((await aiops(wrong, ['detect', '--source', 'csv:web.csv', '--fail-on-anomaly'])).code).toBe(3);
    const quiet = scratchFolder({ 'web.csv': steady(false) });
    const { code, stdout } = await aiops(quiet, ['detect', '--source', 'csv:web.csv', '--fail-on-anomaly']);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing unusual') as unknown });
  });

  it('a second look at the same files finds nothing new', async () => {
    const cwd = scratchFolder({ 'web.csv': steady(false) });
    await aiops(cwd, ['detect', '--source', 'csv:web.csv']);
    expect((await aiops(cwd, ['detect', '--source', 'csv:web.csv'])).stdout).toContain('nothing new');
  });

  it('what was learned of one file is not the past of another of the same name', async () => {
    const cwd = scratchFolder({ 'a/web.csv': steady(false), 'b/web.csv': steady(true) });
    await aiops(cwd, ['detect', '--source', 'csv:a/web.csv']);
    const { stdout } = await aiops(cwd, ['detect', '--source', 'csv:b/web.csv']);
    expect(stdout).toContain('1 unusual');
    expect(new Set(readdirSync(join(cwd, 'aiops-data/inventory')).map((name) => name.slice(0, 16))).size).toBe(2);
  });

  it('counts an entity once that is told of and sends nothing', async () => {
    const yaml =
      'watches:\n  web:\n    source: { kind: csv, path: data }\n    period: 5m\n    settle: 1\n    rules: [{ kind: silent, metric: "*", for: 15m }]\n';
    const whole = steady(false);
    const ended = `${whole.split('\n').slice(0, -13).join('\n')}\n`;
    const cwd = scratchFolder({ 'aiops.yaml': yaml, 'data/quiet.csv': ended, 'data/well.csv': whole });
    const { stdout } = await aiops(cwd, ['detect']);
    expect(stdout).toMatch(/web: 2 entities, 2 series; 1 unusual\n/);
  });

  it('gives summary and signals as JSON', async () => {
    const cwd = scratchFolder({ 'web.csv': steady(true) });
    const { stdout } = await aiops(cwd, ['detect', '--source', 'csv:web.csv', '--json']);
    const answer = JSON.parse(stdout) as { signals: { entity: string; findings: { status: string }[] }[] };
    expect(answer.signals[0]).toMatchObject({ entity: 'web', findings: [{ status: 'firing' }] });
  });

  it('tells what it finds by the same router as a deployment, once, and keeps its incident', async () => {
    const cwd = scratchFolder({ 'web.csv': steady(true) });
    const notices = async (): Promise<readonly object[]> => {
      const { stdout } = await aiops(cwd, ['detect', '--source', 'csv:web.csv', '--json']);
      return (JSON.parse(stdout) as { notices: object[] }).notices;
    };
    expect(await notices()).toMatchObject([
      { channel: 'terminal', outcome: 'delivered', notice: { reason: 'first-notice', entities: ['web'] } },
    ]);
    expect(await notices()).toEqual([]);
    const { code, stdout } = await aiops(cwd, ['incidents', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ open: [{ title: 'web', announced: true }] });
  });

  it('leaves channels of the account to the deployment, and says so', async () => {
    const yaml =
      'watches:\n  web: { source: { kind: csv, path: web.csv }, period: 5m, settle: 1 }\nalerts:\n  channels:\n    slack: { kind: slack, webhook: { secret: slack } }\n';
    const cwd = scratchFolder({ 'aiops.yaml': yaml, 'web.csv': steady(false) });
    const { code, stderr } = await aiops(cwd, ['detect']);
    expect(code).toBe(0);
    expect(stderr).toContain('slack: only the deployment tells there');
  });

  it.each([
    ['a source that is none', ['detect', '--source', 'prometheus'], 'not a source; it is host'],
    ['a file that is not there', ['detect', '--source', 'csv:none.csv'], 'none.csv: there is no such file or folder'],
    ['--every alone', ['detect', '--every', '30s'], '--every says how often to --follow'],
    ['both settings and source', ['detect', '--source', 'host', '--config', 'a.yaml'], 'exclude each other'],
    ['settings that are not there', ['detect', '--config', 'a.yaml'], 'a.yaml: there is no such file'],
    ['an interval that is too short', ['detect', '--follow', '--every', '1s'], 'at least 5 s'],
  ])('refuses %s', async (_title, args, message) => {
    const { code, stderr } = await aiops(scratchFolder(), args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('settings that are wrong are told all at once, each with a remedy', async () => {
    const cwd = scratchFolder({ 'aiops.yaml': 'watches:\n  web:\n    selct: AWS/EC2\n    every: 5 minutes\n' });
    const { code, stderr } = await aiops(cwd, ['detect']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean select?');
    expect(stderr).toContain('such as 30s');
  });

  it('a watch that is not there is refused, and those that are named', async () => {
    const cwd = scratchFolder({ 'aiops.yaml': 'watches:\n  web:\n    source: { kind: simulated }\n' });
    expect((await aiops(cwd, ['detect', '--watch', 'wbe'])).stderr).toContain('there are web');
  });
});

describe('simulate, collect, doctor', { timeout: 60_000 }, () => {
  it('simulate writes a file per server and the faults, the same for the same seed', async () => {
    const cwd = scratchFolder();
    expect((await aiops(cwd, ['simulate', '--out', 'a', '--days', '1', '--every', '5m'])).code).toBe(0);
    await aiops(cwd, ['simulate', '--out', 'b', '--days', '1', '--every', '5m']);
    await aiops(cwd, ['simulate', '--out', 'c', '--days', '1', '--every', '5m', '--seed', '2']);
    expect(readdirSync(join(cwd, 'a')).sort()).toEqual([
      'api-server-01.csv',
      'cache-server-01.csv',
      'db-server-01.csv',
      'faults.json',
      'web-server-01.csv',
      'web-server-02.csv',
    ]);
    const read = (folder: string): string => readFileSync(join(cwd, folder, 'db-server-01.csv'), 'utf8');
    expect(read('a').split('\n')).toHaveLength(288 + 2);
    expect(read('b')).toBe(read('a'));
    expect(read('c')).not.toBe(read('a'));
    const { faults } = JSON.parse(readFileSync(join(cwd, 'a/faults.json'), 'utf8')) as { faults: { kind: string }[] };
    expect(faults.length).toBeGreaterThan(0);
  });

  it('simulate replaces what is there only when told to, and then all of it', async () => {
    const cwd = scratchFolder({ 'mine/api-server-01.csv': 'precious', 'mine/notes.txt': 'mine' });
    const args = ['simulate', '--out', 'mine', '--days', '1', '--every', '5m'];
    const { code, stderr } = await aiops(cwd, args);
    expect(code).toBe(2);
    expect(stderr).toContain('mine/api-server-01.csv is there already: name another folder with --out');
    expect(readdirSync(join(cwd, 'mine'))).toEqual(['api-server-01.csv', 'notes.txt']);
    expect(readFileSync(join(cwd, 'mine/api-server-01.csv'), 'utf8')).toBe('precious');
    expect((await aiops(cwd, [...args, '--force'])).code).toBe(0);
    expect(readFileSync(join(cwd, 'mine/api-server-01.csv'), 'utf8')).toMatch(/^timestamp,/);
    expect((await aiops(cwd, args)).stderr).toContain('web-server-01.csv and 5 more are there already');
  });

  it('simulate refuses points that do not fit', async () => {
    const { code, stderr } = await aiops(scratchFolder(), ['simulate', '--every', '25s']);
    expect(code).toBe(2);
    expect(stderr).toContain('a reading every 10 s');
  });

  it('collect fetches as far back as asked, and a second run fetches nothing twice', async () => {
    const yaml =
      'watches:\n  fleet:\n    source: { kind: simulated }\n    period: 5m\n    select: { namespace: "*", metric: CPUUtilization }\n';
    const cwd = scratchFolder({ 'aiops.yaml': yaml });
    const first = await aiops(cwd, ['collect', '--days', '2', '--json']);
    expect(first.code).toBe(0);
    const { watches } = JSON.parse(first.stdout) as {
      watches: { series: number; points: number; billedMetrics: number }[];
    };
    expect(watches[0]).toMatchObject({ series: 5, billedMetrics: 0 });
    expect(watches[0].points).toBe(5 * 2 * 288);
    const second = await aiops(cwd, ['collect', '--days', '2']);
    expect(second.stdout).toMatch(/fleet: \d{1,2} points of 5 series/);
  });

  it('doctor says what would be watched, how fast it tells, and what it would cost at most', async () => {
    const cwd = scratchFolder({
      'aiops.yaml': 'watches:\n  fleet:\n    source: { kind: simulated }\n  servers:\n    select: AWS/EC2\n',
    });
    const { code, stdout } = await aiops(cwd, ['doctor', '--offline']);
    expect(code).toBe(0);
    expect(stdout).toContain('watch fleet');
    expect(stdout).toMatch(/at most \$\d+ a month: requests \$44 for 500 metrics/);
    const online = scratchFolder({ 'aiops.yaml': 'watches:\n  fleet:\n    source: { kind: simulated }\n' });
    const examined = await aiops(online, ['doctor']);
    expect(examined.code).toBe(0);
    expect(examined.stdout).toContain('20 series of 5 entities would be looked after');
    expect(examined.stdout).toContain('from an event to its verdict: 5 minutes to 10 minutes');
  });

  it('doctor is misuse where there is nothing to look at', async () => {
    expect((await aiops(scratchFolder(), ['doctor'])).code).toBe(2);
  });

  it('doctor fails where nothing matches', async () => {
    const cwd = scratchFolder({
      'aiops.yaml': 'watches:\n  fleet:\n    source: { kind: simulated }\n    select: AWS/EC2\n',
    });
    const { code, stdout } = await aiops(cwd, ['doctor']);
    expect(code).toBe(1);
    expect(stdout).toContain('nothing matches');
  });
});
