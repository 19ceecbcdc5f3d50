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

/** Ends of the past stretches that are likest to the newest one, in no order. */
export interface Analogs {
  count: number;
  readonly ends: Int32Array;
}

/** What followed the likest stretches. */
export interface Continuation {
  /** The median of it, at the level of the stretch that was asked about. */
  value: number;
  /** Mean distance from that median. */
  spread: number;
}

/** Rows that two neighbours lie apart, lest one stretch be counted several times. */
const APART = 3;

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
  readonly near: Analogs;
  readonly far: Analogs;
  /** What came `ahead` rows after the stretches that were found; the row's own value where there were none. */
  continue(found: Analogs, ahead: number): Readonly<Continuation>;
}

/**
 * @param values without gaps, oldest first.
 * @param day rows of a day.
 * @param search rows to look back.
 */
export function analogSearch(
  values: Float64Array,
  kind: AnalogKind,
  day: number,
  search: number,
  nearAhead: number,
  farAhead: number,
): AnalogSearch {
  const { length, neighbours, isCentred, decay, dayPenalty } = kind;
  const weights = Float64Array.from({ length }, (_, back) => decay ** back);
  const centres = isCentred ? weightedMeans(values, weights, decay) : undefined;
  const halfDay = day / 2;
  const penalties = Float64Array.from(
    { length: Math.floor(halfDay) + 1 },
    (_, off) => 1 + (dayPenalty * off) / halfDay,
  );
  const asked = new Float64Array(length);
  const near = nearest(neighbours);
  const far = nearest(neighbours);
  const after = new Float64Array(neighbours);
  const answer: Continuation = { value: 0, spread: 0 };
  let newest = 0;

  return {
    near: near.found,
    far: far.found,
    find(row, withFar) {
      newest = row;
      const centre = centres === undefined ? 0 : centres[row];
      for (let back = 0; back < length; back++) asked[back] = values[row - back] - centre;
      near.clear();
      far.clear();
      const last = Math.max(length, row - search);
      const farFrom = withFar ? row - farAhead : -1;
      let off = nearAhead % day;
      for (let end = row - nearAhead; end >= last; end--) {
        const penalty = penalties[off > halfDay ? day - off : off];
        off = off + 1 === day ? 0 : off + 1;
        const isFar = end <= farFrom;
        // The far list has fewer to choose from, so that its worst is never nearer than that of the other.
        const bound = (isFar ? Math.max(near.worst(), far.worst()) : near.worst()) / penalty;
        const level = centres === undefined ? 0 : centres[end];
        let distance = 0;
        for (let back = 0; back < length && distance < bound; back++) {
          distance += weights[back] * Math.abs(values[end - back] - level - asked[back]);
        }
        if (!(distance < bound)) continue;
        distance *= penalty;
        near.offer(end, distance);
        if (isFar) far.offer(end, distance);
      }
    },
    continue({ count, ends }, ahead) {
      if (count === 0) {
        answer.value = values[newest];
        answer.spread = 0;
        return answer;
      }
      const centre = centres === undefined ? 0 : centres[newest];
      for (let index = 0; index < count; index++) {
        const end = ends[index];
        const level = centres === undefined ? 0 : centre - centres[end];
        const value = values[end + ahead] + level;
        let place = index;
        while (place > 0 && after[place - 1] > value) {
          after[place] = after[place - 1];
          place--;
        }
        after[place] = value;
      }
      const half = count >> 1;
      const middle = count % 2 === 1 ? after[half] : (after[half] + after[half - 1]) / 2;
      let spread = 0;
      for (let index = 0; index < count; index++) spread += Math.abs(after[index] - middle);
      answer.value = middle;
      answer.spread = spread / count;
      return answer;
    },
  };
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

interface Nearest {
  readonly found: Analogs;
  clear(): void;
  /** The distance to be beaten. */
  worst(): number;
  offer(end: number, distance: number): void;
}

/** The few nearest of what is offered from the newest to the oldest; of two close neighbours the nearer one. */
function nearest(most: number): Nearest {
  const distances = new Float64Array(most);
  const found: Analogs = { count: 0, ends: new Int32Array(most) };
  const { ends } = found;
  return {
    found,
    clear() {
      found.count = 0;
    },
    worst: () => (found.count < most ? Infinity : distances[most - 1]),
    offer(end, distance) {
      let { count } = found;
      if (count === most && distance >= distances[most - 1]) return;
      for (let index = 0; index < count; index++) {
        if (ends[index] - end >= APART) continue;
        if (distances[index] <= distance) return;
        for (let next = index + 1; next < count; next++) {
          distances[next - 1] = distances[next];
          ends[next - 1] = ends[next];
        }
        count--;
        break;
      }
      let place = count < most ? count : most - 1;
      while (place > 0 && distances[place - 1] > distance) {
        distances[place] = distances[place - 1];
        ends[place] = ends[place - 1];
        place--;
      }
      distances[place] = distance;
      ends[place] = end;
      found.count = Math.min(most, count + 1);
    },
  };
}
