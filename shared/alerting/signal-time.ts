import type { Signal } from './signal.ts';

/** More than clocks differ, and than a tick is early. */
const FURTHEST_AHEAD_SECONDS = 3600;

/**
 * Refuses a signal of a tick that is yet to come: were it heard, everything said until then would be too old to count.
 *
 * @param now epoch seconds. @throws RangeError that names the signal, its tick and what to look at.
 */
export function refuseAhead(
  signal: Pick<Signal, 'watch' | 'entity' | 'evaluatedAt' | 'intervalSeconds'>,
  now: number,
): void {
  const { watch, entity, evaluatedAt, intervalSeconds } = signal;
  const ahead = evaluatedAt - now;
  // Not `>`: what is no number is refused, too.
  if (ahead <= Math.max(FURTHEST_AHEAD_SECONDS, intervalSeconds)) return;
  throw new RangeError(
    `the signal of '${entity.slice(0, 100)}' in watch '${watch}' is of tick ${evaluatedAt}, ${Math.round(ahead / 60)} minutes ahead of the clock → ticks are the scheduled times of the anomaly function, in epoch seconds`,
  );
}
