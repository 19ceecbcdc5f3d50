import { describe, expect, it } from 'vitest';
import { updateInventory } from '../../shared/metrics/inventory.ts';
import type { ForecastPorts } from '../../shared/pipeline/forecast-ports.ts';
import { forecastMetrics, readForecasts } from '../../shared/pipeline/forecast-metrics.ts';
import { keys } from '../../shared/settings/keys.ts';
import {
  day,
  every,
  foresee,
  forecastStateOf,
  forecastWorld,
  type ForecastWorld,
  hill,
  percent,
  pull,
  remember,
  shard,
  start,
} from './forecast-world.ts';
import type { Signalling } from './world.ts';

const watch = { forecast: { forecaster: 'seasonal-naive' } };
const members = [percent('a', 'cpu')];
/** The hill crosses 80 at 10:17, which the third tick foresees. */
const soon = start - 900;
/** A source that has come to say something else. */
const lower: Signalling = (one, time) => hill(one, time) - 30;

const inProcess = (w: ForecastWorld, value: Signalling = hill): ForecastWorld =>
  forecastWorld(members, value, watch, w.store);

async function live(from: number): Promise<ForecastWorld> {
  const w = forecastWorld(members, hill, watch);
  await remember(w, from, 6);
  await foresee(w, from, 3);
  return w;
}

/** A process that does something before it stores its forecasts, or dies once they are. */
function atForecasts(
  { ports }: ForecastWorld,
  tick: number,
  happens: { readonly before?: () => Promise<void>; readonly dies?: boolean },
): ForecastPorts {
  const { store } = ports;
  const put: typeof store.put = async (key, body, expected) => {
    if (key !== keys.forecasts('w', shard, tick)) return store.put(key, body, expected);
    await happens.before?.();
    const outcome = await store.put(key, body, expected);
    if (happens.dies === true) throw new Error('died');
    return outcome;
  };
  return {
    ...ports,
    store: { put, get: store.get.bind(store), list: store.list.bind(store), delete: store.delete.bind(store) },
  };
}

async function run(w: ForecastWorld, tick: number, ports = w.ports) {
  w.clock.time = tick;
  return forecastMetrics({ tick }, ports);
}

async function heldAt(w: ForecastWorld, time: number): Promise<number | undefined> {
  const { recent } = (await forecastStateOf(w)) ?? {};
  return recent?.series[0]?.values[(time - recent.start) / every];
}

describe('of two runs of one tick, between which a pull has come', () => {
  it('the one whose forecasts came second remembers what the first had read, and loses none of it', async () => {
    const w = await live(soon);
    const tick = soon + 3 * every;
    await pull(w, tick);
    const [slow, quick] = [inProcess(w), inProcess(w)];
    const overtaken = atForecasts(slow, tick, {
      before: async () => {
        await pull(inProcess(w, lower), tick - 1);
        await expect(run(quick, tick, atForecasts(quick, tick, { dies: true }))).rejects.toThrow('died');
      },
    });
    const { watches } = await run(slow, tick, overtaken);
    expect(watches[0].ran[0]).toMatchObject({ outcome: 'forecast', forecast: 1 });
    expect((await readForecasts(w.ports, 'w', shard, tick))?.ticks).toEqual([tick - 1, tick]);
    const slot = tick - 4 * every;
    expect(await heldAt(w, slot)).toBeCloseTo(lower(members[0], slot), 9);
  });
});

describe('a run that is repeated when newer pulls have come', () => {
  it.each([
    ['after midnight, when history is read by days', 0],
    ['after a pause over midnight', 7],
  ])('reads what the first had read, and no more: %s', async (_title, later) => {
    const midnight = Math.floor(soon / day) * day + day;
    const w = await live(midnight - 3 * every);
    const tick = midnight + later * every;
    for (let time = midnight; time <= tick; time += every) await pull(w, time);
    const first = inProcess(w);
    await expect(run(first, tick, atForecasts(first, tick, { dies: true }))).rejects.toThrow('died');
    await pull(inProcess(w, lower), tick + every);
    await run(inProcess(w), tick);
    for (const slot of [tick - every, tick - 2 * every])
      expect(await heldAt(w, slot)).toBeCloseTo(hill(members[0], slot), 9);
    // What is newer is read by the next tick.
    await run(inProcess(w), tick + every);
    expect(await heldAt(w, tick - every)).toBeCloseTo(lower(members[0], tick - every), 9);
  });
});

describe('a shard whose last series is retired', () => {
  it('takes back within hours what was foreseen of it', async () => {
    const w = await live(soon);
    expect((await forecastStateOf(w))?.told).toHaveLength(1);
    await updateInventory(w.ports, 'w', [], soon + 3 * every);
    const gone = start + 15 * day;
    await updateInventory(w.ports, 'w', [], gone);
    const before = w.bus.published.length;
    for (let k = 0; k < 60; k++) await run(w, gone + k * every);
    const said = w.bus.published.slice(before).flatMap((signal) => signal.findings);
    expect(said.map(({ status, gone: isGone }) => [status, isGone])).toEqual(Array(3).fill(['normal', true]));
    expect((await forecastStateOf(w))?.told).toEqual([]);
  });
});
