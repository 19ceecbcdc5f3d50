import { isolationForest } from '../../shared/detectors/isolation-forest.ts';
import { mlIsolationForest } from '../../shared/detectors/ml-isolation-forest.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { stepOf, type Table } from '../../shared/pipeline/score-rows.ts';
import { dayRows, rollingZ } from './baselines.ts';

/** Plain peers of the entity view: each learns from the history and gives one score per row of the test. */
export interface EntityPeer {
  readonly name: string;
  score(history: Table, test: Table): Float64Array;
}

const SEED = 1;
const CLIP = 10;
const SMALLEST_DEVIATION = 1e-3;

/** Both tables in deviations from the mean of the history, at most ten either way; a missing value is the mean. */
function standardised(history: Table, test: Table): { readonly known: Float64Array; readonly asked: Float64Array } {
  const width = history.columns.length;
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  const counts = new Float64Array(width);
  history.values.forEach((value, at) => {
    if (Number.isNaN(value)) return;
    counts[at % width]++;
    sums[at % width] += value;
  });
  const means = sums.map((sum, column) => sum / Math.max(counts[column], 1));
  history.values.forEach((value, at) => {
    if (!Number.isNaN(value)) squares[at % width] += (value - means[at % width]) ** 2;
  });
  const scales = squares.map((sum, column) => Math.sqrt(sum / Math.max(counts[column], 1)) + SMALLEST_DEVIATION);
  const scaled = ({ values }: Table) =>
    values.map((value, at) => {
      const z = (value - means[at % width]) / scales[at % width];
      return Number.isNaN(z) ? 0 : Math.max(-CLIP, Math.min(CLIP, z));
    });
  return { known: scaled(history), asked: scaled(test) };
}

/** The largest |z| of any channel, each against its own day before. */
function rollingMaximum(history: Table, test: Table): Float64Array {
  const width = test.columns.length;
  const before = history.times.length;
  const rows = before + test.times.length;
  const out = new Float64Array(test.times.length);
  for (let column = 0; column < width; column++) {
    const values = Float64Array.from({ length: rows }, (_, row) =>
      row < before ? history.values[row * width + column] : test.values[(row - before) * width + column],
    );
    const z = rollingZ(values, dayRows(stepOf(test.times)), 0.01, true);
    for (let row = 0; row < out.length; row++) out[row] = Math.max(out[row], z[before + row]);
  }
  return out;
}

const NEIGHBOURS = 5;
const TRAINING_ROWS = 8000;
/** Columns between two looks at whether a row is too far already. */
const STRIDE = 4;

/** Mean distance to the five nearest of 8,000 rows of the history, found exactly. */
function nearestNeighbours(history: Table, test: Table): Float64Array {
  const width = test.columns.length;
  const { known, asked } = standardised(history, test);
  const near = drawRows(known, width, TRAINING_ROWS);
  const count = near.length / width;
  const kept = Math.min(NEIGHBOURS, count);
  let rows = Array.from({ length: kept }, (_, row) => row);
  const out = new Float64Array(test.times.length);
  for (let at = 0; at < out.length; at++) {
    const from = at * width;
    const distance = (row: number, limit: number): number => {
      let sum = 0;
      for (let column = 0, k = row * width; column < width;) {
        const end = Math.min(column + STRIDE, width);
        for (; column < end; column++, k++) sum += (asked[from + column] - near[k]) ** 2;
        if (sum > limit) return Infinity;
      }
      return sum;
    };
    // The neighbours of the row before bound those of this one: most rows are left after a few columns.
    let limit = Math.max(...rows.map((row) => distance(row, Infinity)));
    const found: { row: number; distance: number }[] = [];
    for (let row = 0; row < count; row++) {
      const own = distance(row, limit);
      if (own === Infinity) continue;
      let place = found.length;
      while (place > 0 && found[place - 1].distance > own) place--;
      found.splice(place, 0, { row, distance: own });
      if (found.length > kept) found.pop();
      if (found.length === kept) limit = found[kept - 1].distance;
    }
    rows = found.map(({ row }) => row);
    out[at] = found.reduce((sum, one) => sum + Math.sqrt(one.distance), 0) / kept;
  }
  return out;
}

/** So many rows at most, without replacement. */
function drawRows(values: Float64Array, width: number, most: number): Float64Array {
  const rows = Int32Array.from({ length: values.length / width }, (_, row) => row);
  const random = createRandom(SEED);
  const count = Math.min(most, rows.length);
  const drawn = new Float64Array(count * width);
  for (let index = 0; index < count; index++) {
    const other = index + random.integer(rows.length - index);
    const row = rows[other];
    rows[other] = rows[index];
    drawn.set(values.subarray(row * width, (row + 1) * width), index * width);
  }
  return drawn;
}

const forest = (detector: typeof isolationForest | typeof mlIsolationForest): EntityPeer => ({
  name: detector.name,
  score(history, test) {
    const { known, asked } = standardised(history, test);
    const names = history.columns;
    const matrix = (values: Float64Array) => ({ names, rows: values.length / names.length, values });
    const options = { ...detector.defaults, trees: 200 };
    return detector.fit(matrix(known), options, SEED).scoreAll(matrix(asked));
  },
});

export const entityPeers: readonly EntityPeer[] = [
  { name: 'rolling z over a day, maximum', score: rollingMaximum },
  { name: 'kNN', score: nearestNeighbours },
  forest(isolationForest),
  forest(mlIsolationForest),
];
