import type { LinkedTrees } from '../numeric/wasm/tree-paths.ts';
import { averagePathLength, type IsolationTrees } from './isolation-trees.ts';

/**
 * Trees as they are walked, from their stored form.
 *
 * @throws RangeError on trees that do not add up, saying what is wrong.
 */
export function linkTrees(state: IsolationTrees): LinkedTrees {
  const { nodes, splits, leafSizes, features, trees, sampleSize } = state;
  const width = features.length;
  if (!Number.isInteger(trees) || trees < 1 || !(sampleSize >= 2))
    throw new RangeError(`A forest of ${trees} trees over ${sampleSize} rows is none: fit it anew.`);
  if (state.centres.length !== width)
    throw new RangeError(`The forest has ${state.centres.length} centres for ${width} features: fit it anew.`);
  const broken = (what: string): RangeError => new RangeError(`The forest ${what}: fit it anew.`);
  const roots = new Int32Array(trees);
  const deepest = new Int32Array(trees);
  const feature = new Uint16Array(nodes.length);
  const children = new Int32Array(nodes.length);
  const cut = new Float32Array(nodes.length);
  const path = new Float64Array(nodes.length);
  let read = 0;
  let split = 0;
  let leafByte = 0;
  let free = 0;
  const places: number[] = [];
  const depths: number[] = [];
  for (let tree = 0; tree < trees; tree++) {
    roots[tree] = free;
    places.push(free++);
    depths.push(0);
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const depth = depths.pop() ?? 0;
      if (read >= nodes.length) throw broken(`breaks off in tree ${tree} of ${trees}`);
      const found = nodes[read++];
      if (found > width) throw broken(`splits feature ${found} of ${width}`);
      if (found === width) {
        let size = 0;
        let shift = 1;
        do {
          if (leafByte >= leafSizes.length) throw broken(`lacks the size of a leaf in tree ${tree}`);
          size += (leafSizes[leafByte] & 127) * shift;
          shift *= 128;
        } while (leafSizes[leafByte++] > 127);
        children[place] = place;
        cut[place] = Number.NaN;
        deepest[tree] = Math.max(deepest[tree], depth);
        path[place] = depth + averagePathLength(size);
        continue;
      }
      if (split >= splits.length || free + 2 > nodes.length) throw broken(`lacks a split in tree ${tree}`);
      feature[place] = found;
      cut[place] = splits[split++];
      children[place] = free;
      places.push(free + 1, free);
      depths.push(depth + 1, depth + 1);
      free += 2;
    }
  }
  if (read !== nodes.length || split !== splits.length || leafByte !== leafSizes.length)
    throw broken(`has ${nodes.length - read} nodes, ${splits.length - split} splits too many for ${trees} trees`);
  return { roots, depths: deepest, feature, children, cut, path };
}
