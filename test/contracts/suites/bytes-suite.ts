import { describe, expect, it } from 'vitest';
import { StoredObjectError } from '../../../shared/models/stored-object-error.ts';
import type { Bytes } from '../../../shared/ports/bytes.ts';
import fc from '../../fakes/property.ts';

/** What every implementation of compression and digest promises. */
export function bytesSuite(name: string, bytes: Bytes): void {
  describe(`${name} keeps the promises of bytes`, () => {
    it('unpacks what it packed', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (body) => {
          expect(await bytes.gunzip(await bytes.gzip(body), 5_000)).toEqual(body);
        }),
      );
    });

    it('gives plain arrays', async () => {
      const packed = await bytes.gzip(Uint8Array.of(1));
      expect(packed.constructor).toBe(Uint8Array);
      expect((await bytes.gunzip(packed, 10)).constructor).toBe(Uint8Array);
    });

    it('packs the same bytes the same way, so that a stored object can be compared', async () => {
      const body = Uint8Array.from({ length: 10_000 }, (_, i) => i % 7);
      expect(await bytes.gzip(body)).toEqual(await bytes.gzip(body.slice()));
    });

    it('unpacks up to the limit and nothing beyond it', async () => {
      const bomb = await bytes.gzip(new Uint8Array(1_000_000));
      expect(bomb.length).toBeLessThan(10_000);
      expect(await bytes.gunzip(bomb, 1_000_000)).toHaveLength(1_000_000);
      await expect(bytes.gunzip(bomb, 999_999)).rejects.toThrow(/unpacks to more than 999999 bytes/);
      await expect(bytes.gunzip(bomb, 0)).rejects.toThrow(StoredObjectError);
    });

    it('refuses every truncation', async () => {
      const packed = await bytes.gzip(new TextEncoder().encode('all or nothing, all or nothing'));
      for (let length = 0; length < packed.length; length++) {
        await expect(bytes.gunzip(packed.slice(0, length), 1_000), `${length} bytes`).rejects.toMatchObject({
          reason: 'truncated',
        });
      }
    });

    it('refuses what is not gzip or was changed', async () => {
      await expect(bytes.gunzip(new TextEncoder().encode('plain text'), 1_000)).rejects.toMatchObject({
        reason: 'damaged',
      });
      const packed = await bytes.gzip(Uint8Array.from({ length: 300 }, (_, i) => (i * i) % 251));
      const middle = packed.length >> 1;
      await expect(bytes.gunzip(packed.with(middle, packed[middle] ^ 1), 1_000)).rejects.toMatchObject({
        name: 'StoredObjectError',
      });
    });

    it('keeps all of that with bodies of any size', async () => {
      // Hardly to be compressed, so that what is packed is as large.
      const large = Uint8Array.from({ length: 300_000 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) & 255);
      for (const body of [large.subarray(0, 30_000), large]) {
        const packed = await bytes.gzip(body);
        expect(await bytes.gunzip(packed, body.length)).toEqual(body);
        const refused = (one: Uint8Array, most: number) => expect(bytes.gunzip(one, most)).rejects;
        await refused(packed, body.length - 1).toMatchObject({ reason: 'too-large' });
        await refused(packed.slice(0, -1), body.length).toMatchObject({ reason: 'truncated' });
        await refused(packed.with(0, 0), body.length).toMatchObject({ reason: 'damaged' });
      }
    });

    // SHA-256 of "abc" as FIPS 180-4 gives it: printf abc | sha256sum
    it('digests as SHA-256 in lower-case hexadecimal', () => {
      expect(bytes.digest(new TextEncoder().encode('abc'))).toBe(
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      );
    });
  });
}
