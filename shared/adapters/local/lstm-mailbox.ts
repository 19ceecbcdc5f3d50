import type { LstmGradients, LstmSlice } from '../../numeric/wasm/lstm-gradients.ts';
import { sliceRows } from '../../numeric/wasm/lstm-gradients.ts';

/** Memory that two threads share: slices go there, slopes come back, one at a time, without either's event loop. */
export interface LstmMailbox {
  /** Of the questions and of the answers: numbers that grow; questions end at {@link CLOSED}. */
  readonly counters: Int32Array;
  /** Rows, then where they begin; one more number tells whether it went wrong. */
  readonly starts: Int32Array;
  /** Seed, weight, loss. */
  readonly numbers: Float64Array;
  readonly slopes: Float32Array;
  /** Why it went wrong: characters, up to the first 0. */
  readonly reason: Uint16Array;
}

const ASKED = 0;
const ANSWERED = 1;
const CLOSED = -1;
const ROWS = 0;
const FAILED = 1;
const FIRST_START = 2;
const SEED = 0;
const WEIGHT = 1;
const LOSS = 2;
const LONGEST_REASON = 500;

/** @param parameters how many there are. */
export const createLstmMailbox = (parameters: number): LstmMailbox => ({
  counters: new Int32Array(new SharedArrayBuffer(8)),
  starts: new Int32Array(new SharedArrayBuffer(4 * (FIRST_START + sliceRows))),
  numbers: new Float64Array(new SharedArrayBuffer(8 * 3)),
  slopes: new Float32Array(new SharedArrayBuffer(4 * parameters)),
  reason: new Uint16Array(new SharedArrayBuffer(2 * LONGEST_REASON)),
});

/** Asks for the slopes of a slice; {@link awaitSlopes} tells them. Nothing else may be asked before that. */
export function askForSlopes({ counters, starts, numbers }: LstmMailbox, slice: LstmSlice): void {
  starts[ROWS] = slice.starts.length;
  starts.set(slice.starts, FIRST_START);
  numbers[SEED] = slice.seed;
  numbers[WEIGHT] = slice.weight;
  Atomics.add(counters, ASKED, 1);
  Atomics.notify(counters, ASKED);
}

/**
 * Waits, as long as it takes up to the given time.
 *
 * @throws Error where the other thread failed, or does not answer: it may have run out of memory.
 */
export function awaitSlopes(
  { counters, starts, numbers, slopes, reason }: LstmMailbox,
  milliseconds: number,
): ReturnType<LstmGradients['slopes']> {
  const asked = Atomics.load(counters, ASKED);
  for (let answered = Atomics.load(counters, ANSWERED); answered !== asked; answered = Atomics.load(counters, ANSWERED))
    if (Atomics.wait(counters, ANSWERED, answered, milliseconds) === 'timed-out')
      throw new Error(`A thread that trains has not answered for ${milliseconds / 1000} s: train with fewer threads.`);
  if (starts[FAILED] !== 0) {
    const end = reason.indexOf(0);
    throw new Error(`A thread that trains failed: ${String.fromCharCode(...reason.subarray(0, end))}`);
  }
  return { loss: numbers[LOSS], slopes };
}

/** Lets the other thread leave {@link answerSlopes}. */
export function closeLstmMailbox({ counters }: LstmMailbox): void {
  Atomics.store(counters, ASKED, CLOSED);
  Atomics.notify(counters, ASKED);
}

/** The other thread's part: answers until the mailbox is closed. What it throws is told to who asked. */
export function answerSlopes(
  { counters, starts, numbers, slopes, reason }: LstmMailbox,
  parameters: Float32Array,
  open: () => LstmGradients,
): void {
  let gradients: LstmGradients | undefined;
  for (let answered = 0; ;) {
    Atomics.wait(counters, ASKED, answered);
    const asked = Atomics.load(counters, ASKED);
    if (asked === CLOSED) return;
    if (asked === answered) continue;
    try {
      gradients ??= open();
      const slice = {
        starts: starts.slice(FIRST_START, FIRST_START + starts[ROWS]),
        seed: numbers[SEED],
        weight: numbers[WEIGHT],
      };
      const said = gradients.slopes(parameters, slice);
      numbers[LOSS] = said.loss;
      slopes.set(said.slopes);
    } catch (error) {
      const text = String(error).slice(0, LONGEST_REASON - 1);
      reason.fill(0);
      for (let at = 0; at < text.length; at++) reason[at] = text.charCodeAt(at);
      starts[FAILED] = 1;
    }
    answered = asked;
    Atomics.store(counters, ANSWERED, answered);
    Atomics.notify(counters, ANSWERED);
  }
}
