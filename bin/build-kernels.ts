import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kernelDigest, kernelNames } from './kernel-digest.ts';

/**
 * `npm run kernels`: compiles each shared/numeric/wasm/assembly/NAME.ts, with what it takes from assembly/NAME/, and
 * writes it as NAME-module.ts beside that folder. The same source gives the same bytes on every machine; with `--check` nothing is written, what differs is
 * named, and the exit code is 1.
 */
const folder = fileURLToPath(new URL('../shared/numeric/wasm/', import.meta.url));
const run = promisify(execFile);
/** As a process of its own: imported, its megabytes would pass through the loader of this program first. */
const compiler = fileURLToPath(new URL('../node_modules/assemblyscript/bin/asc.js', import.meta.url));
const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
/** The caller's memory, of which the compiler takes the first kilobyte for itself: see `openKernel`. */
const memory = ['--importMemory', '--lowMemoryLimit', '1024'];

const constant = (name: string): string =>
  `${name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Module`;

/** The module as TypeScript. @throws Error with the compiler's own words on a source that it refuses. */
async function compile(name: string, out: string): Promise<string> {
  await run(process.execPath, [compiler, `assembly/${name}.ts`, ...options, ...memory, '--outFile', out], {
    cwd: folder,
  });
  const lines = (await readFile(out, 'base64')).match(/.{1,112}/g) ?? [];
  return `/** Compiled from assembly/${name}.ts (${await kernelDigest(name)}) by \`npm run kernels\`: not to be edited. */
export const ${constant(name)} =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}

/** Writes the module of one source, or compares it. */
async function build(name: string, scratch: string): Promise<void> {
  const file = join(folder, `${name}-module.ts`);
  const built = await compile(name, join(scratch, `${name}.wasm`));
  if (!process.argv.includes('--check')) await writeFile(file, built);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== built) {
    console.error(`${file} is not what assembly/${name}.ts compiles to: run \`npm run kernels\`.`);
    process.exitCode = 1;
  }
}

const scratch = await mkdtemp(join(tmpdir(), 'kernels-'));
try {
  await Promise.all((await kernelNames()).map((name) => build(name, scratch)));
} finally {
  await rm(scratch, { recursive: true });
}
