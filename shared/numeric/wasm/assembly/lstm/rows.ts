import { bytesOf, madd } from './numbers';

/**
 * out[columns] = start[columns] + x[depth] · w[depth × columns], for a single window, which fills no tile. `start` may be
 * `out`; `depth` is a multiple of 4.
 */
export function addRow(x: usize, w: usize, start: usize, out: usize, depth: i32, columns: i32): void {
  const row = bytesOf(columns);
  for (let k = 0; k < depth; k += 4) {
    const x0 = v128.load32_splat(x);
    const x1 = v128.load32_splat(x, 4);
    const x2 = v128.load32_splat(x, 8);
    const x3 = v128.load32_splat(x, 12);
    const w1 = w + row;
    const w2 = w1 + row;
    const w3 = w2 + row;
    for (let j: usize = 0; j < row; j += 16) {
      const first = madd(madd(v128.load(start + j), x0, v128.load(w + j)), x1, v128.load(w1 + j));
      v128.store(out + j, madd(madd(first, x2, v128.load(w2 + j)), x3, v128.load(w3 + j)));
    }
    start = out;
    x += 16;
    w = w3 + row;
  }
}

/** out[rows × columns] = bias + x[rows] · w[columns]: the gates of a layer that is given one number a step. */
export function spread(x: usize, w: usize, bias: usize, out: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    const value = v128.load32_splat(x + bytesOf(i));
    for (let j: usize = 0; j < bytesOf(columns); j += 16) {
      v128.store(out + j, madd(v128.load(bias + j), value, v128.load(w + j)));
    }
    out += bytesOf(columns);
  }
}

/** sums[columns] += the rows of z; where there is x[rows], weighted[columns] += x · z, too. */
export function addSums(z: usize, x: usize, rows: i32, columns: i32, sums: usize, weighted: usize): void {
  for (let i = 0; i < rows; i++) {
    const value = x ? v128.load32_splat(x + bytesOf(i)) : f32x4.splat(0);
    for (let j: usize = 0; j < bytesOf(columns); j += 16) {
      const numbers = v128.load(z + j);
      v128.store(sums + j, f32x4.add(v128.load(sums + j), numbers));
      if (x) v128.store(weighted + j, madd(v128.load(weighted + j), value, numbers));
    }
    z += bytesOf(columns);
  }
}

/** out[rows × outputs] = bias + x[rows × inner] · wᵀ, with w[outputs × inner]. */
export function dense(x: usize, w: usize, bias: usize, out: usize, rows: i32, inner: i32, outputs: i32): void {
  for (let i = 0; i < rows; i++) {
    let weights = w;
    for (let o = 0; o < outputs; o++) {
      let sum = f32x4.splat(0);
      for (let j: usize = 0; j < bytesOf(inner); j += 16) sum = madd(sum, v128.load(x + j), v128.load(weights + j));
      const pairs = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
      const total = f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
      store<f32>(out, load<f32>(bias + bytesOf(o)) + total);
      weights += bytesOf(inner);
      out += 4;
    }
    x += bytesOf(inner);
  }
}

/** Backwards, from slopes[rows × outputs]: those of x, which must be 0 before, of w and of the bias are added to. */
export function denseBack(
  slopes: usize,
  x: usize,
  w: usize,
  xSlopes: usize,
  wSlopes: usize,
  biasSlopes: usize,
  rows: i32,
  inner: i32,
  outputs: i32,
): void {
  for (let i = 0; i < rows; i++) {
    for (let o = 0; o < outputs; o++) {
      const slope = v128.load32_splat(slopes);
      const weights = bytesOf(o * inner);
      const bias = biasSlopes + bytesOf(o);
      store<f32>(bias, load<f32>(bias) + load<f32>(slopes));
      for (let j: usize = 0; j < bytesOf(inner); j += 16) {
        const place = wSlopes + weights + j;
        v128.store(xSlopes + j, madd(v128.load(xSlopes + j), slope, v128.load(w + weights + j)));
        v128.store(place, madd(v128.load(place), slope, v128.load(x + j)));
      }
      slopes += 4;
    }
    x += bytesOf(inner);
    xSlopes += bytesOf(inner);
  }
}
