import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

/** What came back. `whole`: the body was read to its end, and was not larger than we care for. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly whole: boolean;
  /** As it was sent. */
  readonly retryAfter?: string;
}

/** Nothing came back. `sent`: the other side may have read the request. */
export interface HttpLoss {
  readonly lost: string;
  readonly sent: boolean;
}

/** People wait for a page, and a function is paid by the second. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** Services answer with a word or a sentence; what is longer is no answer of theirs. */
export const LONGEST_ANSWER = 65_536;

/**
 * One POST on a connection of its own: one that was kept from before a function was frozen would be dead, and nobody
 * could tell whether the request had been read. Follows no redirect. Never throws for what the other side does.
 */
export function httpPost(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<HttpAnswer | HttpLoss> {
  return new Promise((resolve) => {
    let sent = false;
    const signal = AbortSignal.timeout(timeoutMs);
    const secure = url.protocol === 'https:';
    const lose = (error: Error): void =>
      resolve({ lost: signal.aborted ? timeOutWords(timeoutMs) : failureWords(error), sent });
    const request = (secure ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: false,
      signal,
      headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
    });
    request.on('socket', (socket) => socket.once(secure ? 'secureConnect' : 'connect', () => (sent = true)));
    request.on('error', lose);
    request.on('response', (response) => void read(response).then(resolve));
    request.end(body);
  });
}

async function read(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  let whole = false;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LONGEST_ANSWER) break;
      chunks.push(chunk);
    }
    whole = size <= LONGEST_ANSWER && response.complete;
  } catch {
    // The status is known, and decides: what is missing of the body makes it no more than "not whole".
  }
  const retryAfter = response.headers['retry-after'];
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).toString('utf8'),
    whole,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

export const timeOutWords = (timeoutMs: number): string => `did not answer within ${timeoutMs / 1000} s`;

/** What to look at, by the platform's error code: https://nodejs.org/api/errors.html */
const causes: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known: check the address and the name servers',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'it refuses connections: check address and port',
  EHOSTUNREACH: 'it cannot be reached: check the network',
  ENETUNREACH: 'it cannot be reached: check the network',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  ETIMEDOUT: 'it could not be reached in time',
  EPROTO: 'it speaks no TLS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself: add its authority to NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known: add it to NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known: add it to NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known: add it to NODE_EXTRA_CA_CERTS',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** A failed connection in words, with the platform's code for whoever looks it up. */
export function failureWords(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const cause = code === undefined ? undefined : causes[code];
  if (cause !== undefined) return `${cause} (${String(code)})`;
  return `the connection failed (${code ?? error.message})`;
}
