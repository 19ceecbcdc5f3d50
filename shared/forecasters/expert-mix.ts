import { weightedMedian } from './expert-median.ts';
import type { Trials } from './expert-trials.ts';
import { EXPERTS } from './experts.ts';

/** How what the experts say becomes one number: by their mean, their median, or between the two. */
export interface Blend {
  /** Weights with which their mean erred least. */
  readonly weights: Float64Array;
  /** Weights for their median, by their errors alone. */
  readonly medianWeights: Float64Array;
  /** Part of the median, 0 to 1. */
  readonly medianShare: number;
}

/** The experts together, at each origin and lead of a backtest. */
export interface Mix {
  /** `[origin * leads + lead]`. */
  readonly forecast: Float64Array;
  readonly disagreement: Float64Array;
  /** Per lead, means over the origins, with `least` in them: never 0. */
  readonly usualDisagreement: Float64Array;
  readonly usualSpread: Float64Array;
  /** Mean absolute error. */
  readonly error: number;
  /** What is added to every disagreement and spread, lest a division by next to nothing decide. */
  readonly least: number;
}

/** Of a day's mean change. */
const LEAST_PART = 1e-3;

/** What is added to a disagreement or a spread before it is compared with what is usual. */
export const leastDisagreement = (scale: number): number => LEAST_PART * scale;

/** What those experts say together that have a weight. */
export function blended(forecasts: Float64Array, at: number, { weights, medianWeights, medianShare }: Blend): number {
  const mean = mixed(forecasts, at, weights);
  return medianShare === 0 ? mean : mean + medianShare * (weightedMedian(forecasts, at, medianWeights) - mean);
}

/** Their weighted mean. */
export function mixed(forecasts: Float64Array, at: number, weights: Float64Array): number {
  let sum = 0;
  for (let expert = 0; expert < weights.length; expert++) sum += forecasts[at + expert] * weights[expert];
  return sum;
}

/** Their weighted mean distance from what they say together. */
export function disagreementOf(forecasts: Float64Array, at: number, weights: Float64Array, together: number): number {
  let sum = 0;
  for (let expert = 0; expert < weights.length; expert++) {
    sum += Math.abs(forecasts[at + expert] - together) * weights[expert];
  }
  return sum;
}

/** @param blendOf how an origin and a lead are blended, by their places. */
export function mixTrials(trials: Trials, blendOf: (origin: number, lead: number) => Blend, scale: number): Mix {
  const { origins, leads, forecasts, actual, spread } = trials;
  const count = leads.length;
  const least = leastDisagreement(scale);
  const forecast = new Float64Array(actual.length);
  const disagreement = new Float64Array(actual.length);
  const usualDisagreement = new Float64Array(count).fill(least);
  const usualSpread = new Float64Array(count).fill(least);
  let error = 0;
  for (let at = 0; at < actual.length; at++) {
    const lead = at % count;
    const blend = blendOf((at - lead) / count, lead);
    forecast[at] = blended(forecasts, at * EXPERTS, blend);
    disagreement[at] = disagreementOf(forecasts, at * EXPERTS, blend.weights, forecast[at]);
    usualDisagreement[lead] += disagreement[at] / origins.length;
    usualSpread[lead] += spread[at] / origins.length;
    error += Math.abs(actual[at] - forecast[at]) / actual.length;
  }
  return { forecast, disagreement, usualDisagreement, usualSpread, error, least };
}
