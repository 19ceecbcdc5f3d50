import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../shared/numeric/wasm/assembly/', import.meta.url));

/** The kernels there are, by the names of their sources. */
export async function kernelNames(): Promise<readonly string[]> {
  const files = await readdir(sources);
  return files.flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : [])).sort();
}

/**
 * Digest of all that a kernel is compiled from: its source, and what that takes from the folder of its name. It stands in
 * the compiled module, so that one whose source was changed since is found out without compiling.
 */
export async function kernelDigest(name: string): Promise<string> {
  const own = join(sources, name);
  const parts = await readdir(own).catch(() => []);
  const hash = createHash('sha256');
  for (const file of [`${own}.ts`, ...parts.sort().map((part) => join(own, part))])
    hash.update(await readFile(file)).update('\0');
  return hash.digest('hex').slice(0, 32);
}
