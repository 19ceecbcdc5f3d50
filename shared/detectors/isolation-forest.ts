import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { createRandom, type Random } from '../numeric/random.ts';
import type { Detector } from './detector.ts';
import { collectTrees, type IsolationTrees } from './isolation-trees.ts';
import { growForest, type FittedForest } from './isolation-walk.ts';

export interface IsolationForestOptions {
  readonly trees: number;
  /** Rows a tree is grown on, at most all there are. A choice to be made by evaluation: see `chooseSampleSize`. */
  readonly sampleSize: number;
  /** The part of history that is taken to be strange: sets the threshold where none is given. */
  readonly contamination: number;
  /** Scores at and above it are flagged. Default: the score that `contamination` of history reaches. */
  readonly threshold?: number | undefined;
}

/** Rows of history, evenly spread, that contamination is read off. */
const CONTAMINATION_ROWS = 512;
/** Rows, evenly spread, whose median is a feature's centre. */
const CENTRE_ROWS = 63;

/**
 * The isolation forest of Liu, Ting & Zhou (2008): strange rows are parted from the others by few random splits. As in
 * scikit-learn, a node splits only features that are not constant in it. Features are drawn in the order of their names,
 * so that the order of columns makes no difference to any score.
 */
export const isolationForest: Omit<Detector<IsolationForestOptions, IsolationTrees>, 'fit' | 'restore'> & {
  fit(history: FeatureMatrix, options: IsolationForestOptions, seed: number): FittedForest;
  restore(state: IsolationTrees): FittedForest;
} = {
  name: 'isolation-forest',
  defaults: { trees: 100, sampleSize: 256, contamination: 0.05 },
  fit(history, options, seed) {
    const rows = completeRows(history);
    checkForestOptions(options);
    const centres = centresOf(history, rows);
    const grown = grow(history, rows, centres, options, createRandom(seed));
    return withThreshold(grown, history, rows, options);
  },
  restore: growForest,
};

/** @throws RangeError on options that make no forest, naming option and value. */
export function checkForestOptions({ trees, sampleSize, contamination, threshold }: IsolationForestOptions): void {
  const refuse = (name: string, value: number, range: string): never => {
    throw new RangeError(`The forest's ${name} is ${value}: give ${range}.`);
  };
  if (!Number.isInteger(trees) || trees < 1) refuse('trees', trees, 'a whole number from 1');
  if (!Number.isInteger(sampleSize) || sampleSize < 2) refuse('sampleSize', sampleSize, 'a whole number from 2');
  if (!(contamination > 0 && contamination < 0.5)) refuse('contamination', contamination, 'a part between 0 and 0.5');
  if (threshold !== undefined && !(threshold > 0 && threshold < 1))
    refuse('threshold', threshold, 'a score between 0 and 1');
}

/** Numbers of the rows without a missing value. @throws RangeError on fewer than two. */
export function completeRows({ names, rows, values }: FeatureMatrix): Int32Array {
  const width = names.length;
  if (width === 0) throw new RangeError('The history has no features: give at least one column.');
  if (values.length !== rows * width)
    throw new RangeError(`The history has ${values.length} values for ${rows} rows of ${width} features.`);
  const found = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    let complete = true;
    for (let at = row * width; at < (row + 1) * width; at++) if (!Number.isFinite(values[at])) complete = false;
    if (complete) found[count++] = row;
  }
  if (count < 2)
    throw new RangeError(
      `The history has ${count} complete row${count === 1 ? '' : 's'} of ${rows}: a model needs at least 2.`,
    );
  return found.slice(0, count);
}

/** The features' numbers in the order of their names: what chance is spent on, whatever the order of columns. */
export const featuresByName = (names: readonly string[]): Int32Array =>
  Int32Array.from(names.keys()).sort((a, b) => (names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : 0));

/** Each feature's median over rows spread evenly: exact enough to keep float32 splits fine where most values are. */
export function centresOf({ names, values }: FeatureMatrix, rows: Int32Array): Float64Array {
  const width = names.length;
  const few = spread(rows, CENTRE_ROWS);
  const column = new Float64Array(few.length);
  return Float64Array.from(names, (_, feature) => {
    for (let index = 0; index < few.length; index++) column[index] = values[few[index] * width + feature];
    return column.sort()[few.length >> 1];
  });
}

const spread = (rows: Int32Array, most: number): Int32Array =>
  rows.length <= most
    ? rows
    : Int32Array.from({ length: most }, (_, index) => rows[Math.floor((index * rows.length) / most)]);

