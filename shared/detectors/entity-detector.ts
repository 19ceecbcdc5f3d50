import type { EntityDetector, EntityJudgement } from './detector.ts';

/**
 * Judges all metrics of one thing together, in one streaming pass: how far its level and restlessness lie from the
 * rows it remembers, how large its steps are, and whether such steps set in at once. There is no separate fit: run the
 * history through it, then keep scoring.
 *
 * The algorithm is ours, measured on application servers at 5 min and machines at 1 min; docs/how-it-works.md tells
 * the idea. Below about 16 metrics it is weak, and its alert should not be the only one.
 */
export interface EntityDetectorOptions {
  /** The onset A at and above which somebody is told; in units of log-steps plus deviations. */
  readonly threshold: number;
}

/**
 * What is remembered of an entity: 8 bytes times ten a column, and a ring of 64 rows in float32 (12 KB for 20 columns).
 * The running statistics are float64, since at short steps their gain lies below what float32 can add.
 */
export interface EntityDetectorState {
  readonly columns: number;
  readonly stepSeconds: number;
  readonly threshold: number;
  /** Column after column the {@link Field}s. */
  readonly fields: Float64Array;
  /** Remembered rows: first the columns' levels, then their restlessness. */
  readonly ring: Float32Array;
  /** The {@link Counter}s. */
  readonly counters: Float64Array;
}

const FIELDS = 9;
/** Offsets into a column's fields. `born` is the row its first value came with, -1 before. */
const Field = { last: 0, lowest: 1, highest: 2, mean: 3, variance: 4, calm: 5, wild: 6, restless: 7, born: 8 } as const;

/** Three running scales follow the counters: of the distance, of the steps, of the onset: count, mean, variance each. */
const Counter = { rows: 0, ringRows: 1, ringNext: 2, distance: 3, steps: 4, onset: 5, scales: 6 } as const;
const DISTANCE_SCALE = Counter.scales;
const STEPS_SCALE = Counter.scales + 3;
const ONSET_SCALE = Counter.scales + 6;
const COUNTERS = Counter.scales + 9;

const SECONDS_A_DAY = 86_400;
const LEVEL_DAYS = 7;
const CALIBRATION_DAYS = 30;
/** Rows in the ring, spread over so many days. */
const RING_ROWS = 64;
const RING_DAYS = 30;
const NEIGHBOURS = 5;
/** A scale is trusted after so many values. */
const SCALE_WARM_UP = 51;
const SCALE_OFFSET = 1e-3;
const LARGEST_DEVIATION = 12;
const LARGEST_LESSON = 8;
/** Robust learning: a residual counts at most so many sigmas. */
const CLIP = 5;
/** The sigma that judges onsets learns from spikes; that it does is decisive. */
const WILD_CLIP = 30;
const RESTLESS_RATE = 0.1;
const RESTLESS_WEIGHT = 2;
const DISTANCE_RATE = 0.2;
const STEPS_RATE = 0.1;
const ONSET_RATE = 0.7;
const STEPS_WEIGHT = 0.5;
/** Shorter periods draw more chances a day: 1.5 decades of threshold for each decade of rows. */
const PERIOD_CORRECTION = 1.5;
const ROWS_A_DAY_OF_REFERENCE = 288;
const ALERT_BOOST = 30;
/** Half-saturation of the score: the event threshold. */
const SCORE_SPREAD = 20;
const TINY = 1e-9;
/** ln(1 + 4): a level more than four spreads away is called far. */
const FAR_LEVEL = Math.log(5);
/** Nothing measured is larger; what is counts as missing, for its square would poison every statistic. */
const LARGEST_VALUE = 1e100;

const isMeasured = (value: number): boolean => Math.abs(value) < LARGEST_VALUE;

export const entityDetector: EntityDetector<EntityDetectorOptions, EntityDetectorState> = {
  name: 'entity',
  defaults: { threshold: 5 },

  start(options, columns, stepSeconds) {
    if (!Number.isInteger(columns) || columns < 1)
      throw new RangeError(`An entity has at least one column, got ${columns}: give it a metric.`);
    if (!(stepSeconds > 0) || !Number.isFinite(stepSeconds))
      throw new RangeError(`The step is ${stepSeconds} s: give the positive length of one period in seconds.`);
    const fields = new Float64Array(columns * FIELDS);
    for (let column = 0; column < columns; column++) fields[column * FIELDS + Field.born] = -1;
    const counters = new Float64Array(COUNTERS);
    for (const scale of [DISTANCE_SCALE, STEPS_SCALE, ONSET_SCALE]) counters[scale + 2] = 1;
    return {
      columns,
      stepSeconds,
      threshold: options.threshold,
      fields,
      ring: new Float32Array(RING_ROWS * 2 * columns),
      counters,
    };
  },

  step(state, row) {
    if (row.length !== state.columns)
      throw new RangeError(`The row has ${row.length} values, the entity ${state.columns} columns: give one a column.`);
    return row.some(isMeasured) ? judge(state, row) : { unscorable: 'missing-data' };
  },
};

