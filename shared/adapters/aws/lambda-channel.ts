import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Notice } from '../../alerting/notice.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import { plainText } from '../../presentation/plain-text.ts';
import { webhookBody } from '../../presentation/webhook-body.ts';
import { isDenied, isThrottling, statusOf } from './aws-failure.ts';

export interface LambdaChannelOptions {
  /** Name or ARN of the function that tells. */
  readonly functionName: string;
  readonly lambda: LambdaClient;
  /** Whoever has not answered by then may still be at it. @default 10,000 */
  readonly timeoutMs?: number;
}

/** Nobody waits longer than for other channels: half an hour. Seconds. */
const LONGEST_PAUSE = 1800;

/** A function of yours that tells in your way: it is called with a notice, as a webhook is sent it. docs/webhook.md */
export class LambdaChannel implements Channel {
  readonly kind = 'lambda';
  readonly #options: LambdaChannelOptions;

  constructor(options: LambdaChannelOptions) {
    this.#options = options;
  }

  async deliver(notice: Notice): Promise<Delivery> {
    const { functionName, lambda, timeoutMs = 10_000 } = this.#options;
    const Payload = new TextEncoder().encode(JSON.stringify(webhookBody(notice)));
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // A race beside the signal: not every phase of a call ends when it is told to.
    const late = new Promise<Delivery>((resolve) => {
      timer = setTimeout(() => {
        resolve({ outcome: 'retryable', reason: `${functionName} has not answered in ${timeoutMs} ms`, maybe: true });
        ended.abort();
      }, timeoutMs);
    });
    const called = lambda
      .send(new InvokeCommand({ FunctionName: functionName, Payload }), { abortSignal: ended.signal })
      .then(({ FunctionError, Payload: answer }) =>
        answered(functionName, answer === undefined ? '' : answer.transformToString(), FunctionError),
      )
      .catch((error: unknown) => notAnswered(functionName, error));
    try {
      return await Promise.race([called, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** It may answer as a channel does, `{ outcome: 'rejected', reason }`; whatever else it returns means that it has told. */
function answered(name: string, text: string, functionError: string | undefined): Delivery {
  const said = (words: string): string => plainText(words, 200);
  if (functionError !== undefined) {
    return { outcome: 'retryable', reason: `${name} failed (${said(text)}): look into its log`, maybe: true };
  }
  const answer = objectOf(text);
  const why = typeof answer['reason'] === 'string' ? said(answer['reason']) : 'without a reason';
  const after = answer['afterSeconds'];
  switch (answer['outcome']) {
    case 'rejected':
      return { outcome: 'rejected', reason: `${name} refused it: ${why}` };
    case 'retryable':
      return {
        outcome: 'retryable',
        reason: `${name} cannot tell now: ${why}`,
        maybe: answer['maybe'] === true,
        ...(typeof after === 'number' && after >= 0 ? { afterSeconds: Math.min(after, LONGEST_PAUSE) } : {}),
      };
    default:
      return { outcome: 'delivered', answer: `${name} answered ${text === '' ? 'nothing' : said(text)}` };
  }
}

function notAnswered(name: string, error: unknown): Delivery {
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const reason = `${name}: ${plainText(words, 300)}`;
  const status = statusOf(error) ?? 0;
  if (isThrottling(error)) return { outcome: 'retryable', reason, maybe: false };
  if (isDenied(error)) return { outcome: 'rejected', reason: `${reason}: let the router invoke it` };
  if (status === 404) return { outcome: 'rejected', reason: `${reason}: name a function that is there` };
  if (status >= 400 && status <= 499) return { outcome: 'rejected', reason };
  // 503 is said before anything runs; of any other end nobody knows how far the call came.
  return { outcome: 'retryable', reason, maybe: status !== 503 };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
