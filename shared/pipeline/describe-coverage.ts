import type { CoverageView, WatchCoverage } from '../alerting/status-view.ts';
import type { InventoryCounts } from '../metrics/inventory-counts.ts';
import { planShards, readInventoryCounts, readOverview, readShardInventory } from '../metrics/inventory.ts';
import { levelAt, type Pace, pullInterval } from '../metrics/polling-pace.ts';
import { readStored } from '../models/stored-artefact.ts';
import { pricesOf } from '../settings/cost-settings.ts';
import { keys } from '../settings/keys.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { isStretchable } from './meter-facts.ts';
import { paceRecord } from './pace-record.ts';
import { type ShardState, shardStateKind } from './shard-state.ts';
import { partOf, readSome, type StatusPorts } from './status-ports.ts';
import { readJson } from './stored-json.ts';

const MONTH = 30 * 86_400;

/**
 * How much is looked after, how much of it is silent or cannot be judged, and what CloudWatch bills for asking. Reads
 * what is written down of each watch's shards, and of at most eight shards what belongs to them and their states.
 *
 * @param request `part`: which eight shards, from 0 on; `now` in epoch seconds.
 */
export async function describeCoverage(
  request: { readonly watch?: string | undefined; readonly part: number; readonly now: number },
  ports: StatusPorts,
): Promise<CoverageView> {
  const all = watchesOf(ports.settings);
  const chosen = all.filter(({ name }) => name === request.watch);
  const watches = chosen.length > 0 ? chosen : all;
  const inventories = await readSome(watches, async ({ name: watch }) => ({
    watch,
    counts: await readInventoryCounts(ports, watch),
    shards: (await readOverview(ports, watch)).shards.map(({ shard }) => ({ watch, shard })),
  }));
  const { names, ...looked } = partOf(
    inventories.found.flatMap(({ shards }) => shards),
    request.part,
  );
  const periods = new Map(watches.map(({ name, period }) => [name, period]));
  const states = await readSome(names, async ({ watch, shard }) => {
    const found = await readStored(ports, shardStateKind, keys.state(watch, shard, 'anomaly'));
    const planned = planShards(await readShardInventory(ports, watch, shard), periods.get(watch) ?? 0);
    return { state: found?.value, planned: planned.flatMap(({ series }) => series.map(({ id }) => id)) };
  });
  const known = new Map(inventories.found.map(({ watch, counts }) => [watch, counts]));
  const metered = await readSome([keys.pace], async (key) => (await readJson(ports.store, paceRecord, key))?.value);
  const pace: Pace | null = metered.found[0] ?? null;
  return {
    ...looked,
    pace,
    metricPrice: pricesOf(ports.settings).metricRequested,
    unreadable: [...inventories.unreadable, ...states.unreadable, ...metered.unreadable],
    watches: watches.flatMap((watch) => {
      const counts = known.get(watch.name);
      if (counts === undefined) return [];
      const own = states.found.filter(({ state }) => state?.watch === watch.name);
      const planned = new Set(own.flatMap((one) => one.planned));
      return [
        coverageOf(
          watch,
          counts,
          isStretchable(watch) ? pullInterval(watch.every, levelAt(pace ?? undefined, request.now)) : watch.every,
          own.flatMap(({ state }) => state ?? []),
          planned,
        ),
      ];
    }),
  };
}

const coverageOf = (
  { name }: Watch,
  { asked, entities, absent, retired, billed }: InventoryCounts,
  every: number,
  states: readonly ShardState[],
  planned: ReadonlySet<string>,
): WatchCoverage => ({
  watch: name,
  every,
  series: asked,
  entities,
  absent,
  retired,
  judged: states.length === 0 ? null : judgedOf(states, planned),
  billedPerTick: billed,
  billedPerMonth: billed * (MONTH / every),
});

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
