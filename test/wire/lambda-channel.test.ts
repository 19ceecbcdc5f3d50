import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LambdaChannel } from '../../shared/adapters/aws/lambda-channel.ts';
import { remoteChannelSuite } from '../contracts/suites/channel-suite.ts';
import { startFakeAws, type FakeAws } from '../fakes/aws/fake-aws.ts';
import type { FunctionAnswer } from '../fakes/aws/functions.ts';
import { noticeOfTest } from '../presentation/notice-examples.ts';
import { clientsOf } from './aws-under-test.ts';

remoteChannelSuite('a function', async () => {
  const aws = await startFakeAws();
  const told: string[] = [];
  let next: FunctionAnswer | undefined;
  aws.functions.register('teller', async (event) => {
    const answer = next ?? { payload: null };
    next = undefined;
    told.push(JSON.stringify(event));
    return answer;
  });
  return {
    channel: new LambdaChannel({ functionName: 'teller', lambda: clientsOf(aws).lambda }),
    read: async () => told.join('\n'),
    trouble: {
      refuses: () => (next = { payload: { outcome: 'rejected', reason: 'the list of recipients is empty' } }),
      fails: () => (next = { payload: { outcome: 'retryable', reason: 'the pager is busy' } }),
      hangsUp: () => (next = { payload: { errorMessage: 'boom' }, functionError: 'Unhandled' }),
    },
    close: () => aws.stop(),
  };
});

describe('what a function answers', () => {
  let aws: FakeAws;
  beforeEach(async () => {
    aws = await startFakeAws();
  });
  afterEach(() => aws.stop());

  const delivered = async (answer: FunctionAnswer, functionName = 'teller') => {
    aws.functions.register('teller', async () => answer);
    const { lambda } = clientsOf(aws, 'AKIATEST', { maxAttempts: 1 });
    return new LambdaChannel({ functionName, lambda }).deliver(noticeOfTest());
  };

  it.each<[string, unknown, object]>([
    ['nothing is a yes', null, { outcome: 'delivered', answer: 'teller answered null' }],
    ['text is a yes', 'sent to 3', { outcome: 'delivered', answer: 'teller answered "sent to 3"' }],
    ['an outcome that is none is a yes', { outcome: 'splendid' }, { outcome: 'delivered' }],
    ['a list is a yes', ['rejected'], { outcome: 'delivered' }],
    [
      'a no keeps its reason',
      { outcome: 'rejected', reason: 'no such team' },
      { outcome: 'rejected', reason: 'teller refused it: no such team' },
    ],
    [
      'a no without a reason says so',
      { outcome: 'rejected', reason: 7 },
      { reason: 'teller refused it: without a reason' },
    ],
    [
      'later is waited for',
      { outcome: 'retryable', reason: 'busy', afterSeconds: 90 },
      { outcome: 'retryable', maybe: false, afterSeconds: 90 },
    ],
    ['much later is half an hour', { outcome: 'retryable', afterSeconds: 1e9 }, { afterSeconds: 1800 }],
    ['perhaps is said', { outcome: 'retryable', maybe: true }, { outcome: 'retryable', maybe: true }],
  ])('%s', async (_, payload, expected) => {
    expect(await delivered({ payload })).toMatchObject(expected);
  });

  it('earlier than now is no time', async () => {
    expect(await delivered({ payload: { outcome: 'retryable', afterSeconds: -5 } })).not.toHaveProperty('afterSeconds');
  });

  it('is refused for good where there is no such function', async () => {
    const delivery = await delivered({ payload: null }, 'nobody');
    expect(delivery).toMatchObject({ outcome: 'rejected' });
    expect(JSON.stringify(delivery)).toMatch(/ResourceNotFoundException.*name a function that is there/);
  });

  it('may come too late, and then it may have told', async () => {
    aws.functions.register('teller', () => new Promise(() => undefined));
    const { lambda } = clientsOf(aws);
    const channel = new LambdaChannel({ functionName: 'teller', lambda, timeoutMs: 50 });
    expect(await channel.deliver(noticeOfTest())).toEqual({
      outcome: 'retryable',
      reason: 'teller has not answered in 50 ms',
      maybe: true,
    });
  });

  it('is harmless however hostile', async () => {
    const answer = await delivered({ payload: { outcome: 'rejected', reason: `\u001b[2J${'x'.repeat(5_000)}` } });
    expect(JSON.stringify(answer).length).toBeLessThan(400);
    expect('reason' in answer ? answer.reason : '').not.toContain('\u001b');
  });
});

it('is called with what a webhook is sent', async () => {
  const aws = await startFakeAws();
  try {
    let event: unknown;
    aws.functions.register('teller', async (given) => {
      event = given;
      return { payload: null };
    });
    await new LambdaChannel({ functionName: 'teller', lambda: clientsOf(aws).lambda }).deliver(noticeOfTest());
    expect(event).toMatchObject({ version: 1, state: 'firing', severity: 'HIGH' });
  } finally {
    await aws.stop();
  }
});
