/**
 * Many rows through all trees of a forest: AssemblyScript, compiled by `npm run kernels`. The contract, and who places
 * what in memory, is ../tree-paths.ts. Results are those of a plain walk, to the bit: the same comparisons of the same
 * float32 numbers, and one sum a row in the order of the trees.
 *
 * The first three levels of a tree are compared in lanes, four rows an instruction: seven comparisons for twelve steps.
 * Below, neighbouring rows stand at different nodes, so each goes its own way: eight at once, because a step waits for
 * memory several times as long as it computes.
 */

/** Rows of a block: with 43 features 22 KB, which stay in the nearest cache while tree after tree passes over them. */
export const ROWS: i32 = 128;
/** A column of the block is this many bytes: 1 << COLUMN. */
const COLUMN: usize = 9;

function childOf(children: usize, node: usize): usize {
  return <usize>load<u32>(children + (node << 2));
}

function cutOf(cuts: usize, node: usize): f32 {
  return load<f32>(cuts + (node << 2));
}

/** Where the column begins that a node splits. */
function columnOf(features: usize, node: usize): usize {
  return (<usize>load<u16>(features + (node << 1))) << COLUMN;
}

/** The right child; at a leaf, which is its own left child, the leaf again: what lies beside it is another's. */
function besides(left: usize, parent: usize): usize {
  return left + usize(left !== parent);
}

/** Four rows at one node: all ones where the value is at or above the cut. */
function right4(rows: usize, cut: v128): v128 {
  return f32x4.ge(v128.load(rows), cut);
}

function step(row: usize, node: usize, features: usize, children: usize, cuts: usize): usize {
  const value = load<f32>(row + columnOf(features, node));
  return childOf(children, node) + usize(value >= cutOf(cuts, node));
}

function add(sum: usize, path: usize): void {
  store<f64>(sum, load<f64>(sum) + load<f64>(path));
}

/**
 * Adds to each of the `sums` the lengths of its row's paths. All places are byte addresses.
 *
 * @param block Float32, ROWS of each feature, feature after feature
 * @param count rows to walk, a multiple of 8 up to ROWS
 * @param sums Float64, one a row
 * @param roots Uint32 node numbers, one a tree
 * @param depths Int32 steps to the deepest leaf, one a tree
 * @param features Uint16 a node
 * @param children Uint32 a node: the left child, followed by the right one; at a leaf itself
 * @param cuts Float32 a node: NaN at a leaf
 * @param paths Float64 a node
 */
export function addPaths(
  block: usize,
  count: i32,
  sums: usize,
  trees: i32,
  roots: usize,
  depths: usize,
  features: usize,
  children: usize,
  cuts: usize,
  paths: usize,
): void {
  const end = block + ((<usize>count) << 2);
  for (let tree = 0; tree < trees; tree++) {
    const n1 = <usize>load<u32>(roots + ((<usize>tree) << 2));
    const below = load<i32>(depths + ((<usize>tree) << 2)) - 3;
    const n2 = childOf(children, n1);
    const n3 = besides(n2, n1);
    const n4 = childOf(children, n2);
    const n5 = besides(n4, n2);
    const n6 = childOf(children, n3);
    const n7 = besides(n6, n3);
    const c1 = f32x4.splat(cutOf(cuts, n1));
    const c2 = f32x4.splat(cutOf(cuts, n2));
    const c3 = f32x4.splat(cutOf(cuts, n3));
    const c4 = f32x4.splat(cutOf(cuts, n4));
    const c5 = f32x4.splat(cutOf(cuts, n5));
    const c6 = f32x4.splat(cutOf(cuts, n6));
    const c7 = f32x4.splat(cutOf(cuts, n7));
    const f1 = columnOf(features, n1);
    const f2 = columnOf(features, n2);
    const f3 = columnOf(features, n3);
    const f4 = columnOf(features, n4);
    const f5 = columnOf(features, n5);
    const f6 = columnOf(features, n6);
    const f7 = columnOf(features, n7);
    const h4 = i32x4.splat(<i32>childOf(children, n4));
    const h5 = i32x4.splat(<i32>childOf(children, n5));
    const h6 = i32x4.splat(<i32>childOf(children, n6));
    const h7 = i32x4.splat(<i32>childOf(children, n7));
    let sum = sums;
    for (let row = block; row < end; row += 32) {
      const other = row + 16;
      const r1 = right4(row + f1, c1);
      const s1 = right4(other + f1, c1);
      const r2 = v128.bitselect(right4(row + f3, c3), right4(row + f2, c2), r1);
      const s2 = v128.bitselect(right4(other + f3, c3), right4(other + f2, c2), s1);
      const r3 = v128.bitselect(
        v128.bitselect(right4(row + f7, c7), right4(row + f6, c6), r2),
        v128.bitselect(right4(row + f5, c5), right4(row + f4, c4), r2),
        r1,
      );
      const s3 = v128.bitselect(
        v128.bitselect(right4(other + f7, c7), right4(other + f6, c6), s2),
        v128.bitselect(right4(other + f5, c5), right4(other + f4, c4), s2),
        s1,
      );
      // All ones are minus one: taken off, they lead to the right child.
      const r = i32x4.sub(v128.bitselect(v128.bitselect(h7, h6, r2), v128.bitselect(h5, h4, r2), r1), r3);
      const s = i32x4.sub(v128.bitselect(v128.bitselect(h7, h6, s2), v128.bitselect(h5, h4, s2), s1), s3);
      let a = <usize>i32x4.extract_lane(r, 0);
      let b = <usize>i32x4.extract_lane(r, 1);
      let c = <usize>i32x4.extract_lane(r, 2);
      let d = <usize>i32x4.extract_lane(r, 3);
      let e = <usize>i32x4.extract_lane(s, 0);
      let f = <usize>i32x4.extract_lane(s, 1);
      let g = <usize>i32x4.extract_lane(s, 2);
      let h = <usize>i32x4.extract_lane(s, 3);
      for (let left = below; left > 0; left--) {
        a = step(row, a, features, children, cuts);
        b = step(row + 4, b, features, children, cuts);
        c = step(row + 8, c, features, children, cuts);
        d = step(row + 12, d, features, children, cuts);
        e = step(row + 16, e, features, children, cuts);
        f = step(row + 20, f, features, children, cuts);
        g = step(row + 24, g, features, children, cuts);
        h = step(row + 28, h, features, children, cuts);
      }
      add(sum, paths + (a << 3));
      add(sum + 8, paths + (b << 3));
      add(sum + 16, paths + (c << 3));
      add(sum + 24, paths + (d << 3));
      add(sum + 32, paths + (e << 3));
      add(sum + 40, paths + (f << 3));
      add(sum + 48, paths + (g << 3));
      add(sum + 56, paths + (h << 3));
      sum += 64;
    }
  }
}
