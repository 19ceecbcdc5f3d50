import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ArtefactKind, packArtefact, unpackArtefact } from '../../shared/models/artefact.ts';
import { StoredObjectError } from '../../shared/models/stored-object-error.ts';

const folder = new URL('../fixtures/artefacts/', import.meta.url);

/** The bytes of `test/fixtures/artefacts/<kind>.v<version>.hex`; line breaks are for the reader. */
export function goldenBytes(kind: string, version: number): Uint8Array {
  const text = readFileSync(new URL(`${kind}.v${version}.hex`, folder), 'utf8');
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

/** Bytes as they are kept in a golden file: 40 a line. */
export const asGolden = (body: Uint8Array): string =>
  `${Buffer.from(body)
    .toString('hex')
    .replace(/(.{80})(?=.)/g, '$1\n')}\n`;

/**
 * Holds a kind to its golden files: what any release wrote is read by this one as `values[version]` says, and what this
 * one writes is what the golden file of its version holds. A changed format needs a new version and a new file.
 */
export function goldenArtefactSuite<T>(kind: ArtefactKind<T>, values: Readonly<Record<number, T>>): void {
  describe(`artefact '${kind.kind}'`, () => {
    it.each(Array.from({ length: kind.version }, (_, i) => i + 1))('still reads what version %i wrote', (version) => {
      expect(unpackArtefact(kind, goldenBytes(kind.kind, version))).toEqual(values[version]);
    });

    it('writes what its golden file holds', () => {
      const value = values[kind.version];
      expect(asGolden(packArtefact(kind, value))).toBe(asGolden(goldenBytes(kind.kind, kind.version)));
    });

    it('refuses every truncation of it as truncated or damaged', () => {
      const whole = goldenBytes(kind.kind, kind.version);
      const accepted: string[] = [];
      for (let length = 0; length < whole.length; length++) {
        try {
          unpackArtefact(kind, whole.subarray(0, length), 'some/key');
          accepted.push(`${length} bytes`);
        } catch (error) {
          const isNamed =
            error instanceof StoredObjectError && /truncated|damaged/.test(error.reason) && error.key === 'some/key';
          if (!isNamed) accepted.push(`${length} bytes: ${String(error)}`);
        }
      }
      expect(accepted).toEqual([]);
    });
  });
}
