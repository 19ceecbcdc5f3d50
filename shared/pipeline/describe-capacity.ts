import type { CapacityLine, CapacityView } from '../alerting/status-view.ts';
import { recommendations } from '../forecasters/outlook.ts';
import { planShards, readOverview, readShardInventory } from '../metrics/inventory.ts';
import type { SeriesDescription } from '../metrics/metric.ts';
import { watchesOf } from '../settings/settings.ts';
import type { ForecastRecord, SeriesForecast, SeriesOutlook } from './forecast-record.ts';
import { newestForecasts } from './newest-forecasts.ts';
import { partOf, readSome, type StatusPorts } from './status-ports.ts';

/** What people look through. */
const MOST_LINES = 50;

/**
 * What fills up and when, of one watch or of all: by the newest forecast of each series that has a limit, and by its
 * slow trend. Reads the overview of each watch, and of at most eight shards what belongs to them and their newest forecasts.
 *
 * @param request `part`: which eight shards, from 0 on; `now` in epoch seconds.
 */
export async function describeCapacity(
  request: { readonly watch?: string | undefined; readonly part: number; readonly now: number },
  ports: StatusPorts,
): Promise<CapacityView> {
  const all = watchesOf(ports.settings).filter(({ forecast }) => forecast !== 'off');
  const chosen = all.find(({ name }) => name === request.watch);
  const overviews = await readSome(chosen === undefined ? all : [chosen], async ({ name: watch }) =>
    (await readOverview(ports, watch)).shards.map(({ shard }) => ({ watch, shard })),
  );
  const { names, ...looked } = partOf(overviews.found.flat(), request.part);
  const periods = new Map(all.map(({ name, period }) => [name, period]));
  const inventories = await readSome(names, async ({ watch, shard }) => {
    const planned = planShards(await readShardInventory(ports, watch, shard), periods.get(watch) ?? 0);
    const series = planned.flatMap((one) => one.series);
    return [`${watch}/${shard}`, new Map(series.map((one) => [one.id, one]))] as const;
  });
  const described = new Map(inventories.found);
  const records = await readSome(names, ({ watch, shard }) => newestForecasts(ports, watch, shard, request.now));
  const found = records.found.filter((record) => record !== undefined);
  const lines = found.flatMap((record) => linesOf(record, described.get(`${record.watch}/${record.shard}`)));
  lines.sort((a, b) => pressing(a) - pressing(b));
  const series = found.flatMap((record) => record.series);
  const missing: Record<string, number> = {};
  for (const one of series) if (one.missing !== null) missing[one.missing] = (missing[one.missing] ?? 0) + 1;
  return {
    ...looked,
    unreadable: [...overviews.unreadable, ...inventories.unreadable, ...records.unreadable],
    watches: all.map(({ name }) => name),
    watch: chosen?.name ?? null,
    lines: lines.slice(0, MOST_LINES),
    more: Math.max(0, lines.length - MOST_LINES),
    series: series.length,
    forecast: series.filter((one) => one.missing === null).length,
    withoutSkill: series.filter((one) => one.missing === null && !one.hasSkill).length,
    missing,
  };
}

/** One line per series: its most pressing limit. What is no longer looked after has none. */
function linesOf(
  record: ForecastRecord,
  described: ReadonlyMap<string, SeriesDescription> | undefined,
): readonly CapacityLine[] {
  return record.series.flatMap((one) => {
    const description = described?.get(one.id);
    if (description === undefined || one.missing !== null) return [];
    const lines = one.outlooks.map((outlook) => lineOf(record, one, outlook, description));
    return lines.sort((a, b) => pressing(a) - pressing(b)).slice(0, 1);
  });
}

function lineOf(
  { watch, tick }: ForecastRecord,
  { current, hasSkill, saturation }: SeriesForecast,
  { limit, isBeyond, probability, crossesAt, recommendation }: SeriesOutlook,
  { entity, label, nature }: SeriesDescription,
): CapacityLine {
  const slow = saturation?.limit.side === limit.side ? saturation : undefined;
  return {
    watch,
    entity,
    label,
    unit: nature.unit,
    at: tick,
    current: Number.isFinite(current) ? current : null,
    limit,
    isBeyond,
    probability,
    crossesAt,
    recommendation,
    hasSkill,
    fullAt: slow?.reachesAt ?? null,
    fullBetween:
      slow === undefined || slow.earliest === null || slow.latest === null ? null : [slow.earliest, slow.latest],
    perDay: slow === undefined || slow.perDay === 0 ? null : slow.perDay,
  };
}

const DAY = 86_400;

/** Less is more pressing: what is beyond now, what is advised, what fills up soon, what is likely. */
function pressing(line: CapacityLine): number {
  if (line.isBeyond) return -100 - urgency(line);
  const soon = line.fullAt === null ? 0 : Math.max(0, 3 - (line.fullAt - line.at) / (5 * DAY));
  const advised = line.hasSkill ? urgency(line) : 0;
  return -(advised * 10 + soon * 5 + (line.probability ?? 0));
}

const urgency = ({ recommendation }: CapacityLine): number => recommendations.indexOf(recommendation);
