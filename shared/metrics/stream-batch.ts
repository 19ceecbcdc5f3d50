import * as z from 'zod';
import type { ArtefactKind } from '../models/artefact.ts';
import { isExpression, type Metric, type SeriesDescription, seriesId, type Statistic } from './metric.ts';
import type { Points } from './series.ts';
import { isThereFrom } from './stream-coverage.ts';
import { LONGEST_STREAMED_PERIOD } from './stream-timing.ts';

/** Minutes of one metric, in no order, perhaps twice. All arrays are of one length. */
export interface MetricMinutes {
  /** As {@link metricKey} says it. */
  readonly metric: string;
  /** Starts of minutes, epoch seconds. */
  readonly times: Float64Array;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly minima: Float64Array;
  readonly maxima: Float64Array;
}

/** A metric whatever its statistic. */
export const metricKey = (metric: Metric): string => seriesId({ ...metric, statistic: 'Average' });

const array = z.instanceof(Float64Array);
const entry = z
  .strictObject({ metric: z.string(), times: array, counts: array, sums: array, minima: array, maxima: array })
  .refine(
    ({ times, counts, sums, minima, maxima }) =>
      [counts, sums, minima, maxima].every(({ length }) => length === times.length),
    'arrays of different lengths',
  );

/** What one delivery of a stream brought for one shard, create-only. */
export const streamBatchKind: ArtefactKind<readonly MetricMinutes[]> = {
  kind: 'stream-batch',
  version: 1,
  upgrades: {},
  payload: (metrics) => ({ metrics: [...metrics] }),
  parse: (given) => z.strictObject({ metrics: z.array(entry) }).parse(given).metrics,
};

const MINUTE = 60;

/**
 * Whether a stream can say what a series asks for: one metric of our own region, in whole minutes up to an hour, by a
 * statistic that can be put together from minutes. Percentiles cannot, and expressions are computed by CloudWatch alone.
 */
export const isStreamable = ({ metric, periodSeconds }: SeriesDescription): boolean =>
  !isExpression(metric) &&
  metric.region === undefined &&
  metric.statistic in combined &&
  periodSeconds % MINUTE === 0 &&
  periodSeconds <= LONGEST_STREAMED_PERIOD;

interface Minute {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

const combined: Readonly<Partial<Record<Statistic, (minutes: readonly Minute[]) => number>>> = {
  SampleCount: (minutes) => minutes.reduce((all, { count }) => all + count, 0),
  Sum: (minutes) => minutes.reduce((all, { sum }) => all + sum, 0),
  Average: (minutes) =>
    minutes.reduce((all, { sum }) => all + sum, 0) / minutes.reduce((all, { count }) => all + count, 0),
  Minimum: (minutes) => minutes.reduce((least, { min }) => Math.min(least, min), Infinity),
  Maximum: (minutes) => minutes.reduce((most, { max }) => Math.max(most, max), -Infinity),
};

/**
 * What was delivered of the metrics of a shard, whatever was delivered twice, late or out of order: of several records
 * of one minute the one that counts most samples holds, since a minute only gains samples.
 */
export class StreamedMetrics {
  readonly #metrics = new Map<string, Map<number, Minute>>();

  add(batch: readonly MetricMinutes[]): void {
    for (const { metric, times, counts, sums, minima, maxima } of batch) {
      let known = this.#metrics.get(metric);
      if (known === undefined) this.#metrics.set(metric, (known = new Map<number, Minute>()));
      for (const [k, time] of times.entries()) {
        const minute = { count: counts[k], sum: sums[k], min: minima[k], max: maxima[k] };
        const before = known.get(time);
        if (before === undefined || isFuller(minute, before)) known.set(time, minute);
      }
    }
  }

  /** Of each metric, the minutes of which something came, in order; those after `until` are nobody's yet. */
  minutes(until: number): readonly (readonly number[])[] {
    return [...this.#metrics.values()].map((minutes) =>
      [...minutes.keys()].filter((time) => time <= until).sort((a, b) => a - b),
    );
  }

  /** Whether the metric of a series was in the stream when a span began, see {@link isThereFrom}. */
  hasFrom({ metric }: SeriesDescription, from: number): boolean {
    const minutes = isExpression(metric) ? undefined : this.#metrics.get(metricKey(metric));
    return (
      minutes !== undefined &&
      isThereFrom(
        [...minutes.keys()].sort((a, b) => a - b),
        from,
      )
    );
  }

  /**
   * The points of a series with `from <= time < to`, one for each period of which anything was delivered.
   *
   * @throws RangeError for a series that no stream can say, see {@link isStreamable}.
   */
  points({ id, metric, periodSeconds }: SeriesDescription, from: number, to: number): Points {
    const combine = isExpression(metric) ? undefined : combined[metric.statistic];
    if (isExpression(metric) || combine === undefined) throw new RangeError(`${id}: no stream says this: poll it`);
    const slots = new Map<number, Minute[]>();
    const minutes = [...(this.#metrics.get(metricKey(metric)) ?? [])].sort(([a], [b]) => a - b);
    for (const [time, minute] of minutes) {
      const slot = Math.floor(time / periodSeconds) * periodSeconds;
      if (slot < from || slot >= to) continue;
      const members = slots.get(slot);
      if (members === undefined) slots.set(slot, [minute]);
      else members.push(minute);
    }
    const found = [...slots];
    return {
      times: Float64Array.from(found, ([slot]) => slot),
      values: Float64Array.from(found, ([, members]) => combine(members)),
    };
  }
}

/** The same whichever came first. */
const isFuller = (one: Minute, other: Minute): boolean =>
  one.count !== other.count
    ? one.count > other.count
    : one.sum !== other.sum
      ? one.sum > other.sum
      : one.max !== other.max
        ? one.max > other.max
        : one.min < other.min;
