import type { ModelsView, WatchModels } from '../alerting/status-view.ts';
import { readOverview } from '../metrics/inventory.ts';
import { readStored } from '../models/stored-artefact.ts';
import { keys } from '../settings/keys.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { modelsOf } from './champion.ts';
import { qualityOf } from './forecast-score.ts';
import { forecastStateKind, type ForecastState } from './forecast-state.ts';
import { newestForecasts } from './newest-forecasts.ts';
import { partOf, readSome, type ShardName, type StatusPorts } from './status-ports.ts';

/**
 * Which models are in use, since when, what their backtests said, and whether they have become worse. Reads the
 * champion of each watch, and what forecasting remembers of at most eight shards.
 *
 * @param request `part`: which eight shards, from 0 on; `now` in epoch seconds.
 */
export async function describeModels(
  request: { readonly watch?: string | undefined; readonly part: number; readonly now: number },
  ports: StatusPorts,
): Promise<ModelsView> {
  const all = watchesOf(ports.settings);
  const chosen = all.filter(({ name }) => name === request.watch);
  const watches = chosen.length > 0 ? chosen : all;
  const champions = await readSome(watches, async (watch) => ({
    watch: watch.name,
    champion: await championOf(watch, ports),
  }));
  const inventories = await readSome(
    watches.filter(({ forecast }) => forecast !== 'off'),
    async ({ name: watch }) => (await readOverview(ports, watch)).shards.map(({ shard }) => ({ watch, shard })),
  );
  const { names, ...looked } = partOf(inventories.found.flat(), request.part);
  const memories = await readSome(names, (name) => memoryOf(name, request.now, ports));
  const known = new Map(champions.found.map(({ watch, champion }) => [watch, champion]));
  return {
    ...looked,
    unreadable: [...champions.unreadable, ...inventories.unreadable, ...memories.unreadable],
    watches: watches.map((watch) => ({
      watch: watch.name,
      champion: known.get(watch.name) ?? null,
      forecasters: watch.forecast === 'off' ? null : together(memories.found.filter((one) => one.watch === watch.name)),
    })),
  };
}

async function championOf(watch: Watch, ports: StatusPorts): Promise<WatchModels['champion']> {
  const found = await modelsOf(ports, watch.name).champion();
  if (found === undefined) return null;
  const { pointer, model } = found;
  const { trainedAt, by, dataFrom, dataTo } = model.origin;
  return {
    id: model.id,
    trainedAt,
    inUseSince: pointer.at,
    by,
    why: pointer.why,
    dataFrom,
    dataTo,
    report: model.report,
    before: pointer.before.length,
  };
}

interface ShardMemory {
  readonly watch: string;
  readonly names: readonly string[];
  readonly withoutSkill: number;
  readonly state: ForecastState | undefined;
}

async function memoryOf({ watch, shard }: ShardName, now: number, ports: StatusPorts): Promise<ShardMemory> {
  const [record, state] = await Promise.all([
    newestForecasts(ports, watch, shard, now),
    readStored(ports, forecastStateKind, keys.state(watch, shard, 'forecast')),
  ]);
  const served = (record?.series ?? []).filter(({ forecaster }) => forecaster !== '');
  return {
    watch,
    names: served.map(({ forecaster }) => forecaster),
    withoutSkill: served.filter(({ hasSkill, missing }) => missing === null && !hasSkill).length,
    state: state?.value,
  };
}

function together(shards: readonly ShardMemory[]): WatchModels['forecasters'] {
  const serving: Record<string, number> = {};
  for (const { names } of shards) for (const name of names) serving[name] = (serving[name] ?? 0) + 1;
  const fitted = shards.flatMap(({ state }) => state?.series ?? []).filter(({ fittedAt }) => fittedAt > 0);
  const quality = qualityOf(fitted);
  return {
    serving,
    oldest: fitted.length === 0 ? null : Math.min(...fitted.map(({ fittedAt }) => fittedAt)),
    withoutSkill: shards.reduce((sum, one) => sum + one.withoutSkill, 0),
    drifted: shards.reduce((sum, { state }) => sum + (state?.drifted.length ?? 0), 0),
    accuracy: quality.accuracy,
    skill: quality.skill,
    coverage80: quality.coverage80,
  };
}
