/** A stream of pseudo-random numbers: the same seed gives the same stream, on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Standard normal: mean 0, standard deviation 1. */
  normal(): number;
  /** Uniform in 0, 1, …, `below` - 1. @throws RangeError unless `below` is a whole number from 1 to 2^32. */
  integer(below: number): number;
  /** Where the stream stands now; {@link restoreRandom} goes on from here. */
  readonly state: RandomState;
}

/** Four words of the generator, and the second half of the last normal pair (NaN where there is none). */
export interface RandomState {
  readonly words: Uint32Array;
  readonly spare: number;
}

const TWO_POW_32 = 0x1_0000_0000;

/**
 * A seeded generator, xoshiro128** (https://prng.di.unimi.it/xoshiro128starstar.c), its words filled by splitmix32 so
 * that neighbouring seeds give unrelated streams. Not for secrets.
 *
 * @param seed any finite number; the fraction is dropped, and 64 bits of what remains count.
 * @throws RangeError if the seed is not finite.
 */
export function createRandom(seed: number): Random {
  if (!Number.isFinite(seed)) throw new RangeError(`seed is ${seed}; give a finite number`);
  const whole = Math.trunc(seed);
  const low = whole >>> 0;
  const high = Math.floor(whole / TWO_POW_32) >>> 0;
  let mixed = (low ^ Math.imul(high, 0x9e3779b9)) >>> 0;
  const words = new Uint32Array(4);
  for (let index = 0; index < 4; index++) {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let word = mixed;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    words[index] = word ^ (word >>> 15);
  }
  return restoreRandom({ words, spare: NaN });
}

/** Goes on where a stream stood. @throws RangeError unless there are four words, not all of them 0. */
export function restoreRandom(state: RandomState): Random {
  if (state.words.length !== 4 || state.words.every((word) => word === 0)) {
    throw new RangeError(`a random state has 4 words, not all 0; got [${state.words.join(', ')}]`);
  }
  let [a = 0, b = 0, c = 0, d = 0] = state.words;
  let spare = state.spare;

  const nextWord = (): number => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const next = (): number => nextWord() / TWO_POW_32;

  return {
    next,
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = NaN;
        return value;
      }
      // Marsaglia's polar method: exact, and two values for one logarithm.
      for (;;) {
        const x = 2 * next() - 1;
        const y = 2 * next() - 1;
        const square = x * x + y * y;
        if (square >= 1 || square === 0) continue;
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * factor;
        return x * factor;
      }
    },
    integer(below) {
      if (!Number.isInteger(below) || below < 1 || below > TWO_POW_32) {
        throw new RangeError(`integer(below) got ${below}; give a whole number from 1 to 2^32`);
      }
      // Words past the last whole multiple are drawn again: a plain remainder would favour small numbers.
      const limit = TWO_POW_32 - (TWO_POW_32 % below);
      for (;;) {
        const word = nextWord();
        if (word < limit) return word % below;
      }
    },
    get state() {
      return { words: Uint32Array.of(a, b, c, d), spare };
    },
  };
}
