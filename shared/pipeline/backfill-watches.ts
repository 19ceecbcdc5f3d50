import { readProgress } from '../metrics/history-backfill.ts';
import { readOverview } from '../metrics/inventory.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { backfillShard } from './backfill.ts';
import type { DetectPorts } from './detect-ports.ts';

/** All that fetching the past needs from outside. */
export type BackfillPorts = Pick<DetectPorts, 'settings' | 'store' | 'bytes' | 'source' | 'clock' | 'log'>;

export interface BackfillSummary {
  /** Days of shards that were fetched now. */
  readonly days: number;
  readonly points: number;
  readonly billedMetrics: number;
  /** Shards of which something of the past is still missing, those that failed included. */
  readonly unfinished: number;
}

interface Job {
  readonly watch: Watch;
  readonly shard: string;
  /** Everything from here on is there, epoch seconds; Infinity where nothing is known. */
  from: number;
}

const DAY = 86_400;

/**
 * Fetches the past of watches of several shards, newest day first over all shards, until time is up. What is left is
 * fetched by the next run; run twice at once, some days are fetched twice and stored once. (A watch of one shard has
 * its past fetched by its ticks.)
 *
 * @param until epoch seconds after which no further day is begun.
 * @throws AggregateError after all others had their turn, where shards failed in a way that is no answer of the source.
 */
export async function backfillWatches(until: number, ports: BackfillPorts): Promise<BackfillSummary> {
  const startedAt = Math.floor(ports.clock.now());
  const jobs = await openJobs(ports);
  const sum = { days: 0, points: 0, billedMetrics: 0 };
  const failures: unknown[] = [];
  let waiting = 0;
  while (jobs.length > 0 && ports.clock.now() < until) {
    const job = jobs.reduce((newest, one) => (one.from > newest.from ? one : newest));
    const close = (): void => void jobs.splice(jobs.indexOf(job), 1);
    try {
      let mayFetch = 1;
      const message = { watch: job.watch.name, shard: job.shard, tick: startedAt };
      const { status, days, points, billedMetrics } = await backfillShard(message, ports, () => mayFetch-- > 0);
      sum.days += days;
      sum.points += points;
      sum.billedMetrics += billedMetrics;
      if (status !== 'paused') close();
      if (status === 'source-failed') waiting++;
      job.from = Math.min(job.from, startedAt) - DAY;
    } catch (error) {
      ports.log.error('backfill failed', { watch: job.watch.name, shard: job.shard, error: String(error) });
      failures.push(error);
      close();
      waiting++;
    }
  }
  const summary = { ...sum, unfinished: jobs.length + waiting };
  ports.log.info('backfill run', summary);
  if (failures.length > 0)
    throw new AggregateError(failures, `the past of ${failures.length} shards failed: ${String(failures[0])}`);
  return summary;
}

/** Shards of watches that have several. Whether anything of theirs is missing is found out when their turn comes. */
async function openJobs(ports: BackfillPorts): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const watch of watchesOf(ports.settings)) {
    const { shards } = await readOverview(ports, watch.name);
    if (shards.length < 2) continue;
    for (const { shard } of shards) {
      const { passes } = await readProgress(ports, watch.name, shard, watch.period);
      const open = passes.filter(({ next, from }) => next > from).map(({ next }) => next);
      // Finished as far as is known: newcomers, if any, have the newest day to fetch first.
      jobs.push({ watch, shard, from: open.length === 0 ? Infinity : Math.max(...open) });
    }
  }
  return jobs;
}
