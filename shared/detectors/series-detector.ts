import type { LeastStrength, SeriesDetector, SeriesJudgement } from './detector.ts';
import { expectAndLearn, scaleByHour } from './series-forecast.ts';
import { passGates } from './series-gates.ts';
import { fade, gapTo, remember, renewSpread } from './series-memory.ts';
import { rangeAndLearn } from './series-range.ts';
import { scoreOf } from './series-score.ts';
import {
  CHANNELS,
  createSeriesState,
  EXACT,
  GAP_CHANNELS,
  MEMORY,
  REALS,
  RECENT,
  resetSeriesState,
  TAIL,
  TAIL_WHOLES,
  WHOLES,
  type SeriesDetectorState,
} from './series-state.ts';
import { rarityOf, TAIL_MINIMUM } from './series-tail.ts';
import { CHANNEL, explainChannel } from './series-words.ts';

export interface SeriesDetectorOptions {
  /** Decades of novelty from which somebody is told; the severity gate moves with it. Default 1.75. */
  readonly threshold: number;
  /** `full` also tells of changed variation, and draws more false alerts on steady metrics. Default `small`. */
  readonly novelty: 'small' | 'full';
  /** Whether sharp deviations open a gate of their own. Default true. */
  readonly severityGate: boolean;
}

export type { SeriesDetectorState };

const defaults: SeriesDetectorOptions = { threshold: 1.75, novelty: 'small', severityGate: true };

/** Differences below 2 % of the spread, plus 0.1 % of the level, mean nothing. */
const FLOOR = Math.fround(0.02);
const LEVEL_SHARE = Math.fround(0.05);
const LEAST_FLOOR = 1e-9;
/** Mean of |v| to q90 - q10 of v, for a normal v. */
const MEANS_PER_SPREAD = 3.2;
const MAGNITUDE_RATE = 0.0005;
const MAGNITUDE_CLIP = 4;
const QUANTILE = Math.fround(0.01);
const QUANTILE_SHARE = 0.5;
const LEAST_QUANTILE = Math.fround(0.3);
/** Spread of a series to its distance from the origin below which 32 bits are too coarse. */
const RESOLUTION = 1e-5;
/** Values further from the first than this are taken as this far: squares of more leave 32 bits. */
const FURTHEST = 1e30;

const SMALL: readonly number[] = [CHANNEL.m1, CHANNEL.m8, CHANNEL.r8];
const FULL: readonly number[] = [...SMALL, CHANNEL.s4, CHANNEL.ls16];
const SHARP: readonly number[] = [CHANNEL.r1, CHANNEL.r4, CHANNEL.d1];

/** Scratch of one call of `step`; nothing in it outlives the call. */
const rarities = new Float64Array(CHANNELS);
const seen = { value: 0, mean8: 0, residual: 0, residual4: 0, residual8: 0, change: 0, outside: false };

/** Mean of the last `count` of a ring whose newest is at `point`. */
function meanOf(reals: Float32Array, ring: number, mask: number, point: number, count: number): number {
  const known = Math.min(point + 1, count);
  let sum = 0;
  for (let back = 0; back < known; back++) sum += reals[ring + ((point - back) & mask)];
  return sum / known;
}

function spreadOf(reals: Float32Array, point: number, count: number): number {
  const known = Math.min(point + 1, count);
  const mean = meanOf(reals, REALS.recent, 15, point, count);
  let sum = 0;
  for (let back = 0; back < known; back++) {
    const difference = reals[REALS.recent + ((point - back) & 15)] - mean;
    sum += difference * difference;
  }
  return Math.sqrt(sum / known);
}

/** Rarity of the distance from `value` to all that was remembered. `ring` holds what waits to be remembered. */
function gapChannel(
  state: SeriesDetectorState,
  channel: number,
  value: number,
  ring: number,
  delay: number,
  levelShare: number,
  level: number,
): void {
  const { reals, wholes } = state;
  const point = wholes[WHOLES.points];
  const at = REALS.memories + channel * MEMORY.length;
  let size = wholes[WHOLES.memorySizes + channel];
  const waiting = ring + (point % delay);
  if (point >= delay) {
    const near = FLOOR * (reals[at + MEMORY.spread] + levelShare * Math.abs(level));
    size = remember(reals, at, size, reals[waiting], near);
  }
  reals[waiting] = value;
  renewSpread(reals, at, size, point);
  size = fade(reals, at, size, point);
  wholes[WHOLES.memorySizes + channel] = size;
  rarities[channel] =
    size === 0 || point <= delay + 1
      ? 0
      : rarityOf(
          reals,
          REALS.tails + channel * TAIL.length,
          wholes,
          WHOLES.tails + channel * TAIL_WHOLES.length,
          gapTo(reals, at, size, value),
          FLOOR * (reals[at + MEMORY.spread] + levelShare * Math.abs(level) + (levelShare > 0 ? LEAST_FLOOR : 0)),
        );
}

