import { isExpression, type SeriesDescription } from '../metrics/metric.ts';
import type { SeriesLimit } from './limits.ts';

/** Of what is kept, as metrics of CloudWatch, its agent and others name it. */
const store = /disk|mem(?!ber)|storage|volume|file ?system|space|swap|inode|heap|(log|data|bytes)_?used/i;
/** Of what is moved in and out of it: that goes up and down, and does not fill. */
const traffic = /read|write|iops|ops$|operations|throughput|latency|queue|time|balance|credit|bandwidth|hit|miss/i;

/**
 * Whether a series may fill up over days, so that a straight line through the days means something: it has a limit that
 * somebody wrote, or it is known by its name to be of a store (disk, memory). CPU, latency and queues go up and down: a
 * week's growth of theirs ends by itself more often than not.
 */
export function fillsUp({ label, metric }: SeriesDescription, limits: readonly SeriesLimit[]): boolean {
  if (limits.some(({ isAsked }) => isAsked)) return true;
  const name = isExpression(metric) ? label : metric.name;
  return store.test(name) && !traffic.test(name);
}
