import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { arch, cpus } from 'node:os';
import { basename, join } from 'node:path';

/**
 * `npm run bench [NAME…]`: every program of this folder, or those named (`forest entity`); prints a table each and
 * writes bench/results/NAME.json. A program that fails says so, the others run on, and the exit code is 1.
 */
type Row = Readonly<Record<string, string | number | boolean>>;

interface Bench {
  readonly name: string;
  run(): Promise<readonly Row[]>;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const results = join(here, '..', 'results');

function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const isBench = (found: unknown): found is Bench =>
  typeof found === 'object' && found !== null && 'run' in found && typeof found.run === 'function';

const asked = process.argv.slice(2);
const files = (await readdir(here)).filter((file) => file.endsWith('.ts') && file !== 'run.ts').sort();
const known = files.map((file) => basename(file, '.ts'));
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench named ${unknown.join(', ')}: write one of ${known.join(', ')}, or none for all.`);
  process.exit(2);
}
await mkdir(results, { recursive: true });
for (const name of asked.length > 0 ? asked : known) {
  try {
    const { bench } = (await import(pathToFileURL(join(here, `${name}.ts`)).href)) as { bench?: unknown };
    if (!isBench(bench)) throw new Error(`bench/speed/${name}.ts exports no bench { name, run }`);
    const rows = await bench.run();
    console.log(`\n${bench.name}\n${table(rows)}`);
    const machine = { node: process.version, arch: arch(), cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown' };
    await writeFile(join(results, `${name}.json`), `${JSON.stringify({ name: bench.name, machine, rows }, null, 2)}\n`);
  } catch (error) {
    console.error(`\n${name} FAILED: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
