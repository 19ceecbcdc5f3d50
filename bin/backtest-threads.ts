import { Worker } from 'node:worker_threads';
import { backtestSeries, type SeriesBacktest, type SeriesBacktestRequest } from './backtest-series.ts';

type Answer = { readonly backtest: SeriesBacktest } | { readonly error: string };

/**
 * Backtests of many series, so many at a time, each in a thread; without threads where one is enough.
 *
 * @param requests drawn from as a thread is free to take one: not all series lie in memory at once.
 * @param onDone called as each is finished, in any order, with its place among the requests.
 * @throws what the first request to fail threw; the others are given up.
 */
export async function backtestAll(
  requests: AsyncIterator<SeriesBacktestRequest, undefined>,
  threads: number,
  onDone: (index: number, backtest: SeriesBacktest) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let drawn = 0;
  const takeAll = async (run: (request: SeriesBacktestRequest) => Promise<SeriesBacktest>): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const next = await requests.next();
      if (next.done === true) return;
      const index = drawn++;
      await onDone(index, await run(next.value));
    }
  };
  if (threads <= 1) {
    await takeAll(async (request) => backtestSeries(request));
    return;
  }
  const workers = Array.from({ length: threads }, () => new Worker(new URL('./backtest-worker.mjs', import.meta.url)));
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  signal.addEventListener('abort', stop);
  try {
    await Promise.all(workers.map((worker) => takeAll((request) => askWorker(worker, request))));
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function askWorker(worker: Worker, request: SeriesBacktestRequest): Promise<SeriesBacktest> {
  return new Promise((resolve, reject) => {
    const ended = (code: number): void => reject(new Error(`a thread ended with ${code} before its backtest did`));
    worker
      .removeAllListeners()
      .once('error', reject)
      .once('exit', ended)
      .once('message', (answer: Answer) => {
        worker.removeAllListeners().on('error', () => undefined);
        if ('backtest' in answer) resolve(answer.backtest);
        else reject(new Error(answer.error));
      })
      .postMessage(request);
  });
}
