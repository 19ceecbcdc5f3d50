import { describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

const days = 4;

/** Files whose last point lies long before today. */
function longAgo(): string {
  const random = createRandom(3);
  const start = Date.UTC(2020, 0, 1) / 1000;
  const lines = Array.from({ length: days * 288 }, (_, row) => {
    return `${new Date((start + row * 300) * 1000).toISOString()},${50 + random.normal()}`;
  });
  return `timestamp,latency\n${lines.join('\n')}\n`;
}

async function aiops(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string }> {
  const terminal = fakeTerminal({ cwd });
  const code = await run(args, terminal);
  return { code, stdout: terminal.stdout() };
}

describe('train', { timeout: 60_000 }, () => {
  const yaml = 'watches:\n  web:\n    source: { kind: csv, path: web.csv }\n    period: 5m\n';

  it('learns from files that end in the past, once they are collected', async () => {
    const cwd = scratchFolder({ 'aiops.yaml': yaml, 'web.csv': longAgo() });
    const collected = await aiops(cwd, 'collect', '--json');
    const { watches } = JSON.parse(collected.stdout) as { watches: { points: number }[] };
    expect(watches[0].points).toBe(days * 288);
    const trained = await aiops(cwd, 'train');
    expect(trained.code).toBe(0);
    expect(trained.stdout).toMatch(
      /^web: 115\d rows of 1 entity read; there is nothing to train\n  no entity has several metrics\n$/,
    );
  });

  it('without history says what to run first', async () => {
    const cwd = scratchFolder({ 'aiops.yaml': yaml, 'web.csv': longAgo() });
    const { code, stdout } = await aiops(cwd, 'train');
    expect(code).toBe(0);
    expect(stdout).toBe('web: no history yet: run collect\n');
  });
});
