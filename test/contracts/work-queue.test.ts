import { expect, it } from 'vitest';
import { MemoryWorkQueue } from '../../shared/adapters/local/memory-work-queue.ts';
import { workQueueSuite } from './suites/work-queue-suite.ts';

workQueueSuite('the queue in memory', async () => {
  const queue = new MemoryWorkQueue();
  return { queue, received: async () => queue.waiting };
});

it('the queue in memory hands out the oldest first, each once', async () => {
  const queue = new MemoryWorkQueue();
  await queue.send([1, 2].map((tick) => ({ watch: 'w', shard: 's', tick })));
  expect([queue.take()?.tick, queue.take()?.tick, queue.take()]).toEqual([1, 2, undefined]);
});
