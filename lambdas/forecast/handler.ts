import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  forecastMetrics,
  type ForecastPorts,
  forecastShard,
  type ForecastSummary,
} from '../../shared/pipeline/forecast-metrics.ts';
import { loggedRun } from '../../shared/pipeline/logged-run.ts';
import { readScheduledEvent } from '../../shared/pipeline/read-event.ts';
import { runShardMessages } from '../../shared/pipeline/shard-messages.ts';

/** A tick of forecasting: what a schedule, or a person with `{}`, asks for. */
export const createHandler =
  (ports: () => Promise<ForecastPorts>) =>
  async (event: unknown): Promise<ForecastSummary> => {
    const request = readScheduledEvent(event);
    const ready = await ports();
    return loggedRun('forecasts', ready, () => forecastMetrics(request, ready));
  };

/** Shards from the queue, one after the other; one that fails comes again, and ends in the dead-letter queue. */
export const createWorker =
  (ports: () => Promise<ForecastPorts>) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const ready = await ports();
    return {
      batchItemFailures: await runShardMessages(Records, ready.log, (message) => forecastShard(message, ready)),
    };
  };
