/**
 * The state of the series detector for one series: 5 KB, of a fixed length, so that the states of a shard can be laid
 * end to end and read back. Reals are kept in 32 bits, in memory as in the store: a state that was stored judges
 * exactly as one that was not.
 */
export interface SeriesDetectorState {
  /** What was learned, relative to the first value; laid out by {@link REALS}. */
  readonly reals: Float32Array;
  /** Origin, step and options; laid out by {@link EXACT}. */
  readonly exact: Float64Array;
  /** Whole numbers of histograms, prototypes and gates, and the count of points; laid out by {@link WHOLES}. */
  readonly wholes: Int32Array;
  /** How often each slot of the daily and weekly profile was visited, up to 255. */
  readonly visits: Uint8Array;
}

/** Places in a gap memory or histogram are counted from the start of their own block. */
export const PROTOTYPES = 32;
export const BINS = 64;
export const DAY_SLOTS = 96;
export const WEEK_SLOTS = 168;
export const HOURS = 24;
export const GAP_CHANNELS = 4;
export const MAGNITUDE_CHANNELS = 4;
export const CHANNELS = GAP_CHANNELS + MAGNITUDE_CHANNELS;
export const FORECASTERS = 3;
export const RECENT = 16;

/** Reals of one tail histogram: its bins, their total, and the weight of the next observation. */
export const TAIL = { bins: 0, total: BINS, weight: BINS + 1, length: BINS + 2 } as const;
/** Whole numbers of one tail histogram. */
export const TAIL_WHOLES = { base: 0, top: 1, observed: 2, length: 3 } as const;
/** Reals of one gap memory: values in ascending order, their weights, the spread and the median. */
export const MEMORY = {
  values: 0,
  weights: PROTOTYPES,
  spread: 2 * PROTOTYPES,
  median: 2 * PROTOTYPES + 1,
  length: 2 * PROTOTYPES + 2,
} as const;

const layout = <Name extends string>(
  lengths: Readonly<Record<Name, number>>,
): Readonly<Record<Name | 'end', number>> => {
  const places: Record<string, number> = {};
  let end = 0;
  for (const [name, length] of Object.entries<number>(lengths)) {
    places[name] = end;
    end += length;
  }
  return { ...places, end } as Record<Name | 'end', number>;
};

export const REALS = layout({
  tails: CHANNELS * TAIL.length,
  memories: GAP_CHANNELS * MEMORY.length,
  magnitudeMeans: MAGNITUDE_CHANNELS,
  recent: RECENT,
  recentResiduals: 8,
  waitingValue: 1,
  waitingMeans: 8,
  waitingSpreads: 4,
  waitingVariations: 16,
  usualSpread: 1,
  dayProfile: DAY_SLOTS,
  weekProfile: WEEK_SLOTS,
  daySum: 1,
  weekSum: 1,
  levels: FORECASTERS,
  errors: FORECASTERS,
  hourScales: HOURS,
  overallScale: 1,
  severityQuantile: 1,
  noveltyFatigue: 1,
  severityFatigue: 1,
  range: 1,
});

export const WHOLES = layout({
  tails: CHANNELS * TAIL_WHOLES.length,
  memorySizes: GAP_CHANNELS,
  hourCounts: HOURS,
  forecasterCounts: FORECASTERS,
  awayPoints: 1,
  daySlot: 1,
  dayCount: 1,
  weekSlot: 1,
  weekCount: 1,
  points: 1,
  noveltyUntil: 1,
  severityUntil: 1,
});

export const EXACT = layout({
  origin: 1,
  stepSeconds: 1,
  threshold: 1,
  fullNovelty: 1,
  severityGate: 1,
});

/** A histogram that has seen no distance yet has no base. */
export const NO_BASE = -0x8000_0000;

/** Bytes of one series' state. */
export const SERIES_STATE_BYTES = REALS.end * 4 + EXACT.end * 8 + WHOLES.end * 4 + DAY_SLOTS + WEEK_SLOTS;

/** Forgets everything but the step and the options. */
export function resetSeriesState(state: SeriesDetectorState): void {
  const { reals, wholes, visits } = state;
  reals.fill(0);
  wholes.fill(0);
  visits.fill(0);
  for (let channel = 0; channel < CHANNELS; channel++) {
    reals[REALS.tails + channel * TAIL.length + TAIL.weight] = 1;
    wholes[WHOLES.tails + channel * TAIL_WHOLES.length + TAIL_WHOLES.base] = NO_BASE;
  }
  wholes[WHOLES.daySlot] = -1;
  wholes[WHOLES.weekSlot] = -1;
  reals[REALS.severityQuantile] = 2;
  wholes[WHOLES.noveltyUntil] = -1;
  wholes[WHOLES.severityUntil] = -1;
}

export function createSeriesState(): SeriesDetectorState {
  const state: SeriesDetectorState = {
    reals: new Float32Array(REALS.end),
    exact: new Float64Array(EXACT.end),
    wholes: new Int32Array(WHOLES.end),
    visits: new Uint8Array(DAY_SLOTS + WEEK_SLOTS),
  };
  resetSeriesState(state);
  return state;
}
