/**
 * The course of the slots through the means of the rows ahead: straight lines through the middles of the rows, from an
 * `anchor` that stands for the present. Where a row is one slot, the rows themselves.
 *
 * @param rows one value per row ahead, the first of `count`.
 * @param slots how many to write to `out` at `at`.
 */
export function slotsThrough(
  rows: Float64Array,
  count: number,
  anchor: number,
  slotsPerRow: number,
  slots: number,
  out: Float64Array,
  at = 0,
): void {
  const middle = (slotsPerRow + 1) / 2;
  for (let slot = 1; slot <= slots; slot++) {
    const place = (slot - middle) / slotsPerRow;
    const row = Math.floor(place);
    let value: number;
    if (place < 0) value = anchor + (slot / middle) * (rows[0] - anchor);
    else if (row + 1 >= count) value = rows[count - 1];
    else value = rows[row] + (place - row) * (rows[row + 1] - rows[row]);
    out[at + slot - 1] = value;
  }
}

/** Exponential mean of the newest slots up to and with `newest`. */
export function anchorAt(slots: Float64Array, newest: number, smoothing: number): number {
  const first = Math.max(0, newest - Math.ceil(20 / smoothing));
  let level = slots[first];
  for (let slot = first + 1; slot <= newest; slot++) level += smoothing * (slots[slot] - level);
  return level;
}
