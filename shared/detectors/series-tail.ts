import { BINS, NO_BASE, TAIL, TAIL_WHOLES } from './series-state.ts';

/** Rarities are in decades, and none is told beyond nine of them. */
const MOST_DECADES = 9;
const BINS_PER_OCTAVE = 3;
/** Before so many distances nothing is rare: there is no tail to compare with. */
export const TAIL_MINIMUM = 50;
/** Each observation weighs this much more than the one before: older ones fade over some 50,000 points. */
const GROWTH = Math.fround(1.00002);
const WEIGHT_LIMIT = 1e4;
/** The tail is fitted to the highest 1 % of the mass, and to no fewer than eight observations. */
const TAIL_SHARE = Math.fround(0.01);
const TAIL_LEAST = 8;
/** The steepest power law believed; also what is assumed with the weight of two observations. */
const STEEPEST = 3;
const PRIOR = 2;

/** Distance in the middle of each bin, over every double there is; computing it anew would cost half the time. */
const LOWEST_BIN = -1100 * BINS_PER_OCTAVE;
const centres = Float64Array.from(
  { length: 2200 * BINS_PER_OCTAVE },
  (_, index) => 2 ** ((index + LOWEST_BIN + 0.5) / BINS_PER_OCTAVE),
);

/** Moves the window up by `by` bins; what falls off its low end gathers in the lowest bin. */
function slide(reals: Float32Array, at: number, wholes: Int32Array, whole: number, by: number): void {
  const shift = Math.min(by, BINS - 1);
  let low = 0;
  for (let bin = 0; bin <= shift; bin++) low = Math.fround(low + reals[at + bin]);
  reals.copyWithin(at, at + shift, at + BINS);
  reals[at] = low;
  reals.fill(0, at + BINS - shift, at + BINS);
  wholes[whole + TAIL_WHOLES.base] += shift;
  wholes[whole + TAIL_WHOLES.top] = Math.max(wholes[whole + TAIL_WHOLES.top] - shift, 0);
}

/** The bin of a distance, sliding the window where it lies above. */
function binOf(reals: Float32Array, at: number, wholes: Int32Array, whole: number, distance: number): number {
  if (!(distance > 0)) return 0;
  const absolute = Math.floor(BINS_PER_OCTAVE * Math.log2(distance));
  if (wholes[whole + TAIL_WHOLES.base] === NO_BASE) {
    wholes[whole + TAIL_WHOLES.base] = absolute - (BINS * 3) / 4;
  }
  const bin = absolute - wholes[whole + TAIL_WHOLES.base];
  if (bin < 0) return 0;
  if (bin < BINS) return bin;
  slide(reals, at, wholes, whole, bin - BINS + 1);
  return Math.min(absolute - wholes[whole + TAIL_WHOLES.base], BINS - 1);
}

/**
 * How rare a distance is among those seen before, in decades (-log10 of a tail probability, 0 to 9): the empirical
 * tail of a fading histogram of log2 distances, continued by a power law (Hill's estimator with a prior) beyond its
 * highest percent. Afterwards the distance counts among those seen.
 *
 * @param at start of the histogram in `reals`; `whole` in `wholes`.
 * @param distance not negative.
 * @param floor below this, differences in distance mean nothing; same unit, positive.
 * @returns 0 before {@link TAIL_MINIMUM} distances.
 */
export function rarityOf(
  reals: Float32Array,
  at: number,
  wholes: Int32Array,
  whole: number,
  distance: number,
  floor: number,
): number {
  const bin = binOf(reals, at, wholes, whole, distance);
  const weight = reals[at + TAIL.weight];
  const total = reals[at + TAIL.total];
  const top = wholes[whole + TAIL_WHOLES.top];
  const observed = wholes[whole + TAIL_WHOLES.observed];
  let decades = 0;

  if (observed >= TAIL_MINIMUM) {
    const base = wholes[whole + TAIL_WHOLES.base];
    const need = Math.min(Math.max(Math.fround(TAIL_SHARE * total), Math.fround(TAIL_LEAST * weight)), total / 4);
    let mass = 0;
    let knee = top + 1;
    while (knee > 0 && mass < need) mass += reals[at + --knee];
    const kneeDistance = (knee > 0 ? centres[knee + base - LOWEST_BIN] : 0) + floor;
    const reached = distance + floor;
    if (reached <= kneeDistance || bin <= knee) {
      let above = 0;
      for (let higher = top; higher > bin; higher--) above += reals[at + higher];
      const tail = (above + 0.5 * reals[at + bin] + 0.5 * weight) / Math.fround(total + weight);
      decades = Math.max(0, -Math.log10(Math.max(tail, mass / total)));
    } else {
      let excess = 0;
      for (let higher = knee + 1; higher <= top; higher++) {
        const share = reals[at + higher];
        if (share > 0) excess += share * Math.log((centres[higher + base - LOWEST_BIN] + floor) / kneeDistance);
      }
      const slope = Math.min(STEEPEST, (mass / weight + PRIOR) / (excess / weight + Math.fround(PRIOR / STEEPEST)));
      decades = Math.log10(total / mass) + slope * Math.log10(reached / kneeDistance);
    }
  }

  if (bin > top) wholes[whole + TAIL_WHOLES.top] = bin;
  reals[at + bin] += weight;
  reals[at + TAIL.total] += weight;
  if (observed < 2 * TAIL_MINIMUM) wholes[whole + TAIL_WHOLES.observed] = observed + 1;
  reals[at + TAIL.weight] *= GROWTH;
  if (reals[at + TAIL.weight] > WEIGHT_LIMIT) rescale(reals, at);
  return decades < MOST_DECADES ? decades : MOST_DECADES;
}

function rescale(reals: Float32Array, at: number): void {
  const weight = reals[at + TAIL.weight];
  for (let bin = 0; bin < BINS; bin++) reals[at + bin] /= weight;
  reals[at + TAIL.total] /= weight;
  reals[at + TAIL.weight] = 1;
}
