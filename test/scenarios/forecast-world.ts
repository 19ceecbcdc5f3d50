import { MemoryEventBus } from '../../shared/adapters/local/memory-event-bus.ts';
import { MemoryMetricSink } from '../../shared/adapters/local/memory-metric-sink.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { MemoryWorkQueue } from '../../shared/adapters/local/memory-work-queue.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { historyDayKind } from '../../shared/metrics/history-format.ts';
import { appendTick } from '../../shared/metrics/history.ts';
import { updateInventory } from '../../shared/metrics/inventory.ts';
import type { SeriesDescription } from '../../shared/metrics/metric.ts';
import { readStored, writeStored } from '../../shared/models/stored-artefact.ts';
import { type ForecastPorts, forecastMetrics } from '../../shared/pipeline/forecast-metrics.ts';
import { type ForecastState, forecastStateKind } from '../../shared/pipeline/forecast-state.ts';
import { keys } from '../../shared/settings/keys.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { noise, series, type Signalling } from './world.ts';

export const every = 300;
export const day = 86_400;
/** A Monday, ten o'clock. */
export const start = Date.parse('2026-03-02T10:00:00Z') / 1000;
export const shard = 's-0001';

/** A share of something that runs full. */
export const percent = (entity: string, label: string): SeriesDescription =>
  series(entity, label, { unit: 'Percent', lowest: 0, highest: 100, bad: 'up' });

/** Each day the same hill with a little noise: from 40 at two in the night to 92 at two in the afternoon. */
export const hill: Signalling = ({ id }, time) =>
  66 - 26 * Math.cos((2 * Math.PI * (time - 2 * 3600)) / day) + 1.5 * (noise(id, time) - 0.5);

export interface ForecastWorld {
  readonly ports: ForecastPorts;
  readonly store: MemoryObjectStore;
  readonly bus: MemoryEventBus;
  readonly sink: MemoryMetricSink;
  readonly queue: MemoryWorkQueue;
  readonly clock: { time: number; now(): number };
  readonly logged: { readonly level: string; readonly message: string; readonly fields: unknown }[];
  readonly members: readonly SeriesDescription[];
  readonly value: Signalling;
}

/** One watch `w` in a process of its own, whose history others write: what they left is in the store alone. */
export function forecastWorld(
  members: readonly SeriesDescription[],
  value: Signalling,
  watch: Readonly<Record<string, unknown>> = {},
  store = new MemoryObjectStore(),
): ForecastWorld {
  const bus = new MemoryEventBus();
  const sink = new MemoryMetricSink();
  const queue = new MemoryWorkQueue();
  const clock = { time: start, now: () => clock.time };
  const logged: ForecastWorld['logged'] = [];
  const say = (level: string) => (message: string, fields?: unknown) => void logged.push({ level, message, fields });
  const settings = settingsSchema.parse({ watches: { w: { select: 'Test', ...watch } } });
  const log = { info: say('info'), warn: say('warn'), error: say('error') };
  const ports: ForecastPorts = { settings, store, bytes: nodeBytes, bus, sink, queue, clock, log };
  return { ports, store, bus, sink, queue, clock, logged, members, value };
}

const pointsOf = (value: Signalling, one: SeriesDescription, from: number, to: number) => {
  const times: number[] = [];
  const values: number[] = [];
  const step = one.periodSeconds;
  for (let time = Math.ceil(from / step) * step; time < to; time += step) {
    const at = value(one, time);
    if (Number.isNaN(at)) continue;
    times.push(time);
    values.push(at);
  }
  return {
    id: one.id,
    times: Float64Array.from(times),
    values: Float64Array.from(values),
    ticks: new Uint32Array(times.length),
  };
};

/** The inventory, and so many days of history, as detection leaves them: one object a day. */
export async function remember({ ports, members, value }: ForecastWorld, until: number, days: number): Promise<void> {
  await updateInventory(ports, 'w', members, until);
  const period = members[0]?.periodSeconds ?? every;
  for (let from = Math.floor(until / day) * day - days * day; from < until; from += day) {
    const own = members.map((one) => pointsOf(value, one, from, Math.min(until, from + day)));
    const name = new Date(from * 1000).toISOString().slice(0, 10);
    await writeStored(ports, historyDayKind, keys.historyDay('w', shard, period, from), { day: name, series: own });
  }
}

/** What a tick of detection pulls: the last quarter of an hour. */
export async function pull({ ports, members, value }: ForecastWorld, tick: number): Promise<void> {
  const period = members[0]?.periodSeconds ?? every;
  const to = Math.floor(tick / period) * period;
  const own = members.map((one) => pointsOf(value, one, to - Math.max(900, 3 * period), to));
  await appendTick(ports, 'w', shard, period, { tick, previous: [], problems: new Map(), series: own });
}

/** Detection's tick and then forecasting's, as often as `ticks` says, from `from` on. */
export async function foresee(w: ForecastWorld, from: number, ticks: number, interval = every) {
  const summaries = [];
  for (let k = 0; k < ticks; k++) {
    const tick = from + k * interval;
    w.clock.time = tick;
    await pull(w, tick);
    const { watches } = await forecastMetrics({ tick }, w.ports);
    summaries.push(watches[0]?.ran[0]);
  }
  return summaries;
}

export async function forecastStateOf(w: ForecastWorld, name = shard): Promise<ForecastState | undefined> {
  return (await readStored(w.ports, forecastStateKind, keys.state('w', name, 'forecast')))?.value;
}
