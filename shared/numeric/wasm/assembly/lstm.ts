/**
 * What an LSTM computes at each step, forwards and backwards: AssemblyScript, compiled by `npm run kernels`. The
 * contract is ../lstm-kernel.ts, who calls what in which order ../lstm-gradients.ts and ../lstm-outputs.ts.
 *
 * Matrices are float32, row by row without gaps; all places are byte addresses, aligned to 16. Rows come in fours and
 * columns in eights: a product is made of tiles of 4 × 8 sums that stay in registers while both factors pass by in the
 * order in which they are read.
 */
export { addTransposed, multiply, packColumns, packRows } from './lstm/products';
export { gates, gatesBack } from './lstm/gates';
export { addRow, addSums, dense, denseBack, spread } from './lstm/rows';
export { dropout, scale } from './lstm/dropout';
