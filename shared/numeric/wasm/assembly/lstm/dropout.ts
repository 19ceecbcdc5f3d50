import { bytesOf } from './numbers';

function turned(x: v128, left: i32): v128 {
  return v128.or(i32x4.shl(x, left), i32x4.shr_u(x, 32 - left));
}

/**
 * Inverted dropout: mask gets 0 with probability `rate`, else 1 / (1 − rate), and kept[count] = x · mask.
 *
 * @param words 16 numbers, four lanes of xoshiro128+ (https://prng.di.unimi.it/xoshiro128plus.c), which go on
 */
export function dropout(x: usize, mask: usize, kept: usize, count: i32, rate: f32, words: usize): void {
  const below = i32x4.splat(<i32>(rate * <f32>16777216));
  const factor = f32x4.splat(<f32>1 / (<f32>1 - rate));
  let s0 = v128.load(words);
  let s1 = v128.load(words, 16);
  let s2 = v128.load(words, 32);
  let s3 = v128.load(words, 48);
  for (let j: usize = 0; j < bytesOf(count); j += 16) {
    const drawn = i32x4.shr_u(i32x4.add(s0, s3), 8);
    const shifted = i32x4.shl(s1, 9);
    s2 = v128.xor(s2, s0);
    s3 = v128.xor(s3, s1);
    s1 = v128.xor(s1, s2);
    s0 = v128.xor(s0, s3);
    s2 = v128.xor(s2, shifted);
    s3 = turned(s3, 11);
    const factors = v128.andnot(factor, i32x4.lt_s(drawn, below));
    v128.store(mask + j, factors);
    v128.store(kept + j, f32x4.mul(v128.load(x + j), factors));
  }
  v128.store(words, s0);
  v128.store(words, s1, 16);
  v128.store(words, s2, 32);
  v128.store(words, s3, 48);
}

/** x[count] *= factors */
export function scale(x: usize, factors: usize, count: i32): void {
  for (let j: usize = 0; j < bytesOf(count); j += 16) {
    v128.store(x + j, f32x4.mul(v128.load(x + j), v128.load(factors + j)));
  }
}