function magnitudeChannel(state: SeriesDetectorState, channel: number, value: number, level: number): void {
  const { reals, wholes } = state;
  const point = wholes[WHOLES.points];
  const place = REALS.magnitudeMeans + channel - GAP_CHANNELS;
  const mean = reals[place];
  const size = Math.abs(value);
  rarities[channel] =
    point <= 2
      ? 0
      : rarityOf(
          reals,
          REALS.tails + channel * TAIL.length,
          wholes,
          WHOLES.tails + channel * TAIL_WHOLES.length,
          size,
          FLOOR * (MEANS_PER_SPREAD * mean + LEVEL_SHARE * Math.abs(level) + LEAST_FLOOR),
        );
  const clipped = point > 100 && size > MAGNITUDE_CLIP * mean ? MAGNITUDE_CLIP * mean : size;
  reals[place] += Math.max(1 / (point + 1), MAGNITUDE_RATE) * (clipped - mean);
}

const checkedThreshold = (threshold: number): number => {
  if (threshold > 0 && Number.isFinite(threshold)) return threshold;
  throw new RangeError(`threshold is ${threshold}; give decades of rarity, more than 0, such as 1.75`);
};

/**
 * Moves the gates' threshold, as when a new alert budget was translated. What was learned stays.
 *
 * @throws RangeError unless it is a finite number of decades above 0.
 */
export function setThreshold(state: SeriesDetectorState, threshold: number): void {
  state.exact[EXACT.threshold] = checkedThreshold(threshold);
}

function newState(options: SeriesDetectorOptions, stepSeconds: number): SeriesDetectorState {
  if (!(stepSeconds > 0 && Number.isFinite(stepSeconds))) {
    throw new RangeError(`stepSeconds is ${stepSeconds}; give the seconds between two points, more than 0`);
  }
  const state = createSeriesState();
  state.exact[EXACT.stepSeconds] = stepSeconds;
  setThreshold(state, options.threshold);
  state.exact[EXACT.fullNovelty] = options.novelty === 'full' ? 1 : 0;
  state.exact[EXACT.severityGate] = options.severityGate ? 1 : 0;
  return state;
}

function judgeChannels(state: SeriesDetectorState, value: number, residual: number): void {
  const { reals, exact, wholes } = state;
  const point = wholes[WHOLES.points];
  const origin = exact[EXACT.origin];
  const previous = point > 0 ? reals[REALS.recent + ((point - 1) & 15)] : value;
  reals[REALS.recent + (point & 15)] = value;
  reals[REALS.recentResiduals + (point & 7)] = residual;

  const spread4 = spreadOf(reals, point, 4);
  const spread16 = spreadOf(reals, point, 16);
  if (spread16 > 0 || point < 1000) {
    reals[REALS.usualSpread] += Math.max(1 / (point + 1), 0.001) * (spread16 - reals[REALS.usualSpread]);
  }
  const variation = Math.log2(spread16 + 0.02 * reals[REALS.usualSpread] + 1e-12);

  const median = REALS.memories + MEMORY.median;
  gapChannel(state, CHANNEL.m1, value, REALS.waitingValue, 1, LEVEL_SHARE, reals[median] + origin);
  const level = reals[median] + origin;
  seen.value = value;
  seen.mean8 = meanOf(reals, REALS.recent, 15, point, 8);
  seen.residual = residual;
  seen.residual4 = meanOf(reals, REALS.recentResiduals, 7, point, 4);
  seen.residual8 = meanOf(reals, REALS.recentResiduals, 7, point, 8);
  seen.change = value - previous;
  gapChannel(state, CHANNEL.m8, seen.mean8, REALS.waitingMeans, 8, LEVEL_SHARE, level);
  gapChannel(state, CHANNEL.s4, spread4, REALS.waitingSpreads, 4, LEVEL_SHARE, level);
  gapChannel(state, CHANNEL.ls16, variation, REALS.waitingVariations, 16, 0, 0);
  magnitudeChannel(state, CHANNEL.r1, residual, level);
  magnitudeChannel(state, CHANNEL.r4, seen.residual4, level);
  magnitudeChannel(state, CHANNEL.r8, seen.residual8, level);
  magnitudeChannel(state, CHANNEL.d1, seen.change, level);
}

