import { bytesOf, madd } from './numbers';

/**
 * The hyperbolic tangent as a quotient of polynomials, within 5e-7: Eigen's `generic_fast_tanh_float`
 * (https://gitlab.com/libeigen/eigen, MathFunctionsImpl.h).
 */
function tanh4(given: v128): v128 {
  const x = f32x4.min(f32x4.max(given, f32x4.splat(-7.90531110763549805)), f32x4.splat(7.90531110763549805));
  const square = f32x4.mul(x, x);
  let p = madd(f32x4.splat(2.00018790482477e-13), square, f32x4.splat(-2.76076847742355e-16));
  p = madd(f32x4.splat(-8.60467152213735e-11), square, p);
  p = madd(f32x4.splat(5.12229709037114e-8), square, p);
  p = madd(f32x4.splat(1.48572235717979e-5), square, p);
  p = madd(f32x4.splat(6.37261928875436e-4), square, p);
  p = madd(f32x4.splat(4.89352455891786e-3), square, p);
  let q = madd(f32x4.splat(1.18534705686654e-4), square, f32x4.splat(1.19825839466702e-6));
  q = madd(f32x4.splat(2.268434632439e-3), square, q);
  q = madd(f32x4.splat(4.89352518554385e-3), square, q);
  return f32x4.div(f32x4.mul(x, p), q);
}

function sigmoid4(x: v128): v128 {
  const half = f32x4.splat(0.5);
  return madd(half, half, tanh4(f32x4.mul(x, half)));
}

/**
 * One step of a layer. z[rows × 4 units] holds what enters the input, forget, cell and output gates, in that order, and
 * then what comes out of them; cell, tanh(cell) and state are written, rows × units each.
 *
 * @param before the cell of the step before; 0 at the first
 */
export function gates(
  z: usize,
  before: usize,
  cell: usize,
  cellTanh: usize,
  state: usize,
  rows: i32,
  units: i32,
): void {
  const width = bytesOf(units);
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < width; j += 16) {
      const at = z + j;
      const input = sigmoid4(v128.load(at));
      const forget = sigmoid4(v128.load(at + width));
      const fresh = tanh4(v128.load(at + 2 * width));
      const output = sigmoid4(v128.load(at + 3 * width));
      let kept = f32x4.mul(input, fresh);
      if (before) kept = madd(kept, forget, v128.load(before + j));
      const bent = tanh4(kept);
      v128.store(at, input);
      v128.store(at + width, forget);
      v128.store(at + 2 * width, fresh);
      v128.store(at + 3 * width, output);
      v128.store(cell + j, kept);
      v128.store(cellTanh + j, bent);
      v128.store(state + j, f32x4.mul(output, bent));
    }
    z += 4 * width;
    if (before) before += width;
    cell += width;
    cellTanh += width;
    state += width;
  }
}

/**
 * The same step backwards: z, as {@link gates} left it, becomes the slopes of what entered the gates.
 *
 * @param above slopes of the state by what uses it at this step; 0 where nothing does
 * @param after slopes of the state by the step after; 0 at the last
 * @param cellSlopes those of the cell by the step after; become those of the cell before
 */
export function gatesBack(
  z: usize,
  before: usize,
  cellTanh: usize,
  above: usize,
  after: usize,
  cellSlopes: usize,
  rows: i32,
  units: i32,
): void {
  const width = bytesOf(units);
  const one = f32x4.splat(1);
  const none = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < width; j += 16) {
      const at = z + j;
      const input = v128.load(at);
      const forget = v128.load(at + width);
      const fresh = v128.load(at + 2 * width);
      const output = v128.load(at + 3 * width);
      const bent = v128.load(cellTanh + j);
      let slope = above ? v128.load(above + j) : none;
      if (after) slope = f32x4.add(slope, v128.load(after + j));
      const straight = f32x4.sub(one, f32x4.mul(bent, bent));
      const cell = madd(v128.load(cellSlopes + j), f32x4.mul(slope, output), straight);
      const old = before ? v128.load(before + j) : none;
      const share = f32x4.mul(f32x4.mul(cell, fresh), f32x4.mul(input, f32x4.sub(one, input)));
      v128.store(at, share);
      v128.store(at + width, f32x4.mul(f32x4.mul(cell, old), f32x4.mul(forget, f32x4.sub(one, forget))));
      v128.store(at + 2 * width, f32x4.mul(f32x4.mul(cell, input), f32x4.sub(one, f32x4.mul(fresh, fresh))));
      v128.store(at + 3 * width, f32x4.mul(f32x4.mul(slope, bent), f32x4.mul(output, f32x4.sub(one, output))));
      v128.store(cellSlopes + j, f32x4.mul(cell, forget));
    }
    z += 4 * width;
    if (before) before += width;
    cellTanh += width;
    if (above) above += width;
    if (after) after += width;
    cellSlopes += width;
  }
}
