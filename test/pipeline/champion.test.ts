import { describe, expect, it } from 'vitest';
import type { ModelOrigin } from '../../shared/models/registry.ts';
import { championId, loadModel, modelsOf } from '../../shared/pipeline/champion.ts';
import { keys } from '../../shared/settings/keys.ts';
import { interrupted, memoryPorts } from '../metrics/stored-ports.ts';

const role = 'entity-detector';
const origin: ModelOrigin = {
  trainedAt: 1_790_000_000,
  by: 'train function',
  why: 'weekly schedule',
  dataDigest: 'ab12',
  dataFrom: 1_789_000_000,
  dataTo: 1_790_000_000,
  seed: 7,
};

/** Two registered models, the first of them in use; every read and every complaint is noted. */
async function twoModels() {
  const memory = memoryPorts();
  const read: string[] = [];
  const said: string[] = [];
  const note = (text: string): void => void said.push(text);
  const store = interrupted(memory.store, (_, what) => void read.push(what));
  const ports = { ...memory, store, log: { info: note, warn: note, error: note } };
  const models = modelsOf(memory, 'servers');
  const ids: string[] = [];
  for (const threshold of [1.5, 2.5])
    ids.push(await models.register({ threshold, timezone: 'UTC', fused: null }, origin, {}));
  const promote = (id: string) => models.promote({ id, at: origin.trainedAt, by: 'a test', why: 'to see' });
  await promote(ids[0]);
  return { ports, ids, read, said, promote };
}

describe('the model in use', () => {
  it('is known without reading it again where it was just read', async () => {
    const { ports, ids, read } = await twoModels();
    const loaded = await loadModel(ports, 'servers', ids[0]);
    expect(loaded?.threshold).toBe(1.5);
    read.length = 0;
    expect(await championId(ports, 'servers', loaded?.id)).toBe(ids[0]);
    expect(read).toEqual([`get ${keys.champion('servers', role)}`]);
  });

  it('is another as soon as one was promoted, and that one is read before it is counted on', async () => {
    const { ports, ids, read, promote } = await twoModels();
    await promote(ids[1]);
    expect(await championId(ports, 'servers', ids[0])).toBe(ids[1]);
    expect(read).toContain(`get ${keys.model('servers', role, ids[1])}`);
  });

  it('is none where the newly promoted one cannot be read, which is said', async () => {
    const { ports, ids, said, promote } = await twoModels();
    await promote(ids[1]);
    await ports.store.put(keys.model('servers', role, ids[1]), new Uint8Array([1, 2, 3]));
    expect(await championId(ports, 'servers', ids[0])).toBeUndefined();
    expect(said).toEqual(['model unreadable: judging without it']);
  });

  it('is none before the first promotion, whatever was read', async () => {
    const ports = { ...memoryPorts(), log: { info() {}, warn() {}, error() {} } };
    expect(await championId(ports, 'servers', 'some-model')).toBeUndefined();
  });
});
