import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/aiops-emulators/', import.meta.url));

/**
 * The emulators, in a virtual environment of their own below `node_modules/.cache`, made once for each version of
 * requirements.txt.
 *
 * @returns the path of its Python.
 * @throws Error with what was tried and what it said, where Python, venv or the package index is missing.
 */
export function installEmulators(): string {
  const name = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(cache, name);
  const python = (of: string): string => join(of, 'bin', 'python3');
  if (existsSync(python(folder))) return python(folder);
  // Made elsewhere and moved when whole: who is interrupted leaves nothing that looks like it.
  const making = `${folder}-${process.pid}`;
  mkdirSync(cache, { recursive: true });
  try {
    run('python3', ['-m', 'venv', making]);
    run(python(making), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Somebody else may have been quicker.
    if (!existsSync(python(folder))) throw error;
  }
  return python(folder);
}

function run(command: string, args: readonly string[]): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 600_000 });
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: Buffer };
    const said = stderr === undefined || stderr.length === 0 ? message : stderr.toString().trim();
    throw new Error(`${command} ${args.join(' ')}: ${said.split('\n').slice(-5).join('\n')}`, { cause: error });
  }
}
