import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqsDeadLetters } from '../../shared/adapters/aws/sqs-dead-letters.ts';
import { MemoryDeadLetters } from '../../shared/adapters/local/memory-dead-letters.ts';
import type { DeadLetter, DeadLetters } from '../../shared/ports/dead-letters.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import { clientsOf } from './aws-under-test.ts';

let aws: FakeAws;
beforeEach(async () => {
  aws = await startFakeAws();
  aws.sqs.createQueue('aside');
});
afterEach(() => aws.stop());

const letter: DeadLetter = { why: 'no record', content: { refused: [{ line: 1, why: 'not JSON' }], Records: [] } };
const toSqs = (queue: string, accessKeyId?: string): SqsDeadLetters =>
  new SqsDeadLetters({ queueUrl: aws.queueUrl(queue), client: clientsOf(aws, accessKeyId).sqs });

describe('dead letters', () => {
  it.each<[string, () => { letters: DeadLetters; kept: () => unknown[] }]>([
    [
      'in SQS',
      () => ({
        letters: toSqs('aside'),
        kept: () => aws.sqs.messages('aside').map(({ body }) => JSON.parse(body) as unknown),
      }),
    ],
    [
      'in memory',
      () => {
        const letters = new MemoryDeadLetters();
        return { letters, kept: () => letters.letters.map(({ why, content }) => ({ why, ...content })) };
      },
    ],
  ])('%s are kept with the reason and all that belongs to it, each by itself', async (_, open) => {
    const { letters, kept } = open();
    await letters.put(letter);
    await letters.put({ why: 'another', content: {} });
    expect(kept()).toEqual([{ why: letter.why, ...letter.content }, { why: 'another' }]);
  });

  it('that SQS does not take are told of: the queue, and what would help', async () => {
    await expect(toSqs('nowhere').put(letter)).rejects.toThrow(/could not put aside to .*nowhere/);
    aws.sqs.messageFaults.push({ when: () => true, code: 'InternalError', senderFault: false, times: 1 });
    await expect(toSqs('aside').put(letter)).rejects.toThrow(/did not take a dead letter: InternalError/);
    aws.grant('AKIANOBODY', [{ Statement: [] }]);
    await expect(toSqs('aside', 'AKIANOBODY').put(letter)).rejects.toThrow('allow sqs:SendMessage on this queue');
  });
});
