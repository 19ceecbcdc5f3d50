import type { Clock } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';

/**
 * Runs something, and says in one line what came of it: what it was, its result in few words, and how long it took.
 * Whoever asks what happened at a certain minute reads this line of each function.
 *
 * @param tell what of the result is worth a line; by default all of it.
 * @throws what `work` throws, after a line that says so.
 */
export async function loggedRun<T extends object>(
  run: string,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
  work: () => Promise<T>,
  tell: (result: T) => LogFields = (result) => Object.fromEntries(Object.entries(result)),
): Promise<T> {
  const startedAt = clock.now();
  const seconds = (): number => Math.round((clock.now() - startedAt) * 1000) / 1000;
  try {
    const result = await work();
    log.info(`${run} done`, { ...tell(result), seconds: seconds() });
    return result;
  } catch (error) {
    log.error(`${run} failed`, { seconds: seconds(), error: String(error) });
    throw error;
  }
}
