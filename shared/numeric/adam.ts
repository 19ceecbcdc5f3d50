/** How far each parameter has moved and how unsteadily, as Adam remembers it. */
export interface Adam {
  /**
   * One step against the slopes, in place.
   *
   * @param learningRate how far a parameter whose slope is steady moves.
   */
  step(parameters: Float32Array, slopes: Float32Array, learningRate: number): void;
}

const MEAN_MEMORY = 0.9;
const SQUARE_MEMORY = 0.999;
/** Under the root's own size, so that a slope near nought is not divided by nought: torch's. */
const SMALLEST = 1e-8;

/** Adam of Kingma & Ba (2015), algorithm 1, with torch's constants. @param count of the parameters. */
export function createAdam(count: number): Adam {
  const means = new Float32Array(count);
  const squares = new Float32Array(count);
  // Products instead of powers: `**` is not the same to the last bit everywhere.
  let meanLeft = 1;
  let squareLeft = 1;
  return {
    step(parameters, slopes, learningRate) {
      meanLeft *= MEAN_MEMORY;
      squareLeft *= SQUARE_MEMORY;
      const rate = learningRate / (1 - meanLeft);
      const known = 1 / (1 - squareLeft);
      for (let at = 0; at < count; at++) {
        const slope = slopes[at];
        const mean = MEAN_MEMORY * means[at] + (1 - MEAN_MEMORY) * slope;
        const square = SQUARE_MEMORY * squares[at] + (1 - SQUARE_MEMORY) * slope * slope;
        means[at] = mean;
        squares[at] = square;
        parameters[at] -= (rate * mean) / (Math.sqrt(square * known) + SMALLEST);
      }
    },
  };
}
