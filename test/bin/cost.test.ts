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

  it('costs nothing where nothing is deployed, and says so', async () => {
    const { code, stderr } = await cost('watches:\n  here: { source: { kind: host } }\n', '--offline');
    expect({ code, said: /nothing is deployed/.test(stderr) }).toEqual({ code: 2, said: true });
  });
});
