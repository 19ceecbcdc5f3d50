import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { fitSeries } from '../../shared/pipeline/fit-series.ts';
import { beginFitting, type FittedSeries, storeFitted } from '../../shared/pipeline/fitted-shard.ts';
import { watchNamed } from '../../shared/pipeline/detect-ports.ts';
import { forecastShard } from '../../shared/pipeline/forecast-metrics.ts';
import { windowForTicks } from '../../shared/pipeline/window-for-ticks.ts';
import { forecastHorizon } from '../../shared/settings/forecast-settings.ts';
import { forecastWorld, percent, pull, remember, shard, start } from '../../test/scenarios/forecast-world.ts';

type Row = Record<string, string | number>;

const SERIES = 500;
/** As many differ; the others are the same again under other names, for fitting 500 takes a minute. */
const DIFFERENT = 20;
const DAY = 86_400;
const TICKS = 5;
const EVERY = 300;

/** A day's rhythm with jobs and noise, as of a processor; full doubles, as CloudWatch has them. */
function course(seed: number, period: number, from: number, slots: number): Float64Array {
  const random = createRandom(seed);
  const jobEvery = 37 * 300;
  return Float64Array.from({ length: slots }, (_, slot) => {
    const time = from + slot * period;
    const job = time % jobEvery < jobEvery / 4 ? 20 : 0;
    return 40 + 15 * Math.sin((2 * Math.PI * time) / DAY) + job * (seed % 2) + 2 * random.normal();
  });
}

/** Counts what a tick asks of the store. */
function counted(store: ObjectStore) {
  const count = { gets: 0, read: 0, puts: 0, written: 0 };
  const counting: ObjectStore = {
    async get(key) {
      const found = await store.get(key);
      count.gets++;
      count.read += found?.body.length ?? 0;
      return found;
    },
    put(key, body, expected) {
      count.puts++;
      count.written += body.length;
      return store.put(key, body, expected);
    },
    list: (prefix) => store.list(prefix),
    delete: (key) => store.delete(key),
  };
  return { count, counting };
}

const round = (value: number): number => Number(value.toPrecision(3));
const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

/** A tick of a full shard whose forecasters are fitted: what it reads, writes and takes. */
async function ticks(period: number, days: number): Promise<Row> {
  const from = start - days * DAY;
  const slots = (days * DAY) / period + 60;
  const courses = Array.from({ length: DIFFERENT }, (_, seed) => course(seed, period, from, slots));
  const place = new Map<string, number>();
  const members = Array.from({ length: SERIES }, (_, k): SeriesDescription => {
    const one = { ...percent(`e${k}`, 'cpu'), periodSeconds: period };
    place.set(one.id, k);
    return one;
  });
  const value = ({ id }: SeriesDescription, time: number): number => {
    const k = place.get(id) ?? 0;
    // A little apart from each other: what is stored of 500 equal series would be packed as if it were of 20.
    return courses[k % DIFFERENT][Math.round((time - from) / period)] * (1 + k * 1e-4);
  };
  const w = forecastWorld(members, value, { period: `${period}s`, every: `${EVERY}s` });
  await remember(w, start, 0);
  const watch = watchNamed(w.ports.settings, 'w');
  const to = start - 2 * period;
  const fitted = members.slice(0, DIFFERENT).map((description, seed) =>
    fitSeries({
      description,
      watch,
      history: { start: from, stepSeconds: period, values: courses[seed].slice(0, (to - from) / period) },
      horizonSteps: forecastHorizon(watch) / period,
      incumbent: undefined,
      seed: 1,
      at: to,
      network: undefined,
    }),
  );
  const series = members.map((one, k): FittedSeries => {
    const fit = fitted[k % DIFFERENT];
    const values = Float64Array.from({ length: (to - from) / period }, (_, slot) => value(one, from + slot * period));
    return { ...fit, id: one.id, window: windowForTicks(fit, values, watch) };
  });
  const head = { watch: 'w', shard, periodSeconds: period, trainedAt: to, to };
  await storeFitted(
    w.ports,
    { ...head, series },
    { by: 'bench', why: 'bench' },
    await beginFitting(w.ports, 'w', shard),
  );

  const taken: Row[] = [];
  for (let k = 0; k <= TICKS; k++) {
    const tick = start + k * EVERY;
    w.clock.time = tick;
    await pull(w, tick);
    const { count, counting } = counted(w.store);
    const before = process.cpuUsage();
    const summary = await forecastShard({ watch: 'w', shard, tick }, { ...w.ports, store: counting });
    const { user, system } = process.cpuUsage(before);
    // The first one puts the forecasters to work.
    if (k > 0 && summary.forecast !== SERIES) throw new Error(`only ${summary.forecast} of ${SERIES} were forecast`);
    if (k > 0) taken.push({ ms: (user + system) / 1000, ...count });
  }
  const of = (name: string): number => middle(taken.map((row) => Number(row[name])));
  return {
    what: `one tick of ${SERIES} series, points of ${period} s, ${days} days learned`,
    'processor ms': round(of('ms')),
    'MB read': round(of('read') / 1e6),
    'KB written': round(of('written') / 1e3),
    gets: of('gets'),
    puts: of('puts'),
    'MB in all': Math.round(process.memoryUsage().rss / 2 ** 20),
    forecasters: [...new Set(fitted.map(({ forecaster }) => forecaster?.name ?? 'none'))].join(' '),
  };
}

export const bench = {
  name: 'a tick of forecasts',
  run: async (): Promise<Row[]> => [await ticks(300, 21), await ticks(60, 14)],
};
