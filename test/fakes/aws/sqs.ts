import { createHash, randomUUID } from 'node:crypto';
import { Refusal, refuseUnknown } from './wire.ts';

export interface FakeMessage {
  readonly id: string;
  readonly body: string;
  receiptHandle?: string;
  receiveCount: number;
  /** Epoch seconds. */
  visibleAt: number;
}

export interface MessageFault {
  readonly when: (body: string) => boolean;
  readonly code: string;
  readonly senderFault: boolean;
  /** How many messages it refuses. */
  times: number;
}

export interface QueueTraits {
  /** Default 300. */
  readonly visibilitySeconds?: number;
  /** Name of the dead-letter queue, and after how many receives a message goes there. */
  readonly deadLetters?: string;
  readonly receives?: number;
}

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

const largestBatchBytes = 1024 * 1024;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const refuse = (code: string, message: string): never => {
  throw new Refusal(400, code, message);
};

/** Standard queues in memory, at least once: a message that is not deleted in time comes back. */
export class FakeSqs {
  readonly messageFaults: MessageFault[] = [];
  private readonly queues = new Map<string, FakeMessage[]>();
  private readonly traits = new Map<string, QueueTraits>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  createQueue(name: string, traits: QueueTraits = {}): void {
    this.queues.set(name, []);
    this.traits.set(name, traits);
  }

  /** Past every permission, as a service of AWS whose right was looked at before. */
  put(name: string, body: string): void {
    this.queue(name).push({ id: randomUUID(), body, receiveCount: 0, visibleAt: 0 });
  }

  messages(name: string): readonly FakeMessage[] {
    return this.queue(name);
  }

  /** What an event source mapping would hand to a function: at most `most` visible messages, now in flight. */
  lambdaEvent(name: string, queueArn: string, most = 10): { Records: object[] } {
    return {
      Records: this.take(name, most, this.traits.get(name)?.visibilitySeconds ?? 300).map((message) => ({
        messageId: message.id,
        receiptHandle: message.receiptHandle,
        body: message.body,
        attributes: { ApproximateReceiveCount: String(message.receiveCount), SentTimestamp: String(this.now() * 1000) },
        messageAttributes: {},
        md5OfBody: md5(message.body),
        eventSource: 'aws:sqs',
        eventSourceARN: queueArn,
        awsRegion: queueArn.split(':')[3] ?? '',
      })),
    };
  }

  /** What the event source mapping does after the function answered: what did not fail is deleted. */
  handled(name: string, messageIds: readonly string[], failed: readonly string[]): void {
    const queue = this.queue(name);
    for (const id of messageIds) {
      const index = queue.findIndex((message) => message.id === id);
      if (index >= 0 && !failed.includes(id)) queue.splice(index, 1);
    }
  }

  static queueOf(input: unknown): string {
    return (input as { QueueUrl?: string }).QueueUrl?.split('/').at(-1) ?? '';
  }

  answer(operation: string, input: unknown): object {
    const name = FakeSqs.queueOf(input);
    switch (operation) {
      case 'SendMessageBatch':
        return this.sendBatch(name, input as { QueueUrl: string; Entries: readonly Entry[] });
      case 'ReceiveMessage': {
        const asked = input as { MaxNumberOfMessages?: number; VisibilityTimeout?: number };
        const most = asked.MaxNumberOfMessages ?? 1;
        if (most < 1 || most > 10) refuse('InvalidParameterValue', 'MaxNumberOfMessages must be between 1 and 10');
        const Messages = this.take(name, most, asked.VisibilityTimeout ?? 30).map((message) => ({
          MessageId: message.id,
          ReceiptHandle: message.receiptHandle,
          Body: message.body,
          MD5OfBody: md5(message.body),
        }));
        return Messages.length === 0 ? {} : { Messages };
      }
      case 'GetQueueAttributes': {
        const { AttributeNames = [] } = input as { AttributeNames?: readonly string[] };
        refuseUnknown(input as object, ['QueueUrl', 'AttributeNames'], 'GetQueueAttributes');
        const waiting = this.queue(name).filter((message) => message.visibleAt <= this.now()).length;
        const known: Readonly<Record<string, string>> = { ApproximateNumberOfMessages: String(waiting) };
        for (const asked of AttributeNames)
          if (!(asked in known)) refuse('InvalidAttributeName', `the fake SQS does not know ${asked}`);
        return { Attributes: Object.fromEntries(AttributeNames.map((one) => [one, known[one]])) };
      }
      case 'DeleteMessage': {
        const { ReceiptHandle } = input as { ReceiptHandle: string };
        const queue = this.queue(name);
        const index = queue.findIndex((message) => message.receiptHandle === ReceiptHandle);
        if (index >= 0) queue.splice(index, 1);
        return {};
      }
      default:
        throw new Refusal(400, 'UnknownOperationException', `the fake SQS does not know ${operation}`);
    }
  }