/** The forest with the threshold that was asked for, or that `contamination` of history reaches. */
export function withThreshold(
  trees: IsolationTrees,
  history: FeatureMatrix,
  rows: Int32Array,
  options: IsolationForestOptions,
): FittedForest {
  if (options.threshold !== undefined) return growForest({ ...trees, threshold: options.threshold });
  const forest = growForest(trees);
  const few = spread(rows, CONTAMINATION_ROWS);
  const width = history.names.length;
  const values = new Float64Array(few.length * width);
  few.forEach((row, index) => {
    values.set(history.values.subarray(row * width, (row + 1) * width), index * width);
  });
  const scores = forest.scoreAll({ names: history.names, rows: few.length, values }).sort();
  const rank = Math.min(scores.length - 1, Math.floor(scores.length * (1 - options.contamination)));
  return { ...forest, state: { ...trees, threshold: scores[rank] } };
}

/** The rows less their centres, feature after feature: all that a split looks at lies close together. */
function columnsOf({ names, values }: FeatureMatrix, rows: Int32Array, centres: Float64Array): Float32Array {
  const width = names.length;
  const count = rows.length;
  const columns = new Float32Array(count * width);
  for (let index = 0; index < count; index++) {
    const from = rows[index] * width;
    for (let k = 0, to = index; k < width; k++, to += count) columns[to] = values[from + k] - centres[k];
  }
  return columns;
}

function grow(
  history: FeatureMatrix,
  rows: Int32Array,
  centres: Float64Array,
  options: IsolationForestOptions,
  random: Random,
): IsolationTrees {
  const { names } = history;
  const width = names.length;
  const size = Math.min(options.sampleSize, rows.length);
  const deepest = Math.ceil(Math.log2(size));
  const byName = featuresByName(names);
  const count = rows.length;
  const drawn = Int32Array.from(rows.keys());
  const columns = columnsOf(history, rows, centres);
  const order = new Int32Array(size);
  const aside = new Int32Array(size);
  const features = byName.slice();
  const picks = new Int32Array(width);
  const stack = new Int32Array(3 * (deepest + 2));
  const collected = collectTrees(names);
  for (let tree = 0; tree < options.trees; tree++) {
    for (let index = 0; index < size; index++) {
      const other = index + Math.floor(random.next() * (drawn.length - index));
      const row = drawn[other];
      drawn[other] = drawn[index];
      drawn[index] = row;
      order[index] = row;
    }
    let top = 0;
    stack[top++] = 0;
    stack[top++] = size;
    stack[top++] = 0;
    while (top > 0) {
      const depth = stack[--top];
      const end = stack[--top];
      const start = stack[--top];
      let feature = -1;
      let low = 0;
      let high = 0;
      if (depth < deepest && end - start > 1) {
        let left = width;
        while (left > 0 && feature < 0) {
          const pick = Math.floor(random.next() * left);
          const candidate = features[pick];
          picks[--left] = pick;
          features[pick] = features[left];
          features[left] = candidate;
          const column = candidate * count;
          low = high = columns[column + order[start]];
          for (let index = start + 1; index < end; index++) {
            const value = columns[column + order[index]];
            if (value < low) low = value;
            else if (value > high) high = value;
          }
          if (high > low) feature = candidate;
        }
        // Back to the order of names, cheaper than copying it: hardly ever is more than one feature drawn.
        for (; left < width; left++) {
          const back = features[left];
          features[left] = features[picks[left]];
          features[picks[left]] = back;
        }
      }
      if (feature < 0) {
        collected.leaf(end - start);
        continue;
      }
      // Rounding may reach either end, and values beyond float32 are infinite: then the highest stand alone.
      let at = Math.fround(low + random.next() * (high - low));
      if (!(at > low) || at > high) at = high;
      // Written to both sides and counted on one: there is nothing for the processor to guess.
      let front = start;
      let others = 0;
      const column = feature * count;
      for (let index = start; index < end; index++) {
        const row = order[index];
        const stays = Number(columns[column + row] < at);
        order[front] = row;
        aside[others] = row;
        front += stays;
        others += 1 - stays;
      }
      for (let index = 0; index < others; index++) order[front + index] = aside[index];
      collected.split(feature, at);
      // The right side waits below the left one: nodes come out in preorder.
      stack[top++] = front;
      stack[top++] = end;
      stack[top++] = depth + 1;
      stack[top++] = start;
      stack[top++] = front;
      stack[top++] = depth + 1;
    }
  }
  return collected.finish({ trees: options.trees, sampleSize: size, threshold: 1, centres });
}
