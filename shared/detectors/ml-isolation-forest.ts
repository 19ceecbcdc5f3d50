import { IsolationForest, type TreeNode } from 'ml-isolation-forest';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { createRandom, type Random } from '../numeric/random.ts';
import {
  centresOf,
  checkForestOptions,
  completeRows,
  featuresByName,
  withThreshold,
  type IsolationForestOptions,
} from './isolation-forest.ts';
import { collectTrees, type IsolationTrees } from './isolation-trees.ts';
import { growForest, type FittedForest } from './isolation-walk.ts';

/**
 * The forest of the package ml-isolation-forest behind our contract. The package grows every tree on all the rows it is
 * given, so each tree is given a sample of its own; its trees are read into our flat form, which can be stored and
 * normalises path lengths as the paper does (the package lacks the factor 2 of the harmonic number). It splits constant
 * features too, unlike ours: such a split parts a later value below the constant from all the rest.
 */
export const mlIsolationForest: {
  readonly name: string;
  readonly defaults: IsolationForestOptions;
  fit(history: FeatureMatrix, options: IsolationForestOptions, seed: number): FittedForest;
  restore(state: IsolationTrees): FittedForest;
} = {
  name: 'ml-isolation-forest',
  defaults: { trees: 100, sampleSize: 256, contamination: 0.05 },
  fit(history, options, seed) {
    const rows = completeRows(history);
    checkForestOptions(options);
    const centres = centresOf(history, rows);
    const byName = featuresByName(history.names);
    const size = Math.min(options.sampleSize, rows.length);
    const random = createRandom(seed);
    const drawn = rows.slice();
    const collected = collectTrees(history.names);
    for (let tree = 0; tree < options.trees; tree++) {
      const sample = drawSample(history, drawn, size, byName, random);
      collect(plant(sample, random), byName, centres, collected);
    }
    const trees = collected.finish({ trees: options.trees, sampleSize: size, threshold: 1, centres });
    return withThreshold(trees, history, rows, options);
  },
  restore: growForest,
};

/** Rows without replacement, their columns in the order of names; `drawn` is shuffled as far as it was drawn from. */
function drawSample(
  { names, values }: FeatureMatrix,
  drawn: Int32Array,
  size: number,
  byName: Int32Array,
  random: Random,
): number[][] {
  const sample: number[][] = [];
  for (let index = 0; index < size; index++) {
    const other = index + random.integer(drawn.length - index);
    const row = drawn[other];
    drawn[other] = drawn[index];
    drawn[index] = row;
    sample.push(Array.from(byName, (feature) => values[row * names.length + feature]));
  }
  return sample;
}

/**
 * One tree of the package. It takes its chance from Math.random and nowhere else, so that is ours while it trains:
 * training is synchronous, nobody else can draw meanwhile, and the platform's own is put back whatever happens.
 */
function plant(sample: number[][], random: Random): TreeNode {
  const platform = Object.getOwnPropertyDescriptor(Math, 'random');
  if (platform === undefined) throw new RangeError('The platform has no Math.random, which ml-isolation-forest needs.');
  const forest = new IsolationForest({ nEstimators: 1 });
  try {
    Object.defineProperty(Math, 'random', { ...platform, value: () => random.next() });
    forest.train(sample);
  } finally {
    Object.defineProperty(Math, 'random', platform);
  }
  return forest.forest[0];
}

/** Reads a tree in preorder. The package goes at most log2 of the rows deep, so that recursion is shallow. */
function collect(
  { left, right, splitColumn, splitValue, trainingSet }: TreeNode,
  byName: Int32Array,
  centres: Float64Array,
  collected: ReturnType<typeof collectTrees>,
): void {
  if (left === undefined || right === undefined || splitColumn === undefined || splitValue === undefined) {
    collected.leaf(trainingSet?.length ?? 0);
    return;
  }
  const feature = byName[splitColumn];
  collected.split(feature, splitValue - centres[feature]);
  collect(left, byName, centres, collected);
  collect(right, byName, centres, collected);
}
