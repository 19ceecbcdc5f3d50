import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

const step = 300;
const start = Date.UTC(2026, 0, 5) / 1000;
const days = 5;
/** The file ends at 08:00, two hours before the peak of every day. */
const rows = days * 288 + 96;

/** A daily rhythm between 30 and 70 that peaks at 10:00, with a little noise: what comes is to be known. */
function rhythm(): string {
  const random = createRandom(7);
  const lines = Array.from({ length: rows }, (_, row) => {
    const hour = ((row * step) / 3600) % 24;
    const value = 50 + 20 * Math.cos(((hour - 10) / 12) * Math.PI) + 0.5 * random.normal();
    return `${new Date((start + row * step) * 1000).toISOString()},${value.toFixed(3)},${random.normal().toFixed(3)}`;
  });
  return `timestamp,cpu,noise\n${lines.join('\n')}\n`;
}

async function aiops(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = fakeTerminal({ cwd, columns: 80 });
  const code = await run(args, terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

interface Answer {
  readonly watches: readonly {
    readonly horizon: number;
    readonly at: number;
    readonly withoutLimit: readonly string[];
    readonly series: readonly {
      readonly label: string;
      readonly missing: string | null;
      readonly current: { readonly value: number };
      readonly forecast: readonly { readonly time: number; readonly mean: number }[];
      readonly outlooks: readonly { readonly probability: number; readonly isBeyond: boolean }[];
    }[];
  }[];
}

describe('forecast on files', { timeout: 60_000 }, () => {
  const web = (): string => scratchFolder({ 'web.csv': rhythm() });
  const source = ['forecast', '--source', 'csv:web.csv'];

  it('without any limit says that, and how to give one', async () => {
    const { code, stdout } = await aiops(web(), ...source);
    expect(code).toBe(0);
    const said = stdout.replace(/\s+/g, ' ');
    expect(said).toContain('none of its series has a limit, so nothing is forecast: cpu, noise');
    expect(said).toContain("--series 'cpu' --above 80");
    expect(said).toContain("limits: [{ metric: 'cpu', above: 80 }]");
  });

  it('in one step says what is expected of a limit, what to do and what that is worth, and leaves nothing behind', async () => {
    const cwd = web();
    const { code, stdout, stderr } = await aiops(cwd, ...source, '--series', 'cpu', '--above', '69');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const words of ['now ', 'predicted peak', '80 % range', 'limit', 'recommendation', 'forecasts were', '╌', '┊'])
      expect(stdout).toContain(words);
    expect(stdout).toMatch(/as of 2026-01-10 08:0\d:\d\d UTC/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    // Neither state nor forecasts are left behind that a tick would go by, and nobody is told.
    expect(existsSync(join(cwd, 'aiops-data/history'))).toBe(true);
    const kept = readdirSync(join(cwd, 'aiops-data'), { recursive: true, encoding: 'utf8' });
    expect(kept.filter((name) => /^(forecasts|state|incidents|audit|models)/.test(name))).toEqual([]);
  });

  it('forecasts what comes, as far ahead as asked: the rise towards ten', async () => {
    const cwd = web();
    const limited = [...source, '--series', 'cpu', '--above', '69'];
    const { stdout } = await aiops(cwd, ...limited, '--horizon', '90m', '--json', '--chart', 'a.png');
    expect(readFileSync(join(cwd, 'a.png')).subarray(1, 4).toString()).toBe('PNG');
    const { watches } = JSON.parse(stdout) as Answer;
    const [{ series, horizon, at, withoutLimit }] = watches;
    expect({ horizon, withoutLimit }).toEqual({ horizon: 5400, withoutLimit: ['noise'] });
    expect(series.map(({ label, missing }) => ({ label, missing }))).toEqual([{ label: 'cpu', missing: null }]);
    const [{ forecast, current, outlooks }] = series;
    expect(forecast.at(-1)?.time).toBeGreaterThanOrEqual(at + 5400 - 2 * step);
    expect(current.value).toBeGreaterThan(65);
    expect(current.value).toBeLessThan(69);
    expect(outlooks[0]).toMatchObject({ isBeyond: false });
  });

  it('draws the most urgent as a picture, and writes every step as CSV', async () => {
    const cwd = web();
    const limited = [...source, '--series', 'cpu', '--above', '60'];
    const { code, stderr } = await aiops(cwd, ...limited, '--chart', 'a.svg', '--theme', 'dark', '--csv', 'a.csv');
    expect(code).toBe(0);
    expect(stderr).toContain('a.svg shows web cpu');
    const svg = readFileSync(join(cwd, 'a.svg'), 'utf8');
    for (const words of ['web cpu', 'limit 60', 'forecast, 80 and 95 % ranges', '#171b22'])
      expect(svg).toContain(words);
    expect(svg).not.toContain('unusual');
    const [header, ...lines] = readFileSync(join(cwd, 'a.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('watch,entity,series,time,mean,lower_80,upper_80,lower_95,upper_95');
    expect(lines.length).toBeGreaterThanOrEqual(9);
    for (const line of lines) {
      const [lower95, lower80, upper80, upper95] = [7, 5, 6, 8].map((column) => Number(line.split(',')[column]));
      expect(lower95).toBeLessThanOrEqual(lower80);
      expect(lower80).toBeLessThanOrEqual(upper80);
      expect(upper80).toBeLessThanOrEqual(upper95);
    }
  });

  it.each([
    ['a chart that is neither', ['--chart', 'a.gif'], '--chart a.gif: the name must end in .svg or .png'],
    ['a limit that is no number', ['--above', 'much'], '--above much: not a number; write such as --above 80'],
    ['a horizon that is none', ['--horizon', 'long'], '--horizon long: not a duration'],
    ['a horizon beyond all sense', ['--horizon', '30d'], 'horizon'],
    ['a theme that is none', ['--theme', 'drak'], 'did you mean dark?'],
    ['limits that exclude each other', ['--above', '1', '--below', '2'], 'exchange them'],
    ['a series that has no limit', ['--series', 'x', '--above', '1'], 'none of its series has a limit'],
  ])('%s is refused, or said', async (_title, more, words) => {
    const { stdout, stderr } = await aiops(web(), ...source, ...more);
    expect((stdout + stderr).replace(/\s+/g, ' ')).toContain(words);
  });

  it('a watch that is not there is refused, naming those that are', async () => {
    const { code, stderr } = await aiops(web(), 'forecast', 'web', '--source', 'csv:web.csv');
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no such watch; there are csv-web-/);
  });

  it('of a file that is too short nothing can be said, and that is said', async () => {
    const short = scratchFolder({ 'web.csv': rhythm().split('\n').slice(0, 12).join('\n') });
    const { code, stdout } = await aiops(short, ...source, '--above', '69');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^UNKNOWN {2}web cpu\n {2}now +\S+ at \S+ UTC\n {2}forecast +nothing can be said/);
  });
});

describe('train --forecast', { timeout: 60_000 }, () => {
  const yaml = (limits: string): string =>
    `watches:\n  web:\n    source: { kind: csv, path: web.csv }\n    period: 5m\n    limits: ${limits}\n`;

  it('says which forecaster serves how many, and what their forecasts are worth', async () => {
    const cwd = scratchFolder({ 'aiops.yaml': yaml('[{ metric: cpu, above: 69 }]'), 'web.csv': rhythm() });
    await aiops(cwd, 'collect');
    const { code, stdout } = await aiops(cwd, 'train', '--forecast');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^web: 1 of 1 series with a limit fitted\n {2}\S+ serves 1\n {2}Half of them/);
    expect(readdirSync(join(cwd, 'aiops-data/models/web'))).toEqual(['forecaster']);
    const json = JSON.parse((await aiops(cwd, 'train', '--forecast', '--json')).stdout) as { watches: object[] };
    expect(json.watches).toMatchObject([{ watch: 'web', shards: [{ series: 1, trained: 1, left: 0 }] }]);
  });

  it('without limits says where to learn how to give one', async () => {
    const cwd = scratchFolder({ 'aiops.yaml': yaml('[]'), 'web.csv': rhythm() });
    await aiops(cwd, 'collect');
    expect((await aiops(cwd, 'train', '--forecast')).stdout).toContain('aiops forecast says how to give one');
  });
});
