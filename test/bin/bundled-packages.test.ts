import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundledPackages, licencesOf, shippedMaterials, type CycloneDx } from '../../bin/bundled-packages.ts';

const root = mkdtempSync(join(tmpdir(), 'bundled-packages-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function install(folder: string, manifest: object, licence?: string): void {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify(manifest));
  if (licence !== undefined) writeFileSync(join(root, folder, 'LICENSE.md'), licence);
}
install('node_modules/plain', { name: 'plain', version: '1.0.0', license: 'MIT' }, 'MIT, in full\n');
install('node_modules/@scope/one', { name: '@scope/one', version: '2.0.0', license: 'Apache-2.0' });
install('node_modules/@scope/one/node_modules/plain', { name: 'plain', version: '0.9.0', license: 'MIT' });
install('node_modules/nameless', { type: 'module' });

const shipped = bundledPackages(
  [
    'shared/metrics/metric.ts',
    'node_modules/plain/a.js',
    'node_modules/plain/lib/b.js',
    'node_modules/@scope/one/index.js',
    'node_modules/@scope/one/node_modules/plain/a.js',
    'no-loader:tsx/esm/api',
  ],
  root,
);

describe('packages that are bundled', () => {
  it('are found by the files of theirs, each version once, the innermost folder first', () => {
    expect(shipped.map(({ name, version }) => `${name}@${version}`)).toEqual([
      '@scope/one@2.0.0',
      'plain@0.9.0',
      'plain@1.0.0',
    ]);
  });

  it('need a name', () => {
    expect(() => bundledPackages(['node_modules/nameless/a.js'], root)).toThrow(/nameless\/package\.json has no name/);
  });

  it('bring their licences, in full where there is a text', () => {
    const text = licencesOf(shipped, root);
    expect(text).toContain('plain 1.0.0 (MIT)\n\nMIT, in full');
    expect(text).toContain('@scope/one 2.0.0 (Apache-2.0)');
  });
});

describe('the bill of materials', () => {
  const component = (name: string, version: string) => ({
    name,
    version,
    purl: `pkg:npm/${name}@${version}`,
    properties: [{ name: 'cdx:npm:package:development' }, { name: 'cdx:npm:package:path' }],
  });
  const whole: CycloneDx = {
    metadata: { component: { 'bom-ref': '@ours/all@0.1.0', name: 'folder' } },
    components: [...shipped.map(({ name, version }) => component(name, version)), component('vitest', '4.1.0')],
    dependencies: [{ ref: 'vitest@4.1.0', dependsOn: [] }],
  };

  it('lists what is shipped under our name, and no tool', () => {
    const bill = shippedMaterials(whole, shipped);
    expect(bill.metadata.component.name).toBe('@ours/all');
    expect(bill.components.map(({ name }) => name)).not.toContain('vitest');
    expect(bill.components.flatMap(({ properties = [] }) => properties.map(({ name }) => name))).toEqual(
      Array(3).fill('cdx:npm:package:path'),
    );
    expect(bill.dependencies).toEqual([
      { ref: '@ours/all@0.1.0', dependsOn: ['@scope/one@2.0.0', 'plain@0.9.0', 'plain@1.0.0'] },
    ]);
  });

  it('is refused where it lacks something that is shipped', () => {
    expect(() => shippedMaterials(whole, [...shipped, { name: 'smuggled', version: '6.6.6' }])).toThrow(
      /smuggled@6\.6\.6 → run npm ci/,
    );
  });
});
