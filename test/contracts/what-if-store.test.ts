import { describe, expect, it } from 'vitest';
import { WhatIfStore } from '../../bin/what-if-store.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { objectStoreSuite } from './suites/object-store-suite.ts';

/** Every second key or so, so that the suite's own meet on both sides. */
const isScratch = (key: string): boolean => key.length % 2 === 0;

objectStoreSuite(
  'a store of which a part is thrown away',
  async () => ({
    store: new WhatIfStore(new MemoryObjectStore(), isScratch),
  }),
  { refusesHostileKeys: true },
);

describe('asking what if', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const keysOf = async (store: { list(prefix: string): AsyncIterable<string> }): Promise<readonly string[]> => {
    const keys: string[] = [];
    for await (const key of store.list('')) keys.push(key);
    return keys;
  };

  it('neither sees nor changes what lies in the part that is thrown away; the rest is the store itself', async () => {
    const store = new MemoryObjectStore();
    for (const key of ['forecasts/a', 'history/a', 'state/w/s/forecast']) await store.put(key, bytes('theirs'));
    const asked = new WhatIfStore(store, (key) => key.startsWith('forecasts/') || key.endsWith('/forecast'));
    expect(await keysOf(asked)).toEqual(['history/a']);
    expect(await asked.get('forecasts/a')).toBe(undefined);
    expect(await asked.put('forecasts/a', bytes('ours'), 'absent')).toBe('stored');
    await asked.put('history/b', bytes('ours'));
    expect(await keysOf(asked)).toEqual(['forecasts/a', 'history/a', 'history/b']);
    expect(await keysOf(store)).toEqual(['forecasts/a', 'history/a', 'history/b', 'state/w/s/forecast']);
    expect(new TextDecoder().decode((await store.get('forecasts/a'))?.body)).toBe('theirs');
    expect(await asked.get('state/w/s/forecast')).toBe(undefined);
  });
});
