import type { MetricNature, SeriesDescription } from '../../metrics/metric.ts';
import type { WatchSelection } from '../../metrics/selection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Discovery, MetricSource, Reading, ReadSeries } from '../../ports/metric-source.ts';
import { applyFaults, type Fault, type FaultPlan, plannedFaults } from './fleet-faults.ts';
import {
  type FleetMetric,
  fleetMetrics,
  fleetServers,
  healthySamples,
  sampleSeconds,
  type ServerSamples,
} from './fleet-servers.ts';
import { type LocalSeries, selectLocally } from './local-selection.ts';

export const fleetNamespace = 'Simulated/Fleet';

/** Samples held at once while a long window is generated: a day. */
const blockSamples = 8_640;

const natures: Readonly<Record<FleetMetric, MetricNature>> = {
  CPUUtilization: { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' },
  MemoryUtilization: { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' },
  NetworkThroughput: { unit: 'Megabytes/Second', lowest: 0, bad: 'both', gap: 'gap' },
  DiskOperations: { unit: 'Count/Second', lowest: 0, bad: 'both', gap: 'gap' },
};

/**
 * Five servers that do not exist: what they read is a function of seed and time alone, so that any window can be asked
 * for in any order, and their faults are known. A value belongs to the period that begins at its time and is the mean
 * of the ten-second readings in it; there is none for a period that is not over by the clock.
 */
export class SimulatedFleet implements MetricSource {
  readonly #seed: number;
  readonly #clock: Clock;
  readonly #plan: FaultPlan;

  /** @throws RangeError on a seed that is no whole number. */
  constructor(seed: number, clock: Clock, plan: FaultPlan = {}) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed ${seed}: give a whole number`);
    this.#seed = seed;
    this.#clock = clock;
    this.#plan = plan;
  }

  async discover(watch: WatchSelection, known?: ReadonlySet<string>): Promise<Discovery> {
    checkPeriod(watch.period);
    const available = fleetServers.flatMap(({ name: server }) =>
      fleetMetrics.map((name): LocalSeries => ({
        namespace: fleetNamespace,
        name,
        dimensions: { Server: server },
        entity: server,
        nature: natures[name],
      })),
    );
    return selectLocally(watch, available, known);
  }

  /** @throws RangeError on a period that is no multiple of ten seconds. */
  async read(series: readonly SeriesDescription[], from: number, to: number): Promise<Reading> {
    const now = this.#clock.now();
    const answers = new Map<string, ReadSeries>();
    for (const group of groupByServer(series).values()) {
      for (const answer of this.#readServer(group, from, Math.min(to, now), now)) answers.set(answer.id, answer);
    }
    return { series: series.map(({ id }) => answers.get(id) ?? notFound(id)), billedMetrics: 0 };
  }

  /** The faults that overlap `from <= time < to`: what a detector should have found. */
  faults(from: number, to: number): readonly Fault[] {
    return plannedFaults(this.#seed, from, to, this.#plan);
  }

  /** Series of one server and one period: its samples are generated once for all of them. */
  #readServer(group: ServerGroup, from: number, to: number, now: number): readonly ReadSeries[] {
    const { number, periodSeconds, wanted } = group;
    checkPeriod(periodSeconds);
    const perPoint = periodSeconds / sampleSeconds;
    const first = Math.ceil(from / periodSeconds);
    const end = Math.max(first, Math.min(Math.ceil(to / periodSeconds), Math.floor(now / periodSeconds)));
    const times = Float64Array.from({ length: end - first }, (_, i) => (first + i) * periodSeconds);
    const values = wanted.map(() => new Float64Array(end - first));
    const perBlock = Math.max(1, Math.floor(blockSamples / perPoint));
    for (let at = first; at < end; at += perBlock) {
      const points = Math.min(perBlock, end - at);
      const samples = serverSamples(this.#seed, number, at * periodSeconds, points * perPoint, this.#plan);
      for (const [k, { metric }] of wanted.entries()) {
        means(samples[metric], perPoint, values[k]?.subarray(at - first, at - first + points));
      }
    }
    return wanted.map(({ id }, k) => ({ id, points: { times, values: values[k] ?? new Float64Array(0) } }));
  }
}

/** What a server reads, faults and all: percentages within 0 and 100, nothing below 0, two decimals as usual. */
export function serverSamples(
  seed: number,
  number: number,
  from: number,
  count: number,
  plan: FaultPlan,
): ServerSamples {
  const samples = healthySamples(seed, number, from, count);
  applyFaults(seed, number, samples, from, plannedFaults(seed, from, from + count * sampleSeconds, plan));
  for (const metric of fleetMetrics) {
    const highest = natures[metric].highest ?? Infinity;
    const values = samples[metric];
    for (let i = 0; i < values.length; i++) {
      values[i] = Math.round(100 * Math.min(highest, Math.max(0, values[i] ?? 0))) / 100;
    }
  }
  return samples;
}

interface ServerGroup {
  readonly number: number;
  readonly periodSeconds: number;
  readonly wanted: { readonly id: string; readonly metric: FleetMetric }[];
}

function groupByServer(series: readonly SeriesDescription[]): ReadonlyMap<string, ServerGroup> {
  const groups = new Map<string, ServerGroup>();
  for (const { id, metric, periodSeconds } of series) {
    if ('expression' in metric || metric.namespace !== fleetNamespace) continue;
    const number = fleetServers.findIndex(({ name }) => name === metric.dimensions['Server']);
    const known = fleetMetrics.find((name) => name === metric.name);
    if (number < 0 || known === undefined) continue;
    const key = `${number}/${periodSeconds}`;
    const group = groups.get(key) ?? { number, periodSeconds, wanted: [] };
    group.wanted.push({ id, metric: known });
    groups.set(key, group);
  }
  return groups;
}

function means(samples: Float64Array, perPoint: number, target: Float64Array | undefined): void {
  if (target === undefined) return;
  for (let point = 0; point < target.length; point++) {
    let sum = 0;
    for (let i = point * perPoint; i < (point + 1) * perPoint; i++) sum += samples[i] ?? 0;
    // Rounded: a mean of readings with two decimals has no digits beyond four worth keeping.
    target[point] = perPoint === 1 ? sum : Math.round((sum / perPoint) * 1e4) / 1e4;
  }
}

function checkPeriod(periodSeconds: number): void {
  if (!Number.isInteger(periodSeconds / sampleSeconds) || periodSeconds < sampleSeconds) {
    throw new RangeError(
      `period ${periodSeconds} s: the simulated fleet has a reading every ${sampleSeconds} s; give a multiple of that`,
    );
  }
}

const notFound = (id: string): ReadSeries => ({
  id,
  points: { times: new Float64Array(0), values: new Float64Array(0) },
  problem: { kind: 'not-found', message: `the simulated fleet has no series '${id}'` },
});
