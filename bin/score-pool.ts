import { Worker } from 'node:worker_threads';
import { scoreFile } from './score-file.ts';
import type { ScoreReport } from './score-file.ts';
import type { ScoreJob } from './score-plan.ts';

/** A file that could not be scored; the others are. */
export interface ScoreFailure {
  readonly name: string;
  readonly error: Error;
}

export interface ScoreResults {
  /** In the order of the jobs. */
  readonly reports: readonly ScoreReport[];
  readonly failures: readonly ScoreFailure[];
}

type Answer =
  | { readonly done: number }
  | { readonly report: ScoreReport }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string } };

/** Below this a thread's start costs more than it brings. */
const worthAThread = 1 << 20;

/**
 * Scores the jobs, the largest first, on so many threads; here where there is little to do.
 *
 * @param onProgress called with the bytes of input that are done, of all jobs.
 */
export async function scoreAll(
  jobs: readonly ScoreJob[],
  threads: number,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<ScoreResults> {
  const total = jobs.reduce((sum, { bytes }) => sum + bytes, 0);
  const count = total < 2 * worthAThread ? 0 : Math.min(threads, jobs.length);
  const done = new Map<ScoreJob, number>();
  const outcomes = new Map<ScoreJob, ScoreReport | ScoreFailure>();
  const waiting = [...jobs].sort((a, b) => b.bytes - a.bytes);
  const progress = (job: ScoreJob, part: number): void => {
    done.set(job, part * job.bytes);
    onProgress([...done.values()].reduce((sum, bytes) => sum + bytes, 0));
  };
  const take = async (score: (job: ScoreJob) => Promise<ScoreReport>): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      signal.throwIfAborted();
      try {
        outcomes.set(job, await score(job));
      } catch (error) {
        signal.throwIfAborted();
        outcomes.set(job, { name: job.name, error: error instanceof Error ? error : new Error(String(error)) });
      }
      progress(job, 1);
    }
  };

  if (count <= 1) await take((job) => scoreFile(job, (part) => progress(job, part)));
  else {
    const pool = Array.from({ length: count }, () => new Thread(signal));
    try {
      await Promise.all(pool.map((thread) => take((job) => thread.score(job, (part) => progress(job, part)))));
    } finally {
      await Promise.all(pool.map((thread) => thread.stop()));
    }
  }
  const inOrder = jobs.flatMap((job) => outcomes.get(job) ?? []);
  return {
    reports: inOrder.flatMap((outcome) => ('error' in outcome ? [] : [outcome])),
    failures: inOrder.flatMap((outcome) => ('error' in outcome ? [outcome] : [])),
  };
}

/** One worker thread, one job at a time. */
class Thread {
  readonly #worker = new Worker(new URL('./score-worker.mjs', import.meta.url));
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    // Each job listens for itself; this keeps a fault between two jobs from ending the process.
    this.#worker.on('error', () => undefined);
  }

  async score(job: ScoreJob, onProgress: (part: number) => void): Promise<ScoreReport> {
    const worker = this.#worker;
    const { promise, resolve, reject } = withResolvers<ScoreReport>();
    const heard = (answer: Answer): void => {
      if ('done' in answer) onProgress(answer.done);
      else if ('report' in answer) resolve(answer.report);
      else reject(Object.assign(new Error(answer.error.message), answer.error));
    };
    const ended = (code: number): void =>
      reject(new Error(`${job.name}: the thread that scored it ended with ${code}`));
    const interrupted = (): void => reject(new Error('interrupted'));
    worker.on('message', heard).once('error', reject).once('exit', ended);
    this.#signal.addEventListener('abort', interrupted);
    try {
      worker.postMessage(job);
      return await promise;
    } finally {
      worker.off('message', heard).off('error', reject).off('exit', ended);
      this.#signal.removeEventListener('abort', interrupted);
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<Value>(): {
  promise: Promise<Value>;
  resolve: (value: Value) => void;
  reject: (error: Error) => void;
} {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
