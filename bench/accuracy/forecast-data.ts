import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantileOfSorted } from '../../shared/numeric/statistics.ts';
import type { Origin } from '../../bin/backtest-series.ts';
import { readRows } from './labelled-data.ts';

/** A series of the forecast data. */
export interface ForecastSeries {
  readonly name: string;
  readonly source: string;
}

export interface ForecastTask {
  readonly values: Float64Array;
  /** 1 for rows whose errors do not count. */
  readonly leftOut: Uint8Array;
  readonly origins: readonly Origin[];
}

/** Mean absolute scaled errors at 30, 45 and 60 minutes and a day, by peer. */
export type PeerErrors = ReadonlyMap<string, readonly number[]>;

const DAY = 288;
const EVERY = 144;
const CONTEXT = 21 * DAY;
const CROSSING_ROWS = 9;
const LIMIT_SHARE = 0.95;
const ON_LIMIT = 0.05;

/** @throws Error where the folder has no such data. */
export function forecastRegistry(folder: string): readonly ForecastSeries[] {
  const path = join(folder, 'forecast', 'registry.json');
  if (!existsSync(path)) throw new Error(`there is no forecast/registry.json under ${folder}`);
  return JSON.parse(readFileSync(path, 'utf8')) as ForecastSeries[];
}

/** By series, the errors of every peer. */
export function forecastPeers(folder: string): ReadonlyMap<string, PeerErrors> {
  const peers = new Map<string, Map<string, readonly number[]>>();
  for (const [series, method, ...errors] of readRows(join(folder, 'forecast', 'peers.csv')).rows) {
    const own = peers.get(series) ?? new Map<string, readonly number[]>();
    peers.set(series, own.set(method, errors.map(Number)));
  }
  return peers;
}

/**
 * Forecast every 12 hours over the last week. The limit whose crossing is asked about is what 95 % of the 21 days before
 * lay below; none where the series is above it already, is kept at it, or the next rows are called anomalous.
 */
export function forecastTask(folder: string, name: string): ForecastTask {
  const { rows } = readRows(join(folder, 'forecast', `${name}.csv.gz`));
  const values = Float64Array.from(rows, ([, value]) => Number(value));
  const leftOut = Uint8Array.from(rows, (row) => (Number(row.at(2) ?? 0) > 0 ? 1 : 0));
  const origins: Origin[] = [];
  for (let row = Math.max(values.length - 7 * DAY, 5 * DAY); row <= values.length - DAY; row += EVERY) {
    const isAnomalous = leftOut.subarray(row, row + CROSSING_ROWS).includes(1);
    origins.push({ row, limit: isAnomalous ? null : limitOf(values.subarray(Math.max(0, row - CONTEXT), row)) });
  }
  return { values, leftOut, origins };
}

function limitOf(context: Float64Array): number | null {
  const limit = quantileOfSorted(context.slice().sort(), LIMIT_SHARE);
  const mean = context.reduce((sum, value) => sum + value, 0) / context.length;
  const deviation = Math.sqrt(context.reduce((sum, value) => sum + (value - mean) ** 2, 0) / context.length);
  const on = context.filter((value) => Math.abs(value - limit) < 1e-4 * deviation + 1e-12).length;
  return context[context.length - 1] > limit || on > ON_LIMIT * context.length ? null : limit;
}
