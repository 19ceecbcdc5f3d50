import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from './scratch-folder.ts';

const launcher = join(import.meta.dirname, '../../bin/aiops.mjs');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const aiops = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [launcher, ...args],
      { cwd, env: { ...process.env, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

describe('the launcher', { timeout: 60_000 }, () => {
  it('runs from any folder, and help is 0', async () => {
    const { code, stdout, stderr } = await aiops(scratchFolder(), ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('$ aiops <command> [options]');
  });

  it.each([
    ['misuse is 2', ['score'], 2],
    ['no colours where the output is no terminal', ['init'], 0],
  ])('%s', async (_title, args, expected) => {
    const { code, stdout, stderr } = await aiops(scratchFolder(), args);
    expect(code).toBe(expected);
    expect(stderr).not.toContain(' at ');
    expect(stdout + stderr).not.toContain('\u001b[');
  });

  it('a reader that goes away ends it in silence', async () => {
    const folder = scratchFolder();
    const child = spawn(process.execPath, [launcher, '--help'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.destroy();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('following this host ends well on Ctrl-C, and leaves its state behind', async () => {
    const folder = scratchFolder();
    const child = spawn(process.execPath, [launcher, 'detect', '--follow', '--every', '5s', '--json'], { cwd: folder });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    for (let waited = 0; waited < 400 && !stdout.includes('\n'); waited++) await pause(100);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(stderr).toBe('aiops: no aiops.yaml here: watching this host\n');
    expect(code).toBe(0);
    const first = JSON.parse(stdout.split('\n')[0]) as { watches: { watch: string; ran: { outcome: string }[] }[] };
    expect(first.watches[0]).toMatchObject({ watch: 'host', ran: [{ outcome: 'judged' }] });
    expect(existsSync(join(folder, 'aiops-data/inventory/host'))).toBe(true);
  });
});
