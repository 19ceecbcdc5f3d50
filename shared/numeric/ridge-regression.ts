/** Sums over rows from which a ridge regression of several targets on the same features is solved. */
export interface RidgeSums {
  readonly features: number;
  readonly targets: number;
  rows: number;
  /** Row-major, `features` + 1 wide: products of features; the last column and row are sums. Lower half only. */
  readonly products: Float64Array;
  /** Row-major, `targets` wide: products of each feature with each target; the last row are the targets' sums. */
  readonly withTargets: Float64Array;
}

/** What {@link solveRidge} finds. */
export interface RidgeFit {
  /** Row-major, one row per feature, one column per target. */
  readonly weights: Float64Array;
  /** One per target. */
  readonly intercepts: Float64Array;
}

export const emptyRidgeSums = (features: number, targets: number): RidgeSums => ({
  features,
  targets,
  rows: 0,
  products: new Float64Array((features + 1) * (features + 1)),
  withTargets: new Float64Array((features + 1) * targets),
});

/** @param row, outcome one number per feature and per target, all finite. */
export function addRidgeRow(sums: RidgeSums, row: Float64Array, outcome: Float64Array): void {
  const { features, targets, products, withTargets } = sums;
  const width = features + 1;
  sums.rows++;
  for (let one = 0; one <= features; one++) {
    const value = one === features ? 1 : row[one];
    const at = one * width;
    for (let other = 0; other < Math.min(one + 1, features); other++) products[at + other] += value * row[other];
    for (let target = 0, to = one * targets; target < targets; target++, to++)
      withTargets[to] += value * outcome[target];
  }
  products[features * width + features]++;
}

/**
 * The weights that minimise squared error + penalty · |weights|² over centred features, as scikit-learn's Ridge does,
 * after each feature is divided by its standard deviation; weights are given for the features as they were. A feature
 * that never changed has weight 0.
 *
 * @param penalty per row; scikit-learn's `alpha` is this times the rows.
 * @throws RangeError without rows, or on a penalty that is not above 0.
 */
export function solveRidge(sums: RidgeSums, penalty: number): RidgeFit {
  const { features, targets, rows, products, withTargets } = sums;
  if (rows < 1) throw new RangeError('A regression needs at least one row, and there is none.');
  if (!(penalty > 0 && Number.isFinite(penalty)))
    throw new RangeError(`The penalty is ${penalty}: give a number above 0.`);
  const width = features + 1;
  const totals = products.subarray(features * width, features * width + features);
  const scale = new Float64Array(features);
  for (let one = 0; one < features; one++) {
    const mean = totals[one] / rows;
    const variance = products[one * width + one] / rows - mean * mean;
    // What is left of rounding when a constant is centred is no spread.
    scale[one] = variance > 1e-12 * mean * mean ? 1 / Math.sqrt(variance) : 0;
  }
  const lower = new Float64Array(features * features);
  for (let one = 0; one < features; one++) {
    for (let other = 0; other <= one; other++) {
      const centred = products[one * width + other] / rows - (totals[one] / rows) * (totals[other] / rows);
      lower[one * features + other] = scale[one] === 0 || scale[other] === 0 ? 0 : centred * scale[one] * scale[other];
    }
    lower[one * features + one] += penalty;
  }
  decompose(lower, features);
  const weights = new Float64Array(features * targets);
  const intercepts = new Float64Array(targets);
  const column = new Float64Array(features);
  for (let target = 0; target < targets; target++) {
    const outcome = withTargets[features * targets + target] / rows;
    for (let one = 0; one < features; one++)
      column[one] =
        scale[one] === 0
          ? 0
          : (withTargets[one * targets + target] / rows - (totals[one] / rows) * outcome) * scale[one];
    substitute(lower, features, column);
    let intercept = outcome;
    for (let one = 0; one < features; one++) {
      const weight = column[one] * scale[one];
      weights[one * targets + target] = weight;
      intercept -= weight * (totals[one] / rows);
    }
    intercepts[target] = intercept;
  }
  return { weights, intercepts };
}

/** Cholesky's decomposition of a positive definite matrix, in place, lower half (Golub & Van Loan, 4.2). */
function decompose(lower: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = lower[row * size + column];
      for (let k = 0; k < column; k++) sum -= lower[row * size + k] * lower[column * size + k];
      lower[row * size + column] = row === column ? Math.sqrt(sum) : sum / lower[column * size + column];
    }
  }
}

function substitute(lower: Float64Array, size: number, column: Float64Array): void {
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) column[row] -= lower[row * size + k] * column[k];
    column[row] /= lower[row * size + row];
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) column[row] -= lower[k * size + row] * column[k];
    column[row] /= lower[row * size + row];
  }
}
