import { describe, expect, it } from 'vitest';
import { forecastMetrics } from '../../shared/pipeline/forecast-metrics.ts';
import { trainForecasters } from '../../shared/pipeline/train-forecasters.ts';
import { keys } from '../../shared/settings/keys.ts';
import {
  every,
  forecastStateOf,
  type ForecastWorld,
  forecastWorld,
  hill,
  percent,
  pull,
  remember,
  start,
} from './forecast-world.ts';

const HOUR = 3600;
const watch = { forecast: { forecaster: 'seasonal-naive' }, limits: [{ metric: 'cpu', above: 80 }] };

/** Detection pulls at each full hour and all that came since the last one; forecasts come every five minutes. */
async function hourly(isKnown: boolean): Promise<{ readonly w: ForecastWorld; readonly ran: readonly unknown[] }> {
  const w = forecastWorld([percent('a', 'cpu')], hill, watch);
  await remember(w, start, 5);
  w.clock.time = start;
  await pull(w, start);
  await trainForecasters({ tick: start }, w.ports);
  if (isKnown) await stretch(w);
  const ran: unknown[] = [];
  for (let tick = start; tick < start + 4 * HOUR; tick += every) {
    w.clock.time = tick;
    if (tick % HOUR === 0 && tick > start) for (let k = 3; k >= 0; k--) await pullOf(w, tick, k);
    ran.push((await forecastMetrics({ tick }, w.ports)).watches[0]?.ran[0]);
  }
  return { w, ran };
}

/** A pull of the world brings a quarter of an hour: an hour is four of them. */
async function pullOf(w: ForecastWorld, tick: number, quarter: number): Promise<void> {
  await pull(w, tick - quarter * 900);
}

async function stretch(w: ForecastWorld): Promise<void> {
  const pace = {
    ...{ version: 1, month: '2026-03', from: 0, readAt: start, countedTo: start, settings: 'x' },
    ...{ levels: [{ from: start - HOUR, level: 2 }], since: start - HOUR, billed: 1, past: 0, expected: 1 },
    ...{
      projected: 2,
      projectedAsItIs: 1,
      limit: 1,
      metrics: {},
      mark: { at: 0, billed: 0, expected: 0, metrics: {} },
    },
  };
  await w.store.put(keys.pace, new TextEncoder().encode(JSON.stringify(pace)));
}

const missingOf = (ran: readonly unknown[]) =>
  ran.slice(1).filter((one) => Object.keys((one as { missing: object }).missing).length > 0).length;

describe('forecasts while polling is stretched', () => {
  const stretched = hourly(true);

  it('are made at every tick, of what there is, and look as far ahead of now as ever', async () => {
    const { w, ran } = await stretched;
    expect(missingOf(ran)).toBe(0);
    const state = await forecastStateOf(w);
    const [{ open }] = state?.series ?? [];
    expect(open.length).toBeGreaterThan(0);
    for (const { tick, due } of open) if (!Number.isNaN(due)) expect(due - tick).toBeGreaterThanOrEqual(1500);
  });

  it('say that values are missing where nobody stretched anything: then they are', async () => {
    const { ran } = await hourly(false);
    expect(missingOf(ran)).toBeGreaterThan(20);
  });

  it('end nothing, and begin nothing, because a pull is an hour away', async () => {
    const { w } = await stretched;
    const statuses = w.bus.published.flatMap(({ findings }) => findings.map(({ status }) => status));
    expect(statuses).toContain('firing');
    expect(statuses).not.toContain('unknown');
  });

  it('say that values are missing where the pull that was promised did not come', async () => {
    const w = forecastWorld([percent('a', 'cpu')], hill, watch);
    await remember(w, start, 5);
    await pull(w, start);
    await trainForecasters({ tick: start }, w.ports);
    await stretch(w);
    const missing: number[] = [];
    for (let tick = start; tick <= start + 2 * HOUR; tick += every) {
      w.clock.time = tick;
      const [summary] = (await forecastMetrics({ tick }, w.ports)).watches[0].ran;
      if ('missing-data' in summary.missing) missing.push((tick - start) / 60);
    }
    expect(missing[0]).toBe(70);
    expect(missing.at(-1)).toBe(120);
  });
});
