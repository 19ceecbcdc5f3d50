import { beforeAll, describe, expect, it } from 'vitest';
import type { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { packArtefact } from '../../shared/models/artefact.ts';
import { forecastMetrics } from '../../shared/pipeline/forecast-metrics.ts';
import { forecastStateKind } from '../../shared/pipeline/forecast-state.ts';
import type { DetectPorts } from '../../shared/pipeline/detect-ports.ts';
import { withFault } from './faults.ts';
import {
  every,
  foresee,
  forecastStateOf,
  forecastWorld,
  type ForecastWorld,
  percent,
  pull,
  remember,
} from './forecast-world.ts';
import { copyStore, noise, type Signalling } from './world.ts';

/** Before midnight, so that the ticks meet a first training, a danger that comes and goes, and a new day. */
const start = Date.parse('2026-03-02T22:45:00Z') / 1000;
const ticks = 19;
const members = [percent('a', 'cpu')];
/** Up and down every two hours; above 80 from 23:11 to 23:49. */
const value: Signalling = ({ id }, time) =>
  66 - 26 * Math.cos((2 * Math.PI * (time - 1800)) / 7200) + (noise(id, time) - 0.5);
const watch = { forecast: { forecaster: 'seasonal-naive' } };

const open = (store?: MemoryObjectStore): ForecastWorld => forecastWorld(members, value, watch, store);
const tickAt = (k: number): number => start + k * every;
const noSource = (): never => {
  throw new Error('forecasting asked a source');
};
const faulty = (w: ForecastWorld, ...more: Parameters<typeof withFault> extends [unknown, ...infer R] ? R : never) =>
  withFault({ ...w.ports, source: noSource } satisfies DetectPorts, ...more);

async function run(w: ForecastWorld, k: number) {
  w.clock.time = tickAt(k);
  return forecastMetrics({ tick: tickAt(k) }, w.ports);
}

interface Outcome {
  readonly state: string;
  readonly signals: readonly string[];
  readonly forecasts: readonly string[];
}

async function outcome(store: MemoryObjectStore, worlds: readonly ForecastWorld[]): Promise<Outcome> {
  const said = worlds.flatMap(({ bus }) => bus.published.map((signal) => JSON.stringify(signal)));
  const state = await forecastStateOf(open(store));
  const forecasts: string[] = [];
  for await (const key of store.list('forecasts/'))
    forecasts.push(`${key} ${Buffer.from((await store.get(key))?.body ?? []).toString('base64')}`);
  return {
    state: state === undefined ? 'none' : Buffer.from(packArtefact(forecastStateKind, state)).toString('base64'),
    signals: [...new Set(said)].sort(),
    forecasts,
  };
}

/** Stores as they were before each tick, detection having been there, and what each tick made of it undisturbed. */
const before: MemoryObjectStore[] = [];
const undisturbed: Outcome[] = [];

beforeAll(async () => {
  const w = open();
  await remember(w, start, 4);
  for (let k = 0; k < ticks; k++) {
    await pull(w, tickAt(k));
    before.push(await copyStore(w.store));
    const own = open(w.store);
    await run(own, k);
    undisturbed.push(await outcome(w.store, [own]));
  }
});

describe('a run that dies and is repeated', () => {
  it('meets in these ticks everything there is to meet', () => {
    const said = undisturbed.map(({ signals }) => signals.join());
    expect(said.slice(0, 2)).toEqual(['', '']);
    expect(said[2]).toMatch(/"source":"crossing"[^}]*"status":"firing".*"isBeyond":false/);
    expect(said.some((one) => one.includes('"isBeyond":true'))).toBe(true);
    expect(said.filter((one) => one.includes('"status":"normal"'))).toHaveLength(3);
    expect(said.at(-1)).toBe('');
  });

  it.each([0, 2, 12, 15])(
    'leaves the state, the forecasts and the signals of tick %i as if nothing had happened, whichever call kills it',
    async (k) => {
      for (const when of ['before', 'after'] as const) {
        for (let at = 1; ; at++) {
          const store = await copyStore(before[k]);
          const first = open(store);
          first.clock.time = tickAt(k);
          const doomed = faulty(first, { at, when });
          const end = await Promise.race([forecastMetrics({ tick: tickAt(k) }, doomed.ports), doomed.died]);
          if (end !== 'died') break;
          const second = open(store);
          await run(second, k);
          const name = `${when} call ${at}: ${doomed.calls.at(-1) ?? ''}`;
          expect({ name, ...(await outcome(store, [first, second])) }).toEqual({ name, ...undisturbed[k] });
          const published = [first, second].flatMap(({ sink }) => sink.published.map((one) => one.name));
          expect(published, name).toEqual([...new Set(published)]);
        }
      }
    },
  );

  it.each([2, 12])('says of tick %i what it said before, though new points have come in between', async (k) => {
    const store = await copyStore(before[k]);
    const first = open(store);
    first.clock.time = tickAt(k);
    const doomed = faulty(first, { at: callOf(await callsOf(k), 'bus'), when: 'after' });
    await Promise.race([forecastMetrics({ tick: tickAt(k) }, doomed.ports), doomed.died]);
    // Detection of an earlier minute that was late: its points say something else.
    const late = forecastWorld(members, (one, time) => value(one, time) - 30, watch, store);
    await pull(late, tickAt(k) - 1);
    const second = open(store);
    await run(second, k);
    const said = [first, second].flatMap(({ bus }) => bus.published.map((signal) => JSON.stringify(signal)));
    expect(said.length).toBe(2 * new Set(said).size);
  });

  it('is made up for by the ticks after it where nobody repeats it', async () => {
    const at = 4;
    const last = 8;
    for (let call = 1; call <= (await callsOf(at)).length; call++) {
      const store = await copyStore(before[at]);
      const first = open(store);
      first.clock.time = tickAt(at);
      const doomed = faulty(first, { at: call, when: 'after' });
      await Promise.race([forecastMetrics({ tick: tickAt(at) }, doomed.ports), doomed.died]);
      const next = open(store);
      await foresee(next, tickAt(at + 1), last - at);
      const known = (await forecastStateOf(next))?.recent;
      expect(known, `after call ${call}`).toEqual((await forecastStateOf(open(before[last + 1])))?.recent);
    }
  });
});

