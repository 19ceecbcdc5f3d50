import { weightedMedian } from './expert-median.ts';
import { mixed, type Blend } from './expert-mix.ts';
import type { Trials } from './expert-trials.ts';
import { EXPERTS } from './experts.ts';

/** Ascending: of several that are as good the least is taken. */
const SHARES = [0, 0.25, 0.5, 0.75, 1] as const;

/**
 * Which part of the median beside the mean of the experts would have erred least.
 *
 * @param blendOf what an origin and a lead are to be blended by, learned without them; its share is not looked at.
 */
export function bestMedianShare(
  { origins, leads, forecasts, actual }: Trials,
  blendOf: (origin: number, lead: number) => Blend,
): number {
  const errors = SHARES.map(() => 0);
  for (let origin = 0, at = 0; origin < origins.length; origin++) {
    for (let lead = 0; lead < leads.length; lead++, at++) {
      const { weights, medianWeights } = blendOf(origin, lead);
      const mean = mixed(forecasts, at * EXPERTS, weights);
      const median = weightedMedian(forecasts, at * EXPERTS, medianWeights);
      SHARES.forEach((share, index) => {
        errors[index] += Math.abs(mean + share * (median - mean) - actual[at]);
      });
    }
  }
  return SHARES[errors.indexOf(Math.min(...errors))];
}
