import type { ModelsView, WatchModels } from '../alerting/status-view.ts';
import { readOverview } from '../metrics/inventory.ts';
import { type Watch, watchesOf } from '../settings/settings.ts';
import { modelsOf } from './champion.ts';
import { qualityOf } from './forecast-quality.ts';
import type { ForecastStanding } from './forecast-record.ts';
import { newestForecasts } from './newest-forecasts.ts';
import { partOf, readSome, type ShardName, type StatusPorts } from './status-ports.ts';

/**
 * Which models are in use, since when, what their backtests said, and whether they have become worse. Reads the
 * champion of each watch, and the newest forecasts of at most eight shards.
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
  const forecasters = await readSome(names, (name) => forecastersOf(name, request.now, ports));
  const known = new Map(champions.found.map(({ watch, champion }) => [watch, champion]));
  return {
    ...looked,
    unreadable: [...champions.unreadable, ...inventories.unreadable, ...forecasters.unreadable],
    watches: watches.map((watch) => ({
      watch: watch.name,
      champion: known.get(watch.name) ?? null,
      forecasters:
        watch.forecast === 'off' ? null : together(forecasters.found.filter((one) => one.watch === watch.name)),
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

interface ShardForecasters {
  readonly watch: string;
  readonly names: readonly string[];
  readonly withoutSkill: number;
  readonly standing: ForecastStanding | null;
}

async function forecastersOf({ watch, shard }: ShardName, now: number, ports: StatusPorts): Promise<ShardForecasters> {
  const record = await newestForecasts(ports, watch, shard, now);
  const served = (record?.series ?? []).filter(({ forecaster }) => forecaster !== '');
  return {
    watch,
    names: served.map(({ forecaster }) => forecaster),
    withoutSkill: served.filter(({ hasSkill, missing }) => missing === null && !hasSkill).length,
    standing: record?.standing ?? null,
  };
}

function together(shards: readonly ShardForecasters[]): WatchModels['forecasters'] {
  const serving: Record<string, number> = {};
  for (const { names } of shards) for (const name of names) serving[name] = (serving[name] ?? 0) + 1;
  const standings = shards.flatMap(({ standing }) => standing ?? []);
  const fits = standings.flatMap(({ oldestFit }) => oldestFit ?? []);
  const { accuracy, skill, coverage80 } = qualityOf(standings.map(({ quality }) => quality));
  return {
    serving,
    oldest: fits.length === 0 ? null : Math.min(...fits),
    withoutSkill: shards.reduce((sum, one) => sum + one.withoutSkill, 0),
    drifted: standings.reduce((sum, { drifted }) => sum + drifted, 0),
    accuracy,
    skill,
    coverage80,
  };
}
