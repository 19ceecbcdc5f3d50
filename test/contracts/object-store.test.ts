import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileObjectStore } from '../../shared/adapters/local/file-object-store.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { RememberedReads } from '../../shared/adapters/local/remembered-reads.ts';
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

objectStoreSuite(
  'a store whose reads are remembered',
  async () => ({ store: new RememberedReads(new MemoryObjectStore(), () => true) }),
  { refusesHostileKeys: true },
);
