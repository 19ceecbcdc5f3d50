import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of others, parts of which are in ours. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** Folder it is installed in, from the root of the repository. */
  readonly folder: string;
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly properties?: readonly { readonly name: string }[];
}

/** What `npm sbom --sbom-format cyclonedx` writes, as far as it is read here. */
export interface CycloneDx {
  readonly metadata: { readonly component: { readonly 'bom-ref': string; readonly name: string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * The packages that bundled files come from, by name and version, each once.
 *
 * @param files paths from the root, with slashes, as esbuild's metafile names them.
 * @throws Error for a file below `node_modules` that belongs to no package with a name and a version.
 */
export function bundledPackages(files: Iterable<string>, root: string): readonly BundledPackage[] {
  const found = new Map<string, BundledPackage>();
  for (const file of files) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
    if (folder === undefined) continue;
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Partial<BundledPackage>;
    const { name, version } = manifest;
    if (name === undefined || version === undefined)
      throw new Error(`${folder}/package.json has no name or no version`);
    found.set(`${name}@${version}`, { name, version, folder });
  }
  return [...found.values()].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1,
  );
}

/**
 * Of a bill of materials of everything that is installed here, the part that reaches whoever installs our package: what
 * is bundled, and what is installed beside it.
 *
 * @param whole of the repository, tools included.
 * @throws Error for a package that is shipped and not on the bill.
 */
export function shippedMaterials(
  whole: CycloneDx,
  shipped: readonly Pick<BundledPackage, 'name' | 'version'>[],
): CycloneDx {
  const asked = new Set(shipped.map(({ name, version }) => `${name}@${version}`));
  const components = whole.components.filter(({ name, version }) => asked.has(`${name}@${version}`));
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const missing = [...asked].filter((one) => !listed.has(one));
  if (missing.length > 0) throw new Error(`not in package-lock.json: ${missing.join(', ')} → run npm ci`);
  const ours = whole.metadata.component['bom-ref'];
  return {
    ...whole,
    // npm calls it by the folder it lies in, and takes for tools of development what is bundled.
    metadata: {
      ...whole.metadata,
      component: { ...whole.metadata.component, name: ours.slice(0, ours.lastIndexOf('@')) },
    },
    components: components.map((one) => ({
      ...one,
      scope: 'required',
      properties: (one.properties ?? []).filter(({ name }) => name !== 'cdx:npm:package:development'),
    })),
    dependencies: [{ ref: ours, dependsOn: [...listed].sort() }],
  };
}

/** The licences of what is bundled, which ask to go along with it. */
export function licencesOf(packages: readonly BundledPackage[], root: string): string {
  const texts = packages.map(({ name, version, folder }) => {
    const file = readdirSync(join(root, folder)).find((one) => /^(licen[cs]e|copying)/i.test(one));
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { license?: unknown };
    const licence = typeof manifest.license === 'string' ? manifest.license : 'see its repository';
    const path = file === undefined ? undefined : join(root, folder, file);
    const text = path === undefined || !existsSync(path) ? '' : `\n${readFileSync(path, 'utf8').trim()}\n`;
    return `${name} ${version} (${licence})\n${text}`;
  });
  return `What of others is bundled in this package, and under which licence.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
