import { addWander, bell, uniform } from './fleet-noise.ts';
import { busyness } from './fleet-rhythm.ts';

/** The fleet has a reading of every metric every ten seconds. */
export const sampleSeconds = 10;

export const fleetMetrics = ['CPUUtilization', 'MemoryUtilization', 'NetworkThroughput', 'DiskOperations'] as const;
export type FleetMetric = (typeof fleetMetrics)[number];

/** How a server of a kind answers to load 1, and what it does at rest. */
export interface FleetServer {
  readonly name: string;
  /** Percent at rest, and percent more at load 1. */
  readonly cpu: readonly [number, number];
  readonly memory: readonly [number, number];
  /** Megabytes per second. */
  readonly network: readonly [number, number];
  /** Operations per second. */
  readonly disk: readonly [number, number];
  /** Part of the site's load that comes here. */
  readonly share: number;
  /** +1 and -1 are the two ends of a balance that shifts slowly; 0 takes no part. */
  readonly balance: -1 | 0 | 1;
  /** A backup at 02:10 UTC. */
  readonly backsUp: boolean;
}

export const fleetServers: readonly FleetServer[] = [
  {
    name: 'web-server-01',
    cpu: [7, 52],
    memory: [44, 9],
    network: [1.5, 62],
    disk: [14, 60],
    share: 1,
    balance: 1,
    backsUp: false,
  },
  {
    name: 'web-server-02',
    cpu: [8, 50],
    memory: [46, 9],
    network: [1.4, 60],
    disk: [15, 62],
    share: 0.96,
    balance: -1,
    backsUp: false,
  },
  {
    name: 'api-server-01',
    cpu: [10, 58],
    memory: [52, 12],
    network: [2, 44],
    disk: [22, 90],
    share: 1,
    balance: 0,
    backsUp: false,
  },
  {
    name: 'db-server-01',
    cpu: [12, 44],
    memory: [66, 7],
    network: [1, 28],
    disk: [120, 780],
    share: 0.9,
    balance: 0,
    backsUp: true,
  },
  {
    name: 'cache-server-01',
    cpu: [4, 22],
    memory: [74, 4],
    network: [3, 85],
    disk: [6, 10],
    share: 0.95,
    balance: 0,
    backsUp: false,
  },
];

export type ServerSamples = Readonly<Record<FleetMetric, Float64Array>>;

/** Streams of noise, apart from each other; a server adds a hundred times its number. */
const stream = { traffic: 1, balance: 7, cpu: 10, memory: 20, network: 30, disk: 40, burst: 50 } as const;
const backup = { start: 2 * 3_600 + 600, seconds: 25 * 60 } as const;
const burstCellSeconds = 600;
const burstChance = 0.1;

/**
 * What a healthy server reads, for `count` samples from `from` (epoch seconds, a multiple of ten): rhythm of day and
 * week, load that all servers share, noise at every scale, short bursts that mean nothing, clean-ups, a nightly backup.
 * A function of its arguments alone.
 */
export function healthySamples(seed: number, number: number, from: number, count: number): ServerSamples {
  const server = fleetServers.at(number);
  if (server === undefined || number < 0)
    throw new RangeError(`there is no server ${number}; there are ${fleetServers.length}`);
  const load = loadOf(seed, number, server, from, count);
  const samples = {
    CPUUtilization: wander(seed, number, stream.cpu, from, count, [1.3, 1.1, 1.2]),
    MemoryUtilization: wander(seed, number, stream.memory, from, count, [0.12, 0.4, 1.4]),
    NetworkThroughput: wander(seed, number, stream.network, from, count, [0.07, 0.06, 0.05]),
    DiskOperations: wander(seed, number, stream.disk, from, count, [0.13, 0.12, 0.09]),
  };
  for (let i = 0; i < count; i++) {
    const time = from + i * sampleSeconds;
    const busy = load[i] ?? 0;
    const burst = burstAt(seed, number, time);
    const backingUp = server.backsUp ? backupAt(time) : 0;
    const cpu = samples.CPUUtilization[i] ?? 0;
    const memory = samples.MemoryUtilization[i] ?? 0;
    const network = samples.NetworkThroughput[i] ?? 0;
    const disk = samples.DiskOperations[i] ?? 0;
    samples.CPUUtilization[i] =
      server.cpu[0] + server.cpu[1] * busy ** 1.15 + cpu * (0.6 + busy) + 9 * burst + 11 * backingUp;
    samples.MemoryUtilization[i] =
      server.memory[0] + server.memory[1] * busy + memory + 2.2 * cleanUpAt(seed, number, time);
    samples.NetworkThroughput[i] =
      (server.network[0] + server.network[1] * busy) * Math.exp(network) * (1 + 0.25 * burst) + 16 * backingUp;
    samples.DiskOperations[i] =
      (server.disk[0] + server.disk[1] * busy) * Math.exp(disk) * (1 + 0.8 * burst) + 850 * backingUp;
  }
  return samples;
}

