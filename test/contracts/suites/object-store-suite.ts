import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore, Version } from '../../../shared/ports/object-store.ts';

/** One store, and how to get rid of it. `another` opens the same objects as a second process would. */
export interface ObjectStoreUnderTest {
  readonly store: ObjectStore;
  readonly another?: ObjectStore;
  close?(): Promise<void>;
}

export interface ObjectStoreSuiteOptions {
  /** Whether keys that could leave a folder are refused; S3 itself has no folder to leave. */
  readonly refusesHostileKeys: boolean;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (body: Uint8Array | undefined): string | undefined =>
  body === undefined ? undefined : new TextDecoder().decode(body);

async function keysOf(store: ObjectStore, prefix: string, startAfter?: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const key of store.list(prefix, startAfter)) found.push(key);
  return found;
}

/** What every object store promises. */
export function objectStoreSuite(
  name: string,
  open: () => Promise<ObjectStoreUnderTest>,
  options: ObjectStoreSuiteOptions,
): void {
  describe(`${name} keeps the promises of an object store`, () => {
    let subject: ObjectStoreUnderTest;
    let store: ObjectStore;
    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(async () => subject.close?.());

    const versionAt = async (key: string): Promise<Version> => (await store.get(key))!.version;

    it('answers undefined for what is not there', async () => {
      expect(await store.get('state/none')).toBeUndefined();
    });

    it('gives back the bytes it was given, empty and binary ones too', async () => {
      const all = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256);
      await store.put('a/empty', new Uint8Array(0));
      await store.put('a/binary', all);
      expect((await store.get('a/empty'))?.body).toHaveLength(0);
      expect(Buffer.from((await store.get('a/binary'))!.body).equals(Buffer.from(all))).toBe(true);
    });

    it('keeps what it was given when the caller goes on to change its array', async () => {
      const body = bytes('before');
      await store.put('a/kept', body);
      body.fill(0);
      (await store.get('a/kept'))!.body.fill(1);
      expect(text((await store.get('a/kept'))?.body)).toBe('before');
    });

    it('overwrites when nothing is expected', async () => {
      expect(await store.put('k', bytes('1'))).toBe('stored');
      expect(await store.put('k', bytes('2'))).toBe('stored');
      expect(text((await store.get('k'))?.body)).toBe('2');
    });

    it('creates only what is absent', async () => {
      expect(await store.put('k', bytes('1'), 'absent')).toBe('stored');
      expect(await store.put('k', bytes('2'), 'absent')).toBe('conflict');
      expect(text((await store.get('k'))?.body)).toBe('1');
    });

    it('replaces only the version that is expected', async () => {
      await store.put('k', bytes('1'));
      const first = await versionAt('k');
      expect(await store.put('k', bytes('2'), first)).toBe('stored');
      expect(await store.put('k', bytes('3'), first)).toBe('conflict');
      expect(text((await store.get('k'))?.body)).toBe('2');
    });

    it('does not replace what has gone', async () => {
      await store.put('k', bytes('1'));
      const first = await versionAt('k');
      await store.delete('k');
      expect(await store.put('k', bytes('2'), first)).toBe('conflict');
      expect(await store.get('k')).toBeUndefined();
    });

    it('gives the same version to two readers of the same write', async () => {
      await store.put('k', bytes('1'));
      expect(await versionAt('k')).toBe(await versionAt('k'));
    });

    it('lets exactly one of many simultaneous creations win', async () => {
      const other = subject.another ?? store;
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? store : other).put('race', bytes(`${i}`), 'absent')),
      );
      expect(results.filter((result) => result === 'stored')).toHaveLength(1);
      expect(text((await store.get('race'))?.body)).toBe(`${results.indexOf('stored')}`);
    });

    it('loses none of many simultaneous increments made by compare-and-swap', async () => {
      const other = subject.another ?? store;
      await store.put('counter', bytes('0'));
      const increment = async (one: ObjectStore): Promise<void> => {
        for (;;) {
          const { body, version } = (await one.get('counter'))!;
          if ((await one.put('counter', bytes(String(Number(text(body)) + 1)), version)) === 'stored') return;
        }
      };
      await Promise.all(Array.from({ length: 16 }, (_, i) => increment(i % 2 === 0 ? store : other)));
      expect(text((await store.get('counter'))?.body)).toBe('16');
    });

    it('deletes, and does not mind deleting twice', async () => {
      await store.put('a/b/c', bytes('1'));
      await store.delete('a/b/c');
      await store.delete('a/b/c');
      expect(await store.get('a/b/c')).toBeUndefined();
      expect(await keysOf(store, '')).toEqual([]);
    });

    it('lists in ascending UTF-8 order of whole keys, not folder by folder', async () => {
      // '-' < '/' < '0', and U+FF61 comes before U+1F600 in UTF-8 but after it in UTF-16.
      const ascending = ['a-b', 'a/b', 'a/b-c', 'a/b0', 'a0', 'é', '\uFF61', '\u{1F600}'];
      for (const key of [...ascending].reverse()) await store.put(key, bytes(key));
      expect(await keysOf(store, '')).toEqual(ascending);
    });

    it('lists below a prefix that ends inside a name', async () => {
      for (const key of ['h/s-1/x', 'h/s-10/x', 'h/s-2/x', 'h/t', 'hs']) await store.put(key, bytes(key));
      expect(await keysOf(store, 'h/s-1')).toEqual(['h/s-1/x', 'h/s-10/x']);
      expect(await keysOf(store, 'h/s-1/')).toEqual(['h/s-1/x']);
      expect(await keysOf(store, 'nothing/')).toEqual([]);
    });

    it('lists only what comes after a key, be it there or not', async () => {
      for (const key of ['d/1', 'd/2', 'd/2/x', 'd/3'].filter((key) => key !== 'd/2')) await store.put(key, bytes(key));
      expect(await keysOf(store, 'd/', 'd/1')).toEqual(['d/2/x', 'd/3']);
      expect(await keysOf(store, 'd/', 'd/2')).toEqual(['d/2/x', 'd/3']);
      expect(await keysOf(store, 'd/', 'd/2/x')).toEqual(['d/3']);
      expect(await keysOf(store, 'd/', 'd/9')).toEqual([]);
      expect(await keysOf(store, 'd/', 'a')).toEqual(['d/1', 'd/2/x', 'd/3']);
    });

    it('lists more keys than one page of any provider holds', async () => {
      const keys = Array.from({ length: 1_050 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
      for (let i = 0; i < keys.length; i += 50) {
        await Promise.all(keys.slice(i, i + 50).map((key) => store.put(key, bytes('x'))));
      }
      expect(await keysOf(store, 'many/')).toEqual(keys);
    });

    it.runIf(options.refusesHostileKeys).each([
      ['nothing', ''],
      ['the folder above', '../secret'],
      ['the folder above, from inside', 'a/../../secret'],
      ['the folder itself', 'a/./b'],
      ['an absolute path', '/etc/passwd'],
      ['a NUL', 'a\u0000b'],
      ['a backslash', 'a\\..\\b'],
      ['an empty part', 'a//b'],
      ['a folder', 'a/'],
      ['half a character', 'a\uD800b'],
      ['a part that is no file name', `a/${'x'.repeat(256)}`],
      ['more than 1,024 bytes', 'é/'.repeat(342) + 'x'],
    ])('refuses a key that is %s', async (_what, key) => {
      await expect(store.get(key)).rejects.toThrow(RangeError);
      await expect(store.put(key, bytes('x'))).rejects.toThrow(RangeError);
      await expect(store.delete(key)).rejects.toThrow(RangeError);
    });
  });
}
