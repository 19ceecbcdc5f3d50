/**
 * Noise that can be asked for at any time without generating what came before: everything is a hash of (seed, stream,
 * index), so that any window of a simulation costs only its own length.
 */

/** 32 well-mixed bits of three whole numbers (the finaliser of MurmurHash3, https://github.com/aappleby/smhasher). */
export function hashed(seed: number, stream: number, index: number): number {
  let word = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 0x7f4a7c15, 0xc2b2ae35);
  word = Math.imul(word ^ (index | 0), 0x27d4eb2f) ^ Math.imul(Math.floor(index / 2 ** 32) + 1, 0x165667b1);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

/** Uniform in [0, 1). */
export const uniform = (seed: number, stream: number, index: number): number => hashed(seed, stream, index) / 2 ** 32;

/** Mean 0, standard deviation 1, nearly normal up to three deviations: the sum of four uniforms of 16 bits each. */
export function bell(seed: number, stream: number, index: number): number {
  const a = hashed(seed, stream, index);
  const b = hashed(seed ^ 0x5bd1e995, stream, index);
  const sum = (a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff);
  return (sum / 65_536 - 2) * Math.sqrt(3);
}

/**
 * Adds noise that wanders within about `periodSeconds` to `target`: independent values on a lattice, joined smoothly.
 *
 * @param from time of the first sample, epoch seconds; `step` seconds between samples.
 */
export function addWander(
  target: Float64Array,
  seed: number,
  stream: number,
  periodSeconds: number,
  amplitude: number,
  from: number,
  step: number,
): void {
  let cell = Number.NaN;
  let left = 0;
  let right = 0;
  for (let i = 0; i < target.length; i++) {
    const position = (from + i * step) / periodSeconds;
    const index = Math.floor(position);
    if (index !== cell) {
      left = index === cell + 1 ? right : bell(seed, stream, index);
      right = bell(seed, stream, index + 1);
      cell = index;
    }
    const part = position - index;
    const eased = part * part * (3 - 2 * part);
    target[i] = (target[i] ?? 0) + amplitude * (left + (right - left) * eased);
  }
}
