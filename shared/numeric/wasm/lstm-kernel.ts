import { openKernel, type Kernel } from './kernel.ts';
import { lstmModule } from './lstm-module.ts';

/** What assembly/lstm.ts exports; the meaning of each argument stands there. Places are addresses in its memory. */
export interface LstmExports {
  packColumns(matrix: number, depth: number, columns: number, out: number): void;
  packRows(matrix: number, depth: number, rows: number, out: number): void;
  multiply(
    ...at: [
      a: number,
      packed: number,
      out: number,
      rows: number,
      depth: number,
      columns: number,
      start: number,
      startRow: number,
      work: number,
    ]
  ): void;
  addTransposed(a: number, b: number, out: number, rows: number, depth: number, columns: number, work: number): void;
  addRow(x: number, w: number, start: number, out: number, depth: number, columns: number): void;
  spread(x: number, w: number, bias: number, out: number, rows: number, columns: number): void;
  addSums(z: number, x: number, rows: number, columns: number, sums: number, weighted: number): void;
  gates(z: number, before: number, cell: number, cellTanh: number, state: number, rows: number, units: number): void;
  gatesBack(
    ...at: [
      z: number,
      before: number,
      cellTanh: number,
      above: number,
      after: number,
      cellSlopes: number,
      rows: number,
      units: number,
    ]
  ): void;
  dropout(x: number, mask: number, kept: number, count: number, rate: number, words: number): void;
  scale(x: number, factors: number, count: number): void;
  dense(x: number, w: number, bias: number, out: number, rows: number, inner: number, outputs: number): void;
  denseBack(
    ...at: [
      slopes: number,
      x: number,
      w: number,
      xSlopes: number,
      wSlopes: number,
      biasSlopes: number,
      rows: number,
      inner: number,
      outputs: number,
    ]
  ): void;
}

/** Where there is nothing, such as the state before the first step. */
export const nowhere = 0;
/** Rows of a tile. */
export const rowsTogether = 4;

/** Room for the A of `addTransposed` and the B, laid out in blocks of this many rows. */
const BLOCK = 192;
export const transposedWork = (rows: number, columns: number): number => BLOCK * (rows + columns);

/** A kernel of its own, with its own memory, which goes when the kernel does. */
export const openLstmKernel = (): Kernel<LstmExports> => openKernel<LstmExports>(lstmModule);

/** Hands out places for float32 numbers: measured first, then taken, so that nobody counts twice. */
export function placeNumbers<Places>(
  kernel: Kernel<LstmExports>,
  lay: (place: (numbers: number) => number) => Places,
): Places {
  let bytes = 0;
  lay((numbers) => {
    bytes += placeBytes(numbers);
    return nowhere;
  });
  if (bytes > mostBytes)
    throw new RangeError(
      `This LSTM needs ${Math.ceil(bytes / 1e6)} MB at once, and has ${mostBytes / 1e6}: take a shorter lookback or fewer units.`,
    );
  kernel.clear(bytes);
  return lay((numbers) => kernel.place(placeBytes(numbers)));
}

const mostBytes = 1_000_000_000;
const placeBytes = (numbers: number): number => Math.ceil(numbers / 4) * 16;
