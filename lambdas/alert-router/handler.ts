import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { AlertPorts } from '../../shared/pipeline/alert-ports.ts';
import { hearMessages, type HearPorts } from '../../shared/pipeline/hear-messages.ts';
import { loggedRun } from '../../shared/pipeline/logged-run.ts';
import { sweepIncidents, type SweepSummary } from '../../shared/pipeline/sweep-incidents.ts';

/** What Lambda says of one run of a function. */
export type Run = Pick<Context, 'getRemainingTimeInMillis'>;

/** Signals, mutes and tests from the queue; what cannot be handled comes again, and ends in the dead-letter queue. */
export const createHandler =
  (ports: (run: Run) => Promise<HearPorts>) =>
  async ({ Records }: SQSEvent, run: Run): Promise<SQSBatchResponse> => {
    const messages = Records.map(({ messageId, body, eventSourceARN }) => {
      const [, , , region = '', account = ''] = eventSourceARN.split(':');
      return { id: messageId, body, here: { account, region } };
    });
    const ready = await ports(run);
    const { failed } = await loggedRun(
      'routing',
      ready,
      () => hearMessages(messages, ready),
      (routed) => ({ messages: messages.length, failed: routed.failed.length }),
    );
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };

/** What the clock brings, every minute or when a person asks for it with `{}`: what it is sent makes no difference. */
export const createSweep =
  (ports: (run: Run) => Promise<AlertPorts>) =>
  async (_event: unknown, run: Run): Promise<SweepSummary> => {
    const ready = await ports(run);
    return loggedRun('sweep', ready, () => sweepIncidents(ready));
  };
