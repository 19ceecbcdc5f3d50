import { createServer as createHttp, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export type ScriptedAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Reads the request, then hangs up without a word. */
  | 'hang-up'
  /** Answers 200 and promises a body, then hangs up within it. */
  | 'hang-up-within-the-body'
  /** What is no HTTP. */
  | 'no-http'
  /** Reads the request and never answers. */
  | 'silence'
  /** 200 and a body without an end. */
  | 'endless';

export interface StandIn {
  /** Without a slash at its end. */
  readonly url: string;
  /** Such as `127.0.0.1:41234`. */
  readonly host: string;
  readonly requests: readonly ReceivedRequest[];
  /** Answers the next requests so, one each, before it answers by itself again. */
  script(...answers: readonly ScriptedAnswer[]): void;
  stop(): Promise<void>;
}

/** A server on loop-back that answers as scripted, else by `answer`. */
export async function startStandIn(
  answer: (request: ReceivedRequest) => Exclude<ScriptedAnswer, string>,
  tls?: { readonly key: string; readonly cert: string },
): Promise<StandIn> {
  const requests: ReceivedRequest[] = [];
  const scripted: ScriptedAnswer[] = [];
  const sockets = new Set<Socket>();
  const listener: RequestListener = (request, response) => {
    void receive(request).then((received) => {
      requests.push(received);
      send(response, scripted.shift() ?? answer(received));
    });
  };
  const server = tls === undefined ? createHttp(listener) : createHttps(tls, listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    host,
    requests,
    script: (...answers) => void scripted.push(...answers),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function send(response: ServerResponse, answer: ScriptedAnswer): void {
  switch (answer) {
    case 'hang-up':
      response.destroy();
      return;
    case 'hang-up-within-the-body':
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('o', () => response.destroy());
      return;
    case 'no-http':
      response.socket?.end('HELO there\r\n\r\n');
      return;
    case 'silence':
      return;
    case 'endless': {
      response.writeHead(200);
      const piece = 'x'.repeat(16_384);
      const more = (): void => {
        if (!response.destroyed) response.write(piece, () => setImmediate(more));
      };
      more();
      return;
    }
    default:
      response.writeHead(answer.status, { 'Content-Type': 'text/plain', ...answer.headers });
      response.end(answer.body ?? '');
  }
}
