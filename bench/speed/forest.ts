import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IsolationForest } from 'ml-isolation-forest';
import { isolationForest } from '../../shared/detectors/isolation-forest.ts';
import { sizeOfTrees } from '../../shared/detectors/isolation-trees.ts';
import type { FeatureMatrix } from '../../shared/features/feature-matrix.ts';
import { recipeMatrix } from '../../shared/features/recipes.ts';
import { createRandom } from '../../shared/numeric/random.ts';

type Row = Record<string, string | number>;

const run = promisify(execFile);
const rows = 8640;
const repetitions = 15;
/** The package takes minutes on all rows, so it is timed on this many, and so is ours beside it. */
const packageRows = 1000;

/** A month of five-minute points of one server, through the recipe: 8,640 × 43. */
function month(): FeatureMatrix {
  const random = createRandom(1);
  const warmUp = 9;
  const times = Float64Array.from({ length: rows + warmUp }, (_, row) => 1_700_000_100 + row * 300);
  const values = new Float64Array(times.length * 4);
  for (let row = 0; row < times.length; row++) {
    const day = Math.sin((2 * Math.PI * row) / 288);
    for (let column = 0; column < 4; column++) values[row * 4 + column] = 50 + 20 * day + 5 * random.normal();
  }
  const all = recipeMatrix(['cpu', 'memory', 'network', 'disk'], 300, () => 0, times, values);
  return { names: all.names, rows, values: all.values.subarray(warmUp * all.names.length) };
}

/** Milliseconds of processor time: what the machine does beside it counts less than with a clock. */
function milliseconds(work: () => unknown, times = repetitions): { median: number; fastest: number } {
  const taken = Array.from({ length: times }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  return { median: taken[taken.length >> 1], fastest: taken[0] };
}

const round = (value: number): number => Number(value.toPrecision(3));

const timed = (
  who: string,
  fit: ReturnType<typeof milliseconds>,
  score: ReturnType<typeof milliseconds>,
  note = '',
): Row => ({
  who,
  fitMs: round(fit.median),
  fitFastestMs: round(fit.fastest),
  scoreMs: round(score.median),
  scoreFastestMs: round(score.fastest),
  note,
});

/** scikit-learn on the very same numbers, one thread. */
const program = `
import json, sys, time
import numpy as np
from sklearn.ensemble import IsolationForest
import sklearn
x = np.fromfile(sys.argv[1], dtype=np.float64).reshape(-1, int(sys.argv[2]))
fit, score = [], []
for seed in range(${repetitions}):
    t = time.process_time(); f = IsolationForest(n_estimators=100, max_samples=256, random_state=seed, n_jobs=1).fit(x); fit.append(1000 * (time.process_time() - t))
    t = time.process_time(); f.score_samples(x); score.append(1000 * (time.process_time() - t))
print(json.dumps({'version': sklearn.__version__, 'fit': sorted(fit), 'score': sorted(score)}))
`;

async function scikitLearn(history: FeatureMatrix): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'forest-'));
  try {
    const file = join(folder, 'rows');
    await writeFile(file, Buffer.from(history.values.slice().buffer));
    const python = process.env['PYTHON'] ?? 'python3';
    const { stdout } = await run(python, ['-c', program, file, String(history.names.length)], {
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    });
    const found = JSON.parse(stdout) as { version: string; fit: number[]; score: number[] };
    const of = (taken: number[]) => ({ median: taken[taken.length >> 1], fastest: taken[0] });
    return timed(`scikit-learn ${found.version}`, of(found.fit), of(found.score));
  } catch (error) {
    const last = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    return { who: 'scikit-learn', fitMs: 'SKIPPED', note: `${last} (set PYTHON to a Python that has it)` };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function forest(): Promise<Row[]> {
  const history = month();
  const { defaults } = isolationForest;
  const fitted = isolationForest.fit(history, defaults, 1);
  const large = isolationForest.fit(history, { ...defaults, sampleSize: 512 }, 1);
  const kilobytes = (state: typeof fitted.state) => `${round(sizeOfTrees(state) / 1000)} KB`;
  let seed = 0;
  const found = [
    timed(
      'ours, 256 rows a tree',
      milliseconds(() => isolationForest.fit(history, defaults, seed++)),
      milliseconds(() => fitted.scoreAll(history)),
      `${kilobytes(fitted.state)}; budget fit 10 ms, score a third of scikit-learn's`,
    ),
    timed(
      'ours, 512 rows a tree',
      milliseconds(() => isolationForest.fit(history, { ...defaults, sampleSize: 512 }, seed++)),
      milliseconds(() => large.scoreAll(history)),
      `${kilobytes(large.state)}; budget 100 KB`,
    ),
    await scikitLearn(history),
  ];
  const width = history.names.length;
  const some = { ...history, rows: packageRows, values: history.values.subarray(0, packageRows * width) };
  const nested = Array.from({ length: packageRows }, (_, row) => [
    ...some.values.subarray(row * width, (row + 1) * width),
  ]);
  const peer = new IsolationForest({ nEstimators: 100 });
  const peerFit = milliseconds(() => {
    peer.train(nested);
  }, 1);
  // Each time beside scikit-learn's in the same run: the machine's own ups and downs cancel out.
  const [own, , theirs] = found;
  const times = (column: string): number => round(Number(theirs[column]) / Number(own[column]));
  const compared: Row[] = Number.isNaN(times('fitMs'))
    ? []
    : [
        {
          who: 'ours is faster than scikit-learn, times',
          ...Object.fromEntries(
            ['fitMs', 'fitFastestMs', 'scoreMs', 'scoreFastestMs'].map((column) => [column, times(column)]),
          ),
          note: 'target 3',
        },
      ];
  const part = isolationForest.fit(some, { ...defaults, sampleSize: packageRows }, 1);
  return [
    ...found,
    ...compared,
    timed(
      `ml-isolation-forest, ${packageRows} rows`,
      peerFit,
      milliseconds(() => peer.predict(nested), 3),
      'all rows in each tree',
    ),
    timed(
      `ours, ${packageRows} rows, all in each tree`,
      milliseconds(() => isolationForest.fit(some, { ...defaults, sampleSize: packageRows }, seed++), 5),
      milliseconds(() => part.scoreAll(some)),
    ),
  ];
}

export const bench = { name: 'isolation forest, 8640 x 43', run: forest };
