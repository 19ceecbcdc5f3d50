/** Experts whose middle can be asked for at once; more are a mistake. */
const MOST_EXPERTS = 64;
const values = new Float64Array(MOST_EXPERTS);
const shares = new Float64Array(MOST_EXPERTS);

/**
 * The weighted median of what experts say: straight lines between the middles of their shares, so that it moves without
 * jumps. Whoever is far off pulls no harder than who is a little off. Those without a weight have no place.
 *
 * @param forecasts one each from `at` on.
 * @param weights not negative, with a sum above 0.
 */
export function weightedMedian(forecasts: Float64Array, at: number, weights: Float64Array): number {
  let count = 0;
  let total = 0;
  for (let expert = 0; expert < weights.length; expert++) {
    const weight = weights[expert];
    if (!(weight > 0)) continue;
    const value = forecasts[at + expert];
    let place = count++;
    while (place > 0 && values[place - 1] > value) {
      values[place] = values[place - 1];
      shares[place] = shares[place - 1];
      place--;
    }
    values[place] = value;
    shares[place] = weight;
    total += weight;
  }
  let before = -Infinity;
  let sum = 0;
  for (let place = 0; place < count; place++) {
    const middle = sum + shares[place] / 2;
    if (middle >= total / 2) {
      if (place === 0) return values[0];
      const part = (total / 2 - before) / (middle - before);
      return values[place - 1] + part * (values[place] - values[place - 1]);
    }
    before = middle;
    sum += shares[place];
  }
  return values[count - 1];
}
