import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { alertMetricNames } from '../../shared/pipeline/alert-metrics.ts';
import {
  forecasterTrainingNames,
  forecastMetricNames,
  overloadMetricNames,
  ownMetricNames,
  trainingMetricNames,
} from '../../shared/pipeline/own-metrics.ts';
import { meterMetricNames } from '../../shared/pipeline/polling.ts';
import { forecastLivenessMetricNames, livenessMetricNames } from '../../shared/pipeline/late-shards.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** What a table of a document names in its first column. */
const namesIn = (path: string): string[] =>
  read(path)
    .split('\n')
    .flatMap((line) => /^\| (`.*?) +\|/.exec(line)?.[1].split(', ') ?? [])
    .map((cell) => cell.replaceAll('`', ''));

describe('the documents', () => {
  it('the runbook says what each of our own metrics means', () => {
    expect(namesIn('docs/runbook.md')).toEqual(
      expect.arrayContaining([
        ...ownMetricNames,
        ...livenessMetricNames,
        ...forecastLivenessMetricNames,
        ...trainingMetricNames,
        ...forecastMetricNames,
        ...forecasterTrainingNames,
        ...alertMetricNames,
        ...overloadMetricNames,
        ...meterMetricNames,
      ]),
    );
  });

  it('README and the page on cost say what aiops cost says of a thousand metrics', async () => {
    const priced = async (more: string) => {
      const yaml = `watches:\n  servers: { select: AWS/EC2${more} }\n`;
      const terminal = fakeTerminal({ cwd: scratchFolder({ 'aiops.yaml': yaml }) });
      expect(await run(['cost', '--series', '1000', '--json'], terminal)).toBe(0);
      return JSON.parse(terminal.stdout()) as { total: number; bill: Record<string, number>; anomalyAlarms: number };
    };
    const [all, detection] = [await priced(''), await priced(', forecast: off')];
    expect(all.total).toBeLessThan(all.anomalyAlarms / 3);
    const rows = read('docs/cost.md')
      .split('\n')
      .flatMap((line) => {
        const row = /^\| ([a-zA-Z, ]+?) +\| ([\d.]+) +\|/.exec(line);
        return row === null ? [] : [[row[1], Number(row[2])] as const];
      });
    expect(rows.length).toBeGreaterThanOrEqual(9);
    for (const [parts, dollars] of rows) {
      const said = parts === 'total' ? all.total : parts.split(', ').reduce((sum, part) => sum + all.bill[part], 0);
      expect(dollars, parts).toBeCloseTo(said, 2);
    }
    expect(read('docs/cost.md')).toContain(`${detection.total.toFixed(2)} with \`forecast: off\``);
    expect(read('README.md')).toContain(
      `cost about $${Math.round(detection.total)} a month all in, or $${Math.round(all.total)} with a third of them forecast`,
    );
  });

  it('README and the page on the command line name every command', async () => {
    const said = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    await run([], fakeTerminal());
    const help = String(said.mock.calls[0]?.[0]);
    said.mockRestore();
    const commands = [...help.matchAll(/^ {2}([a-z]+) .* {2}/gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(5);
    expect(namesIn('README.md').map((cell) => cell.split(' ')[0])).toEqual(expect.arrayContaining(commands));
    expect(namesIn('docs/command-line.md')).toEqual(expect.arrayContaining(commands));
  });

  it('every field of a scored file in JSON is explained', { timeout: 30_000 }, async () => {
    const rows = Array.from({ length: 400 }, (_, k) => `${new Date(k * 300_000).toISOString()},${k % 7}`);
    const csv = `timestamp,cpu\n${rows.join('\n')}\n`;
    const cwd = scratchFolder({ 'a.csv': csv, 'before.csv': csv });
    const terminal = fakeTerminal({ cwd });
    expect(await run(['score', 'a.csv', '--out', 'b.csv', '--history', 'before.csv', '--json'], terminal)).toBe(0);
    const { files } = JSON.parse(terminal.stdout()) as { files: readonly object[] };
    expect(namesIn('docs/command-line.md')).toEqual(expect.arrayContaining(Object.keys(files[0])));
  });
});
