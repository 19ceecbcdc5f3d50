/**
 * What a detector's raw scores were on history: turns a raw score into the probability that normal behaviour looks like
 * this, so that detectors can be combined, and into how often that happens, so that people can understand it.
 * At most some 10 KB, however long the history.
 */
export interface Calibration {
  /** Scored rows of history, and what one of them lasted. */
  readonly rows: number;
  readonly stepSeconds: number;
  /** Length of the longest single history: no rarity is claimed beyond it, however many histories were pooled. */
  readonly evidenceSeconds: number;
  /** Scores of history in falling order, at the `ranks`: every one of the largest, then ever fewer. */
  readonly values: Float64Array;
  /** How many rows scored at least as much; rising. */
  readonly ranks: Float64Array;
  /** The largest scores that lie apart in time, one an event, in falling order. */
  readonly peaks: Float64Array;
}

/** How often normal behaviour does this; the same shape as a signal's. */
export interface ScoreRarity {
  readonly onceInSeconds: number;
  readonly evidenceSeconds: number;
  readonly unseen: boolean;
}

const EXACT_RANKS = 64;
/** Ranks grow by a tenth beyond the exact ones: the probability is known to within 5 %. */
const RANK_GROWTH = 1.1;
const MOST_PEAKS = 512;
/** Rows closer than this belong to one event. */
const EVENT_SECONDS = 3600;
const LEAST_EVENT_ROWS = 3;

/**
 * @param histories raw scores in the order of time, one array an entity; NaN where a row could not be judged.
 * @throws RangeError without a single score, for what has no history cannot be rare.
 */
export function calibrate(histories: readonly Float64Array[], stepSeconds: number): Calibration {
  if (!(stepSeconds > 0) || !Number.isFinite(stepSeconds))
    throw new RangeError(`The step is ${stepSeconds} s: give the positive length of one period in seconds.`);
  const scored = histories.map((scores) => scores.filter((score) => !Number.isNaN(score)));
  const rows = scored.reduce((sum, scores) => sum + scores.length, 0);
  if (rows === 0) throw new RangeError('There is no score to calibrate on: run the detector through history first.');
  const sorted = new Float64Array(rows);
  let filled = 0;
  for (const scores of scored) {
    sorted.set(scores, filled);
    filled += scores.length;
  }
  sorted.sort().reverse();
  const ranks: number[] = [];
  for (let rank = 1; rank < rows; rank = rank < EXACT_RANKS ? rank + 1 : Math.ceil(rank * RANK_GROWTH))
    ranks.push(rank);
  ranks.push(rows);
  return {
    rows,
    stepSeconds,
    evidenceSeconds: scored.reduce((longest, scores) => Math.max(longest, scores.length), 0) * stepSeconds,
    values: Float64Array.from(ranks, (rank) => sorted[rank - 1]),
    ranks: Float64Array.from(ranks),
    peaks: peaksOf(histories, Math.max(LEAST_EVENT_ROWS, Math.round(EVENT_SECONDS / stepSeconds))),
  };
}

/** From the largest score down, each that has no larger one within `apart` rows. */
function peaksOf(histories: readonly Float64Array[], apart: number): Float64Array {
  const found: number[] = [];
  for (const scores of histories) {
    const order = Uint32Array.from(scores.keys())
      .filter((row) => !Number.isNaN(scores[row]))
      .sort((a, b) => scores[b] - scores[a]);
    const taken = new Uint8Array(scores.length);
    let peaks = 0;
    for (const row of order) {
      if (peaks === MOST_PEAKS) break;
      if (taken[row] === 1) continue;
      taken.fill(1, Math.max(0, row - apart + 1), row + apart);
      found.push(scores[row]);
      peaks++;
    }
  }
  return Float64Array.from(found.sort((a, b) => b - a).slice(0, MOST_PEAKS));
}

/** Rows of history, perhaps a fraction, that scored at least `raw`. */
function rowsAtLeast({ values, ranks }: Calibration, raw: number): number {
  if (!(raw <= values[0])) return 0;
  let low = 0;
  let high = values.length - 1;
  // The last rank whose value is at least raw.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] >= raw) low = middle;
    else high = middle - 1;
  }
  if (low === values.length - 1) return ranks[low];
  const drop = values[low] - values[low + 1];
  const part = drop > 0 && Number.isFinite(drop) ? (values[low] - raw) / drop : 0;
  // Up to the row before the next rank: that one is below raw.
  return ranks[low] + part * (ranks[low + 1] - ranks[low] - 1);
}

/**
 * The probability that a normal row scores at least `raw`: never below one in the rows of history and one, for that is
 * all they can show.
 *
 * @throws RangeError on NaN: what could not be judged has no probability.
 */
export function probabilityOf(calibration: Calibration, raw: number): number {
  if (Number.isNaN(raw)) throw new RangeError('A row that could not be judged has no probability: ask for its reason.');
  return (rowsAtLeast(calibration, raw) + 1) / (calibration.rows + 1);
}

/**
 * How rare `raw` is in decades, for ranking and for voting: minus the logarithm of {@link probabilityOf}. Beyond the
 * evidence that stands still, so there it rises on with `raw`, by less in all than one more row of history would be
 * worth: what is stranger than all of history ranks by how much, and none of it is called rarer than evidence allows.
 *
 * @throws RangeError on NaN.
 */
export function decadesOf(calibration: Calibration, raw: number): number {
  const decades = -Math.log10(probabilityOf(calibration, raw));
  const { rows, values } = calibration;
  const [largest] = values;
  if (!(raw > largest)) return decades;
  const range = largest - values[values.length - 1];
  const scale = range > 0 && Number.isFinite(range) ? range : Math.abs(largest) || 1;
  // The logarithm keeps even 1e100 apart from 1e200.
  const beyond = Math.log1p(Math.min((raw - largest) / scale, Number.MAX_VALUE));
  return decades + (Math.log1p(1 / (rows + 1)) / Math.LN10) * (beyond / (1 + beyond));
}

/** How often an event at least as strong came in history: events are counted, not rows, for one lasts many rows. */
export function rarityOf(calibration: Calibration, raw: number): ScoreRarity {
  const { peaks, rows, stepSeconds, evidenceSeconds } = calibration;
  let events = 0;
  while (events < peaks.length && peaks[events] >= raw) events++;
  if (events === MOST_PEAKS) events *= rowsAtLeast(calibration, raw) / rowsAtLeast(calibration, peaks[MOST_PEAKS - 1]);
  return {
    onceInSeconds: Math.min((rows * stepSeconds) / (events + 1), evidenceSeconds),
    evidenceSeconds,
    unseen: events === 0,
  };
}
