import { nearestWindows, type FoundWindows, type WindowDistance } from '../numeric/wasm/nearest-windows.ts';

/** What makes two stretches of a series alike. */
export interface AnalogKind {
  /** Rows that are compared, the newest first. */
  readonly length: number;
  /** How many of the likest stretches are taken. */
  readonly neighbours: number;
  /** Whether stretches are compared by their form alone, each less its own weighted mean. */
  readonly isCentred: boolean;
  /** Weight of a row, as a part of that of the row after it. */
  readonly decay: number;
  /** How much farther off a stretch is that lies at the opposite time of day, as a part of its distance. */
  readonly dayPenalty: number;
}

/** What followed the likest stretches. */
export interface Continuation {
  /** The median of it, at the level of the stretch that was asked about. */
  value: number;
  /** Mean distance from that median. */
  spread: number;
}

/**
 * The experts that carry most of the gain: they find the past stretches most like the last hours, by weighted L1
 * distance, which a single spike does not rule, and say what came after those. Periods that no calendar knows (a job
 * every 64 minutes) are followed this way.
 */
export interface AnalogSearch {
  /**
   * Looks for the stretch that ends in `row`. `near` then holds stretches after which at least `nearAhead` rows are known
   * at `row`, and `far`, where asked for, those after which `farAhead` rows are.
   */
  find(row: number, withFar: boolean): void;
  readonly near: FoundWindows;
  readonly far: FoundWindows;
  /** What came `ahead` rows after the stretches that were found; the row's own value where there were none. */
  continue(found: FoundWindows, ahead: number): Readonly<Continuation>;
}

/**
 * @param values without gaps, oldest first.
 * @param day rows of a day.
 * @param search rows to look back.
 * @returns one for each kind.
 */
export function analogSearches(
  values: Float64Array,
  kinds: readonly AnalogKind[],
  day: number,
  search: number,
  nearAhead: number,
  farAhead: number,
): readonly AnalogSearch[] {
  const distances = kinds.map(({ length, neighbours, isCentred, decay, dayPenalty }): WindowDistance => {
    const weights = Float64Array.from({ length }, (_, back) => decay ** back);
    return {
      weights,
      centres: isCentred ? weightedMeans(values, weights, decay) : undefined,
      penalties: Float64Array.from(
        { length: day },
        (_, off) => 1 + (dayPenalty * Math.min(off, day - off)) / (day / 2),
      ),
      most: neighbours,
    };
  });
  return nearestWindows(values, distances).map((windows, index) => {
    const { weights, centres, most } = distances[index];
    const after = new Float64Array(most);
    const answer: Continuation = { value: 0, spread: 0 };
    let newest = 0;
    return {
      near: windows.near,
      far: windows.far,
      find(row, withFar) {
        newest = row;
        windows.find(row, row - nearAhead, Math.max(weights.length, row - search), withFar ? row - farAhead : -1);
      },
      continue({ count, ends }, ahead) {
        if (count === 0) {
          answer.value = values[newest];
          answer.spread = 0;
          return answer;
        }
        const centre = centres === undefined ? 0 : centres[newest];
        for (let at = 0; at < count; at++) {
          const end = ends[at];
          const value = values[end + ahead] + (centres === undefined ? 0 : centre - centres[end]);
          let place = at;
          while (place > 0 && after[place - 1] > value) {
            after[place] = after[place - 1];
            place--;
          }
          after[place] = value;
        }
        const half = count >> 1;
        const middle = count % 2 === 1 ? after[half] : (after[half] + after[half - 1]) / 2;
        let spread = 0;
        for (let at = 0; at < count; at++) spread += Math.abs(after[at] - middle);
        answer.value = middle;
        answer.spread = spread / count;
        return answer;
      },
    };
  });
}

/** Weighted mean of the rows up to each one; 0 before there are enough, where no stretch ends. */
function weightedMeans(values: Float64Array, weights: Float64Array, decay: number): Float64Array {
  const length = weights.length;
  const out = new Float64Array(values.length);
  let total = 0;
  for (const weight of weights) total += weight;
  const leaving = decay ** length;
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    sum = values[row] + decay * sum - (row >= length ? leaving * values[row - length] : 0);
    if (row >= length - 1) out[row] = sum / total;
  }
  return out;
}
