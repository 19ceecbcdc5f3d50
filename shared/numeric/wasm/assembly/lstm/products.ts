import { bytesOf, madd } from './numbers';

/** Rows of the depth that are multiplied before the next are laid out: both parts stay in the second cache. */
const BLOCK: i32 = 192;

/** Lays out eight columns after the other: `out` gets depth × 8 numbers for each eight of the columns. */
export function packColumns(matrix: usize, depth: i32, columns: i32, out: usize): void {
  const row = bytesOf(columns);
  for (let eight: usize = 0; eight < row; eight += 32) {
    let from = matrix + eight;
    for (let k = 0; k < depth; k++) {
      v128.store(out, v128.load(from));
      v128.store(out, v128.load(from, 16), 16);
      from += row;
      out += 32;
    }
  }
}

/** The same of the transposed matrix: the depth is its columns, eight of its rows stand together. */
export function packRows(matrix: usize, depth: i32, rows: i32, out: usize): void {
  const row = bytesOf(depth);
  for (let eight = 0; eight < rows; eight += 8) {
    for (let k: usize = 0; k < row; k += 4) {
      let from = matrix + <usize>eight * row + k;
      for (let r: usize = 0; r < 32; r += 4) {
        store<f32>(out + r, load<f32>(from));
        from += row;
      }
      out += 32;
    }
  }
}

/** Lays out four rows together, number by number. */
function packFours(matrix: usize, rows: i32, depth: i32, out: usize): void {
  const row = bytesOf(depth);
  const last = matrix + <usize>rows * row;
  for (let from = matrix; from < last; from += 4 * row) {
    for (let k: usize = 0; k < row; k += 16) {
      const a = v128.load(from + k);
      const b = v128.load(from + row + k);
      const c = v128.load(from + 2 * row + k);
      const d = v128.load(from + 3 * row + k);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ba = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const dc = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(out, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 16);
      v128.store(out, v128.shuffle<f32>(ba, dc, 0, 1, 4, 5), 32);
      v128.store(out, v128.shuffle<f32>(ba, dc, 2, 3, 6, 7), 48);
      out += 64;
    }
  }
}

/** Four rows and eight columns of a product: they begin as what lies at `start` and end at `out`. `depth` is even. */
function tile(a: usize, b: usize, depth: i32, start: usize, startRow: usize, out: usize, outRow: usize): void {
  let s00 = v128.load(start);
  let s01 = v128.load(start, 16);
  start += startRow;
  let s10 = v128.load(start);
  let s11 = v128.load(start, 16);
  start += startRow;
  let s20 = v128.load(start);
  let s21 = v128.load(start, 16);
  start += startRow;
  let s30 = v128.load(start);
  let s31 = v128.load(start, 16);
  const end = b + ((<usize>depth) << 5);
  while (b < end) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let value = v128.load32_splat(a);
    s00 = madd(s00, value, b0);
    s01 = madd(s01, value, b1);
    value = v128.load32_splat(a, 4);
    s10 = madd(s10, value, b0);
    s11 = madd(s11, value, b1);
    value = v128.load32_splat(a, 8);
    s20 = madd(s20, value, b0);
    s21 = madd(s21, value, b1);
    value = v128.load32_splat(a, 12);
    s30 = madd(s30, value, b0);
    s31 = madd(s31, value, b1);
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    value = v128.load32_splat(a, 16);
    s00 = madd(s00, value, b0);
    s01 = madd(s01, value, b1);
    value = v128.load32_splat(a, 20);
    s10 = madd(s10, value, b0);
    s11 = madd(s11, value, b1);
    value = v128.load32_splat(a, 24);
    s20 = madd(s20, value, b0);
    s21 = madd(s21, value, b1);
    value = v128.load32_splat(a, 28);
    s30 = madd(s30, value, b0);
    s31 = madd(s31, value, b1);
    a += 32;
    b += 64;
  }
  v128.store(out, s00);
  v128.store(out, s01, 16);
  out += outRow;
  v128.store(out, s10);
  v128.store(out, s11, 16);
  out += outRow;
  v128.store(out, s20);
  v128.store(out, s21, 16);
  out += outRow;
  v128.store(out, s30);
  v128.store(out, s31, 16);
}

/**
 * out[rows × columns] = what lies at `start` + a[rows × depth] · packed.
 *
 * @param packed what {@link packColumns} or {@link packRows} laid out
 * @param start rows of numbers, `startRow` bytes apart: `out` itself to add to it, one row of a bias with 0
 * @param work room for rows × depth numbers
 */
export function multiply(
  a: usize,
  packed: usize,
  out: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  start: usize,
  startRow: usize,
  work: usize,
): void {
  packFours(a, rows, depth, work);
  const row = bytesOf(columns);
  for (let eight: usize = 0; eight < row; eight += 32) {
    let four = work;
    for (let i = 0; i < rows; i += 4) {
      const r = <usize>i;
      tile(four, packed, depth, start + r * startRow + eight, startRow, out + r * row + eight, row);
      four += bytesOf(depth) << 2;
    }
    packed += bytesOf(depth) << 3;
  }
}

/**
 * out[rows × columns] += aᵀ · b, with a[depth × rows] and b[depth × columns].
 *
 * @param work room for 192 × (rows + columns) numbers
 */
export function addTransposed(a: usize, b: usize, out: usize, rows: i32, depth: i32, columns: i32, work: usize): void {
  const row = bytesOf(columns);
  for (let from = 0; from < depth; from += BLOCK) {
    const block = min(BLOCK, depth - from);
    const columnsAt = work + bytesOf(block * rows);
    let at = work;
    for (let four: usize = 0; four < bytesOf(rows); four += 16) {
      let number = a + bytesOf(from * rows) + four;
      for (let k = 0; k < block; k++) {
        v128.store(at, v128.load(number));
        number += bytesOf(rows);
        at += 16;
      }
    }
    packColumns(b + bytesOf(from * columns), block, columns, columnsAt);
    let packed = columnsAt;
    for (let eight: usize = 0; eight < row; eight += 32) {
      let four = work;
      for (let i = 0; i < rows; i += 4) {
        const place = out + <usize>i * row + eight;
        tile(four, packed, block, place, row, place, row);
        four += bytesOf(block) << 2;
      }
      packed += bytesOf(block) << 3;
    }
  }
}
