import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { readDeliveries, type StreamPorts, takeStream } from '../../shared/pipeline/take-stream.ts';

/** Objects that Firehose wrote, as S3 tells of them; one that fails comes again, and ends in the dead-letter queue. */
export const createHandler =
  (ports: () => Promise<StreamPorts>) =>
  async ({ Records }: SQSEvent, run: Pick<Context, 'invokedFunctionArn'>): Promise<SQSBatchResponse> => {
    const ready = await ports();
    const [, , , region = '', account = ''] = run.invokedFunctionArn.split(':');
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { messageId, body } of Records) {
      try {
        for (const delivery of readDeliveries(body)) await takeStream(delivery, { account, region }, ready);
      } catch (error) {
        // Not swallowed: the queue is told which one to deliver again.
        ready.log.error('delivery of the metric stream failed', { messageId, error });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
