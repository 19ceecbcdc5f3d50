import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileObjectStore } from '../../shared/adapters/local/file-object-store.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { objectStoreSuite } from './suites/object-store-suite.ts';

objectStoreSuite('the store in memory', async () => ({ store: new MemoryObjectStore() }), { refusesHostileKeys: true });

objectStoreSuite(
  'the store in a folder',
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'object-store-'));
    return {
      store: new FileObjectStore(root, { durable: false }),
      another: new FileObjectStore(root, { durable: false }),
      close: () => rm(root, { recursive: true }),
    };
  },
  { refusesHostileKeys: true },
);
