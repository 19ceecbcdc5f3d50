import type { Random } from '../numeric/random.ts';

/** What can go wrong with a metric, as far as its numbers show it. */
export type FaultKind = 'spike' | 'shift' | 'stuck' | 'drop' | 'leak';
export const faultKinds: readonly FaultKind[] = ['spike', 'shift', 'stuck', 'drop', 'leak'];

/** Rows `[from, to)` of one or more columns. */
export interface PlantedFault {
  readonly kind: FaultKind;
  readonly columns: readonly number[];
  readonly from: number;
  readonly to: number;
}

export interface PlantedHistory {
  /** A copy of the given values with faults in it. */
  readonly values: Float64Array;
  /** 1 where a row belongs to a fault. */
  readonly labels: Uint8Array;
  readonly faults: readonly PlantedFault[];
}

/** Rows that a fault lasts: at least, at most. */
const LENGTHS: Readonly<Record<FaultKind, readonly [number, number]>> = {
  spike: [1, 3],
  shift: [12, 36],
  stuck: [24, 48],
  drop: [3, 12],
  leak: [36, 72],
};
/** Sizes in spreads of the column, between just visible and plain. */
const SMALLEST_SIZE = 3;
const LARGEST_SIZE = 10;
/** Rows between two faults, so that each has quiet around it. */
const QUIET_ROWS = 24;
/** Several metrics of a thing fail together, as often as not. */
const CHANCE_OF_ANOTHER_COLUMN = 0.4;

/**
 * Plants faults into a copy of quiet history: one of each kind after the other, until a tenth of the rows is faulty
 * or no place is left. Their sizes are in spreads of the column itself.
 *
 * @param values row-major, `columns` a row; NaN stays NaN.
 * @param mostRows the part of rows that may be faulty, default a tenth.
 * @throws RangeError where the values are no whole rows.
 */
export function plantFaults(values: Float64Array, columns: number, random: Random, mostRows = 0.1): PlantedHistory {
  const rows = values.length / columns;
  if (!Number.isInteger(columns) || columns < 1 || !Number.isInteger(rows))
    throw new RangeError(`${values.length} values are no rows of ${columns} columns: give whole rows.`);
  const planted = values.slice();
  const labels = new Uint8Array(rows);
  const spreads = Float64Array.from({ length: columns }, (_, column) => spreadOf(values, columns, column));
  const faults: PlantedFault[] = [];
  const budget = Math.floor(rows * mostRows);
  let used = 0;
  for (let attempt = 0; attempt < 40 * faultKinds.length && used < budget; attempt++) {
    const kind = faultKinds[attempt % faultKinds.length];
    const [shortest, longest] = LENGTHS[kind];
    const length = shortest + random.integer(longest - shortest + 1);
    if (used + length > budget || rows <= length + 2 * QUIET_ROWS) continue;
    const from = QUIET_ROWS + random.integer(rows - length - 2 * QUIET_ROWS);
    if (labels.subarray(from - QUIET_ROWS, from + length + QUIET_ROWS).includes(1)) continue;
    const fault = { kind, columns: someColumns(columns, random), from, to: from + length };
    for (const column of fault.columns) apply(planted, columns, column, fault, spreads[column], random);
    labels.fill(1, fault.from, fault.to);
    faults.push(fault);
    used += length;
  }
  return { values: planted, labels, faults };
}

function someColumns(columns: number, random: Random): readonly number[] {
  const chosen = [random.integer(columns)];
  for (let column = 0; column < columns; column++)
    if (!chosen.includes(column) && random.next() < CHANCE_OF_ANOTHER_COLUMN) chosen.push(column);
  return chosen;
}

function apply(
  values: Float64Array,
  columns: number,
  column: number,
  { kind, from, to }: PlantedFault,
  spread: number,
  random: Random,
): void {
  const size = spread * (SMALLEST_SIZE + (LARGEST_SIZE - SMALLEST_SIZE) * random.next());
  const sign = random.next() < 0.5 ? -1 : 1;
  const held = values[from * columns + column];
  for (let row = from; row < to; row++) {
    const at = row * columns + column;
    switch (kind) {
      case 'spike':
        values[at] += sign * size * 2;
        break;
      case 'shift':
        values[at] += sign * size;
        break;
      case 'stuck':
        values[at] = held;
        break;
      case 'drop':
        values[at] -= size * 1.5;
        break;
      case 'leak':
        values[at] += (size * (row - from + 1)) / (to - from);
    }
  }
}

/** Half the distance between the sixteenth and the eighty-fourth percentile: a standard deviation without its tails. */
function spreadOf(values: Float64Array, columns: number, column: number): number {
  const own = values.filter((value, at) => at % columns === column && Number.isFinite(value)).sort();
  if (own.length === 0) return 0;
  const spread = (own[Math.floor(own.length * 0.84)] - own[Math.floor(own.length * 0.16)]) / 2;
  return spread > 0 ? spread : Math.abs(own[own.length >> 1]) * 0.1 || 1;
}
