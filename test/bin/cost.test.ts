import { describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

async function cost(yaml: string, ...args: readonly string[]) {
  const terminal = fakeTerminal({ cwd: scratchFolder({ 'aiops.yaml': yaml }) });
  const code = await run(['cost', ...args], terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}
const servers = 'watches:\n  servers: { select: AWS/EC2 }\n';

describe('aiops cost', () => {
  it('says what a thousand series would cost, beside alarms, and the cheapest way', async () => {
    const { code, stdout } = await cost(servers, '--series', '1000');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1,000 metrics: about \$\d+ a month\n/);
    expect(stdout).toMatch(/requests +8\d\.\d\d +- +8\d\.\d\d/);
    expect(stdout).toContain('as many anomaly alarms of CloudWatch: $300');
    expect(stdout).toMatch(/asked for every 5 minutes +10 minutes +\d+\.\d\d +as it is, cheapest/);
  });

  it('asks nobody where it is told so, and says that it is a bound', async () => {
    const { stdout } = await cost(`${servers}maxMonthlyUsd: 20\n`, '--offline');
    expect(stdout).toMatch(/^500 metrics: at most \$\d+ a month/);
    expect(stdout).toContain('more than maxMonthlyUsd, $20');
  });

  it('finds the cheapest within the delay that is asked for', async () => {
    const { stdout } = await cost(servers, '--offline', '--delay', '1h', '--json');
    const { total, bill, ways } = JSON.parse(stdout) as {
      total: number;
      bill: Record<string, number>;
      ways: { cheapest: { everySeconds: number } }[];
    };
    expect(Object.values(bill).reduce((sum, one) => sum + one, 0)).toBeCloseTo(total, 9);
    expect(ways[0].cheapest.everySeconds).toBe(1800);
  });

  it.each([
    [['--series', 'many'], /--series many: not a number of series/],
    [['--offline', '--delay', 'soon'], /--delay soon: not a duration/],
  ])('%j is refused with what to write', async (args, words) => {
    const { code, stderr } = await cost(servers, ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });

  const now = Math.floor(Date.now() / 1000);
  const pace = {
    ...{ version: 1, month: '2026-11', from: 0, readAt: now - 60, countedTo: now - 60, settings: 'x' },
    ...{ levels: [{ from: now - 600, level: 2 }], since: now - 600, billed: 31.5, past: 0, expected: 30.2 },
    ...{ projected: 131.2, projectedAsItIs: 96.4, limit: 120, metrics: { servers: 3_150_000 } },
    mark: { at: 0, billed: 0, expected: 0, metrics: {} },
  };
  const metered = (record: string) => ({ 'aiops.yaml': servers, 'aiops-data/meter/pace.json': record });
  const ask = async (command: 'cost' | 'doctor', record: string, ...args: readonly string[]) => {
    const terminal = fakeTerminal({ cwd: scratchFolder(metered(record)) });
    const code = await run([command, '--offline', ...args], terminal);
    return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
  };

  it('says what was billed where something was metered, and so does doctor', async () => {
    const { stdout } = await ask('cost', JSON.stringify(pace));
    expect(stdout).toMatch(/Billed in 2026-11, by .*: 3,150,000 metrics, \$32; \$30 were to be expected\./);
    expect(stdout).toMatch(
      /Polling is stretched to every 60 minutes, since .*: without that the month would cost \$131 of \$120/,
    );
    const json = JSON.parse((await ask('cost', JSON.stringify(pace), '--json')).stdout) as { metered: object };
    expect(json.metered).toMatchObject({ billed: 31.5, projected: 131.2 });
    expect((await ask('doctor', JSON.stringify(pace))).stdout).toMatch(
      /^!+ meter +Billed in 2026-11.*Polling is stretched/m,
    );
    const fits = { ...pace, levels: [], since: null, projected: 60 };
    expect((await ask('doctor', JSON.stringify(fits))).stdout).toMatch(/^(ok|✓) meter +Billed in 2026-11/m);
  });

  it('says nothing of a meter that cannot be read, but that it cannot', async () => {
    const { code, stdout, stderr } = await ask('cost', '{"version":1,"month":7}');
    expect(code).toBe(0);
    expect(stdout).not.toContain('Billed');
    expect(stderr).toMatch(/pace unreadable/);
  });

  it('takes a deployment or a folder, and not both', async () => {
    const { code, stderr } = await ask('cost', '', '--bucket', 'mine', '--data', 'here');
    expect({ code, said: stderr }).toMatchObject({
      code: 2,
      said: expect.stringMatching(/exclude each other/) as string,
    });
  });

  it('costs nothing where nothing is deployed, and says so', async () => {
    const { code, stderr } = await cost('watches:\n  here: { source: { kind: host } }\n', '--offline');
    expect({ code, said: /nothing is deployed/.test(stderr) }).toEqual({ code: 2, said: true });
  });
});