/** The load of one server: what people do, a little more or less of it than usual, and its part of the balance. */
function loadOf(seed: number, number: number, server: FleetServer, from: number, count: number): Float64Array {
  const mood = new Float64Array(count);
  // The same streams for all servers: this is what makes them move together.
  addWander(mood, seed, stream.traffic, 45, 0.025, from, sampleSeconds);
  addWander(mood, seed, stream.traffic + 1, 420, 0.035, from, sampleSeconds);
  addWander(mood, seed, stream.traffic + 2, 4_200, 0.05, from, sampleSeconds);
  addWander(mood, seed, stream.traffic + 3, 40_000, 0.06, from, sampleSeconds);
  const balance = new Float64Array(count);
  if (server.balance !== 0) addWander(balance, seed, stream.balance, 2_700, 0.03, from, sampleSeconds);
  const own = server.share * (1 + 0.05 * bell(seed, stream.balance + 1, number));
  return mood.map((shift, i) => {
    const here = own * (1 + server.balance * (balance[i] ?? 0));
    return Math.max(0.02, busyness(from + i * sampleSeconds) * (1 + shift) * here);
  });
}

/** Noise of a metric: reading to reading, over minutes, over hours. */
function wander(
  seed: number,
  number: number,
  base: number,
  from: number,
  count: number,
  [quick, minutes, hours]: readonly [number, number, number],
): Float64Array {
  const noise = new Float64Array(count);
  const own = base + 100 * (number + 1);
  for (let i = 0; i < count; i++) noise[i] = quick * bell(seed, own, from / sampleSeconds + i);
  addWander(noise, seed, own + 1, 70, 0.6 * minutes, from, sampleSeconds);
  addWander(noise, seed, own + 2, 500, 0.7 * minutes, from, sampleSeconds);
  addWander(noise, seed, own + 3, 6_000, 0.8 * hours, from, sampleSeconds);
  addWander(noise, seed, own + 4, 50_000, hours, from, sampleSeconds);
  return noise;
}

/** A request that costs more, a job that runs now and then: half a minute, a few times a day and server. */
function burstAt(seed: number, number: number, time: number): number {
  const own = stream.burst + 100 * (number + 1);
  const cell = Math.floor(time / burstCellSeconds);
  if (uniform(seed, own, cell) >= burstChance) return 0;
  const start = cell * burstCellSeconds + uniform(seed, own + 1, cell) * (burstCellSeconds - 60);
  const seconds = 15 + 30 * uniform(seed, own + 2, cell);
  if (time < start || time >= start + seconds) return 0;
  // Many small ones, few large ones.
  return -0.5 * Math.log(1 - 0.95 * uniform(seed, own + 3, cell)) + 0.2;
}

/** Memory fills between clean-ups, about every forty minutes: -0.5 just after one, 0.5 just before. */
function cleanUpAt(seed: number, number: number, time: number): number {
  const every = 2_000 + 900 * uniform(seed, stream.memory + 9, number);
  return ((time / every) % 1) - 0.5;
}

/** 1 while the nightly backup runs, with half a minute to begin and to end. */
function backupAt(time: number): number {
  const into = (time % 86_400) - backup.start;
  return Math.max(0, Math.min(1, into / 30, (backup.seconds - into) / 30));
}