function judge(state: EntityDetectorState, row: Float64Array): EntityJudgement {
  const { columns, counters, ring, threshold } = state;
  const perDay = Math.max(1, Math.round(SECONDS_A_DAY / state.stepSeconds));
  const rows = counters[Counter.rows];

  const traits = new Float64Array(2 * columns);
  const jumps = new Float64Array(columns);
  for (let column = 0; column < columns; column++) learnColumn(state, row, column, rows, perDay, traits, jumps);

  const neighbours = nearest(ring, counters[Counter.ringRows], traits);
  const interval = Math.max(1, Math.round((RING_DAYS * perDay) / RING_ROWS));
  const largest = largestColumns(jumps, Math.min(4, Math.ceil(columns / 4)));
  let steps = 0;
  let onset = 0;
  for (const column of largest) {
    steps += Math.min(jumps[column], WILD_CLIP) / largest.length;
    onset += Math.log1p(jumps[column]) / largest.length;
  }
  steps = smooth(counters, Counter.steps, steps, STEPS_RATE, rows === 0);
  onset = smooth(counters, Counter.onset, onset, ONSET_RATE, rows === 0);
  let distanceDeviation = 0;
  let stepsDeviation = 0;
  let onsetDeviation = 0;
  const calibrated = rows >= 2 * perDay;
  const rate = 1 / (CALIBRATION_DAYS * perDay);
  if (neighbours !== undefined) {
    // The fifth row is remembered after calibration began, so that an empty scale means a first distance.
    const first = counters[DISTANCE_SCALE] === 0;
    const distance = smooth(counters, Counter.distance, neighbours.distance, DISTANCE_RATE, first);
    if (calibrated) distanceDeviation = deviation(counters, DISTANCE_SCALE, distance, rate);
  }
  if (calibrated) {
    stepsDeviation = deviation(counters, STEPS_SCALE, steps, rate);
    onsetDeviation = deviation(counters, ONSET_SCALE, onset, rate);
  }
  const meanOfNeighbours = neighbours === undefined ? undefined : meanRow(ring, neighbours.rows, 2 * columns);
  if (rows >= perDay && (rows - perDay) % interval === 0) remember(state, traits);
  counters[Counter.rows] = rows + 1;
  if (counters[STEPS_SCALE] <= SCALE_WARM_UP) return { unscorable: 'not-enough-history' };

  const sustained = distanceDeviation + STEPS_WEIGHT * stepsDeviation;
  const novelty = onset + onsetDeviation - PERIOD_CORRECTION * Math.log10(perDay / ROWS_A_DAY_OF_REFERENCE);
  const alerting = novelty >= threshold;
  const severity = sustained + (alerting ? ALERT_BOOST : 0);
  const standing = meanOfNeighbours === undefined ? undefined : squaredParts(traits, meanOfNeighbours);
  const leaping = jumpParts(jumps, largest);
  const standingWeight = Math.max(distanceDeviation, 0);
  const leapingWeight = STEPS_WEIGHT * Math.max(stepsDeviation, 0) + (alerting ? Math.max(onsetDeviation, 0) : 0);
  return {
    score: 0.5 * (1 + severity / Math.hypot(severity, SCORE_SPREAD)),
    alert: alerting ? novelty : 0,
    novelty,
    shares: sharesOf(standing, standingWeight, leaping, leapingWeight),
    describe: (column) => {
      if (!Number.isInteger(column) || column < 0 || column >= columns)
        throw new RangeError(`Column ${column} does not exist: the entity has columns 0 to ${columns - 1}.`);
      const byLeap = leapingWeight * leaping[column];
      const byStanding = standing === undefined ? 0 : (standingWeight * standing.parts[column]) / standing.total;
      return meanOfNeighbours === undefined || byStanding === 0 || byLeap > byStanding
        ? wordsOfJump(jumps[column])
        : wordsOfStanding(traits, meanOfNeighbours, column);
    },
  };
}

