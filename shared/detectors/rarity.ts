import type { SeriesJudgement } from './detector.ts';
import { SEVERITY_PER_NOVELTY } from './series-gates.ts';
import { excessOf } from './series-score.ts';

/** How unusual something is, for people. The same shape as a signal carries. */
export interface Rarity {
  /** Normal behaviour does this once in so many seconds; never more than the evidence. */
  readonly onceInSeconds: number;
  /** How long this series was judged before. */
  readonly evidenceSeconds: number;
  /** Nothing as strong was seen in all the evidence. */
  readonly unseen: boolean;
}

/**
 * What one series' rarities are told from, 500 bytes: a histogram of the strengths of earlier episodes, fading over 45
 * days, and the evidence in rows. Laid out by {@link PLACES}.
 */
export type RarityState = Float32Array;

const BINS = 112;
const BINS_PER_DECADE = 8;
const PLACES = {
  stepSeconds: BINS,
  /** Rows judged since the start, and rows of evidence: all, and faded. */
  rows: BINS + 1,
  evidenceRows: BINS + 2,
  fadedRows: BINS + 3,
  /** The open episode: its strongest row so far, how many rows it has left, whether it was marked as no evidence. */
  peak: BINS + 4,
  rowsLeft: BINS + 5,
  isMarked: BINS + 6,
} as const;
export const RARITY_NUMBERS = BINS + 7;

const DAY_SECONDS = 86_400;
/** Older evidence fades: what a series was like half a year ago is not how it is. */
const FADING_DAYS = 45;
/** The first rows are restless while the detector learns: they are no evidence. */
const WARM_ROWS = 600;
/** Rows this close are one episode: as long as the novelty gate rests, 8 h 20 min, 12 rows at least. */
const EPISODE_SECONDS = 30_000;
const EPISODE_ROWS = 12;
/** Below this weight an earlier episode has faded for good. */
const FORGOTTEN = 0.01;

/** @throws RangeError unless `stepSeconds` is more than 0. */
export function startRarity(stepSeconds: number): RarityState {
  if (!(stepSeconds > 0 && Number.isFinite(stepSeconds))) {
    throw new RangeError(`stepSeconds is ${stepSeconds}; give the seconds between two points, more than 0`);
  }
  const state = new Float32Array(RARITY_NUMBERS);
  state[PLACES.stepSeconds] = stepSeconds;
  return state;
}

/** How strange a row is, in decades, before fatigue and rest: the larger of novelty and severity in the same unit. */
export const strengthOf = (judged: Extract<SeriesJudgement, { readonly score: number }>): number =>
  Math.max(judged.novelty, excessOf(judged.score) / SEVERITY_PER_NOVELTY, 0);

/**
 * Learns from one judged row, after its rarity was asked for. Rows that could not be judged are no evidence: do not
 * call it for them.
 *
 * @param strength of {@link strengthOf}.
 * @param isMarked whether people said of this row that it is no normal behaviour: its episode then does not count, and
 * neither does the time it lasted.
 */
export function learnRarity(state: RarityState, strength: number, isMarked = false): void {
  state[PLACES.rows] += 1;
  if (state[PLACES.rows] <= WARM_ROWS) return;
  const fading = Math.exp(-state[PLACES.stepSeconds] / (FADING_DAYS * DAY_SECONDS));
  state[PLACES.evidenceRows] += 1;
  state[PLACES.fadedRows] = state[PLACES.fadedRows] * fading + 1;
  if (state[PLACES.rowsLeft] > 0) {
    state[PLACES.rowsLeft] -= 1;
    state[PLACES.peak] = Math.max(state[PLACES.peak], strength);
    if (isMarked) state[PLACES.isMarked] = 1;
    if (state[PLACES.rowsLeft] === 0) closeEpisode(state, fading);
    return;
  }
  state[PLACES.peak] = strength;
  state[PLACES.isMarked] = isMarked ? 1 : 0;
  state[PLACES.rowsLeft] = episodeRows(state) - 1;
}

const episodeRows = (state: RarityState): number =>
  Math.max(Math.trunc(EPISODE_SECONDS / state[PLACES.stepSeconds]), EPISODE_ROWS);

/** The bins fade when an episode ends and not at every row, which costs a hundredth and changes nothing. */
function closeEpisode(state: RarityState, fading: number): void {
  const rows = episodeRows(state);
  const faded = fading ** rows;
  for (let bin = 0; bin < BINS; bin++) state[bin] *= faded;
  if (state[PLACES.isMarked] === 0) {
    state[binOf(state[PLACES.peak])] += 1;
    return;
  }
  // Time in which nothing normal could be seen is no time in which nothing was seen.
  state[PLACES.evidenceRows] = Math.max(state[PLACES.evidenceRows] - rows, 0);
  state[PLACES.fadedRows] = Math.max(state[PLACES.fadedRows] - (1 - faded) / (1 - fading), 0);
}

const binOf = (strength: number): number => Math.min(Math.max(Math.floor(strength * BINS_PER_DECADE), 0), BINS - 1);

/**
 * How unusual a row of this strength is: the time judged divided by one plus the number of earlier episodes at least
 * as strong. Where there is none, it is as long as the evidence and unseen; never longer.
 *
 * @returns null while there is no evidence.
 */
export function rarityOfStrength(state: RarityState, strength: number): Rarity | null {
  const stepSeconds = state[PLACES.stepSeconds];
  const evidenceSeconds = state[PLACES.evidenceRows] * stepSeconds;
  if (evidenceSeconds === 0) return null;
  const bin = binOf(strength);
  let above = 0;
  for (let higher = BINS - 1; higher > bin; higher--) above += state[higher];
  const atLeast = above + state[bin];
  const inBin = Math.min(Math.max(strength * BINS_PER_DECADE - bin, 0), 1);
  // Within a bin the logarithm is followed, for strengths thin out as fast as a tail does: a series' strongest episodes
  // often lie within two or three bins, and a straight line there would count many that are weaker as stronger.
  const followed = (1 + above) * ((1 + atLeast) / (1 + above)) ** (1 - inBin) - 1;
  // What is left of a bin is never more than the whole, rounded or not.
  const stronger = Math.min(followed, atLeast);
  if (stronger < FORGOTTEN) return { onceInSeconds: evidenceSeconds, evidenceSeconds, unseen: true };
  const onceInSeconds = Math.min((state[PLACES.fadedRows] * stepSeconds) / (1 + stronger), evidenceSeconds);
  return { onceInSeconds, evidenceSeconds, unseen: false };
}
