import type { EntityWindow, JudgedRow } from './judge.ts';
import type { RecentValues } from './shard-state.ts';

/** Slots kept for charts: five hours at 5 min, one at 1 min. */
export const RECENT_SLOTS = 60;

/** The charts' values after some more rows, one per slot, of every series of the window. */
export function advanceRecent(
  before: readonly RecentValues[],
  window: EntityWindow,
  rows: readonly JudgedRow[],
): readonly RecentValues[] {
  const known = new Map(before.map((one) => [one.id, one]));
  const width = window.series.length;
  return window.series.map(({ id }, column) => {
    const earlier = known.get(id);
    const moved = (pick: (one: RecentValues) => Float32Array, at: (row: number) => number): Float32Array => {
      const next = new Float32Array(RECENT_SLOTS).fill(Number.NaN);
      const kept = Math.max(0, RECENT_SLOTS - rows.length);
      if (earlier !== undefined) next.set(pick(earlier).subarray(RECENT_SLOTS - kept), 0);
      for (let slot = kept; slot < RECENT_SLOTS; slot++) next[slot] = at(rows.length - RECENT_SLOTS + slot);
      return next;
    };
    const bound = (side: 'lower' | 'upper') => (row: number) => {
      const verdict = rows[row].series[column];
      return verdict.status === 'unknown' ? Number.NaN : verdict[side];
    };
    return {
      id,
      values: moved(
        (one) => one.values,
        (row) => window.values[row * width + column],
      ),
      lower: moved((one) => one.lower, bound('lower')),
      upper: moved((one) => one.upper, bound('upper')),
    };
  });
}
