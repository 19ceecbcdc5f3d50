import { MemoryEventBus } from '../../shared/adapters/local/memory-event-bus.ts';
import { MemoryMetricSink } from '../../shared/adapters/local/memory-metric-sink.ts';
import { MemoryWorkQueue } from '../../shared/adapters/local/memory-work-queue.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { CloudWatchSource } from '../../shared/adapters/aws/cloudwatch-source.ts';
import { backfillShard } from '../../shared/pipeline/backfill.ts';
import { detectAnomalies, type DetectPorts, runShard } from '../../shared/pipeline/detect-anomalies.ts';
import { discoverMetrics } from '../../shared/pipeline/discover-metrics.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { CountingStore } from './counting-store.ts';
import type { Work } from './queueing.ts';
import { SimulatedAccount } from './simulated-account.ts';

export interface Measured {
  readonly shards: number;
  readonly discovery: Work;
  readonly planning: Work;
  /** The second tick of every shard: the first one begins everything and is the cheaper. */
  readonly ticks: readonly Work[];
  /** One day of one full shard. */
  readonly backfillDay: Work;
  readonly billedPerTick: number;
  readonly pointsJudged: number;
}

const reachSeconds = 900;
const day = 86_400;

/**
 * Really discovers, plans and judges an account of so many series, one shard after the other, in this process: real
 * pipeline, real CloudWatch adapter, the fake CloudWatch without its HTTP, a store in memory that counts.
 *
 * @param everySeconds interval and period.
 */
export async function measureTick(
  series: number,
  everySeconds: number,
  say: (words: string) => void,
): Promise<Measured> {
  const start = Date.parse('2026-11-16T00:00:00Z') / 1000;
  const clock = { time: start, now: () => clock.time };
  const account = new SimulatedAccount(series, everySeconds, () => clock.time);
  const store = new CountingStore();
  const queue = new MemoryWorkQueue();
  const sink = new MemoryMetricSink();
  const quiet = { info: () => undefined, warn: () => undefined, error: console.error };
  const source = new CloudWatchSource({
    client: account.client,
    clock,
    log: quiet,
    quotaShare: 1,
    // The turn is waited for in the simulation of the queue, not here.
    wait: async () => undefined,
  });
  const settings = settingsSchema.parse({
    watches: {
      fleet: {
        select: { namespace: 'AWS/EC2', statistic: 'Average' },
        every: everySeconds,
        period: everySeconds,
        maxSeries: series,
        forecast: 'off',
      },
    },
  });
  const ports: DetectPorts = {
    settings,
    store,
    bytes: nodeBytes,
    source: () => source,
    bus: new MemoryEventBus(),
    sink,
    queue,
    clock,
    log: quiet,
    discovery: 'apart',
    backfill: 'apart',
  };
  const measured = async (reach: number, work: () => Promise<unknown>): Promise<Work> => {
    store.take();
    account.calls.length = 0;
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return {
      cpuSeconds: (user + system) / 1e6,
      store: store.take(),
      cloudWatch: [...account.calls],
      reachSeconds: reach,
    };
  };

  say(`discovering ${series} series`);
  const discovery = await measured(0, () => discoverMetrics({ tick: start }, ports));
  const ticks: Work[] = [];
  let planning = discovery;
  let pointsJudged = 0;
  for (const nth of [1, 2]) {
    const tick = start + nth * everySeconds;
    clock.time = tick + 1;
    planning = await measured(0, () => detectAnomalies({ tick }, ports));
    const shards = queue.waiting.length;
    ticks.length = 0;
    pointsJudged = 0;
    for (let message = queue.take(); message !== undefined; message = queue.take()) {
      const next = message;
      ticks.push(await measured(reachSeconds, async () => (pointsJudged += (await runShard(next, ports)).points)));
      if (ticks.length % 20 === 0) say(`tick ${nth}: ${ticks.length} of ${shards} shards`);
    }
  }
  const first = { watch: 'fleet', shard: 's-0001', tick: clock.time };
  let mayFetch = 1;
  const fetchOne = (): Promise<unknown> => backfillShard(first, ports, () => mayFetch-- > 0);
  // What there is of today; then a whole day.
  await fetchOne();
  mayFetch = 1;
  const backfillDay = await measured(day, fetchOne);
  const billedPerTick = ticks.flatMap(({ cloudWatch }) => cloudWatch).reduce((sum, { billed }) => sum + billed, 0);
  return { shards: ticks.length, discovery, planning, ticks, backfillDay, billedPerTick, pointsJudged };
}
