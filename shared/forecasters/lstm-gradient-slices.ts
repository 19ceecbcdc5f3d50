import type { Random } from '../numeric/random.ts';
import { openLstmGradients, sliceRows, type LstmLesson, type LstmSlice } from '../numeric/wasm/lstm-gradients.ts';

/** Computes what a batch says, slice by slice; a machine with several processors may do so at the same time. */
export interface LstmBatches {
  /**
   * Adds the slopes of all slices to `into`, which is 0 before, in the order of the slices: so they are the same to the
   * bit, however many are computed at once.
   *
   * @returns the loss of the batch.
   */
  add(parameters: Float32Array, slices: readonly LstmSlice[], into: Float32Array): number;
  /** Ends what was started for it. */
  close(): void;
}

/** One slice after the other, here. */
export function openLstmBatches(lesson: LstmLesson): LstmBatches {
  const gradients = openLstmGradients(lesson);
  return {
    add(parameters, slices, into) {
      let loss = 0;
      for (const slice of slices) {
        const said = gradients.slopes(parameters, slice);
        loss += said.loss;
        addTo(into, said.slopes);
      }
      return loss;
    },
    close() {
      // Its memory goes with it.
    },
  };
}

/** into += numbers */
export function addTo(into: Float32Array, numbers: Float32Array): void {
  for (let at = 0; at < into.length; at++) into[at] += numbers[at];
}

/** A batch in slices; each of its known targets counts alike. */
export function slicesOf(starts: Int32Array, { shape, targets }: LstmLesson, random: Random): readonly LstmSlice[] {
  let known = 0;
  for (const start of starts) {
    const next = start + shape.lookback;
    for (let slot = next; slot < next + shape.horizon; slot++) known += Number(!Number.isNaN(targets[slot]));
  }
  const slices: LstmSlice[] = [];
  for (let from = 0; from < starts.length; from += sliceRows)
    slices.push({
      starts: starts.subarray(from, from + sliceRows),
      seed: random.integer(2 ** 32),
      weight: 1 / known,
    });
  return slices;
}
