import { MemoryWorkQueue } from '../shared/adapters/local/memory-work-queue.ts';
import type { DetectPorts, TickSummary } from '../shared/pipeline/detect-anomalies.ts';
import { detectAnomalies, runShard } from '../shared/pipeline/detect-anomalies.ts';
import { forecastMetrics, forecastShard, type ForecastSummary } from '../shared/pipeline/forecast-metrics.ts';

/** Ports of a process that is its own worker. */
export interface LocalPorts extends DetectPorts {
  readonly queue: MemoryWorkQueue;
  /** What happens to the signals of a tick, while it is still the tick's time. @default nobody listens */
  readonly afterTick?: () => Promise<void>;
}

/** A tick of a moment, of one watch or of all. */
interface LocalTick {
  /** @default now, asked for by somebody */
  readonly tick?: number;
  readonly watch?: string;
}

/** One tick with all its shards, here and now: what scheduler, queue, worker and router do together in an account. */
export async function runTick(request: LocalTick, ports: LocalPorts): Promise<TickSummary> {
  const planned = await detectAnomalies(request, ports);
  const ran = new Map(planned.watches.map(({ watch, ran: done }) => [watch, [...done]]));
  for (let message = ports.queue.take(); message !== undefined; message = ports.queue.take()) {
    ran.get(message.watch)?.push(await runShard(message, ports));
  }
  await ports.afterTick?.();
  return {
    tick: planned.tick,
    watches: planned.watches.map((watch) => ({ ...watch, ran: ran.get(watch.watch) ?? [], queued: 0 })),
  };
}

/** The same for forecasts: of what history has, which is what ticks have pulled. Fits what is due, too. */
export async function runForecastTick(request: LocalTick, ports: LocalPorts): Promise<ForecastSummary> {
  // Forecasts have a queue of their own: a tick of another watch, meanwhile, would take their messages for its own.
  const own = { ...ports, queue: new MemoryWorkQueue() };
  const planned = await forecastMetrics(request, own);
  const ran = new Map(planned.watches.map(({ watch, ran: done }) => [watch, [...done]]));
  for (let message = own.queue.take(); message !== undefined; message = own.queue.take()) {
    ran.get(message.watch)?.push(await forecastShard(message, own));
  }
  await ports.afterTick?.();
  return {
    tick: planned.tick,
    watches: planned.watches.map((watch) => ({ ...watch, ran: ran.get(watch.watch) ?? [], queued: 0 })),
  };
}
