import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { addTo, type LstmBatches } from '../../forecasters/lstm-gradient-slices.ts';
import { openLstmGradients, type LstmLesson } from '../../numeric/wasm/lstm-gradients.ts';
import { lstmLayout } from '../../numeric/wasm/lstm-shape.ts';
import { askForSlopes, awaitSlopes, closeLstmMailbox, createLstmMailbox, type LstmMailbox } from './lstm-mailbox.ts';

/** Threads that help to train: to be started before and stopped after. */
export interface LstmThreads {
  /** For the hook of the same name: one lesson at a time. The weights are the same to the bit as without threads. */
  readonly openBatches: (lesson: LstmLesson) => LstmBatches;
  stop(): Promise<void>;
}

/** What a thread is handed. */
export interface LstmThreadLesson {
  readonly lesson: LstmLesson;
  readonly parameters: Float32Array;
  readonly mailbox: LstmMailbox;
}

/** The largest network that fits into memory needs minutes for a slice. */
const PATIENCE_MS = 600_000;

/**
 * Starts threads beside this one, which computes, too: with one, a batch of 32 windows takes half as long, and more have
 * nothing to do unless batches are larger.
 *
 * @param helpers threads beside this one, 0 or more.
 * @throws Error where one does not start.
 */
export async function startLstmThreads(helpers: number): Promise<LstmThreads> {
  if (!Number.isInteger(helpers) || helpers < 0 || helpers > 64)
    throw new RangeError(`There are ${helpers} threads to help: give a whole number from 0 to 64.`);
  const workers = Array.from({ length: helpers }, () => new Worker(new URL('./lstm-thread.mjs', import.meta.url)));
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
  } catch (error) {
    await stop();
    throw error;
  }
  // What throws in one is told through its mailbox; what ends it, by its silence.
  for (const worker of workers) worker.on('error', () => undefined);
  return { openBatches: (lesson) => openBatches(workers, lesson), stop };
}

function openBatches(workers: readonly Worker[], lesson: LstmLesson): LstmBatches {
  const own = openLstmGradients(lesson);
  const { length } = lstmLayout(lesson.shape);
  const shared = new Float32Array(new SharedArrayBuffer(4 * length));
  const mailboxes = workers.map((worker) => {
    const mailbox = createLstmMailbox(length);
    // A shape is more than its options: only what can be handed over.
    const { lookback, horizon, units, head } = lesson.shape;
    const handed: LstmThreadLesson = {
      lesson: { ...lesson, shape: { lookback, horizon, units, head } },
      parameters: shared,
      mailbox,
    };
    worker.postMessage(handed);
    return mailbox;
  });
  return {
    add(parameters, slices, into) {
      shared.set(parameters);
      let loss = 0;
      for (let first = 0; first < slices.length; first += mailboxes.length + 1) {
        const others = slices.slice(first + 1, first + 1 + mailboxes.length);
        others.forEach((slice, index) => {
          askForSlopes(mailboxes[index], slice);
        });
        const said = own.slopes(parameters, slices[first]);
        loss += said.loss;
        addTo(into, said.slopes);
        others.forEach((_, index) => {
          const heard = awaitSlopes(mailboxes[index], PATIENCE_MS);
          loss += heard.loss;
          addTo(into, heard.slopes);
        });
      }
      return loss;
    },
    close() {
      mailboxes.forEach(closeLstmMailbox);
    },
  };
}
