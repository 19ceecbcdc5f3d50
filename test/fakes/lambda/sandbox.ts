import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** One line that the function wrote. */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** What Lambda answers to whoever invoked. `functionError` is set where the header X-Amz-Function-Error would be. */
export interface Invocation {
  readonly requestId: string;
  readonly payload: unknown;
  readonly functionError?: 'Unhandled';
  /** From delivery to answer, in milliseconds. */
  readonly durationMs: number;
  /** Time to import the handler; only on the first invocation of a sandbox. */
  readonly initMs?: number;
  /** The process's peak resident memory so far, in MB; undefined where the platform does not tell. */
  readonly maxMemoryMb?: number;
}

export interface SandboxOptions {
  readonly bundleDir: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly nodePath: string;
  readonly log: (line: LogLine) => void;
}

interface Pending {
  readonly requestId: string;
  readonly event: string;
  readonly answer: (kind: 'response' | 'error', body: string) => void;
  readonly died: (payload: unknown) => void;
  deliveredAt: number;
  timer?: NodeJS.Timeout;
}

/** Lambda's limit for a synchronous request or response. */
export const largestPayloadBytes = 6 * 1024 * 1024;
/** Lambda's limit for the init phase. */
const initLimitMs = 10_000;
const memoryPollMs = 25;
const client = fileURLToPath(new URL('./runtime-client.mjs', import.meta.url));

/**
 * One execution environment: a child process and the Runtime API it talks to. Serves one invocation at a time and is
 * dead for good after a time-out, an exit, an init error or too much memory, as on Lambda.
 */
export class Sandbox {
  alive = true;
  private readonly options: SandboxOptions;
  private readonly server: Server;
  private child: ChildProcess | undefined;
  private waiting: ServerResponse | undefined;
  private pending: Pending | undefined;
  private initMs: number | undefined;
  private coldStartTold = false;
  private initTimer: NodeJS.Timeout | undefined;
  private memoryTimer: NodeJS.Timeout | undefined;
  private peakMb: number | undefined;
  private cause: { readonly errorType: string; readonly errorMessage: string } | undefined;

  private readonly ended: Promise<void>;
  private end: () => void = () => undefined;

  constructor(options: SandboxOptions) {
    this.options = options;
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.server = createServer((request, response) => this.route(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    const { options } = this;
    const child = spawn(options.nodePath, [`--max-old-space-size=${Math.floor(options.memoryMb * 0.9)}`, client], {
      cwd: options.bundleDir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...options.environment, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` },
    });
    this.child = child;
    this.collect(child, 'stdout');
    this.collect(child, 'stderr');
    child.once('close', (code, signal) => this.closed(code ?? signal ?? 'unknown'));
    child.once('error', (error) => {
      this.cause ??= { errorType: 'Runtime.InvalidEntrypoint', errorMessage: `${options.nodePath}: ${error.message}` };
      this.closed('not started');
    });
    this.initTimer = setTimeout(() => {
      this.kill('Sandbox.Timedout', `init took more than ${initLimitMs / 1000} s`);
    }, initLimitMs);
    this.memoryTimer = setInterval(() => this.watchMemory(), memoryPollMs);
  }

  /** Delivers one event; resolves with what the caller of Lambda would get, also when the process dies of it. */
  invoke(requestId: string, event: string): Promise<Invocation> {
    return new Promise((resolve) => {
      const finish = (payload: unknown, failed: boolean): void => {
        if (this.pending !== pending) return;
        this.pending = undefined;
        clearTimeout(pending.timer);
        this.watchMemory();
        resolve({
          requestId,
          payload,
          ...(failed ? { functionError: 'Unhandled' as const } : {}),
          durationMs: performance.now() - pending.deliveredAt,
          ...(this.coldStartTold || this.initMs === undefined ? {} : { initMs: this.initMs }),
          ...(this.peakMb === undefined ? {} : { maxMemoryMb: this.peakMb }),
        });
        this.coldStartTold = true;
      };
      const pending: Pending = {
        requestId,
        event,
        deliveredAt: performance.now(),
        died: (payload) => finish(payload, true),
        answer: (kind, body) => {
          if (Buffer.byteLength(body) > largestPayloadBytes) {
            const message = `Response payload size exceeded maximum allowed payload size (${largestPayloadBytes} bytes).`;
            finish({ errorType: 'Function.ResponseSizeTooLarge', errorMessage: message }, true);
          } else finish(JSON.parse(body === '' ? 'null' : body), kind === 'error');
        },
      };
      this.pending = pending;
      if (!this.alive) pending.died(this.cause);
      else if (this.waiting !== undefined) this.deliver(this.waiting, pending);
    });
  }

  /** Ends the process; resolves once it and its server are gone. */
  async stop(): Promise<void> {
    this.kill('Sandbox.Stopped', 'the test stopped this sandbox');
    await this.ended;
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private route(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = request.url ?? '';
      if (url.endsWith('/invocation/next')) {
        clearTimeout(this.initTimer);
        this.initMs ??= Number(request.headers['x-init-ms']);
        if (this.pending === undefined) this.waiting = response;
        else this.deliver(response, this.pending);
        return;
      }
      const body = Buffer.concat(chunks).toString();
      const outcome = /\/invocation\/([^/]+)\/(response|error)$/.exec(url);
      response.writeHead(202).end('{}');
      if (url.endsWith('/init/error')) {
        this.cause = JSON.parse(body) as { errorType: string; errorMessage: string };
      } else if (outcome?.[1] === this.pending?.requestId) {
        this.pending?.answer(outcome?.[2] as 'response' | 'error', body);
      }
    });
  }

  private deliver(response: ServerResponse, pending: Pending): void {
    this.waiting = undefined;
    const { timeoutMs, functionArn } = this.options;
    pending.deliveredAt = performance.now();
    pending.timer = setTimeout(() => {
      this.kill(
        'Sandbox.Timedout',
        `RequestId: ${pending.requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
      );
    }, timeoutMs);
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': pending.requestId,
        'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
        'lambda-runtime-invoked-function-arn': functionArn,
        'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
      })
      .end(pending.event);
  }

  private kill(errorType: string, errorMessage: string): void {
    this.cause ??= { errorType, errorMessage };
    this.alive = false;
    this.child?.kill('SIGKILL');
  }

  private closed(status: number | string): void {
    this.alive = false;
    clearTimeout(this.initTimer);
    clearInterval(this.memoryTimer);
    this.cause ??= {
      errorType: 'Runtime.ExitError',
      errorMessage: `Error: Runtime exited with error: exit status ${status}`,
    };
    this.pending?.died(this.cause);
    this.server.close();
    this.end();
  }

  /** Lambda counts resident memory and kills the process that goes beyond; the kernel keeps the peak for us. */
  private watchMemory(): void {
    if (process.platform !== 'linux' || this.child?.pid === undefined || !this.alive) return;
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      const peakKb = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]);
      if (Number.isFinite(peakKb)) this.peakMb = peakKb / 1024;
    } catch {
      return; // The process ended between two looks; 'close' tells the rest.
    }
    if (this.peakMb !== undefined && this.peakMb > this.options.memoryMb) {
      this.kill(
        'Runtime.OutOfMemory',
        `Memory Size: ${this.options.memoryMb} MB Max Memory Used: ${this.peakMb.toFixed(0)} MB`,
      );
    }
  }

  private collect(child: ChildProcess, stream: 'stdout' | 'stderr'): void {
    let rest = '';
    child[stream]?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) this.options.log({ stream, text });
    });
    child[stream]?.on('end', () => {
      if (rest !== '') this.options.log({ stream, text: rest });
    });
  }
}
