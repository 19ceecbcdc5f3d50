import { MEMORY, PROTOTYPES } from './series-state.ts';

/** Every so many points the prototypes' weights are halved, so that what is seen no more fades… */
const HALVE_EVERY = 10_000;
/** …and those below this weight are forgotten, down to this many. */
const FORGOTTEN_BELOW = Math.fround(0.02);
const KEEP = 8;
/** The spread of the prototypes is renewed every 16 points, in the beginning at every point. */
const RENEW_EVERY = 16;
const RENEW_ALWAYS_BEFORE = 64;

/** First place whose value is not below `value`. */
function placeOf(reals: Float32Array, at: number, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reals[at + middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Distance from `value` to the nearest prototype; Infinity where there is none. */
export function gapTo(reals: Float32Array, at: number, size: number, value: number): number {
  const place = placeOf(reals, at, size, value);
  const above = place < size ? reals[at + place] - value : Infinity;
  const below = place > 0 ? value - reals[at + place - 1] : Infinity;
  return below < above ? below : above;
}

/**
 * Remembers a value: strengthens the nearest prototype where one lies within `near`, else becomes one itself. Where
 * the memory is full, the inner prototype with the narrowest neighbourhood joins its nearer neighbour: the outermost
 * values are never forgotten this way.
 *
 * @param at start of the memory in `reals`, laid out by {@link MEMORY}.
 * @returns the new number of prototypes.
 */
export function remember(reals: Float32Array, at: number, size: number, value: number, near: number): number {
  const place = placeOf(reals, at, size, value);
  const weights = at + MEMORY.weights;
  const above = place < size ? reals[at + place] - value : Infinity;
  const below = place > 0 ? value - reals[at + place - 1] : Infinity;
  if (size > 0 && Math.min(above, below) <= near) {
    reals[weights + (below < above ? place - 1 : place)] += 1;
    return size;
  }
  if (size < PROTOTYPES) {
    reals.copyWithin(at + place + 1, at + place, at + size);
    reals.copyWithin(weights + place + 1, weights + place, weights + size);
    reals[at + place] = value;
    reals[weights + place] = 1;
    return size + 1;
  }
  replaceNarrowest(reals, at, place, value);
  return size;
}

const values = new Float32Array(PROTOTYPES + 1);
const loads = new Float32Array(PROTOTYPES + 1);

function replaceNarrowest(reals: Float32Array, at: number, place: number, value: number): void {
  const weights = at + MEMORY.weights;
  for (let index = 0; index < place; index++) {
    values[index] = reals[at + index];
    loads[index] = reals[weights + index];
  }
  values[place] = value;
  loads[place] = 1;
  for (let index = place; index < PROTOTYPES; index++) {
    values[index + 1] = reals[at + index];
    loads[index + 1] = reals[weights + index];
  }

  let narrowest = 1;
  let narrowestSpan = Infinity;
  for (let index = 1; index < PROTOTYPES; index++) {
    const span = Math.fround(values[index + 1] - values[index - 1]);
    if (span < narrowestSpan) {
      narrowestSpan = span;
      narrowest = index;
    }
  }
  const nearerBelow =
    Math.fround(values[narrowest] - values[narrowest - 1]) < Math.fround(values[narrowest + 1] - values[narrowest]);
  loads[nearerBelow ? narrowest - 1 : narrowest + 1] += loads[narrowest];

  for (let index = 0; index < PROTOTYPES; index++) {
    const from = index < narrowest ? index : index + 1;
    reals[at + index] = values[from];
    reals[weights + index] = loads[from];
  }
}

/** Renews spread (weighted q90 - q10) and median of the prototypes when it is time to. */
export function renewSpread(reals: Float32Array, at: number, size: number, point: number): void {
  if (point % RENEW_EVERY !== 0 && point >= RENEW_ALWAYS_BEFORE) return;
  const weights = at + MEMORY.weights;
  let total = 0;
  for (let index = 0; index < size; index++) total += reals[weights + index];
  let sum = 0;
  let low = 0;
  let high = 0;
  let passed = 0;
  for (let index = 0; index < size; index++) {
    sum += reals[weights + index];
    if (passed === 0 && sum >= 0.1 * total) {
      low = reals[at + index];
      passed = 1;
    }
    if (passed === 1 && sum >= 0.5 * total) {
      reals[at + MEMORY.median] = reals[at + index];
      passed = 2;
    }
    if (passed === 2 && sum >= 0.9 * total) {
      high = reals[at + index];
      break;
    }
  }
  reals[at + MEMORY.spread] = high - low;
}

/** Lets old prototypes fade when it is time to. @returns the new number of prototypes. */
export function fade(reals: Float32Array, at: number, size: number, point: number): number {
  if (point % HALVE_EVERY !== HALVE_EVERY - 1) return size;
  const weights = at + MEMORY.weights;
  for (let index = 0; index < size; index++) reals[weights + index] *= 0.5;
  let left = size;
  for (let index = size - 1; index >= 0 && left > KEEP; index--) {
    if (reals[weights + index] >= FORGOTTEN_BELOW) continue;
    reals.copyWithin(at + index, at + index + 1, at + left);
    reals.copyWithin(weights + index, weights + index + 1, weights + left);
    left--;
  }
  return left;
}
