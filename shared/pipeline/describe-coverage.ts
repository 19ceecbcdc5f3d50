import type { CoverageView, WatchCoverage } from '../alerting/status-view.ts';
import { billedMetrics } from '../metrics/billed-metrics.ts';
import type { Inventory } from '../metrics/inventory.ts';
import { planShards, readInventory } from '../metrics/inventory.ts';
import { readStored } from '../models/stored-artefact.ts';
import { pricesOf } from '../settings/cost-settings.ts';
import { keys } from '../settings/keys.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { type ShardState, shardStateKind } from './shard-state.ts';
import { partOf, readSome, type StatusPorts } from './status-ports.ts';

const MONTH = 30 * 86_400;

/**
 * How much is looked after, how much of it is silent or cannot be judged, and what CloudWatch bills for asking. Reads
 * the inventories of the watches, and the states of at most eight shards.
 *
 * @param request `part`: which eight shards, from 0 on.
 */
export async function describeCoverage(
  request: { readonly watch?: string | undefined; readonly part: number },
  ports: StatusPorts,
): Promise<CoverageView> {
  const all = watchesOf(ports.settings);
  const chosen = all.filter(({ name }) => name === request.watch);
  const watches = chosen.length > 0 ? chosen : all;
  const inventories = await readSome(watches, async (watch) => ({
    watch: watch.name,
    inventory: await readInventory(ports, watch.name),
  }));
  const known = new Map(inventories.found.map(({ watch, inventory }) => [watch, inventory]));
  const shards = watches.flatMap((watch) =>
    planShards(known.get(watch.name) ?? nothing, watch.period).map(({ shard }) => ({ watch: watch.name, shard })),
  );
  const { names, ...looked } = partOf(shards, request.part);
  const states = await readSome(names, async ({ watch, shard }) => {
    const found = await readStored(ports, shardStateKind, keys.state(watch, shard, 'anomaly'));
    return found?.value;
  });
  return {
    ...looked,
    metricPrice: pricesOf(ports.settings).metricRequested,
    unreadable: [...inventories.unreadable, ...states.unreadable],
    watches: watches.flatMap((watch) => {
      const inventory = known.get(watch.name);
      if (inventory === undefined) return [];
      const own = states.found.filter((state) => state?.watch === watch.name);
      return [
        coverageOf(
          watch,
          inventory,
          own.flatMap((state) => state ?? []),
        ),
      ];
    }),
  };
}

const nothing: Inventory = { series: [], nextShard: 1, selection: null };

function coverageOf(watch: Watch, inventory: Inventory, states: readonly ShardState[]): WatchCoverage {
  const planned = planShards(inventory, watch.period).flatMap(({ series }) => series);
  const asked = inventory.series.filter(({ retiredAt }) => retiredAt === null);
  const billed = billedMetrics(planned);
  return {
    watch: watch.name,
    every: watch.every,
    series: planned.length,
    entities: new Set(planned.map(({ entity }) => entity)).size,
    absent: asked.filter(({ absentSince }) => absentSince !== null).length,
    retired: inventory.series.length - asked.length,
    judged: states.length === 0 ? null : judgedOf(states, new Set(planned.map(({ id }) => id))),
    billedPerTick: billed,
    billedPerMonth: billed * (MONTH / watch.every),
  };
}

function judgedOf(states: readonly ShardState[], planned: ReadonlySet<string>): NonNullable<WatchCoverage['judged']> {
  const counts = { series: 0, silent: 0, unscorable: 0, firing: 0 };
  for (const { entities, judgedTo, periodSeconds } of states)
    for (const { judged, told } of entities) {
      if (told.some(({ normalTicks }) => normalTicks === 0)) counts.firing++;
      for (const { id, judged: values, lastTime } of judged.series) {
        if (!planned.has(id)) continue;
        counts.series++;
        if (values === 0) counts.unscorable++;
        else if (judgedTo - lastTime > Math.max(900, 3 * periodSeconds) + periodSeconds) counts.silent++;
      }
    }
  return { ...counts, judgedTo: Math.min(...states.map(({ judgedTo }) => judgedTo)) };
}
