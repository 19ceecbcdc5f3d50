import type { Context } from 'aws-lambda';
import { type BackfillSummary, backfillWatches } from '../../shared/pipeline/backfill-watches.ts';
import type { DetectPorts } from '../../shared/pipeline/detect-ports.ts';
import { discoverMetrics, type DiscoverySummary } from '../../shared/pipeline/discover-metrics.ts';
import { readScheduledEvent } from '../../shared/pipeline/read-event.ts';

/** A look for new series and vanished ones: what a schedule, or a person with `{}`, asks for. */
export const createDiscovery =
  (ports: () => Promise<DetectPorts>) =>
  async (event: unknown): Promise<readonly DiscoverySummary[]> =>
    discoverMetrics(readScheduledEvent(event), await ports());

/** A day that is being fetched when time is up must still be stored. */
const ENDING_MS = 60_000;

/** The past of watches of several shards, as far as time allows. */
export const createBackfill =
  (ports: () => Promise<DetectPorts>) =>
  async (_: unknown, run: Pick<Context, 'getRemainingTimeInMillis'>): Promise<BackfillSummary> => {
    const ready = await ports();
    return backfillWatches(ready.clock.now() + (run.getRemainingTimeInMillis() - ENDING_MS) / 1000, ready);
  };
