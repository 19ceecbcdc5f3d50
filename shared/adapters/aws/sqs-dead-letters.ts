import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetters } from '../../ports/dead-letters.ts';
import { failure, isDenied } from './aws-failure.ts';

export interface SqsDeadLettersOptions {
  readonly queueUrl: string;
  readonly client: SQSClient;
}

/** Puts letters into an SQS queue, as JSON. */
export class SqsDeadLetters implements DeadLetters {
  readonly #options: SqsDeadLettersOptions;

  constructor(options: SqsDeadLettersOptions) {
    this.#options = options;
  }

  /** @throws Error naming the queue where it does not take the letter. */
  async put({ why, content }: DeadLetter): Promise<void> {
    const { client, queueUrl } = this.#options;
    const Entries = [{ Id: '0', MessageBody: JSON.stringify({ why, ...content }) }];
    const answer = await client
      .send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
      .catch((error: unknown) => {
        throw failure(
          `could not put aside to ${queueUrl}`,
          error,
          isDenied(error) ? 'allow sqs:SendMessage on this queue' : undefined,
        );
      });
    const refused = answer.Failed?.at(0);
    if (refused !== undefined || answer.Successful?.length !== 1)
      throw new Error(
        `${queueUrl} did not take a dead letter: ${refused?.Code ?? 'no answer'} ${refused?.Message ?? ''}`,
      );
  }
}
