import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { detectAnomalies, runShard, type TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import type { DetectPorts } from '../../shared/pipeline/detect-ports.ts';
import { loggedRun } from '../../shared/pipeline/logged-run.ts';
import { readScheduledEvent } from '../../shared/pipeline/read-event.ts';
import { runShardMessages } from '../../shared/pipeline/shard-messages.ts';

/** A tick: what a schedule, or a person with `{}`, asks for. */
export const createHandler =
  (ports: () => Promise<DetectPorts>) =>
  async (event: unknown): Promise<TickSummary> => {
    const request = readScheduledEvent(event);
    const ready = await ports();
    return loggedRun('tick', ready, () => detectAnomalies(request, ready), tickFacts);
  };

/** What was done, watch by watch; each shard that was run here has a line of its own. */
const tickFacts = ({ tick, watches }: TickSummary) => ({
  tick,
  watches: watches.map(({ watch, shards, series, queued, ran }) => ({
    ...{ watch, shards, series, queued },
    outcomes: ran.map(({ outcome }) => outcome),
  })),
});

/** Shards from the queue, one after the other; one that fails comes again, and ends in the dead-letter queue. */
export const createWorker =
  (ports: () => Promise<DetectPorts>) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const ready = await ports();
    return { batchItemFailures: await runShardMessages(Records, ready.log, (message) => runShard(message, ready)) };
  };
