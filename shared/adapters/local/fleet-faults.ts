import { bell, hashed, uniform } from './fleet-noise.ts';
import { type FleetMetric, fleetServers, healthySamples, sampleSeconds } from './fleet-servers.ts';

export type FaultKind = 'spike' | 'leak' | 'stuck' | 'drop' | 'noisy-neighbour' | 'traffic-surge' | 'disk-full';

/** Something that was made to go wrong, and is to be found. Times are epoch seconds, `start <= time < end`. */
export interface Fault {
  readonly kind: FaultKind;
  /** The server it is about, and where there are several the first of them. */
  readonly entity: string;
  readonly entities: readonly string[];
  /** The metrics that it changes. */
  readonly metrics: readonly FleetMetric[];
  readonly start: number;
  readonly end: number;
}

export interface FaultPlan {
  /** No fault begins before this, epoch seconds; for a time to learn from. @default none is kept back */
  readonly faultsFrom?: number;
  /** One fault begins in every such stretch of time; at least six hours. @default 12 hours */
  readonly everySeconds?: number;
}

interface Recipe {
  readonly kind: FaultKind;
  /** Shortest and longest, in minutes. */
  readonly minutes: readonly [number, number];
  readonly metrics: readonly FleetMetric[];
}

const recipes: readonly Recipe[] = [
  { kind: 'spike', minutes: [4, 10], metrics: ['CPUUtilization'] },
  { kind: 'leak', minutes: [130, 240], metrics: ['MemoryUtilization'] },
  { kind: 'stuck', minutes: [45, 100], metrics: ['CPUUtilization'] },
  { kind: 'drop', minutes: [10, 25], metrics: ['NetworkThroughput', 'CPUUtilization', 'DiskOperations'] },
  { kind: 'noisy-neighbour', minutes: [40, 100], metrics: ['CPUUtilization', 'DiskOperations'] },
  { kind: 'traffic-surge', minutes: [25, 50], metrics: ['NetworkThroughput', 'CPUUtilization', 'DiskOperations'] },
  { kind: 'disk-full', minutes: [40, 80], metrics: ['DiskOperations', 'CPUUtilization'] },
];

const defaultEverySeconds = 12 * 3_600;
const shortestEverySeconds = 6 * 3_600;
const stream = {
  kind: 9_001,
  entity: 9_002,
  start: 9_003,
  length: 9_004,
  size: 9_005,
  noise: 9_006,
  metric: 9_007,
} as const;
/** The servers that a surge of visitors reaches. */
const front = ['web-server-01', 'web-server-02', 'api-server-01'];

/**
 * The faults that overlap `from <= time < to`, in order. Each stretch has one; seven in a row have all seven kinds, in
 * an order that the seed decides, like server, time, length and size.
 *
 * @throws RangeError if faults are asked for more often than every six hours.
 */
export function plannedFaults(seed: number, from: number, to: number, plan: FaultPlan = {}): readonly Fault[] {
  const every = plan.everySeconds ?? defaultEverySeconds;
  if (!(every >= shortestEverySeconds)) {
    throw new RangeError(`a fault every ${every} s leaves no time between them; give at least ${shortestEverySeconds}`);
  }
  const first = Math.max(0, Math.floor(from / every));
  const faults: Fault[] = [];
  for (let stretch = first; stretch * every < to; stretch++) {
    const fault = faultOf(seed, stretch, every);
    if (fault.end > from && fault.start < to && fault.start >= (plan.faultsFrom ?? -Infinity)) faults.push(fault);
  }
  return faults;
}

function faultOf(seed: number, stretch: number, every: number): Fault {
  const recipe = recipes[kindAt(seed, stretch)];
  const [shortest, longest] = recipe.minutes;
  const seconds = onGrid(60 * (shortest + (longest - shortest) * uniform(seed, stream.length, stretch)));
  // Half an hour free at both ends, so that what follows a fault is seen before the next one.
  const start = onGrid(stretch * every + 1_800 + uniform(seed, stream.start, stretch) * (every - 3_600 - seconds));
  const server = fleetServers[hashed(seed, stream.entity, stretch) % fleetServers.length];
  const entities = recipe.kind === 'traffic-surge' ? front : [server.name];
  const metrics = recipe.kind === 'stuck' ? [stuckMetric(seed, stretch)] : recipe.metrics;
  return { kind: recipe.kind, entity: entities[0], entities, metrics, start, end: start + seconds };
}

