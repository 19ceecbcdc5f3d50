import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  detectAnomalies,
  runShard,
  type DetectPorts,
  type TickSummary,
} from '../../shared/pipeline/detect-anomalies.ts';
import { readScheduledEvent, readShardMessage } from '../../shared/pipeline/read-event.ts';

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
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { messageId, body } of Records) {
      try {
        await runShard(readShardMessage(body), ready);
      } catch (error) {
        // Not swallowed: SQS is told which one to deliver again.
        ready.log.error('shard failed', { messageId, body, error });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
