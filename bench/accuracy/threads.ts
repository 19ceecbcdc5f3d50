import { Worker } from 'node:worker_threads';
import type { BudgetWatch } from './deployed-budget.ts';
import type { LabelledEntity } from './entity-data.ts';
import type { Row } from './event-rows.ts';
import type { Job, JudgedEntity, JudgedSeries } from './jobs.ts';
import type { LabelledSeries } from './labelled-data.ts';

/** Threads that judge; what throws in one ends the run. */
export interface Judges {
  series(all: readonly LabelledSeries[]): Promise<JudgedSeries[]>;
  entities(all: readonly LabelledEntity[]): Promise<JudgedEntity[]>;
  budgets(all: readonly BudgetWatch[]): Promise<Row[][]>;
  stop(): Promise<void>;
}

/** @param besides whether rarity, budgets and peers are wanted, too: they take most of the time. */
export function startJudges(threads: number, besides: boolean): Judges {
  const workers = Array.from({ length: threads }, () => new Worker(new URL('./thread.mjs', import.meta.url)));
  const all = async (jobs: readonly Job[]): Promise<unknown[]> => {
    const answers: unknown[] = jobs.map(() => undefined);
    const waiting = jobs.keys();
    const work = async (worker: Worker): Promise<void> => {
      for (const at of waiting) answers[at] = await ask(worker, jobs[at]);
    };
    await Promise.all(workers.map(work));
    return answers;
  };
  return {
    series: async (given) => (await all(given.map((series) => ({ series, besides })))) as JudgedSeries[],
    entities: async (given) => (await all(given.map((entity) => ({ entity, besides })))) as JudgedEntity[],
    budgets: async (given) => (await all(given.map((watch) => ({ watch })))) as Row[][],
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function ask(worker: Worker, job: Job): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number) => {
      reject(new Error(`a thread ended with ${code} while it judged`));
    };
    const settle =
      <Value>(then: (value: Value) => void) =>
      (value: Value): void => {
        worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit');
        then(value);
      };
    worker.once('message', settle(resolve)).once('error', settle(reject)).once('exit', settle(ended));
    worker.postMessage(job);
  });
}
