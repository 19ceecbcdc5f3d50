/** All that is remembered of one entity between two calls of judge. Plain data and typed arrays: what is stored. */
export interface EntityState {
  readonly entity: string;
}
