import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  detectAnomalies,
  runShard,
  type DetectPorts,
  type TickSummary,
} from '../../shared/pipeline/detect-anomalies.ts';
import { readScheduledEvent } from '../../shared/pipeline/read-event.ts';
import { runShardMessages } from '../../shared/pipeline/shard-messages.ts';

/** A tick: what a schedule, or a person with `{}`, asks for. */
export const createHandler =
  (ports: () => Promise<DetectPorts>) =>
  async (event: unknown): Promise<TickSummary> =>
    detectAnomalies(readScheduledEvent(event), await ports());

/** Shards from the queue, one after the other; one that fails comes again, and ends in the dead-letter queue. */
export const createWorker =
  (ports: () => Promise<DetectPorts>) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const ready = await ports();
    return { batchItemFailures: await runShardMessages(Records, ready.log, (message) => runShard(message, ready)) };
  };
