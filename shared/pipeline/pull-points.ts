import { appendTick, readTick } from '../metrics/history.ts';
import type { ChunkProblem, HistoryTick } from '../metrics/history-format.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { PointMerger } from '../metrics/point-merge.ts';
import type { StoragePorts } from '../models/stored-artefact.ts';
import type { MetricSource, Reading } from '../ports/metric-source.ts';

export interface PullRequest {
  readonly watch: string;
  readonly shard: string;
  readonly periodSeconds: number;
  readonly tick: number;
  readonly series: readonly SeriesDescription[];
  /** Epoch seconds, `from <= time < to`. */
  readonly from: number;
  readonly to: number;
  /** Ticks stored before and not consumed; asked only where we are the first to pull. */
  readonly previous: () => Promise<readonly number[]>;
}

export interface Pulled {
  readonly chunk: HistoryTick;
  /** What this very run asked the provider for; 0 where a run before us had. */
  readonly billedMetrics: number;
  /** Whether the points are those of this very run. */
  readonly isOurs: boolean;
}

/**
 * The points of a tick, pulled once: if a run before us stored some under the tick's key, they are what is judged, and
 * the source is not asked, for it may answer differently now. If another run stores its own while we pull, ours are
 * thrown away.
 */
export async function pullPoints(
  ports: StoragePorts & { readonly source: MetricSource },
  request: PullRequest,
): Promise<Pulled> {
  const { watch, shard, periodSeconds, tick, series, from, to } = request;
  const existing = await readTick(ports, watch, shard, periodSeconds, tick);
  if (existing !== undefined) return { chunk: existing, billedMetrics: 0, isOurs: false };
  const previous = await request.previous();
  const reading = from < to ? await ports.source.read(series, from, to) : { series: [], billedMetrics: 0 };
  const ours = chunkOf(reading, request, previous);
  const stored = await appendTick(ports, watch, shard, periodSeconds, ours);
  const isOurs = stored === 'stored';
  return { chunk: isOurs ? ours : stored, billedMetrics: reading.billedMetrics, isOurs };
}

function chunkOf(reading: Reading, request: PullRequest, previous: readonly number[]): HistoryTick {
  const { tick, series, from, to } = request;
  const merger = new PointMerger();
  const problems = new Map<string, ChunkProblem>();
  const answered = new Set<string>();
  for (const { id, points, problem } of reading.series) {
    answered.add(id);
    merger.add(id, points, tick);
    if (problem !== undefined) problems.set(id, problem);
  }
  for (const { id } of series) {
    if (!answered.has(id) && from < to) problems.set(id, { kind: 'partial', message: 'the source did not answer' });
  }
  return { tick, previous, problems, series: series.map(({ id }) => ({ id, ...merger.points(id, from, to) })) };
}
