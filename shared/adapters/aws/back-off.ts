import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface BackOff {
  /** How often something is tried in all. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly longestMs: number;
}

/**
 * Waits before attempt `attempt` (1 is the first retry): a random time between 0 and a limit that doubles, so that
 * many who failed together do not come back together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter")
 */
export async function pause({ baseMs, longestMs }: BackOff, attempt: number): Promise<void> {
  const limit = Math.min(longestMs, baseMs * 2 ** (attempt - 1));
  await sleep(randomInt(Math.max(1, Math.ceil(limit)) + 1));
}
