import { describe, expect, it } from 'vitest';
import type { ShardMessage, WorkQueue } from '../../../shared/ports/work-queue.ts';

export interface WorkQueueUnderTest {
  readonly queue: WorkQueue;
  /** What workers would get. */
  readonly received: () => Promise<readonly ShardMessage[]>;
  close?(): Promise<void>;
}

/** What every work queue promises. */
export function workQueueSuite(name: string, open: () => Promise<WorkQueueUnderTest>): void {
  describe(`${name} keeps the promises of a work queue`, () => {
    const using = async (work: (subject: WorkQueueUnderTest) => Promise<void>): Promise<void> => {
      const subject = await open();
      try {
        await work(subject);
      } finally {
        await subject.close?.();
      }
    };
    const message = (i: number): ShardMessage => ({ watch: 'wätch/1', shard: `s-${i}`, tick: 1_763_700_300 });

    it('hands on a message as it is', () =>
      using(async ({ queue, received }) => {
        await queue.send([message(1)]);
        expect(await received()).toEqual([message(1)]);
      }));

    it('hands on more messages than fit into one batch, none lost', () =>
      using(async ({ queue, received }) => {
        const messages = Array.from({ length: 43 }, (_, i) => message(i));
        await queue.send(messages);
        expect(new Set((await received()).map(({ shard }) => shard))).toEqual(
          new Set(messages.map(({ shard }) => shard)),
        );
      }));

    it('says how many messages wait, at least while nobody takes any', () =>
      using(async ({ queue }) => {
        expect(await queue.backlog()).toBe(0);
        await queue.send(Array.from({ length: 13 }, (_, i) => message(i)));
        expect(await queue.backlog()).toBe(13);
      }));

    it('does nothing when there is nothing to do', () =>
      using(async ({ queue, received }) => {
        await queue.send([]);
        expect(await received()).toEqual([]);
      }));
  });
}
