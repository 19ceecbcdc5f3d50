import type { SeriesDescription } from '../metrics/metric.ts';
import type { WatchSelection } from '../metrics/selection.ts';
import type { Points } from '../metrics/series.ts';

/** Matches that a watch does not look after: beyond `maxSeries` where no `reason` says otherwise. */
export interface LeftOut {
  readonly pattern: string;
  readonly count: number;
  /** Why, and what to do about it. */
  readonly reason?: string;
}

/** What a watch's selection matches now. */
export interface Discovery {
  readonly series: readonly SeriesDescription[];
  /** By pattern; never silently dropped. */
  readonly leftOut: readonly LeftOut[];
  /** Requests that the provider will bill for this look. @default none */
  readonly requests?: number;
}

/** `refused`: the provider cannot compute it as it is written, such as a mistyped expression; asking again is no use. */
export type ReadProblem = 'partial' | 'forbidden' | 'internal-error' | 'throttled' | 'not-found' | 'refused';

/** The answer for one asked series; `problem` says why points may be missing, so that nothing is taken for a gap. */
export interface ReadSeries {
  readonly id: string;
  readonly points: Points;
  readonly problem?: { readonly kind: ReadProblem; readonly message: string };
}

export interface Reading {
  readonly series: readonly ReadSeries[];
  /** Metrics that the provider will bill for this read. */
  readonly billedMetrics: number;
}

/** Where metrics come from. A source never invents a point: what it cannot read it names as a problem. */
export interface MetricSource {
  /**
   * @param known ids of the series that are looked after already: where `maxSeries` leaves something out, they stay, so
   * that what is new takes the place of nothing that has a history.
   */
  discover(watch: WatchSelection, known?: ReadonlySet<string>): Promise<Discovery>;
  /** Points with `from <= time < to` (epoch seconds), in the order asked; each asked id is answered exactly once. */
  read(series: readonly SeriesDescription[], from: number, to: number): Promise<Reading>;
}
