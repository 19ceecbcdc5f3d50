import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../shared/numeric/random.ts';
import { treePaths, type LinkedTrees } from '../../shared/numeric/wasm/tree-paths.ts';
import fc from '../fakes/property.ts';

/** Values at which comparisons differ: both zeros, the smallest, equals of cuts, infinite ones and none. */
const corners = [0, -0, 1e-45, -1e-45, 1, -1, 3.4e38, Infinity, -Infinity, Number.NaN];
const cuts = corners.filter((value) => !Number.isNaN(value));
const anyOf = (random: Random): number =>
  random.next() < 0.5 ? corners[Math.floor(random.next() * corners.length)] : random.normal();

/** Trees of any shape: a leaf alone, balanced ones, long thin ones. */
function growTrees(random: Random, trees: number, width: number, deepest: number): LinkedTrees {
  const nodes: { feature: number; child: number; cut: number; path: number }[] = [];
  const roots: number[] = [];
  const depths: number[] = [];
  for (let tree = 0; tree < trees; tree++) {
    let depth = 0;
    const leaf = () => ({ feature: 0, child: nodes.length, cut: Number.NaN, path: random.next() * 10 });
    roots.push(nodes.length);
    nodes.push(leaf());
    const bushy = random.next();
    const open: [number, number][] = [[nodes.length - 1, 0]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [at, level] = next;
      depth = Math.max(depth, level);
      if (level === deepest || (level > 0 && random.next() > bushy)) continue;
      const cut = random.next() < 0.3 ? cuts[Math.floor(random.next() * cuts.length)] : random.normal();
      nodes[at] = { feature: Math.floor(random.next() * width), child: nodes.length, cut, path: 0 };
      open.push([nodes.length, level + 1], [nodes.length + 1, level + 1]);
      nodes.push(leaf());
      nodes.push(leaf());
    }
    depths.push(depth);
  }
  return {
    roots: Int32Array.from(roots),
    depths: Int32Array.from(depths),
    feature: Uint16Array.from(nodes, ({ feature }) => feature),
    children: Int32Array.from(nodes, ({ child }) => child),
    cut: Float32Array.from(nodes, ({ cut }) => cut),
    path: Float64Array.from(nodes, ({ path }) => path),
  };
}

/** What is meant, word for word. */
function plainly({ roots, feature, children, cut, path }: LinkedTrees, row: Float32Array): number {
  let sum = 0;
  for (const root of roots) {
    let node = root;
    while (children[node] !== node) node = row[feature[node]] >= cut[node] ? children[node] + 1 : children[node];
    sum += path[node];
  }
  return sum;
}

function walk(trees: LinkedTrees, rows: readonly Float32Array[], width: number): number[] {
  const paths = treePaths(trees, width);
  const found: number[] = [];
  for (let from = 0; from < rows.length; from += paths.rows) {
    const some = rows.slice(from, from + paths.rows);
    some.forEach((row, index) => row.forEach((value, feature) => (paths.block[feature * paths.rows + index] = value)));
    found.push(...paths.walk(some.length).subarray(0, some.length));
  }
  return found;
}

const rowsOf = (random: Random, count: number, width: number): Float32Array[] =>
  Array.from({ length: count }, () => Float32Array.from({ length: width }, () => anyOf(random)));

describe('the kernel that walks trees', () => {
  it('finds what a plain walk finds, to the bit, whatever the trees, the rows and their number', () =>
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1e6),
          trees: fc.integer({ min: 1, max: 12 }),
          width: fc.integer({ min: 1, max: 70 }),
          deepest: fc.integer({ min: 0, max: 11 }),
          count: fc.integer({ min: 0, max: 300 }),
        }),
        ({ seed, trees: many, width, deepest, count }) => {
          const random = createRandom(seed);
          const trees = growTrees(random, many, width, deepest);
          const rows = rowsOf(random, count, width);
          expect(walk(trees, rows, width)).toEqual(rows.map((row) => plainly(trees, row)));
        },
      ),
      { numRuns: 150 },
    ));

  it('walks a tree of 300 levels, which is deeper than any that is balanced', () => {
    const levels = 300;
    const at = Array.from({ length: 2 * levels + 1 }, (_, node) => node);
    const isSplit = (node: number) => node % 2 === 0 && node < 2 * levels;
    const trees: LinkedTrees = {
      roots: Int32Array.of(0),
      depths: Int32Array.of(levels),
      feature: new Uint16Array(at.length),
      children: Int32Array.from(at, (node) => (isSplit(node) ? node + 1 : node)),
      cut: Float32Array.from(at, (node) => (isSplit(node) ? node / 2 : Number.NaN)),
      path: Float64Array.from(at),
    };
    const rows = Array.from({ length: levels }, (_, value) => Float32Array.of(value));
    expect(walk(trees, rows, 1)).toEqual(rows.map((row) => plainly(trees, row)));
  });

  it('takes the widest rows and the largest trees after small ones, and small ones again', () => {
    const random = createRandom(1);
    for (const [many, width] of [
      [1, 1],
      [40, 9000],
      [1, 1],
    ] as const) {
      const trees = growTrees(random, many, width, 11);
      const rows = rowsOf(random, 9, width);
      expect(walk(trees, rows, width)).toEqual(rows.map((row) => plainly(trees, row)));
    }
  });
});
