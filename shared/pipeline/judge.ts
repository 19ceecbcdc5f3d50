import type { Unscorable } from '../detectors/detector.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import type { Rarity } from '../alerting/signal.ts';

/** The rows of one entity to be judged, oldest first: `values[i * series.length + j]` is series `j` at `times[i]`. */
export interface EntityWindow {
  readonly entity: string;
  readonly series: readonly SeriesDescription[];
  readonly stepSeconds: number;
  /** Epoch seconds, in the order of arrival; on the watch's grid in the deployed pipeline. */
  readonly times: Float64Array;
  /** NaN is a gap. */
  readonly values: Float64Array;
}

export type Verdict =
  | { readonly status: 'unknown'; readonly reason: Unscorable }
  | {
      readonly status: 'normal' | 'anomalous';
      readonly score: number;
      /** Gated strength, 0 where nobody is told. */
      readonly alert: number;
      readonly expected: number;
      readonly lower: number;
      readonly upper: number;
      /** Epoch seconds of the first point of this episode; only while anomalous. */
      readonly since?: number;
      /** Only while anomalous: how unusual the episode's strongest alert is. */
      readonly rarity?: Rarity;
      /** One sentence; only while anomalous. */
      readonly explanation?: string;
    };