describe('two runs of one tick at once', () => {
  it.each([0, 2, 12, 15])('leave one state and one set of signals of tick %i', async (k) => {
    for (let seed = 0; seed < 3; seed++) {
      const store = await copyStore(before[k]);
      let turn = 0;
      const pause = async () => {
        const wait = Math.floor(noise('pause', seed, turn++) * 6);
        for (let n = 0; n < wait; n++) await new Promise((resolve) => setImmediate(resolve));
      };
      const worlds = [open(store), open(store), open(store)];
      const summaries = await Promise.all(
        worlds.map((one) => {
          one.clock.time = tickAt(k);
          return forecastMetrics({ tick: tickAt(k) }, faulty(one, undefined, pause).ports);
        }),
      );
      const won = summaries.filter(({ watches }) => watches[0]?.ran[0]?.outcome === 'forecast');
      expect(won.length, `seed ${seed}`).toBe(1);
      expect(await outcome(store, worlds), `seed ${seed}`).toEqual(undisturbed[k]);
    }
  });
});

const callsOf = async (k: number): Promise<readonly string[]> => {
  const w = open(await copyStore(before[k]));
  w.clock.time = tickAt(k);
  const { ports, calls } = faulty(w, undefined);
  await forecastMetrics({ tick: tickAt(k) }, ports);
  return calls;
};

const callOf = (calls: readonly string[], name: string): number => {
  const at = calls.indexOf(name);
  if (at === -1) throw new Error(`${name} was never called: ${calls.join()}`);
  return at + 1;
};
