import type { MetricDatum, MetricSink } from '../../ports/metric-sink.ts';

/** Keeps what was published, in order. */
export class MemoryMetricSink implements MetricSink {
  readonly #published: MetricDatum[] = [];

  get published(): readonly MetricDatum[] {
    return this.#published;
  }

  /** @throws RangeError naming the metric where a value or a time is not finite; then none of them was published. */
  async publish(data: readonly MetricDatum[]): Promise<void> {
    for (const datum of data) {
      if (!Number.isFinite(datum.value) || !Number.isFinite(datum.time)) {
        throw new RangeError(`metric '${datum.name}': value ${datum.value} at ${datum.time} is not finite`);
      }
    }
    this.#published.push(...data.map((datum) => ({ ...datum, dimensions: { ...datum.dimensions } })));
  }
}
