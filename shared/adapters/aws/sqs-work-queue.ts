import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ShardMessage, WorkQueue } from '../../ports/work-queue.ts';
import { failure, isDenied } from './aws-failure.ts';
import { pause, type BackOff } from './back-off.ts';

export interface SqsWorkQueueOptions {
  readonly queueUrl: string;
  readonly client: SQSClient;
  /** For messages that SQS could not take now. @default 5 attempts, from 100 ms to 3 s apart */
  readonly backOff?: BackOff;
}

const mostEntries = 10;

/** Sends work to an SQS queue in batches of ten; the body is the message as JSON. */
export class SqsWorkQueue implements WorkQueue {
  readonly #options: Required<SqsWorkQueueOptions>;

  constructor(options: SqsWorkQueueOptions) {
    this.#options = { backOff: { attempts: 5, baseMs: 100, longestMs: 3_000 }, ...options };
  }

  /** @throws Error naming the shards whose messages were refused in the end; all others were accepted. */
  async send(messages: readonly ShardMessage[]): Promise<void> {
    const refused: string[] = [];
    for (let start = 0; start < messages.length; start += mostEntries) {
      refused.push(...(await this.#sendBatch(messages.slice(start, start + mostEntries))));
    }
    if (refused.length > 0) {
      throw new Error(
        `${refused.length} of ${messages.length} messages were not accepted by ${this.#options.queueUrl}: ` +
          refused.slice(0, 5).join('; '),
      );
    }
  }

  /** SQS counts over many machines: right within a minute. @throws Error where it does not say. */
  async backlog(): Promise<number> {
    const { client, queueUrl } = this.#options;
    const name = 'ApproximateNumberOfMessages';
    const answer = await client
      .send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [name] }))
      .catch((error: unknown) => {
        const remedy = isDenied(error) ? 'allow sqs:GetQueueAttributes on this queue' : undefined;
        throw failure(`could not ask ${queueUrl} how much waits`, error, remedy);
      });
    const count = Number(answer.Attributes?.[name] ?? Number.NaN);
    if (!Number.isInteger(count)) throw new Error(`${queueUrl} does not say how many messages wait`);
    return count;
  }

  /** Sends again only what failed through no fault of ours. Answers what failed in the end, and why. */
  async #sendBatch(batch: readonly ShardMessage[]): Promise<string[]> {
    const { client, queueUrl, backOff } = this.#options;
    const refused: string[] = [];
    let open = batch;
    for (let attempt = 1; ; attempt++) {
      const Entries = open.map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) }));
      const answer = await client
        .send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
        .catch((error: unknown) => {
          throw failure(
            `could not send to ${queueUrl}`,
            error,
            isDenied(error) ? 'allow sqs:SendMessage on this queue' : undefined,
          );
        });
      const accepted = new Set(answer.Successful?.map((one) => one.Id));
      const again: ShardMessage[] = [];
      for (const [index, message] of open.entries()) {
        if (accepted.has(String(index))) continue;
        const reason = answer.Failed?.find((one) => one.Id === String(index));
        if (reason?.SenderFault !== true && attempt < backOff.attempts) again.push(message);
        else refused.push(`${message.watch}/${message.shard}: ${reason?.Code ?? 'no answer'} ${reason?.Message ?? ''}`);
      }
      if (again.length === 0) return refused;
      open = again;
      await pause(backOff, attempt);
    }
  }
}

/** The queue of a function that has none to fill: one that works a queue off would feed itself. */
export const noWorkQueue: WorkQueue = { send: refuse, backlog: refuse };

async function refuse(): Promise<never> {
  throw new Error('AIOPS_QUEUE_URL is missing: this function hands out no shards → deploy it again');
}
