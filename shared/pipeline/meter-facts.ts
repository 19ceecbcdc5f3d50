import { billingMonth } from '../metrics/billing-month.ts';
import { readOverview, type ShardOverview } from '../metrics/inventory.ts';
import { type AtEachLevel, type PaceFacts, pullInterval } from '../metrics/polling-pace.ts';
import type { StoragePorts } from '../models/stored-artefact.ts';
import type { Log } from '../ports/log.ts';
import { deploymentLoad } from '../settings/bill-load.ts';
import { pricesOf } from '../settings/cost-settings.ts';
import { keys } from '../settings/keys.ts';
import { askingMonthly, monthlyBill, SECONDS_PER_MONTH } from '../settings/monthly-bill.ts';
import { type Settings, type Watch, watchesOf } from '../settings/settings.ts';
import { type AskedByTicks, askedRecord, type AskedRecord } from './asked-records.ts';
import { readSome } from './status-ports.ts';
import { readJson } from './stored-json.ts';

export interface MeterPorts extends StoragePorts {
  readonly settings: Settings;
  readonly log: Log;
  /** What is held against `maxMonthlyUsd` besides what is asked: see `DetectPorts`. */
  readonly billing?: 'deployment' | 'requests';
}

/** Watches that ask CloudWatch, and so cost something each time. */
export const isMetered = ({ source }: Watch): boolean => source.kind === 'cloudwatch';

/** Those of them that pull their points: what is streamed comes whether it is looked at or not, and its silence is alarmed. */
export const isStretchable = (watch: Watch): boolean => isMetered(watch) && watch.collect === 'poll';

/** Everything of the settings that the meter's reading depends on, as text to compare. */
export function meterSettings({ settings, bytes }: Pick<MeterPorts, 'settings' | 'bytes'>): string {
  const { maxMonthlyUsd, prices, watches } = settings;
  const asked = Object.entries(watches).map(([name, { every, discoverEvery, source, collect }]) => [
    name,
    every,
    discoverEvery,
    source.kind,
    collect,
  ]);
  return bytes.digest(new TextEncoder().encode(JSON.stringify([maxMonthlyUsd, prices, asked]))).slice(0, 16);
}

/**
 * What is known of the month at a reading of the meter: what was counted, the rate at which the shards that are looked
 * after ask, and what all else costs. A record that cannot be read is left out, and said.
 *
 * @param at epoch seconds.
 */
