import type { Log } from '../ports/log.ts';
import type { Watch } from '../settings/settings.ts';

/**
 * What `run` makes of each watch, in order. One watch's trouble does not keep the others waiting: what failed is thrown
 * once all had their turn.
 *
 * @throws what failed; an AggregateError where several did.
 */
export async function forEachWatch<T>(
  watches: readonly Watch[],
  tick: number,
  log: Log,
  run: (watch: Watch) => Promise<T>,
): Promise<readonly T[]> {
  const done: T[] = [];
  const failures: unknown[] = [];
  for (const watch of watches) {
    try {
      done.push(await run(watch));
    } catch (error) {
      log.error('watch failed', { watch: watch.name, tick, error: String(error) });
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1)
    throw new AggregateError(
      failures,
      `${failures.length} of ${watches.length} watches failed: ${String(failures[0])}`,
    );
  return done;
}
