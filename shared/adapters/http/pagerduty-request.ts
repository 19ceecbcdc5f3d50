import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, ClientRequest } from 'node:http';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { event } from '@pagerduty/pdjs';
import type { PagerDutyEvent } from '../../presentation/pagerduty-event.ts';
import { failureWords, LONGEST_ANSWER, timeOutWords, type HttpAnswer, type HttpLoss } from './http-post.ts';

/**
 * One event through PagerDuty's client, told as what came back. The client hides four things that decide what was told:
 * it has no time-out, it repeats a 429 three times after a pause, it tells no headers, and it throws where the answer is
 * no JSON. So each event has a connection of its own, that tells when it stood, and the platform tells what answer
 * arrived on it.
 *
 * @param server host, and port where it is not 443.
 */
export async function pagerDutyRequest(
  server: string,
  body: PagerDutyEvent & { readonly routing_key: string },
  timeoutMs: number,
): Promise<HttpAnswer | HttpLoss> {
  const connection = new OneConnection();
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([timeout, connection.cut.signal]);
  let head: Pick<IncomingMessage, 'statusCode' | 'headers'> | undefined;
  const onResponse = (message: unknown): void => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    if (connection.socket !== undefined && request.socket === connection.socket) head = response;
  };
  diagnostics.subscribe(RESPONSE_CHANNEL, onResponse);
  let asked = false;
  const parameters = {
    server,
    data: body,
    signal,
    // Else a timer without a purpose keeps the process alive for half a minute.
    requestTimeout: 0,
    retryTimeout: 1,
    redirect: 'manual',
    size: LONGEST_ANSWER,
    agent: () => {
      if (asked) throw new Repeated();
      asked = true;
      return connection;
    },
  };
  const after = (): { retryAfter?: string } => {
    const header = head?.headers['retry-after'];
    return header === undefined ? {} : { retryAfter: header };
  };
  try {
    const answer = await event(parameters as unknown as Parameters<typeof event>[0]);
    return { status: answer.status, body: JSON.stringify(answer.data), whole: true, ...after() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof Repeated) return { status: 429, body: '', whole: true, ...after() };
    if (head?.statusCode !== undefined) return { status: head.statusCode, body: '', whole: false, ...after() };
    return { lost: timeout.aborted ? timeOutWords(timeoutMs) : failureWords(error), sent: connection.stood };
  } finally {
    diagnostics.unsubscribe(RESPONSE_CHANNEL, onResponse);
    connection.destroy();
  }
}

/** https://nodejs.org/api/diagnostics_channel.html#event-httpclientresponsefinish */
const RESPONSE_CHANNEL = 'http.client.response.finish';

/** The client repeats only what was answered with 429; whether to repeat is decided elsewhere. */
class Repeated extends Error {}

const GRACE_MS = 500;

/** Opens a connection for one request, and knows whether it ever stood. */
class OneConnection extends Agent {
  stood = false;
  socket: Duplex | undefined;
  /** The connection is gone, and with it what was still to come: the client would wait for it without end. */
  readonly cut = new AbortController();
  #grace: NodeJS.Timeout | undefined;
  readonly #onClose = (): void => {
    this.#grace = setTimeout(() => this.cut.abort(), GRACE_MS);
  };

  override createConnection(...given: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    const socket = super.createConnection(...given);
    this.socket = socket ?? undefined;
    socket?.once('secureConnect', () => (this.stood = true));
    // What has arrived is read first.
    socket?.once('close', this.#onClose);
    return socket;
  }

  override destroy(): void {
    super.destroy();
    // Its connection closes after this, and needs no grace any more.
    this.socket?.off('close', this.#onClose);
    clearTimeout(this.#grace);
  }
}
