import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { readOnce, readStoredSettings } from '../../shared/pipeline/stored-settings.ts';
import { SettingsError } from '../../shared/settings/settings-error.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';

const key = 'settings/abc.json';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('stored settings', () => {
  it('come back as they were stored', async () => {
    const settings = settingsSchema.parse({ watches: { servers: { select: 'AWS/EC2' } } });
    const store = new MemoryObjectStore();
    await store.put(key, bytes(JSON.stringify(settings)));
    expect(await readStoredSettings(store, key)).toEqual(settings);
  });

  it.each([
    ['are missing', undefined],
    ['are cut short', '{"watches":{"servers":{"sel'],
    ['are empty', ''],
    ['are settings of nothing', '{"watches":{}}'],
    ['have a key that this code does not know', '{"watches":{"w":{"select":"AWS/EC2"}},"forecasts":true}'],
  ])('that %s are refused by name', async (_, text) => {
    const store = new MemoryObjectStore();
    if (text !== undefined) await store.put(key, bytes(text));
    const reading = readStoredSettings(store, key);
    await expect(reading).rejects.toThrow(SettingsError);
    await expect(reading).rejects.toThrow(key);
  });
});

describe('reading once', () => {
  it('asks once, also for those who ask meanwhile', async () => {
    let asked = 0;
    const read = readOnce(async () => ++asked);
    expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
    expect(await read()).toBe(1);
  });

  it('asks again after a failure', async () => {
    let asked = 0;
    const read = readOnce(async () => {
      if (++asked === 1) throw new Error('throttled');
      return asked;
    });
    await expect(read()).rejects.toThrow('throttled');
    expect(await read()).toBe(2);
  });
});
