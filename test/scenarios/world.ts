import { MemoryEventBus } from '../../shared/adapters/local/memory-event-bus.ts';
import { MemoryMetricSink } from '../../shared/adapters/local/memory-metric-sink.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { MemoryWorkQueue } from '../../shared/adapters/local/memory-work-queue.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import type { DetectPorts } from '../../shared/pipeline/detect-ports.ts';
import type { MetricSource, Reading, ReadSeries } from '../../shared/ports/metric-source.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';

/** Value of a series at a slot, NaN for no point. */
export type Signalling = (series: SeriesDescription, time: number) => number;

export const series = (
  entity: string,
  label: string,
  more: Partial<SeriesDescription['nature']> = {},
  periodSeconds = 300,
): SeriesDescription => ({
  id: `${entity}/${label}`,
  entity,
  label,
  metric: { namespace: 'Test', name: label, dimensions: { Thing: entity }, statistic: 'Average' },
  periodSeconds,
  nature: { unit: 'None', bad: 'both', gap: 'gap', ...more },
});

/** A source that knows everything at once: what it says of a slot is a function of series and slot. */
export class FunctionSource implements MetricSource {
  members: readonly SeriesDescription[];
  value: Signalling;
  readonly asked: { readonly from: number; readonly to: number; readonly series: number }[] = [];
  problem: (series: SeriesDescription, from: number) => ReadSeries['problem'] = () => undefined;

  constructor(members: readonly SeriesDescription[], value: Signalling) {
    this.members = members;
    this.value = value;
  }

  /** What was said to be known already, at each discovery. */
  readonly known: (ReadonlySet<string> | undefined)[] = [];

  async discover(_: unknown, known?: ReadonlySet<string>) {
    this.known.push(known);
    return { series: this.members, leftOut: [] };
  }

  async read(asked: readonly SeriesDescription[], from: number, to: number): Promise<Reading> {
    this.asked.push({ from, to, series: asked.length });
    const read = asked.map((one): ReadSeries => {
      const problem = this.problem(one, from);
      if (problem !== undefined) return { id: one.id, points: { times: empty, values: empty }, problem };
      const times: number[] = [];
      const values: number[] = [];
      const step = one.periodSeconds;
      for (let time = Math.ceil(from / step) * step; time < to; time += step) {
        const value = this.value(one, time);
        if (Number.isNaN(value)) continue;
        times.push(time);
        values.push(value);
      }
      return { id: one.id, points: { times: Float64Array.from(times), values: Float64Array.from(values) } };
    });
    return { series: read, billedMetrics: asked.length };
  }
}

const empty = new Float64Array(0);

export interface World {
  readonly ports: DetectPorts;
  readonly store: MemoryObjectStore;
  readonly bus: MemoryEventBus;
  readonly sink: MemoryMetricSink;
  readonly queue: MemoryWorkQueue;
  readonly source: FunctionSource;
  readonly clock: { time: number; now(): number };
  readonly logged: { readonly level: string; readonly message: string; readonly fields: unknown }[];
}

/** One watch `w` in a process of its own: what another process left is in the store alone. */
export function world(
  members: readonly SeriesDescription[],
  value: Signalling,
  watch: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
  store = new MemoryObjectStore(),
): World {
  const source = new FunctionSource(members, value);
  const bus = new MemoryEventBus();
  const sink = new MemoryMetricSink();
  const queue = new MemoryWorkQueue();
  const clock = { time: 0, now: () => clock.time };
  const logged: { level: string; message: string; fields: unknown }[] = [];
  const say = (level: string) => (message: string, fields?: unknown) => void logged.push({ level, message, fields });
  const settings = settingsSchema.parse({ watches: { w: { select: 'Test', ...watch } }, ...more });
  const log = { info: say('info'), warn: say('warn'), error: say('error') };
  const ports: DetectPorts = { settings, store, bytes: nodeBytes, source: () => source, bus, sink, queue, clock, log };
  return { ports, store, bus, sink, queue, source, clock, logged };
}

export async function copyStore(store: MemoryObjectStore): Promise<MemoryObjectStore> {
  const copy = new MemoryObjectStore();
  for await (const key of store.list('')) {
    const found = await store.get(key);
    if (found !== undefined) await copy.put(key, found.body);
  }
  return copy;
}

/** 0…1, the same for the same words. */
export function noise(...words: readonly (string | number)[]): number {
  let hash = 2166136261;
  for (const letter of words.join('|')) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  hash = Math.imul(hash, 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

/** A day's rhythm with noise: what any of our series does while nothing is wrong. */
export const usual: Signalling = ({ id }, time) =>
  50 + 20 * Math.sin((2 * Math.PI * time) / 86_400 + 6 * noise(id)) + 4 * (noise(id, time) - 0.5);
