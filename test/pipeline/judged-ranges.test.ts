import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { packArtefact, unpackArtefact } from '../../shared/models/artefact.ts';
import { type JudgedRanges, judgedRangesKind, readRanges, recordRanges } from '../../shared/pipeline/judged-ranges.ts';
import { RECENT_SLOTS } from '../../shared/pipeline/recent-values.ts';
import { keys } from '../../shared/settings/keys.ts';
import { goldenArtefactSuite } from '../models/golden-artefact.ts';

const period = 300;
const start = 1_763_640_000;
const where = { watch: 'w', shard: 's-0001', periodSeconds: period, series: 'cpu' };

class CountingStore extends MemoryObjectStore {
  gets = 0;
  override get(key: string) {
    this.gets++;
    return super.get(key);
  }
}
let store: CountingStore;
let ports: { readonly store: CountingStore; readonly bytes: typeof nodeBytes };
beforeEach(() => {
  store = new CountingStore();
  ports = { store, bytes: nodeBytes };
});

type State = Parameters<typeof recordRanges>[2];

/** The lower end of each slot is its own time, as far as single precision has it; the upper end lies 10 above. */
const lowerAt = (time: number): number => (time - start) / period;
function stateAt(tick: number, ids: readonly string[] = ['cpu', 'memory']): State {
  const first = tick - RECENT_SLOTS * period;
  const slots = Array.from({ length: RECENT_SLOTS }, (_, slot) => lowerAt(first + slot * period));
  const recent = ids.map((id) => ({
    id,
    values: Float32Array.from(slots),
    lower: Float32Array.from(slots, (one) => (one < 0 ? Number.NaN : one)),
    upper: Float32Array.from(slots, (one) => (one < 0 ? Number.NaN : one + 10)),
  }));
  return {
    watch: 'w',
    shard: 's-0001',
    tick,
    periodSeconds: period,
    timezone: 'UTC',
    judgedTo: tick,
    held: { start: tick, series: [] },
    entities: recent.map((one) => ({ judged: undefined as never, recent: [one], told: [], warm: true })),
  };
}

async function ticked(from: number, to: number, every = period): Promise<void> {
  for (let tick = from; tick <= to; tick += every) await recordRanges(ports, { tick: tick - every }, stateAt(tick));
}
async function namesOf(): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const key of store.list('')) names.push(key);
  return names;
}
const read = (from: number, to: number, series = 'cpu') => readRanges(ports, { ...where, series, from, to });

describe('the ranges that were judged by', () => {
  it.each([
    ['points of five minutes', period],
    ['an hour of polls that were stretched', 3600],
  ])('leave no slot out, whoever asks: %s', async (_, every) => {
    const end = start + 86_400;
    await ticked(start, end, every);
    const newest = end - (RECENT_SLOTS - 1) * period;
    const bands = await read(start, end);
    for (let time = start; time < newest; time += period)
      expect(bands.get(time)).toEqual({ lower: lowerAt(time), upper: lowerAt(time) + 10 });
  });

  it('are stored every 45 slots, and once for a tick that is repeated', async () => {
    await ticked(start, start + 10 * 45 * period);
    await ticked(start, start + 10 * 45 * period);
    const names = await namesOf();
    expect(names).toHaveLength(10 + (start % (45 * period) === 0 ? 1 : 0));
  });

  it('are not stored by the first tick of a shard, nor where nothing was judged', async () => {
    await recordRanges(ports, undefined, stateAt(start));
    await recordRanges(ports, { tick: start - 86_400 }, { ...stateAt(start), entities: [] });
    expect(await namesOf()).toEqual([]);
  });

  it('are none where nothing was usual yet', async () => {
    await ticked(start, start + 50 * period);
    const bands = await read(start - 3600, start + 3600);
    expect([bands.has(start - period), bands.has(start)]).toEqual([false, true]);
  });

  it('are of the series that is asked about, and none of another period', async () => {
    await ticked(start, start + 50 * period);
    expect((await read(start, start + 3600, 'gone')).size).toBe(0);
    const other = { ...where, periodSeconds: 60, from: start, to: start + 3600 };
    expect((await readRanges(ports, other)).size).toBe(0);
  });

  it('do not grow with history: the newest twelve objects of what was asked for', async () => {
    const end = start + 30 * 86_400;
    await ticked(start, end, 10 * period);
    store.gets = 0;
    const bands = await read(start, end);
    expect(store.gets).toBe(12);
    expect(bands.has(end - 86_400)).toBe(true);
    const to = start + 10 * 86_400;
    expect((await read(start, to)).has(to - 490 * period)).toBe(true);
    store.gets = 0;
    await read(start, start + 3600);
    expect(store.gets).toBeLessThan(4);
  });

  it('are what they were before a shard started anew', async () => {
    const judged = stateAt(start + 100 * period);
    await recordRanges(ports, { tick: start }, judged);
    const forgotten = judged.entities.map((one) => ({
      ...one,
      recent: one.recent.map(({ id, values }) => ({
        id,
        values,
        lower: values.map(() => NaN),
        upper: values.map(() => NaN),
      })),
    }));
    const anew = { ...judged, tick: start + 145 * period, judgedTo: start + 110 * period, entities: forgotten };
    await recordRanges(ports, { tick: start + 100 * period }, anew);
    expect((await read(start, start + 200 * period)).get(start + 99 * period)).toMatchObject({ upper: 109 });
  });

  it('go without what cannot be read', async () => {
    await ticked(start, start + 200 * period);
    const names = await namesOf();
    await store.put(names[1], Uint8Array.of(1, 2, 3));
    expect((await read(start, start + 200 * period)).size).toBeGreaterThan(RECENT_SLOTS);
  });
});

const golden: JudgedRanges = {
  watch: 'w',
  shard: 's-0001',
  tick: start,
  periodSeconds: 300,
  start: start - 600,
  slots: 2,
  ids: ['cpu', 'memory'],
  lower: Float32Array.of(1, 2, Number.NaN, 4),
  upper: Float32Array.of(5, 6, Number.NaN, 8),
};
goldenArtefactSuite(judgedRangesKind, { 1: golden });

it('refuses ranges that are not as many as their slots', () => {
  const damaged = packArtefact(judgedRangesKind, { ...golden, upper: Float32Array.of(1) });
  expect(() => unpackArtefact(judgedRangesKind, damaged, keys.ranges('w', 's', start))).toThrow(
    /upper has 1 numbers, and 2 series have 2 slots each/,
  );
});
