import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const source = `import { showSources } from './shared/adapters/local/source-stacks.ts';
if (process.argv[2] === 'show') showSources(import.meta.url);
function judge(cpu: number): never {
  throw new RangeError(\`the load is \${cpu}\`);
}
try {
  [101].forEach(judge);
} catch (error) {
  console.log((error as Error).stack);
}
`;
/** Where \`new RangeError\` stands above. */
const thrownAt = /^ {4}at \S+ \(test-entry\.ts:4:9\)$/;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stacks-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Bundles the source as our functions are, with its map beside it. */
function bundle(map: 'as built' | 'absent' | 'not JSON'): void {
  const { outputFiles } = buildSync({
    stdin: { contents: source, loader: 'ts', sourcefile: 'test-entry.ts', resolveDir: root },
    absWorkingDir: root,
    outfile: join(root, 'dist/index.mjs'),
    sourcemap: 'linked',
    minify: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  for (const { path, text } of outputFiles) {
    if (!path.endsWith('.map')) writeFileSync(join(folder, 'index.mjs'), text);
    else if (map !== 'absent') {
      writeFileSync(join(folder, 'index.mjs.map'), map === 'not JSON' ? text.slice(0, 20) : text);
    }
  }
}

/** The lines of the stack that the bundle throws, in a process of its own. */
const stack = (how: 'plain' | 'show'): string[] =>
  execFileSync(process.execPath, [join(folder, 'index.mjs'), how], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');

describe('stacks of a bundle', () => {
  it('name line and column of the source where its map lies beside it, and leave frames of others alone', () => {
    bundle('as built');
    const [plain, shown] = [stack('plain'), stack('show')];
    expect(plain[1]).not.toMatch(thrownAt);
    expect(shown[0]).toBe('RangeError: the load is 101');
    expect(shown[1]).toMatch(thrownAt);
    const outside = (lines: string[]): string[] => lines.filter((line) => /Array\.forEach|node:/.test(line));
    expect(outside(shown)).toEqual(outside(plain));
    expect(outside(shown)).not.toEqual([]);
    expect(shown).toHaveLength(plain.length);
  });

  it.each(['absent', 'not JSON'] as const)('are as Node writes them where the map is %s', (map) => {
    bundle(map);
    expect(stack('show')).toEqual(stack('plain'));
  });
});
