/**
 * Part of a standard normal distribution that lies below `z`; wrong by 1.2e-7 of the smaller tail at most (Press et al.,
 * Numerical Recipes, 6.2: the complementary error function by a Chebyshev fit).
 */
export function normalBelow(z: number): number {
  const distance = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + distance / 2);
  let sum = 0;
  for (let index = COEFFICIENTS.length - 1; index >= 0; index--) sum = sum * t + COEFFICIENTS[index];
  const tail = (t * Math.exp(-distance * distance + sum)) / 2;
  return z < 0 ? tail : 1 - tail;
}

const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

/**
 * The number that `share` of a standard normal distribution lies below: where {@link normalBelow} says so, found by
 * halving.
 *
 * @throws RangeError unless `share` lies between 0 and 1, both left out.
 */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1)) throw new RangeError(`share is ${share}; give a number between 0 and 1`);
  let low = -FARTHEST;
  let high = FARTHEST;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Beyond it nothing is left of the tail. */
const FARTHEST = 40;
