/** The present, in epoch seconds with fractions. */
export interface Clock {
  now(): number;
}
