import { openKernel, placeSize, type Kernel } from './kernel.ts';
import { treePathsModule } from './tree-paths-module.ts';

/** Binary trees laid out for walking: siblings are neighbours, so that one comparison picks between them. */
export interface LinkedTrees {
  readonly roots: Int32Array;
  /** Steps from each root to its deepest leaf. */
  readonly depths: Int32Array;
  readonly feature: Uint16Array;
  /** The left child, followed by the right one; the node itself at a leaf. */
  readonly children: Int32Array;
  /** NaN at a leaf: no value is at or above it, so that whoever arrives early stays. */
  readonly cut: Float32Array;
  /** At a leaf the length of the path that ends there. */
  readonly path: Float64Array;
}

/** Trees in the kernel's memory, until {@link treePaths} is called again. */
export interface TreePaths {
  /** Rows of a block. */
  readonly rows: number;
  /** To be filled: `rows` values of the first feature, then of the next. Only the rows that are walked matter. */
  readonly block: Float32Array;
  /** The summed path lengths of the first `count` rows, tree after tree; the next call overwrites them. */
  walk(count: number): Float64Array;
}

interface Exports {
  readonly ROWS: { readonly value: number };
  addPaths(
    ...at: [
      block: number,
      count: number,
      sums: number,
      trees: number,
      roots: number,
      depths: number,
      features: number,
      children: number,
      cuts: number,
      paths: number,
    ]
  ): void;
}

/** Rows the kernel walks together. */
const TOGETHER = 8;
let kernel: Kernel<Exports> | undefined;

/**
 * Puts trees where the kernel can walk them: the fast way for many rows, the same sums to the bit as a plain walk.
 * Children must lie behind their parents and within the arrays: the kernel does not look again.
 */
export function treePaths(trees: LinkedTrees, width: number): TreePaths {
  kernel ??= openKernel<Exports>(treePathsModule);
  const { exports, memory, placeCopy } = kernel;
  const rows = exports.ROWS.value;
  const arrays = [trees.roots, trees.depths, trees.feature, trees.children, trees.cut, trees.path] as const;
  const blockBytes = rows * width * Float32Array.BYTES_PER_ELEMENT;
  const sumBytes = rows * Float64Array.BYTES_PER_ELEMENT;
  kernel.clear(
    arrays.reduce((sum, { byteLength }) => sum + placeSize(byteLength), placeSize(blockBytes) + placeSize(sumBytes)),
  );
  const blockAt = kernel.place(blockBytes);
  const sumsAt = kernel.place(sumBytes);
  const [roots, depths, feature, children, cut, path] = arrays.map((numbers) => placeCopy(numbers));
  const sums = new Float64Array(memory.buffer, sumsAt, rows);
  return {
    rows,
    block: new Float32Array(memory.buffer, blockAt, rows * width),
    walk(count) {
      sums.fill(0);
      const walked = Math.ceil(count / TOGETHER) * TOGETHER;
      exports.addPaths(blockAt, walked, sumsAt, trees.roots.length, roots, depths, feature, children, cut, path);
      return sums;
    },
  };
}
