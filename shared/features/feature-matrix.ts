/** Rows of features, row-major: feature `j` of row `i` is `values[i * names.length + j]`. NaN is a missing value. */
export interface FeatureMatrix {
  readonly names: readonly string[];
  readonly rows: number;
  readonly values: Float64Array;
}
