import type { BadDirection, Dimensions, GapMeaning } from './metric.ts';

/** A pattern over metrics; names and dimension values may be globs (`*`, `?`). */
export interface MetricSelection {
  readonly namespace: string;
  readonly metric: string | readonly string[];
  /** A dimension not named may have any value. */
  readonly dimensions: Dimensions;
  readonly statistic?: string | readonly string[] | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** One metric named exactly. */
export interface NamedMetric {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Dimensions;
  readonly statistic: string;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

export interface NamedExpression {
  readonly label: string;
  readonly expression: string;
  readonly metrics: Readonly<Record<string, NamedMetric>>;
  readonly entity?: string | undefined;
  readonly unit: string;
}

/** The part of a watch that says what to look after. Settings are assignable to it. */
export interface WatchSelection {
  readonly name: string;
  readonly select: readonly MetricSelection[];
  readonly metrics: readonly NamedMetric[];
  readonly expressions: readonly NamedExpression[];
  /** Length of one point in seconds. */
  readonly period: number;
  /** At most so many series per pattern. */
  readonly maxSeries: number;
  /** Dimensions that name an entity; default: all of a metric's dimensions. */
  readonly entityBy?: readonly string[] | undefined;
  /** By label glob, over what known-metrics says. */
  readonly natures: Readonly<
    Record<
      string,
      {
        readonly unit?: string | undefined;
        readonly lowest?: number | undefined;
        readonly highest?: number | undefined;
        readonly bad?: BadDirection | undefined;
        readonly gap?: GapMeaning | undefined;
      }
    >
  >;
}
