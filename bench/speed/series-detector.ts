import { seriesDetector, type SeriesDetectorState } from '../../shared/detectors/series-detector.ts';
import { SERIES_STATE_BYTES } from '../../shared/detectors/series-state.ts';
import { createRandom } from '../../shared/numeric/random.ts';

type Row = Record<string, string | number>;

const STEP = 300;
const SERIES = 10_000;
const WARM_POINTS = 100;
const LONG = 100_000;

const valueAt = (row: number, noise: number): number => 50 + 20 * Math.sin((row / 288) * 2 * Math.PI) + 3 * noise;

/** One series, a year of points: what a point costs. */
function onePoint(): Row {
  const random = createRandom(1);
  const values = Float64Array.from({ length: LONG }, (_, row) => valueAt(row, random.normal()));
  const state = seriesDetector.start(seriesDetector.defaults, STEP);
  let best = Infinity;
  const block = LONG / 10;
  for (let from = 0; from < LONG; from += block) {
    const start = performance.now();
    for (let row = from; row < from + block; row++) seriesDetector.step(state, row * STEP, values[row]);
    best = Math.min(best, (performance.now() - start) / block);
  }
  return {
    what: 'series detector, one point of one series',
    'µs a point': Number((best * 1000).toFixed(2)),
    'bytes a series': SERIES_STATE_BYTES,
  };
}

/** One new point for each of 10,000 series that have all been judged before. */
function oneTick(): Row {
  const random = createRandom(2);
  const before = process.memoryUsage();
  const states: SeriesDetectorState[] = [];
  for (let index = 0; index < SERIES; index++) states.push(seriesDetector.start(seriesDetector.defaults, STEP));
  for (let row = 0; row < WARM_POINTS; row++) {
    for (const state of states) seriesDetector.step(state, row * STEP, valueAt(row, random.normal()));
  }
  const values = Float64Array.from(states, () => valueAt(WARM_POINTS, random.normal()));
  const start = performance.now();
  let alerts = 0;
  for (let index = 0; index < SERIES; index++) {
    const judged = seriesDetector.step(states[index], WARM_POINTS * STEP, values[index]);
    if ('alert' in judged && judged.alert > 0) alerts++;
  }
  const milliseconds = performance.now() - start;
  const memory = (process.memoryUsage().rss - before.rss) / 2 ** 20;
  return {
    what: `series detector, one point for each of ${SERIES} series`,
    ms: Number(milliseconds.toFixed(1)),
    'MB more': Number(memory.toFixed(0)),
    'MB in all': Number((process.memoryUsage().rss / 2 ** 20).toFixed(0)),
    alerts,
    budget: '1000 ms, 300 MB',
  };
}

export const bench = {
  name: 'series detector',
  run: async (): Promise<Row[]> => [onePoint(), oneTick()],
};
