import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqsWorkQueue } from '../../shared/adapters/aws/sqs-work-queue.ts';
import { readShardMessage } from '../../shared/pipeline/read-event.ts';
import type { ShardMessage } from '../../shared/ports/work-queue.ts';
import { workQueueSuite } from '../contracts/suites/work-queue-suite.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { clientsOf, quick } from './aws-under-test.ts';

const messages = (count: number): ShardMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    watch: 'all "servers"',
    shard: String(index + 1),
    tick: 1_794_000_000,
  }));

workQueueSuite('the SQS work queue', async () => {
  const aws = await startFakeAws();
  aws.sqs.createQueue('work');
  return {
    queue: new SqsWorkQueue({ queueUrl: aws.queueUrl('work'), client: clientsOf(aws).sqs, backOff: quick }),
    received: async () => aws.sqs.messages('work').map(({ body }) => readShardMessage(body)),
    close: () => aws.stop(),
  };
});

let aws: FakeAws;
let clock: number;
const queue = (accessKeyId?: string): SqsWorkQueue =>
  new SqsWorkQueue({ queueUrl: aws.queueUrl('work'), client: clientsOf(aws, accessKeyId).sqs, backOff: quick });
const waiting = (): ShardMessage[] => aws.sqs.messages('work').map(({ body }) => readShardMessage(body));
const isShard = (shard: string) => (body: string) => readShardMessage(body).shard === shard;

beforeEach(async () => {
  clock = 1_794_000_000;
  aws = await startFakeAws({ now: () => clock });
  aws.sqs.createQueue('work');
});
afterEach(() => aws.stop());

describe('the SQS work queue', () => {
  it('carries messages so that a worker reads the same, ten in a request', async () => {
    await queue().send(messages(23));
    expect(waiting()).toEqual(messages(23));
    expect(aws.calls).toHaveLength(3);
    const { Records } = aws.sqs.lambdaEvent('work', 'arn:aws:sqs:eu-west-1:111111111111:work');
    expect(Records.map((record) => readShardMessage((record as { body: string }).body))).toEqual(messages(10));
  });

  it('sends again only what failed', async () => {
    aws.sqs.messageFaults.push({ when: isShard('2'), code: 'InternalError', senderFault: false, times: 2 });
    await queue().send(messages(4));
    expect(waiting().map(({ shard }) => shard)).toEqual(['1', '3', '4', '2']);
    expect(aws.calls).toHaveLength(3);
  });

  it.each([
    ['is our own fault, at once', true, 1],
    ['never ends, after some attempts', false, quick.attempts],
  ])('throws when a refusal %s, and names the shard', async (_, senderFault, calls) => {
    aws.sqs.messageFaults.push({ when: isShard('2'), code: 'Refused', senderFault, times: Infinity });
    await expect(queue().send(messages(3))).rejects.toThrow(
      /1 of 3 messages were not accepted .*: all "servers"\/2: Refused/,
    );
    expect(waiting()).toHaveLength(2);
    expect(aws.calls).toHaveLength(calls);
  });

  it('says which queue does not exist, and what is not allowed', async () => {
    const nowhere = new SqsWorkQueue({ queueUrl: aws.queueUrl('nowhere'), client: clientsOf(aws).sqs });
    await expect(nowhere.send(messages(1))).rejects.toThrow(/could not send to .*nowhere/);
    aws.grant('AKIAQUEUE', [{ Statement: [] }]);
    await expect(queue('AKIAQUEUE').send(messages(1))).rejects.toThrow('allow sqs:SendMessage on this queue');
  });

  it('finds the fake to deliver again what was received and not deleted', async () => {
    await queue().send(messages(1));
    const { sqs } = clientsOf(aws);
    const QueueUrl = aws.queueUrl('work');
    const receive = async () =>
      (await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 60 }))).Messages?.[0];
    expect((await receive())?.Body).toContain('servers');
    expect(await receive()).toBeUndefined();
    clock += 61;
    const again = await receive();
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle }));
    clock += 61;
    expect(await receive()).toBeUndefined();
  });
});
