import type { MetricNature, SeriesDescription } from '../../metrics/metric.ts';
import type { WatchSelection } from '../../metrics/selection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Discovery, MetricSource, Reading, ReadSeries } from '../../ports/metric-source.ts';
import { addWander, bell, uniform } from './fleet-noise.ts';
import { type LocalSeries, selectLocally } from './local-selection.ts';

const hour = 3600;
const day = 86_400;
const stream = { restart: 9101, rate: 9102, rush: 9103, size: 9104, noise: 9105, wander: 9106 } as const;

const percent: MetricNature = { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' };

/** A worker that is restarted every few hours, for it leaks: on the average, and at most so much earlier or later. */
const restartEvery = 4.5 * hour;
const restartJitter = 1.2 * hour;
const memoryAtStart = 42;
/** Percent an hour, slowest and fastest: most cycles get beyond 80, some are restarted before. */
const leakRate = [8, 13] as const;

/** Rushes of every day: hour at which one begins, and how long visitors take to come, to stay, and to go. */
const rushes = [10.8, 19.2] as const;
const rushJitter = 0.25 * hour;
const rushSpans = { rise: 55 * 60, stay: 35 * 60, fall: 40 * 60 } as const;
/** Percent of CPU that a rush takes, smallest and largest. */
const rushSize = [48, 68] as const;

/**
 * Two things that near their limits again and again, never twice alike: the memory of a worker that leaks until it is
 * restarted, and the processor of a shop whose visitors come in two rushes a day. Functions of seed and time alone.
 * What has happened before can be foreseen; that is what they are for.
 */
export class SimulatedWorkload implements MetricSource {
  readonly #seed: number;
  readonly #clock: Clock;

  /** @throws RangeError on a seed that is no whole number. */
  constructor(seed: number, clock: Clock) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed ${seed}: give a whole number`);
    this.#seed = seed;
    this.#clock = clock;
  }

  async discover(watch: WatchSelection, known?: ReadonlySet<string>): Promise<Discovery> {
    return selectLocally(watch, available, known);
  }

  async read(series: readonly SeriesDescription[], from: number, to: number): Promise<Reading> {
    const until = Math.min(to, this.#clock.now());
    return { series: series.map((one) => this.#readOne(one, from, until)), billedMetrics: 0 };
  }

  #readOne({ id, metric, periodSeconds }: SeriesDescription, from: number, to: number): ReadSeries {
    const first = Math.ceil(from / periodSeconds);
    // A period that is not over has no value yet.
    const end = Math.max(first, Math.floor(to / periodSeconds));
    const times = Float64Array.from({ length: end - first }, (_, k) => (first + k) * periodSeconds);
    const course = 'expression' in metric ? undefined : courses.get(metric.name);
    if (course === undefined) {
      const problem = { kind: 'not-found', message: `the simulated workload has no series '${id}'` } as const;
      return { id, points: { times: new Float64Array(0), values: new Float64Array(0) }, problem };
    }
    const noise = new Float64Array(times.length);
    addWander(noise, this.#seed, stream.wander + course.number, 1500, 0.7, first * periodSeconds, periodSeconds);
    const values = times.map((time, k) => {
      const own = 0.6 * bell(this.#seed, stream.noise + 10 * course.number, first + k);
      const value = course.at(this.#seed, time + periodSeconds / 2) + noise[k] + own;
      return Math.round(100 * Math.min(100, Math.max(0, value))) / 100;
    });
    return { id, points: { times, values } };
  }
}

/** When the worker is restarted for the `index`-th time since 1970. */
const restartAt = (seed: number, index: number): number =>
  index * restartEvery + restartJitter * uniform(seed, stream.restart, index);

const between = ([least, most]: readonly [number, number], share: number): number => least + (most - least) * share;

function memoryAt(seed: number, time: number): number {
  let index = Math.floor(time / restartEvery);
  if (restartAt(seed, index) > time) index -= 1;
  const hours = (time - restartAt(seed, index)) / hour;
  return memoryAtStart + between(leakRate, uniform(seed, stream.rate, index)) * hours;
}

function processorAt(seed: number, time: number): number {
  const today = Math.floor(time / day);
  let load = 24 + 9 * Math.sin(((time / hour - 9) / 12) * Math.PI);
  for (const [place, begins] of rushes.entries()) {
    const which = today * rushes.length + place;
    const start = today * day + begins * hour + rushJitter * (2 * uniform(seed, stream.rush, which) - 1);
    load += between(rushSize, uniform(seed, stream.size, which)) * rushShape(time - start);
  }
  return load;
}

/** 0 before it, 1 while they stay, 0 when they have gone; without corners, for people come one by one. */
function rushShape(into: number): number {
  const { rise, stay, fall } = rushSpans;
  const part = Math.max(0, Math.min(1, into / rise, (rise + stay + fall - into) / fall));
  return part * part * (3 - 2 * part);
}

const workload = (name: string, entity: string): LocalSeries => ({
  namespace: 'Simulated/Workload',
  name,
  dimensions: { Service: entity },
  entity,
  nature: percent,
});
const available = [workload('MemoryUtilization', 'worker-01'), workload('CPUUtilization', 'shop-01')];
const courses = new Map([
  ['MemoryUtilization', { number: 0, at: memoryAt }],
  ['CPUUtilization', { number: 1, at: processorAt }],
]);
