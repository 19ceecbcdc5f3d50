import type { Log } from '../ports/log.ts';
import type { ShardMessage } from '../ports/work-queue.ts';
import { readShardMessage } from './read-event.ts';

/** A message of a queue, by what its queue calls it. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
}

/**
 * Runs the shards of some messages, one after the other.
 *
 * @returns those that failed, or cannot be read: the queue delivers them again, and puts them aside in the end.
 */
export async function runShardMessages(
  messages: readonly QueuedMessage[],
  log: Log,
  run: (message: ShardMessage) => Promise<unknown>,
): Promise<{ itemIdentifier: string }[]> {
  const failed: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of messages) {
    try {
      await run(readShardMessage(body));
    } catch (error) {
      // Not swallowed: the queue is told which one to deliver again.
      log.error('shard failed', { messageId, body, error });
      failed.push({ itemIdentifier: messageId });
    }
  }
  return failed;
}
