import type { HistoryTick } from '../metrics/history-format.ts';
import type { HeldValues } from './shard-state.ts';

export interface MergedValues {
  readonly held: HeldValues;
  /** Values that came after their slot was judged as a gap. */
  readonly late: number;
  /** Values that replaced another of the same slot. */
  readonly revised: number;
}

/**
 * What is known of the slots `from <= slot < to` after some pulls: the values held before, overwritten by each pull in
 * the order given. The last value of a slot wins; a pull that has none for a slot takes nothing away. Series appear in
 * the order of `ids`; what is not among them is let go.
 *
 * @param judgedTo slots before it were judged: a first value for one of them is late.
 */
export function mergeHeld(
  before: HeldValues | undefined,
  pulls: readonly HistoryTick[],
  ids: readonly string[],
  grid: { readonly from: number; readonly to: number; readonly periodSeconds: number; readonly judgedTo: number },
): MergedValues {
  const { from, to, periodSeconds, judgedTo } = grid;
  const slots = Math.max(0, Math.round((to - from) / periodSeconds));
  const known = new Map((before?.series ?? []).map((one) => [one.id, one.values]));
  const shift = before === undefined ? 0 : Math.round((from - before.start) / periodSeconds);
  let late = 0;
  let revised = 0;
  const rows = new Map<string, Float64Array>();
  for (const id of ids) {
    const values = new Float64Array(slots).fill(Number.NaN);
    const earlier = known.get(id);
    for (let slot = 0; earlier !== undefined && slot < slots; slot++) {
      if (slot + shift >= 0 && slot + shift < earlier.length) values[slot] = earlier[slot + shift];
    }
    rows.set(id, values);
  }
  for (const pull of pulls) {
    for (const { id, times, values } of pull.series) {
      const row = rows.get(id);
      if (row === undefined) continue;
      const isOld = known.has(id);
      for (let i = 0; i < times.length; i++) {
        const slot = Math.floor((times[i] - from) / periodSeconds);
        if (slot < 0 || slot >= slots || !Number.isFinite(values[i])) continue;
        // Of several points in one slot only the last is its value.
        if (i + 1 < times.length && Math.floor((times[i + 1] - from) / periodSeconds) === slot) continue;
        if (isOld && Number.isNaN(row[slot]) && from + slot * periodSeconds < judgedTo) late++;
        else if (!Number.isNaN(row[slot]) && row[slot] !== values[i]) revised++;
        row[slot] = values[i];
      }
    }
  }
  return {
    held: { start: from, series: ids.map((id) => ({ id, values: rows.get(id) ?? new Float64Array(0) })) },
    late,
    revised,
  };
}