/** Severity over half its own running 99 % quantile, which then has learned. */
function learnExcess(state: SeriesDetectorState, severity: number): number {
  const { reals, wholes } = state;
  const quantile = reals[REALS.severityQuantile];
  const rate = Math.max(1 / (wholes[WHOLES.points] + 10), 0.0005);
  const next = quantile + rate * 2 * (severity > quantile ? Math.fround(1 - QUANTILE) : -QUANTILE);
  reals[REALS.severityQuantile] = next;
  if (reals[REALS.severityQuantile] < LEAST_QUANTILE) reals[REALS.severityQuantile] = LEAST_QUANTILE;
  return severity - QUANTILE_SHARE * quantile;
}

/**
 * Whether the first value was out of all proportion: the ones after it then differ by less than 32 bits can tell apart
 * at that distance, and the series would be blind for ever.
 */
function isOriginOff({ reals }: SeriesDetectorState): boolean {
  let low = Infinity;
  let high = -Infinity;
  for (let index = 1; index < RECENT; index++) {
    low = Math.min(low, reals[REALS.recent + index]);
    high = Math.max(high, reals[REALS.recent + index]);
  }
  return high - low < RESOLUTION * Math.min(Math.abs(low), Math.abs(high)) && low * high > 0;
}

function step(state: SeriesDetectorState, time: number, given: number, least?: LeastStrength): SeriesJudgement {
  if (!Number.isFinite(time)) throw new RangeError(`time is ${time}; give epoch seconds`);
  if (!Number.isFinite(given)) return { unscorable: 'missing-data' };
  const { exact, wholes } = state;
  if (wholes[WHOLES.points] === RECENT && isOriginOff(state)) resetSeriesState(state);
  if (wholes[WHOLES.points] === 0) exact[EXACT.origin] = given;
  const origin = exact[EXACT.origin];
  const value = Math.min(Math.max(given - origin, -FURTHEST), FURTHEST);

  const forecast = expectAndLearn(state, time, value);
  const range = rangeAndLearn(state, value - forecast);
  const residual = scaleByHour(state, time, value - forecast);
  judgeChannels(state, value, residual);
  const severity = Math.sqrt(rarities[CHANNEL.r1] ** 2 + rarities[CHANNEL.r4] ** 2 + rarities[CHANNEL.d1] ** 2);
  const excess = learnExcess(state, severity);
  const heeded = exact[EXACT.fullNovelty] === 1 ? FULL : SMALL;
  let novelty = 0;
  for (const channel of heeded) if (rarities[channel] > novelty) novelty = rarities[channel];
  const { alert, opened } = passGates(state, novelty, excess, value < forecast ? least?.below : least?.above);
  wholes[WHOLES.points] += 1;

  if (wholes[WHOLES.tails + TAIL_WHOLES.observed] <= TAIL_MINIMUM) return { unscorable: 'not-enough-history' };
  const expected = forecast + origin;
  seen.outside = Math.abs(value - forecast) > range;
  const sharp = opened === 'severity' || (opened === 'none' && severity > novelty);
  return {
    score: scoreOf(excess),
    alert,
    novelty,
    expected,
    lower: expected - range,
    upper: expected + range,
    channel: explainChannel(state, rarities, sharp ? SHARP : heeded, seen),
  };
}

/**
 * Finds the unusual in one series as it arrives: a value is novel if it lies far from every value remembered, and how
 * far counts as far is learned from the history of those distances. Strictly causal, 5 KB a series, no training.
 */
export const seriesDetector: SeriesDetector<SeriesDetectorOptions, SeriesDetectorState> = {
  name: 'series',
  defaults,
  start: newState,
  step,
};
