import type { Series } from '../../shared/metrics/series.ts';
import { createRandom } from '../../shared/numeric/random.ts';

export const STEP = 300;
export const DAY = 288;
/** Midnight, so that hours are easy to read. */
export const START = 1_700_006_400;

export interface Rhythm {
  readonly level?: number;
  readonly swing?: number;
  readonly noise?: number;
  readonly perDay?: number;
  readonly seed?: number;
  readonly stepSeconds?: number;
}

/** A daily rhythm with noise and a trend. */
export function rhythm(slots: number, options: Rhythm = {}): Series {
  const { level = 50, swing = 20, noise = 1, perDay = 0, seed = 1, stepSeconds = STEP } = options;
  const random = createRandom(seed);
  const day = 86_400 / stepSeconds;
  return {
    start: START,
    stepSeconds,
    values: Float64Array.from(
      { length: slots },
      (_, slot) =>
        level + swing * Math.sin((2 * Math.PI * slot) / day) + (perDay * slot) / day + noise * random.normal(),
    ),
  };
}

export const mapped = (series: Series, change: (value: number, slot: number) => number): Series => ({
  ...series,
  values: series.values.map(change),
});

/** The series up to a slot. */
export const until = ({ start, stepSeconds, values }: Series, slot: number): Series => ({
  start,
  stepSeconds,
  values: values.slice(0, slot),
});
