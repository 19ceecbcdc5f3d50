import { settledUntil } from '../../metrics/gaps.ts';
import type { SeriesDescription } from '../../metrics/metric.ts';
import type { WatchSelection } from '../../metrics/selection.ts';
import { isStreamable, type MetricMinutes, streamBatchKind, StreamedMetrics } from '../../metrics/stream-batch.ts';
import { interruption, lag, type StreamGap } from '../../metrics/stream-coverage.ts';
import { LONGEST_SILENCE_SECONDS } from '../../metrics/stream-timing.ts';
import { readStored, type StoragePorts } from '../../models/stored-artefact.ts';
import { StoredObjectError } from '../../models/stored-object-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Discovery, MetricSource, ReadSeries, Reading } from '../../ports/metric-source.ts';
import { arrivalOfStreamKey, keys } from '../../settings/keys.ts';

export interface StreamSourceOptions extends StoragePorts {
  readonly watch: string;
  readonly shard: string;
  /** Seconds after its end at which a slot is judged. */
  readonly settle: number | undefined;
  /** Asked for what the stream does not say. */
  readonly polled: MetricSource;
  readonly clock: Clock;
  readonly log: Log;
}

const readAtOnce = 8;
/** After a long outage of ours one request brings what would be thousands of objects. */
const LONGEST_SPAN_SECONDS = 6 * 3600;

/**
 * The series of one shard, from what a metric stream delivered. Whatever the stream does not say, CloudWatch is asked
 * for as before: percentiles, expressions and other regions always; a series that was not delivered from the beginning of
 * the span; and all of the shard where deliveries did not come all through the span, or are behind. So a stream that ended, or never held a
 * metric, makes nobody blind: it costs what polling costs.
 */
export class StreamSource implements MetricSource {
  readonly #options: StreamSourceOptions;

  constructor(options: StreamSourceOptions) {
    this.#options = options;
  }

  async discover(watch: WatchSelection, known?: ReadonlySet<string>): Promise<Discovery> {
    return this.#options.polled.discover(watch, known);
  }

  /** @throws what polling throws, and what the store throws. */
  async read(series: readonly SeriesDescription[], from: number, to: number): Promise<Reading> {
    const { polled, log, watch, shard } = this.#options;
    const streamed = series.filter(isStreamable);
    if (streamed.length === 0 || from >= to) return polled.read(series, from, to);
    const delivered = await this.#deliveredIn(streamed[0].periodSeconds, from, to);
    if (typeof delivered === 'string') {
      log.warn('polled in place of the metric stream', { watch, shard, because: delivered, from, to });
      return polled.read(series, from, to);
    }
    const answers = new Map<string, ReadSeries>();
    for (const one of streamed) {
      if (delivered.hasFrom(one, from)) answers.set(one.id, { id: one.id, points: delivered.points(one, from, to) });
    }
    const others = series.filter(({ id }) => !answers.has(id));
    if (others.length === 0) return { series: [...answers.values()], billedMetrics: 0 };
    const rest = await polled.read(others, from, to);
    return { series: [...answers.values(), ...rest.series], billedMetrics: rest.billedMetrics };
  }

  /** Written by newer code, before it was taken back, or damaged: CloudWatch has it all the same. */
  async #batch(key: string): Promise<readonly MetricMinutes[] | 'unreadable'> {
    try {
      return (await readStored(this.#options, streamBatchKind, key))?.value ?? [];
    } catch (error) {
      if (!(error instanceof StoredObjectError)) throw error;
      this.#options.log.error('what a metric stream delivered cannot be read', { key, error: error.message });
      return 'unreadable';
    }
  }

  /** What was delivered of a span, or why that is not all of it. */
  async #deliveredIn(periodSeconds: number, from: number, to: number): Promise<StreamedMetrics | StreamGap> {
    if (to - from > LONGEST_SPAN_SECONDS) return 'span-too-long';
    const { clock, settle, store, watch, shard } = this.#options;
    const batches: { readonly key: string; readonly arrivedAt: number }[] = [];
    const start = keys.streamBatch(watch, shard, Math.max(0, from - LONGEST_SILENCE_SECONDS), '');
    for await (const key of store.list(keys.streamPrefix(watch, shard), start)) {
      const arrivedAt = arrivalOfStreamKey(key);
      if (arrivedAt !== undefined) batches.push({ key, arrivedAt });
    }
    const gap = interruption(
      batches.map(({ arrivedAt }) => arrivedAt),
      from,
    );
    if (gap !== undefined) return gap;
    const delivered = new StreamedMetrics();
    // What came before the span began says nothing of it.
    const keysToRead = batches.flatMap(({ key, arrivedAt }) => (arrivedAt >= from ? [key] : []));
    for (let k = 0; k < keysToRead.length; k += readAtOnce) {
      const read = keysToRead.slice(k, k + readAtOnce).map((key) => this.#batch(key));
      for (const found of await Promise.all(read)) {
        if (found === 'unreadable') return found;
        delivered.add(found);
      }
    }
    const now = clock.now();
    const settled = Math.min(to, settledUntil(now, periodSeconds, settle));
    return lag(delivered.minutes(now), { start: settled - periodSeconds, seconds: periodSeconds }) ?? delivered;
  }
}
