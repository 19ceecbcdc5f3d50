import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { automaticForecaster } from '../../shared/forecasters/automatic.ts';
import type { Series } from '../../shared/metrics/series.ts';
import { createRandom } from '../../shared/numeric/random.ts';

type Row = Record<string, string | number>;

const run = promisify(execFile);
const SERIES = 10_000;
/** As many differ; the others are the same again, for their windows alone would take half a gigabyte. */
const DIFFERENT = 20;
const LEVELS = [80, 95];
const HORIZON_SECONDS = 2700;
const DAYS = 21;
const PEER_SERIES = 3;

function made(stepSeconds: number, seed: number): Series {
  const random = createRandom(seed);
  const perDay = 86_400 / stepSeconds;
  const jobEvery = (37 * 300) / stepSeconds;
  const values = Float64Array.from({ length: DAYS * perDay }, (_, slot) => {
    const job = slot % jobEvery < jobEvery / 4 ? 20 : 0;
    return 40 + 15 * Math.sin((2 * Math.PI * slot) / perDay) + job * (seed % 2) + 2 * random.normal();
  });
  return { start: 0, stepSeconds, values };
}

/** Milliseconds of processor time: what else the machine does counts less than with a clock. */
function milliseconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const round = (value: number): number => Number(value.toPrecision(3));

function oneSeries(stepSeconds: number): Row {
  const all = Array.from({ length: 6 }, (_, seed) => made(stepSeconds, seed));
  const fit = (series: Series) => automaticForecaster.fit(series, automaticForecaster.defaults, 1);
  const fits: number[] = [];
  const forecasts: number[] = [];
  let bytes = 0;
  for (const series of all) {
    let fitted = fit(series);
    fits.push(milliseconds(() => (fitted = fit(series))));
    const horizon = HORIZON_SECONDS / stepSeconds;
    forecasts.push(milliseconds(() => fitted.forecast(series, horizon, LEVELS)));
    bytes = Object.values(fitted.state)
      .filter((value) => ArrayBuffer.isView(value))
      .reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
  const median = (taken: number[]): number => taken.sort((a, b) => a - b)[taken.length >> 1];
  return {
    what: `automatic, one series of 21 days, steps of ${stepSeconds} s`,
    fitMs: round(median(fits)),
    forecastMs: round(median(forecasts)),
    stateKB: round(bytes / 1000),
    note: 'budget 100 ms, 5 ms',
  };
}

/** The next 45 minutes of every series, from what was stored: a tick of the whole fleet on one core. */
function fleet(): Row {
  const series = Array.from({ length: DIFFERENT }, (_, seed) => made(300, seed));
  const states = series.map((one) => automaticForecaster.fit(one, automaticForecaster.defaults, 1).state);
  const before = process.memoryUsage().rss;
  let peak = before;
  let paths = 0;
  const taken = milliseconds(() => {
    for (let index = 0; index < SERIES; index++) {
      const known = automaticForecaster.restore(states[index % DIFFERENT]);
      const answer = known.forecast(series[index % DIFFERENT], 9, LEVELS);
      paths += 'paths' in answer ? answer.paths.count : 0;
      if (index % 500 === 0) peak = Math.max(peak, process.memoryUsage().rss);
    }
  });
  return {
    what: `automatic, 45 min of ${SERIES} series, one core`,
    seconds: round(taken / 1000),
    forecastMs: round(taken / SERIES),
    'MB more': Math.round((peak - before) / 2 ** 20),
    'MB in all': Math.round(peak / 2 ** 20),
    note: `${Math.round(paths / SERIES)} courses each`,
  };
}

/** The theta method and MSTL of Nixtla's statsforecast, on the very same numbers, one thread. */
const program = `
import json, sys, time
import numpy as np
import statsforecast
from statsforecast.models import DynamicOptimizedTheta, MSTL
x = np.fromfile(sys.argv[1], dtype=np.float64).reshape(int(sys.argv[2]), -1)
models = {'theta': lambda: DynamicOptimizedTheta(season_length=288), 'mstl': lambda: MSTL(season_length=[288])}
out = {}
for name, make in models.items():
    make().forecast(y=x[0][-2016:], h=9)
    t = time.process_time()
    for row in x:
        make().forecast(y=row, h=9)
    out[name] = 1000 * (time.process_time() - t) / len(x)
print(json.dumps({'version': statsforecast.__version__, 'taken': out}))
`;

async function statsforecast(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'forecast-'));
  try {
    const file = join(folder, 'series');
    const all = Array.from({ length: PEER_SERIES }, (_, seed) => made(300, seed).values);
    await writeFile(file, Buffer.concat(all.map(({ buffer }) => Buffer.from(buffer))));
    const { stdout } = await run(process.env['PYTHON'] ?? 'python3', ['-c', program, file, String(PEER_SERIES)], {
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', NUMBA_NUM_THREADS: '1' },
    });
    const found = JSON.parse(stdout) as { version: string; taken: Record<string, number> };
    return Object.entries(found.taken).map(([name, taken]) => ({
      what: `${name} of statsforecast ${found.version}, fit and forecast`,
      fitMs: round(taken),
      note: 'it has nothing to store: it is fitted at every tick',
    }));
  } catch (error) {
    const last = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    return [{ what: 'statsforecast', fitMs: 'SKIPPED', note: `${last} (set PYTHON to a Python that has it)` }];
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const bench = {
  name: 'forecasting',
  run: async (): Promise<Row[]> => [oneSeries(300), oneSeries(60), fleet(), ...(await statsforecast())],
};
