import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { RememberedReads } from '../../shared/adapters/local/remembered-reads.ts';
import { isWrittenOnce, keys } from '../../shared/settings/keys.ts';

class CountingStore extends MemoryObjectStore {
  gets = 0;
  override get(key: string) {
    this.gets++;
    return super.get(key);
  }
}

const text = (body: Uint8Array | undefined): string => new TextDecoder().decode(body);
const bytes = (words: string): Uint8Array => new TextEncoder().encode(words);

describe('a store whose reads are remembered', () => {
  it('is asked once for what never changes, and each time for everything else', async () => {
    const store = new CountingStore();
    const remembered = new RememberedReads(store, (key) => key === 'once');
    for (const key of ['once', 'often']) await store.put(key, bytes('1'));
    for (let look = 0; look < 3; look++) for (const key of ['once', 'often']) await remembered.get(key);
    expect(store.gets).toBe(1 + 3);
    await store.put('often', bytes('2'));
    expect(text((await remembered.get('often'))?.body)).toBe('2');
  });

  it('is asked again for what was not there', async () => {
    const store = new CountingStore();
    const remembered = new RememberedReads(store, () => true);
    expect(await remembered.get('late')).toBeUndefined();
    await store.put('late', bytes('here'));
    expect(text((await remembered.get('late'))?.body)).toBe('here');
  });

  it('lets go what was looked at longest ago, and never holds more than it may', async () => {
    const store = new CountingStore();
    const remembered = new RememberedReads(store, () => true, 250);
    for (const key of ['a', 'b', 'c']) await store.put(key, new Uint8Array(100));
    await store.put('large', new Uint8Array(1000));
    for (const key of ['a', 'b', 'a', 'c', 'a', 'large', 'large', 'a', 'b']) await remembered.get(key);
    expect(store.gets).toBe(3 + 2 + 1);
  });

  it('takes for unchanging the ticks of history, what was found at them and what was forecast, and nothing else', () => {
    const once = [keys.historyTick('w', 's', 60, 1e9), keys.anomalies(1e9, 'w', 's'), keys.forecasts('w', 's', 1e9)];
    const often = [
      keys.historyDay('w', 's', 60, 1e9),
      keys.historyBackfill('w', 's', 60, 1e9),
      keys.state('w', 's', 'anomaly'),
      keys.inventory('w'),
      keys.champion('w', 'forecaster'),
      keys.incident('w-1000000000'),
    ];
    expect([...once, ...often].map(isWrittenOnce)).toEqual([true, true, true, ...often.map(() => false)]);
  });
});
