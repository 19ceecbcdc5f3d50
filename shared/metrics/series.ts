/** Values on a regular grid: value `k` belongs to the period that starts at `start + k * stepSeconds`. NaN is a gap. */
export interface Series {
  /** Epoch seconds, a multiple of `stepSeconds`. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly values: Float64Array;
}

/** Points as they came, in no order, perhaps twice, perhaps off the grid. `times` are epoch seconds. */
export interface Points {
  readonly times: Float64Array;
  readonly values: Float64Array;
}
