import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { treePaths, type LinkedTrees } from '../numeric/wasm/tree-paths.ts';
import type { FittedDetector, Score } from './detector.ts';
import { linkTrees } from './isolation-links.ts';
import { averagePathLength, type IsolationTrees } from './isolation-trees.ts';

/** A forest at work; {@link FittedForest.scoreAll} is the fast way through many rows. */
export interface FittedForest extends FittedDetector<IsolationTrees> {
  /** One score a row in 0…1; NaN where a row has a missing value. The same bits as {@link FittedDetector.score}. */
  scoreAll(rows: FeatureMatrix): Float64Array;
}

/** Fewer rows are walked before the kernel has begun. */
const FEW = 32;
/** The trees are copied to the kernel first: that pays from about so many nodes of a tree for each row. */
const NODES_A_ROW = 4;

/** Rows as a walk wants them, and the walk. */
interface Walk {
  /** Rows that are walked together. */
  readonly rows: number;
  /** To be filled with so many rows, and how far apart it wants them and their features. */
  readonly block: Float32Array;
  readonly rowStep: number;
  readonly featureStep: number;
  /** The summed path lengths of the first rows; the next call overwrites them. */
  walk(count: number): Float64Array;
}

/**
 * A forest at work from its stored form.
 *
 * @throws RangeError on trees that do not add up, saying what is wrong.
 */
export function growForest(state: IsolationTrees): FittedForest {
  const { features, trees, centres } = state;
  const forest = linkTrees(state);
  const width = features.length;
  const exponent = -1 / (trees * averagePathLength(state.sampleSize));
  const single = plainWalk(forest, width, 1);

  return {
    state,
    score(row): Score {
      if (row.length !== width)
        throw new RangeError(`The row has ${row.length} values, the forest ${width} features: give one a feature.`);
      if (!centre(row, 0, 1, centres, single)) return { unscorable: 'missing-data' };
      return { value: 2 ** (single.walk(1)[0] * exponent) };
    },
    scoreAll(rows) {
      if (rows.names.length !== width)
        throw new RangeError(`The rows have ${rows.names.length} features, the forest ${width}: give the same ones.`);
      const out = new Float64Array(rows.rows);
      const few = rows.rows < FEW || rows.rows * trees * NODES_A_ROW < state.nodes.length;
      const way = few ? plainWalk(forest, width, rows.rows) : kernelWalk(forest, width);
      for (let from = 0; from < rows.rows; from += way.rows) {
        const count = Math.min(way.rows, rows.rows - from);
        const complete = centre(rows.values, from * width, count, centres, way);
        const lengths = way.walk(count);
        for (let row = 0; row < count; row++) {
          const missing = !complete && !isComplete(rows.values, (from + row) * width, width);
          out[from + row] = missing ? Number.NaN : 2 ** (lengths[row] * exponent);
        }
      }
      return out;
    },
  };
}

function isComplete(values: Float64Array, from: number, width: number): boolean {
  for (let at = from; at < from + width; at++) if (!Number.isFinite(values[at])) return false;
  return true;
}

/** Puts rows into the block as the splits see them; whether all their values were finite. */
function centre(values: Float64Array, from: number, rows: number, centres: Float64Array, into: Walk): boolean {
  const { block, rowStep, featureStep } = into;
  const width = centres.length;
  // Anything that is not finite makes this NaN, which one comparison finds for all.
  let check = 0;
  let at = from;
  for (let row = 0; row < rows; row++) {
    for (let feature = 0, to = row * rowStep; feature < width; feature++, at++, to += featureStep) {
      const value = values[at];
      check += value * 0;
      block[to] = value - centres[feature];
    }
  }
  return check === 0;
}

function kernelWalk(forest: LinkedTrees, width: number): Walk {
  const paths = treePaths(forest, width);
  return { ...paths, rowStep: 1, featureStep: paths.rows };
}

function plainWalk(forest: LinkedTrees, width: number, rows: number): Walk {
  const block = new Float32Array(rows * width);
  const lengths = new Float64Array(rows);
  return {
    rows,
    block,
    rowStep: width,
    featureStep: 1,
    walk(count) {
      walk(forest, block, width, count, lengths);
      return lengths;
    },
  };
}

/**
 * The summed path lengths of `count` rows. Four rows at once, each as many steps as the tree is deep, with nothing for
 * the processor to guess: it waits for memory on four ways side by side. More than twice as fast as one row after the
 * other to its own leaf.
 */
function walk(forest: LinkedTrees, rows: Float32Array, width: number, count: number, lengths: Float64Array): void {
  const { roots, depths, feature, children, cut, path } = forest;
  lengths.fill(0, 0, count);
  const inFours = count - (count % 4);
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree];
    const depth = depths[tree];
    let row = 0;
    let at = 0;
    for (; row < inFours; row += 4, at += 4 * width) {
      const second = at + width;
      const third = second + width;
      const fourth = third + width;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      for (let step = 0; step < depth; step++) {
        a = children[a] + Number(rows[at + feature[a]] >= cut[a]);
        b = children[b] + Number(rows[second + feature[b]] >= cut[b]);
        c = children[c] + Number(rows[third + feature[c]] >= cut[c]);
        d = children[d] + Number(rows[fourth + feature[d]] >= cut[d]);
      }
      lengths[row] += path[a];
      lengths[row + 1] += path[b];
      lengths[row + 2] += path[c];
      lengths[row + 3] += path[d];
    }
    for (; row < count; row++, at += width) {
      let node = root;
      for (let step = 0; step < depth; step++) node = children[node] + Number(rows[at + feature[node]] >= cut[node]);
      lengths[row] += path[node];
    }
  }
}
