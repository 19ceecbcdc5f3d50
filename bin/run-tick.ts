import type { MemoryWorkQueue } from '../shared/adapters/local/memory-work-queue.ts';
import type { DetectPorts, TickSummary } from '../shared/pipeline/detect-anomalies.ts';
import { detectAnomalies, runShard } from '../shared/pipeline/detect-anomalies.ts';

/** Ports of a process that is its own worker. */
export interface LocalPorts extends DetectPorts {
  readonly queue: MemoryWorkQueue;
  /** What happens to the signals of a tick, while it is still the tick's time. @default nobody listens */
  readonly afterTick?: () => Promise<void>;
}

/** One tick with all its shards, here and now: what scheduler, queue, worker and router do together in an account. */
export async function runTick(request: { tick: number; watch?: string }, ports: LocalPorts): Promise<TickSummary> {
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