/** Each seven stretches are one shuffle of the seven kinds. */
function kindAt(seed: number, stretch: number): number {
  const round = Math.floor(stretch / recipes.length);
  const order = recipes.map((_, kind) => ({ kind, rank: hashed(seed, stream.kind, round * recipes.length + kind) }));
  order.sort((a, b) => a.rank - b.rank || a.kind - b.kind);
  return order[stretch % recipes.length]?.kind ?? 0;
}

const stuckMetric = (seed: number, stretch: number): FleetMetric =>
  uniform(seed, stream.metric, stretch) < 0.5 ? 'CPUUtilization' : 'NetworkThroughput';

const onGrid = (time: number): number => Math.floor(time / sampleSeconds) * sampleSeconds;

/** Changes a server's samples, which begin at `from`, as the faults say. */
export function applyFaults(
  seed: number,
  number: number,
  samples: Readonly<Record<FleetMetric, Float64Array>>,
  from: number,
  faults: readonly Fault[],
): void {
  const { name } = fleetServers[number];
  for (const fault of faults.filter(({ entities }) => entities.includes(name))) {
    const count = samples.CPUUtilization.length;
    const first = Math.max(0, (fault.start - from) / sampleSeconds);
    const end = Math.min(count, (fault.end - from) / sampleSeconds);
    if (first >= end) continue;
    // A size of its own, 0…1: some faults are hard to miss, some are not.
    const size = uniform(seed, stream.size, fault.start);
    const disturb = disturbance(fault, size, seed, number);
    for (let i = first; i < end; i++) {
      const time = from + i * sampleSeconds;
      disturb(samples, i, (time - fault.start) / (fault.end - fault.start), time);
    }
  }
}

type Disturbance = (
  samples: Readonly<Record<FleetMetric, Float64Array>>,
  i: number,
  /** 0 at its start, towards 1 at its end. */
  progress: number,
  time: number,
) => void;

function disturbance(fault: Fault, size: number, seed: number, number: number): Disturbance {
  switch (fault.kind) {
    case 'spike':
      return ({ CPUUtilization }, i) => add(CPUUtilization, i, 26 + 26 * size);
    case 'leak':
      return ({ MemoryUtilization }, i, progress) => add(MemoryUtilization, i, (16 + 16 * size) * progress);
    case 'stuck': {
      const metric = fault.metrics[0];
      const frozen = healthySamples(seed, number, fault.start, 1)[metric][0];
      return (samples, i) => void (samples[metric][i] = frozen);
    }
    case 'drop':
      return ({ CPUUtilization, NetworkThroughput, DiskOperations }, i) => {
        scale(NetworkThroughput, i, 0.03 + 0.1 * size);
        scale(CPUUtilization, i, 0.25 + 0.15 * size);
        scale(DiskOperations, i, 0.2 + 0.2 * size);
      };
    case 'noisy-neighbour':
      return ({ CPUUtilization, DiskOperations }, i, _progress, time) => {
        const shake = bell(seed, stream.noise + number, time / sampleSeconds);
        add(CPUUtilization, i, 10 + 8 * size + (6 + 4 * size) * shake);
        scale(DiskOperations, i, 0.55 - 0.15 * size);
      };
    case 'traffic-surge':
      return ({ CPUUtilization, NetworkThroughput, DiskOperations }, i, progress) => {
        const rise = Math.min(1, progress / 0.15, (1 - progress) / 0.15) * (0.7 + 0.7 * size);
        scale(NetworkThroughput, i, 1 + rise);
        scale(CPUUtilization, i, 1 + 0.8 * rise);
        scale(DiskOperations, i, 1 + 0.6 * rise);
      };
    case 'disk-full':
      return ({ CPUUtilization, DiskOperations }, i, progress) => {
        // Retries first, then nothing can be written any more.
        scale(DiskOperations, i, progress < 0.5 ? 1 + (2 + 2 * size) * progress : 0.03);
        add(CPUUtilization, i, 6 + 8 * size);
      };
  }
}

const add = (values: Float64Array, i: number, more: number): void => void (values[i] = (values[i] ?? 0) + more);
const scale = (values: Float64Array, i: number, factor: number): void => void (values[i] = (values[i] ?? 0) * factor);
