import type { ShardMessage } from '../ports/work-queue.ts';
import { type CalledNormal, calledNormalOf } from './called-normal.ts';
import { feedbackIds, type FeedbackPorts, readFeedback } from './list-feedback.ts';

/**
 * What people call normal in a shard by now. Feedback never changes once it is written: what is known is kept while it
 * is still listed, what has ended included, and only what is new is read.
 *
 * @param known what the tick that ends now heeded.
 */
export async function renewCalledNormal(
  known: readonly CalledNormal[],
  { watch, shard }: Pick<ShardMessage, 'watch' | 'shard'>,
  ports: FeedbackPorts,
): Promise<readonly CalledNormal[]> {
  const before = new Map(known.map((one) => [one.id, one]));
  const found: CalledNormal[] = [];
  for (const id of await feedbackIds(ports.store, watch, shard)) {
    const one = before.get(id);
    if (one !== undefined) {
      found.push(one);
      continue;
    }
    const read = await readFeedback(watch, id, ports);
    if (typeof read === 'object') found.push(calledNormalOf(read));
  }
  return found;
}