export async function meterFacts(at: number, settings: string, ports: MeterPorts): Promise<PaceFacts> {
  const month = billingMonth(at);
  const watches = watchesOf(ports.settings).filter(isMetered);
  const prices = pricesOf(ports.settings);
  const overviews = new Map<string, ShardOverview>();
  for (const { name } of watches) overviews.set(name, await readOverview(ports, name));
  const records = await readMonth(month.name, ports);
  // In the first hour of a month little is counted yet: what the shards asked at last is known from the month before.
  const isCounted = records.some(({ by }) => by === 'ticks');
  const former = isCounted ? [] : await readMonth(billingMonth(month.from - 1).name, ports);
  const latest = latestTicks([...former, ...records]);
  const lists = new Map<string, number>();
  for (const one of [...former, ...records]) if (one.by === 'listing') lists.set(one.watch, one.perLook);

  const planned = watches.flatMap((watch) =>
    (overviews.get(watch.name)?.shards ?? []).map(({ shard, series }) => {
      const asked = latest.get(nameOf(watch.name, shard));
      const perPull = asked?.perPull ?? (isStretchable(watch) ? series : 0);
      // What a stream leaves to be asked for is known when it is: there is nothing to hold it against.
      const expected = isStretchable(watch) ? (asked?.expected ?? series) : perPull;
      return { watch, asked, series, perPull, expected };
    }),
  );
  const listing = watches.reduce(
    (sum, { name, discoverEvery }) => sum + ((lists.get(name) ?? 0) * prices.cloudWatchRequest) / discoverEvery,
    0,
  );
  const rate = (per: (one: (typeof planned)[number]) => number): AtEachLevel => {
    const at = (level: 0 | 1 | 2): number =>
      planned.reduce((sum, one) => {
        const interval = pullInterval(one.watch.every, isStretchable(one.watch) ? level : 0);
        return sum + (per(one) * prices.metricRequested) / interval;
      }, 0);
    return [at(0) + listing, at(1) + listing, at(2) + listing];
  };
  const metricsOf = (name: string, by: 'ticks' | 'past' | undefined): number =>
    records.reduce((sum, one) => {
      if (one.by === 'listing' || one.watch !== name || (by !== undefined && one.by !== by)) return sum;
      return sum + one.metrics;
    }, 0);
  const counted = [...new Set(records.map(({ watch }) => watch))];
  const past = records.reduce((sum, one) => sum + (one.by === 'past' ? one.metrics : 0), 0);
  const requests = records.reduce((sum, one) => sum + (one.by === 'listing' ? one.requests : 0), 0);
  const metrics = Object.fromEntries(counted.map((name) => [name, metricsOf(name, undefined)]));
  const all = Object.values(metrics).reduce((sum, one) => sum + one, 0);
  return {
    at,
    countedTo: countedTo(
      planned.flatMap(({ asked, expected, watch }) =>
        asked === undefined ? [] : { tick: asked.tick, weight: expected / watch.every },
      ),
      at,
    ),
    billed: all * prices.metricRequested + requests * prices.cloudWatchRequest,
    past: past * prices.metricRequested,
    asking: rate(({ perPull }) => perPull),
    expecting: rate(({ expected }) => expected),
    rest: ports.billing === 'deployment' ? restOf(ports.settings, planned) : 0,
    limit: ports.settings.maxMonthlyUsd ?? null,
    settings,
    metrics,
  };
}

async function readMonth(month: string, { store, log }: MeterPorts): Promise<readonly AskedRecord[]> {
  const names: string[] = [];
  for await (const key of store.list(keys.meterPrefix(month))) names.push(key);
  const { found, unreadable } = await readSome(names, async (key) => (await readJson(store, askedRecord, key))?.value);
  for (const key of unreadable) log.error('count unreadable: left out', { key });
  return found.flatMap((one) => one ?? []);
}

const nameOf = (watch: string, shard: string): string => JSON.stringify([watch, shard]);

/** The later of a shard's records wins. */
function latestTicks(records: readonly AskedRecord[]): ReadonlyMap<string, AskedByTicks> {
  const found = new Map<string, AskedByTicks>();
  for (const one of records) if (one.by === 'ticks') found.set(nameOf(one.watch, one.shard), one);
  return found;
}

/**
 * Until when, in the mean, what was asked is counted: shards leave their counts at different ticks of an hour, or twice a
 * day. Weighted by the rates, so that what one asks at once is expected at once.
 */
function countedTo(counts: readonly { readonly tick: number; readonly weight: number }[], at: number): number {
  const all = counts.reduce((sum, { weight }) => sum + weight, 0);
  return all === 0 ? at : counts.reduce((sum, { weight, tick }) => sum + (weight / all) * tick, 0);
}

/** Dollars a second of everything that is not asked for: by the same prices as before a deployment. */
function restOf(
  settings: Settings,
  planned: readonly {
    readonly watch: Watch;
    readonly asked: AskedByTicks | undefined;
    readonly series: number;
    readonly expected: number;
  }[],
): number {
  const prices = pricesOf(settings);
  const load = deploymentLoad(settings, ({ name }) => {
    const own = planned.filter(({ watch }) => watch.name === name);
    const sum = (of: (one: (typeof own)[number]) => number): number => own.reduce((all, one) => all + of(one), 0);
    return {
      metrics: sum(({ asked, series }) => asked?.watched ?? series),
      unstreamed: sum(({ asked }) => asked?.expected ?? 0),
      series: sum(({ series }) => series),
      forecastSeries: sum(({ asked }) => asked?.limited ?? 0),
    };
  });
  const asking = load.watches.reduce((sum, one) => sum + askingMonthly(one, prices), 0);
  return (monthlyBill(load, prices).total - asking) / SECONDS_PER_MONTH;
}
