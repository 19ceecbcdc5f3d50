import {
  type Inventory,
  planShards,
  readInventory,
  type ShardOverview,
  updateInventory,
} from '../metrics/inventory.ts';
import type { LeftOut } from '../ports/metric-source.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { countListing } from './asked-records.ts';
import type { TickRequest } from './detect-anomalies.ts';
import { type DetectPorts, watchNamed } from './detect-ports.ts';
import { forEachWatch } from './watches-in-turn.ts';

/** All that looking for series needs from outside. */
export type DiscoverPorts = Pick<DetectPorts, 'settings' | 'store' | 'bytes' | 'source' | 'clock' | 'log'>;

export interface DiscoverySummary {
  readonly watch: string;
  /** Series that the selection matches now. */
  readonly series: number;
  readonly added: number;
  readonly returned: number;
  readonly retired: number;
  readonly forgotten: number;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Looks for the series of one watch, or of all, and brings their inventories up to that: what is new joins, what has
 * been absent for two weeks is retired. Harmless when it is repeated or doubled.
 *
 * @throws RangeError for a watch that the settings do not have, naming those they have; and for a shard.
 * @throws AggregateError after all watches were tried, where some failed.
 */
export async function discoverMetrics(
  request: TickRequest,
  ports: DiscoverPorts,
): Promise<readonly DiscoverySummary[]> {
  if (request.shard !== undefined)
    throw new RangeError(`shard '${request.shard}': a watch is looked around for as a whole: name no shard`);
  const tick = request.tick ?? Math.floor(ports.clock.now());
  const watches = request.watch === undefined ? watchesOf(ports.settings) : [watchNamed(ports.settings, request.watch)];
  return forEachWatch(watches, tick, ports.log, (watch) => discoverWatch(watch, tick, ports));
}

/** Looks for the series of a watch now. @throws what the source throws: half a list would look like things gone. */
export async function discoverWatch(watch: Watch, now: number, ports: DiscoverPorts): Promise<DiscoverySummary> {
  const known = await readInventory(ports, watch.name);
  const { series, leftOut, requests = 0 } = await ports.source(watch).discover(watch, watchedIn(known, watch));
  await countListing({ watch: watch.name, time: now, requests }, ports);
  const { changes } = await updateInventory(ports, watch.name, series, now, selectionOf(watch));
  const summary = { watch: watch.name, series: series.length, ...changes, leftOut };
  if (leftOut.length > 0)
    ports.log.warn('series left out: do what the reason says, else raise maxSeries or narrow the pattern', {
      watch: watch.name,
      leftOut,
    });
  ports.log.info('looked for series', { ...summary, leftOut: leftOut.reduce((sum, { count }) => sum + count, 0) });
  return summary;
}

const watchedIn = (known: Inventory, { period }: Watch): ReadonlySet<string> =>
  new Set(planShards(known, period).flatMap((shard) => shard.series.map(({ id }) => id)));

/**
 * Whether a tick must look for series itself. While nothing is known, and where something else is selected than last
 * time, whoever looks; else at the first tick of each `discoverEvery`, unless others do that on a schedule of their own.
 */
export const isDiscoveryDue = (
  watch: Watch,
  tick: number,
  known: ShardOverview,
  who: DetectPorts['discovery'],
): boolean =>
  known.isEmpty ||
  known.selection !== selectionOf(watch) ||
  (who !== 'apart' && begins(tick, watch.every, watch.discoverEvery));

/** Whether a tick is the first of its span, such as of an hour. All in seconds. */
export const begins = (tick: number, every: number, span: number): boolean =>
  Math.floor(tick / span) !== Math.floor((tick - every) / span);

/**
 * All of a watch that decides what is discovered and how it is described, as text to compare. In the order it was
 * written in: of two natures for one label the later one wins.
 */
function selectionOf(watch: Watch): string {
  const { source, select, metrics, expressions, period, maxSeries, entityBy, natures } = watch;
  return JSON.stringify({ source, select, metrics, expressions, period, maxSeries, entityBy, natures });
}
