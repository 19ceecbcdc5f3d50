// `npm run build`: what the package holds, into dist/. The construct as one CommonJS module with its types, every
// function bundled, the command line as ES modules, and what of others is in them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { bundledFiles, bundleFunctions } from '../lib/parts/function-bundles.ts';
import { bundledPackages, licencesOf, shippedMaterials, type CycloneDx } from './bundled-packages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};
const installed = Object.entries(manifest.dependencies).map(([name, version]) => ({ name, version }));

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  metafile: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  legalComments: 'none',
  logLevel: 'error',
};

/** Modules that in the package are others: there are no sources to bundle, and no loader is needed. */
const packaged: Plugin = {
  name: 'packaged',
  setup(building) {
    const instead = (filter: RegExp, path: string): void =>
      building.onResolve({ filter }, () => ({ path: join(root, path) }));
    instead(/\/function-code\.ts$/, 'lib/parts/prebuilt-function-code.ts');
    instead(/\/installed-rasteriser\.ts$/, 'shared/adapters/local/packaged-rasteriser.ts');
    instead(/^whatwg-url$/, 'shared/adapters/http/platform-url.ts');
    building.onResolve({ filter: /^tsx\/esm\/api$/ }, ({ path }) => ({ path, namespace: 'no-loader' }));
    building.onLoad({ filter: /.*/, namespace: 'no-loader' }, () => ({
      contents: 'export const register = () => {};',
    }));
  },
};

function write(path: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(join(dist, path)), { recursive: true });
  writeFileSync(join(dist, path), contents);
}

/** CommonJS, which `cdk init` writes apps in and which every loader reads, those of test runners too. */
async function buildConstruct(): Promise<Metafile> {
  const { metafile } = await build({
    ...shared,
    entryPoints: ['lib/index.ts'],
    outfile: 'dist/index.js',
    format: 'cjs',
    external: ['aws-cdk-lib', 'constructs', ...installed.map(({ name }) => name)],
    define: { 'import.meta.dirname': '__dirname' },
    plugins: [packaged],
    metafile: true,
  });
  // The nearest package.json says what kind of modules these are, types included; the command line reads its version.
  write('package.json', `${JSON.stringify({ name: manifest.name, version: manifest.version, type: 'commonjs' })}\n`);
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.package.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  return metafile;
}

function buildFunctions(): void {
  for (const [name, files] of bundleFunctions())
    for (const file of files) write(`functions/${name}/${file.name}`, file.contents);
}

/** Flat: its modules find threads, schema and version by paths from where they lie themselves. */
async function buildCommandLine(): Promise<Metafile> {
  const { metafile } = await build({
    ...shared,
    entryPoints: {
      aiops: 'bin/aiops.ts',
      'score-worker': 'bin/score-worker.mjs',
      'backtest-worker': 'bin/backtest-worker.mjs',
      'lstm-thread': 'shared/adapters/local/lstm-thread.mjs',
    },
    outdir: 'dist/cli',
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    format: 'esm',
    splitting: true,
    minify: true,
    keepNames: true,
    external: installed.map(({ name }) => name),
    banner: { js: "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);" },
    plugins: [packaged],
    metafile: true,
  });
  return metafile;
}

rmSync(dist, { recursive: true, force: true });
const construct = await buildConstruct();
buildFunctions();
const commandLine = await buildCommandLine();

const files = [...Object.keys(construct.inputs), ...Object.keys(commandLine.inputs), ...bundledFiles()];
const packages = bundledPackages(files, root);
const npm = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
const everything = JSON.parse(
  execFileSync('npm', npm, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 }),
) as CycloneDx;
write('sbom.cdx.json', `${JSON.stringify(shippedMaterials(everything, [...packages, ...installed]), undefined, 2)}\n`);
write('third-party-licences.txt', licencesOf(packages, root));
console.log(
  `dist/: construct, ${bundleFunctions().size} functions, command line; ${packages.length} packages of others`,
);