/** Advances one column's statistics; leaves its level and restlessness in `traits` and its step in `jumps`. */
function learnColumn(
  state: EntityDetectorState,
  row: Float64Array,
  column: number,
  rows: number,
  perDay: number,
  traits: Float64Array,
  jumps: Float64Array,
): void {
  const { fields, columns } = state;
  const at = column * FIELDS;
  const given = row[column];
  const present = isMeasured(given);
  if (present && fields[at + Field.born] === -1) {
    fields.fill(given, at, at + Field.variance);
    fields[at + Field.born] = rows;
  }
  const born = fields[at + Field.born];
  if (born === -1) return;
  const age = rows - born;
  const last = fields[at + Field.last];
  const value = present ? given : last;
  const lowest = Math.min(fields[at + Field.lowest], value);
  const highest = Math.max(fields[at + Field.highest], value);
  const mean = fields[at + Field.mean];
  const variance = fields[at + Field.variance];
  const wild = fields[at + Field.wild];
  const calm = fields[at + Field.calm];
  let restless = fields[at + Field.restless];

  const range = Math.max(highest - lowest, 0.1 * Math.abs(mean));
  const spread = Math.max(Math.sqrt(variance), 0.01 * range) + TINY;
  const residual = value - mean;
  const level = Math.sign(residual) * Math.log1p(Math.abs(residual) / spread);
  const difference = Math.abs(value - last);
  const wildSpread = Math.max(Math.sqrt(wild), 0.002 * range) + TINY;
  const calmSpread = Math.max(Math.sqrt(calm), 0.1 * spread) + TINY;
  const jump = difference / wildSpread;

  // A missing value is no evidence: nothing is learned from the repetition that stands in for it.
  if (present) {
    const clipped = age < perDay ? residual : clip(residual, CLIP * spread);
    const slow = Math.max(1 / (LEVEL_DAYS * perDay), 1 / (age + 1));
    const daily = Math.max(1 / perDay, 1 / (age + 1));
    fields[at + Field.last] = value;
    fields[at + Field.lowest] = lowest;
    fields[at + Field.highest] = highest;
    fields[at + Field.mean] = mean + slow * clipped;
    fields[at + Field.variance] = variance + slow * (clipped * clipped - variance);
    fields[at + Field.wild] = wild + daily * (Math.min(difference, WILD_CLIP * wildSpread) ** 2 - wild);
    fields[at + Field.calm] = calm + daily * (Math.min(difference, CLIP * calmSpread) ** 2 - calm);
    restless += RESTLESS_RATE * (Math.min(difference / calmSpread, 10) - restless);
    fields[at + Field.restless] = restless;
  }
  // A column that arrived later is a day old before it has a say; until then everything about it would look strange.
  if (born > 0 && age < perDay) return;
  traits[column] = level;
  traits[columns + column] = RESTLESS_WEIGHT * Math.log1p(restless);
  jumps[column] = jump;
}

const clip = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

/** Exponentially weighted mean kept in `counters`; the first value is taken as it is. */
function smooth(counters: Float64Array, at: number, value: number, rate: number, first: boolean): number {
  const before = counters[at];
  return (counters[at] = first ? value : before + rate * (value - before));
}

/** How many of its own standard deviations the logarithm of `value` lies above its mean, both from before this value. */
function deviation(counters: Float64Array, scale: number, value: number, rate: number): number {
  const count = counters[scale];
  const mean = counters[scale + 1];
  const variance = counters[scale + 2];
  const spread = Math.sqrt(variance) + SCALE_OFFSET;
  let log = Math.log(value + SCALE_OFFSET);
  let found = 0;
  if (count >= SCALE_WARM_UP) {
    found = Math.min((log - mean) / spread, LARGEST_DEVIATION);
    log = Math.min(log, mean + LARGEST_LESSON * spread);
  }
  const gain = Math.max(rate, 1 / (count + 1));
  const before = log - mean;
  const after = mean + gain * before;
  counters[scale] = count + 1;
  counters[scale + 1] = after;
  if (count > 0) counters[scale + 2] = variance + gain * ((log - after) * before - variance);
  return found;
}

