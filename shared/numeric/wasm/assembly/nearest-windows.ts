/**
 * The past windows of a series that are nearest to its newest one: AssemblyScript, compiled by `npm run kernels`. The
 * contract, and who places what in memory, is ../nearest-windows.ts. Results are those of a plain search, to the bit:
 * each distance is summed in the same order, and a sum that has grown too large does not shrink again.
 *
 * Four windows that end in neighbouring rows are compared at once, and given up together.
 */

/** Rows that two windows in a list lie apart, lest one stretch be counted several times. */
const APART: i32 = 3;

function at(numbers: usize, index: i32): f64 {
  return load<f64>(numbers + ((<usize>index) << 3));
}

/** A list is its count (Int32, in 8 bytes), its distances (Float64), then the rows its windows end in (Int32). */
function worst(list: usize, most: i32): f64 {
  return load<i32>(list) < most ? Infinity : at(list + 8, most - 1);
}

function offer(list: usize, most: i32, end: i32, distance: f64): void {
  const distances = list + 8;
  const ends = distances + ((<usize>most) << 3);
  let count = load<i32>(list);
  if (count === most && distance >= at(distances, most - 1)) return;
  for (let index = 0; index < count; index++) {
    if (load<i32>(ends + ((<usize>index) << 2)) - end >= APART) continue;
    if (at(distances, index) <= distance) return;
    for (let next = index + 1; next < count; next++) {
      store<f64>(distances + ((<usize>(next - 1)) << 3), at(distances, next));
      store<i32>(ends + ((<usize>(next - 1)) << 2), load<i32>(ends + ((<usize>next) << 2)));
    }
    count--;
    break;
  }
  let place = count < most ? count : most - 1;
  while (place > 0 && at(distances, place - 1) > distance) {
    store<f64>(distances + ((<usize>place) << 3), at(distances, place - 1));
    store<i32>(ends + ((<usize>place) << 2), load<i32>(ends + ((<usize>(place - 1)) << 2)));
    place--;
  }
  store<f64>(distances + ((<usize>place) << 3), distance);
  store<i32>(ends + ((<usize>place) << 2), end);
  store<i32>(list, count < most ? count + 1 : most);
}

/**
 * All places are byte addresses.
 *
 * @param values Float64, behind 3 that are read and do not matter
 * @param centres Float64, what each window is compared less of, in the same way; 0 for none
 * @param asked Float64, the newest window, its last row first, less its own centre
 * @param weights Float64, one a row of the window, a multiple of 4 of them: the last may be 0
 * @param penalties Float64, factors of the distance by how many rows of a day windows lie apart
 * @param newest, oldest rows in which the first and the last window end that are looked at
 * @param lag rows from the first of them to the newest of all, less whole days
 * @param farFrom from this row down windows belong to the far list, too
 */
export function find(
  values: usize,
  centres: usize,
  asked: usize,
  weights: usize,
  length: i32,
  penalties: usize,
  day: i32,
  newest: i32,
  oldest: i32,
  lag: i32,
  farFrom: i32,
  near: usize,
  far: usize,
  most: i32,
): void {
  store<i32>(near, 0);
  store<i32>(far, 0);
  let level1 = f64x2.splat(0);
  let level2 = f64x2.splat(0);
  for (let end = newest; end >= oldest; end -= 4) {
    const p4 = at(penalties, lag);
    lag = lag + 1 === day ? 0 : lag + 1;
    const p3 = at(penalties, lag);
    lag = lag + 1 === day ? 0 : lag + 1;
    const p2 = at(penalties, lag);
    lag = lag + 1 === day ? 0 : lag + 1;
    const p1 = at(penalties, lag);
    lag = lag + 1 === day ? 0 : lag + 1;
    const penalty1 = f64x2.replace_lane(f64x2.splat(p1), 1, p2);
    const penalty2 = f64x2.replace_lane(f64x2.splat(p3), 1, p4);
    const isFar = end - 3 <= farFrom;
    const nearWorst = worst(near, most);
    const bound = f64x2.splat(isFar ? max(nearWorst, worst(far, most)) : nearWorst);
    if (centres !== 0) {
      level1 = v128.load(centres + ((<usize>end) << 3) - 24);
      level2 = v128.load(centres + ((<usize>end) << 3) - 8);
    }
    let sum1 = f64x2.splat(0);
    let sum2 = f64x2.splat(0);
    let row = values + ((<usize>end) << 3) - 24;
    let back = 0;
    while (back < length) {
      for (let four = 0; four < 4; four++) {
        const weight = v128.load64_splat(weights + ((<usize>back) << 3));
        const then = v128.load64_splat(asked + ((<usize>back) << 3));
        sum1 = f64x2.add(sum1, f64x2.mul(weight, f64x2.abs(f64x2.sub(f64x2.sub(v128.load(row), level1), then))));
        sum2 = f64x2.add(sum2, f64x2.mul(weight, f64x2.abs(f64x2.sub(f64x2.sub(v128.load(row, 16), level2), then))));
        row -= 8;
        back++;
      }
      const out1 = f64x2.ge(f64x2.mul(sum1, penalty1), bound);
      const out2 = f64x2.ge(f64x2.mul(sum2, penalty2), bound);
      if (i64x2.all_true(v128.and(out1, out2))) break;
    }
    if (back < length) continue;
    sum1 = f64x2.mul(sum1, penalty1);
    sum2 = f64x2.mul(sum2, penalty2);
    for (let lane = 0; lane < 4; lane++) {
      const found = end - lane;
      if (found < oldest) break;
      const distance =
        lane === 0
          ? f64x2.extract_lane(sum2, 1)
          : lane === 1
            ? f64x2.extract_lane(sum2, 0)
            : lane === 2
              ? f64x2.extract_lane(sum1, 1)
              : f64x2.extract_lane(sum1, 0);
      offer(near, most, found, distance);
      if (found <= farFrom) offer(far, most, found, distance);
    }
  }
}
