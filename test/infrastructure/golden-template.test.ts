import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { goldenDeployment } from './golden-deployment.ts';
import { flat, withoutDigests } from './rights-of.ts';

const file = new URL('golden/template.yaml', import.meta.url);
const heading = `# Every resource of a deployment, as CloudFormation is told of it; rights are in rights.txt, and hashes left out.
# \`npm run golden\` writes it anew; read the difference.
`;

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** References as people read them: `<Bucket.Arn>/state/*`. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && /^(Ref|Fn::GetAtt|Fn::Join)$/.test(keys[0])) return flat(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, readable(one)]));
}

/** By type and name, so that what is added is added in one place; what CDK makes for itself is not ours to review. */
function reviewable(resources: Readonly<Record<string, Resource>>): object {
  const byType: Record<string, Record<string, unknown>> = {};
  for (const [id, { Type, Properties = {}, DeletionPolicy }] of Object.entries(resources)) {
    if (Type === 'AWS::IAM::Policy' || Type === 'AWS::CDK::Metadata') continue;
    // Where the code of a function lies is all digests, and a deployment's settings are in docs of their own.
    const told = Object.fromEntries(
      Object.entries(Properties).filter(([name]) => name !== 'Code' && name !== 'SourceMarkers'),
    );
    const kept = DeletionPolicy === 'Retain' ? { DeletionPolicy } : {};
    (byType[Type] ??= {})[withoutDigests(id)] = { ...(readable(told) as object), ...kept };
  }
  return Object.fromEntries(Object.entries(byType).sort(([a], [b]) => (a < b ? -1 : 1)));
}

it('is the template that was reviewed: `npm run golden` writes it anew', () => {
  const { Resources } = goldenDeployment().template.toJSON() as { Resources: Record<string, Resource> };
  const text = stringify(reviewable(Resources), {
    lineWidth: 120,
    aliasDuplicateObjects: false,
    sortMapEntries: false,
  });
  const golden = heading + withoutDigests(text);
  if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(file, golden);
  expect(golden).toBe(readFileSync(file, 'utf8'));
});
