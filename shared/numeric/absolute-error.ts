/** Below this an error counts by its square: else its slope would jump where it changes sign. */
const ROUND = 0.001;

/**
 * How much an error counts: its size, but for the smallest (pseudo-Huber: Charbonnier et al. 1994). What is said is
 * then the median of what may come, and one spike in a thousand moves it no more than any other value.
 */
export const absoluteError = (error: number): number => Math.sqrt(error * error + ROUND * ROUND) - ROUND;

/** How fast {@link absoluteError} grows with the error: -1 … 1. */
export const absoluteErrorSlope = (error: number): number => error / Math.sqrt(error * error + ROUND * ROUND);
