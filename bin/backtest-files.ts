import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Origin, SeriesBacktest } from './backtest-series.ts';

/** Where forecasts and crossings of a backtest are written, series after series in the order they were asked for. */
export interface BacktestFiles {
  /** Given in any order, written in that of `index`, from 0 without a gap. */
  add(index: number, series: string, origins: readonly Origin[], backtest: SeriesBacktest): Promise<void>;
  /** The files under their own names; until then they are not there. */
  finish(): Promise<readonly string[]>;
  /** As if nothing had been written. */
  abandon(): Promise<void>;
}

const headers = {
  'forecasts.csv': 'series,origin,h,yhat,lo80,hi80,lo95,hi95\n',
  'crossings.csv': 'series,origin,p\n',
} as const;

/** Digits that are written: more than any metric has. */
const DIGITS = 9;
const text = (value: number): string => String(Number(value.toPrecision(DIGITS)));

/** @param folder made where it is not there; files of these names in it are replaced. */
export async function backtestFiles(folder: string): Promise<BacktestFiles> {
  await mkdir(folder, { recursive: true });
  const draft = (name: string): string => join(folder, `${name}.${process.pid}.partial`);
  const names = Object.keys(headers) as (keyof typeof headers)[];
  const [forecasts, crossings] = await Promise.all(names.map((name) => open(draft(name), 'w')));
  const handles: readonly FileHandle[] = [forecasts, crossings];
  await Promise.all(names.map((name, at) => handles[at].write(headers[name])));
  const waiting = new Map<number, readonly [string, string]>();
  let next = 0;
  let writing = Promise.resolve();
  return {
    async add(index, series, origins, backtest) {
      waiting.set(index, [forecastLines(series, origins, backtest), crossingLines(series, origins, backtest)]);
      writing = writing.then(async () => {
        for (let lines = waiting.get(next); lines !== undefined; lines = waiting.get(next)) {
          waiting.delete(next++);
          await forecasts.write(lines[0]);
          await crossings.write(lines[1]);
        }
      });
      await writing;
    },
    async finish() {
      await writing;
      await Promise.all(handles.map((handle) => handle.close()));
      await Promise.all(names.map((name) => rename(draft(name), join(folder, name))));
      return names.map((name) => join(folder, name));
    },
    async abandon() {
      await Promise.allSettled(handles.map((handle) => handle.close()));
      await Promise.all(names.map((name) => rm(draft(name), { force: true })));
    },
  };
}

function forecastLines(series: string, origins: readonly Origin[], { forecasts }: SeriesBacktest): string {
  let lines = '';
  forecasts.forEach((forecast, at) => {
    for (let slot = 0; slot < forecast.mean.length; slot++) {
      const numbers = [forecast.mean, ...forecast.ends].map((values) => text(values[slot]));
      lines += `${series},${origins[at].row},${slot + 1},${numbers.join(',')}\n`;
    }
  });
  return lines;
}

function crossingLines(series: string, origins: readonly Origin[], { forecasts }: SeriesBacktest): string {
  let lines = '';
  forecasts.forEach((forecast, at) => {
    if (origins[at].limit === null || forecast.probability === null) return;
    lines += `${series},${origins[at].row},${text(forecast.probability)}\n`;
  });
  return lines;
}