  private sendBatch(name: string, input: { readonly Entries: readonly Entry[] }): object {
    refuseUnknown(input, ['QueueUrl', 'Entries'], 'SendMessageBatch');
    const { Entries } = input;
    const queue = this.queue(name);
    if (Entries.length === 0) refuse('AWS.SimpleQueueService.EmptyBatchRequest', 'There are no entries');
    if (Entries.length > 10) {
      refuse(
        'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
        `Maximum number of entries is 10: ${Entries.length}`,
      );
    }
    if (new Set(Entries.map((entry) => entry.Id)).size < Entries.length) {
      refuse('AWS.SimpleQueueService.BatchEntryIdsNotDistinct', 'Two entries have the same Id');
    }
    const bytes = Entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.MessageBody), 0);
    if (bytes > largestBatchBytes) refuse('AWS.SimpleQueueService.BatchRequestTooLong', `${bytes} bytes`);
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of Entries) {
      refuseUnknown(entry, ['Id', 'MessageBody', 'DelaySeconds', 'MessageAttributes'], 'Entry');
      if (!/^[\w-]{1,80}$/.test(entry.Id)) refuse('AWS.SimpleQueueService.InvalidBatchEntryId', `bad Id ${entry.Id}`);
      const fault = this.messageFaults.find((one) => one.times > 0 && one.when(entry.MessageBody));
      if (fault !== undefined) {
        fault.times -= 1;
        Failed.push({
          Id: entry.Id,
          Code: fault.code,
          SenderFault: fault.senderFault,
          Message: `injected ${fault.code}`,
        });
        continue;
      }
      const id = randomUUID();
      queue.push({ id, body: entry.MessageBody, receiveCount: 0, visibleAt: 0 });
      Successful.push({ Id: entry.Id, MessageId: id, MD5OfMessageBody: md5(entry.MessageBody) });
    }
    return { Successful, Failed };
  }

  private take(name: string, most: number, visibilitySeconds: number): FakeMessage[] {
    this.redrive(name);
    const visible = this.queue(name).filter((message) => message.visibleAt <= this.now());
    return visible.slice(0, most).map((message) => {
      message.receiptHandle = randomUUID();
      message.receiveCount += 1;
      message.visibleAt = this.now() + visibilitySeconds;
      return message;
    });
  }

  /** A message that was received as often as it may be goes to the dead-letter queue when it would be received again. */
  private redrive(name: string): void {
    const { deadLetters, receives = Infinity } = this.traits.get(name) ?? {};
    if (deadLetters === undefined) return;
    const queue = this.queue(name);
    const dead = queue.filter(({ receiveCount, visibleAt }) => receiveCount >= receives && visibleAt <= this.now());
    for (const message of dead) {
      queue.splice(queue.indexOf(message), 1);
      this.queue(deadLetters).push({ ...message, receiveCount: 0, visibleAt: 0 });
    }
  }

  private queue(name: string): FakeMessage[] {
    return this.queues.get(name) ?? refuse('AWS.SimpleQueueService.NonExistentQueue', `No queue ${name}`);
  }
}