/** Columns with the `count` largest steps. */
function largestColumns(jumps: Float64Array, count: number): readonly number[] {
  const found: number[] = [];
  for (let column = 0; column < jumps.length; column++) {
    let at = found.length;
    while (at > 0 && jumps[found[at - 1]] < jumps[column]) at--;
    if (at >= count) continue;
    found.splice(at, 0, column);
    if (found.length > count) found.pop();
  }
  return found;
}

/** The nearest remembered rows and their mean distance; undefined until there are enough. */
function nearest(
  ring: Float32Array,
  count: number,
  traits: Float64Array,
): { readonly distance: number; readonly rows: readonly number[] } | undefined {
  if (count < NEIGHBOURS) return undefined;
  const width = traits.length;
  const rows: number[] = [];
  const squares: number[] = [];
  for (let row = 0; row < count; row++) {
    const worst = squares.length < NEIGHBOURS ? Infinity : squares[NEIGHBOURS - 1];
    let square = 0;
    for (let k = 0, at = row * width; k < width; k++, at++) {
      const away = traits[k] - ring[at];
      square += away * away;
    }
    if (square >= worst) continue;
    let at = squares.length;
    while (at > 0 && squares[at - 1] > square) at--;
    squares.splice(at, 0, square);
    rows.splice(at, 0, row);
    if (squares.length > NEIGHBOURS) {
      squares.pop();
      rows.pop();
    }
  }
  return { distance: squares.reduce((sum, square) => sum + Math.sqrt(square), 0) / NEIGHBOURS, rows };
}

function meanRow(ring: Float32Array, rows: readonly number[], width: number): Float64Array {
  const mean = new Float64Array(width);
  for (const row of rows) for (let k = 0; k < width; k++) mean[k] += ring[row * width + k] / rows.length;
  return mean;
}

function remember(state: EntityDetectorState, traits: Float64Array): void {
  const { counters, ring } = state;
  const next = counters[Counter.ringNext];
  ring.set(traits, next * traits.length);
  counters[Counter.ringNext] = (next + 1) % RING_ROWS;
  counters[Counter.ringRows] = Math.min(counters[Counter.ringRows] + 1, RING_ROWS);
}

interface Parts {
  readonly parts: Float64Array;
  readonly total: number;
}

/** Each column's squared distance from where its neighbours are, level and restlessness together. */
function squaredParts(traits: Float64Array, centre: Float64Array): Parts {
  const columns = traits.length / 2;
  const parts = new Float64Array(columns);
  let total = 0;
  for (let column = 0; column < columns; column++) {
    const level = traits[column] - centre[column];
    const restless = traits[columns + column] - centre[columns + column];
    total += parts[column] = level * level + restless * restless;
  }
  return { parts, total: Math.max(total, TINY) };
}

/** Each of the largest steps' part, by its logarithm, summing to 1 unless nothing moved. */
function jumpParts(jumps: Float64Array, largest: readonly number[]): Float64Array {
  const parts = new Float64Array(jumps.length);
  let total = 0;
  for (const column of largest) total += parts[column] = Math.log1p(jumps[column]);
  for (const column of largest) parts[column] /= Math.max(total, TINY);
  return parts;
}

function sharesOf(
  standing: Parts | undefined,
  standingWeight: number,
  leaping: Float64Array,
  leapingWeight: number,
): Float64Array {
  let total = 0;
  const shares = leaping.map((leap, column) => {
    const stands = standing === undefined ? 0 : standing.parts[column] / standing.total;
    const share = leapingWeight * leap + standingWeight * stands;
    total += share;
    return share;
  });
  return total > TINY ? shares.map((share) => share / total) : shares.fill(0);
}

function wordsOfJump(jump: number): string {
  if (jump < 0.05) return 'as usual';
  const times = jump < 9.5 ? jump.toFixed(1).replace('.0', '') : String(Math.round(jump));
  return `a jump, ${times} times its usual step`;
}

function wordsOfStanding(traits: Float64Array, centre: Float64Array, column: number): string {
  const columns = traits.length / 2;
  const level = traits[column];
  const fromLevel = level - centre[column];
  const fromCalm = traits[columns + column] - centre[columns + column];
  if (Math.abs(fromCalm) > Math.abs(fromLevel)) return fromCalm > 0 ? 'more unsteady than usual' : 'calmer than usual';
  return `${Math.abs(level) > FAR_LEVEL ? 'far ' : ''}${fromLevel > 0 ? 'above' : 'below'} usual`;
}
