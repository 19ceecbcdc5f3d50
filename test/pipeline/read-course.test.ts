import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { compactHistory } from '../../shared/metrics/history-compaction.ts';
import { historyDayKind } from '../../shared/metrics/history-format.ts';
import { appendTick } from '../../shared/metrics/history.ts';
import { writeStored } from '../../shared/models/stored-artefact.ts';
import { readCourse } from '../../shared/pipeline/read-course.ts';
import { keys } from '../../shared/settings/keys.ts';

const day = 86_400;
/** A Friday at noon. */
const noon = Date.parse('2026-11-20T12:00:00Z') / 1000;
const where = { watch: 'w', shard: 's-0001', series: 'a', width: 2 };

class CountingStore extends MemoryObjectStore {
  gets = 0;
  override get(key: string) {
    this.gets++;
    return super.get(key);
  }
}

/** Every tick pulls the last quarter of an hour of two series; their values are their times. */
async function pulled(periodSeconds: number, every: number, from: number, to: number) {
  const store = new CountingStore();
  const ports = { store, bytes: nodeBytes };
  for (let tick = from; tick <= to; tick += every) {
    const times: number[] = [];
    for (let time = tick - Math.max(900, 3 * periodSeconds); time < tick; time += periodSeconds) times.push(time);
    const points = { times: Float64Array.from(times), values: Float64Array.from(times), ticks: new Uint32Array(0) };
    const series = ['a', 'b'].map((id) => ({ id, ...points, ticks: new Uint32Array(times.length) }));
    await appendTick(ports, 'w', 's-0001', periodSeconds, { tick, previous: [], problems: new Map(), series });
  }
  store.gets = 0;
  return { store, ports };
}

const grid = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) }, (_, k) => from + k * step);

describe('the course of a series', () => {
  it('is every point of the time that was asked for, once', async () => {
    const { ports } = await pulled(300, 300, noon - 4 * 3600, noon);
    const { points, from } = await readCourse(ports, { ...where, periodSeconds: 300, from: noon - 7200, to: noon });
    expect([...points.times]).toEqual(grid(noon - 7200, noon, 300));
    expect(from).toBe(noon - 7200);
  });

  it('has no hole where only some pulls of a minute’s ticks are read, and reads at most 150 of them', async () => {
    const { store, ports } = await pulled(60, 60, noon - 5 * 3600, noon);
    const request = { ...where, periodSeconds: 60, from: noon - 4 * 3600, to: noon };
    const { points } = await readCourse(ports, request);
    expect([...points.times]).toEqual(grid(request.from, noon, 60));
    expect(store.gets).toBeLessThanOrEqual(150 + 2);
  });

  it('reads nothing of what is known, and what was read is believed more', async () => {
    const { store, ports } = await pulled(300, 300, noon - 4 * 3600, noon);
    const request = { ...where, periodSeconds: 300, from: noon - 4 * 3600, to: noon };
    const times = Float64Array.from(grid(noon - 4 * 3600, noon - 600, 300));
    const { points, from } = await readCourse(ports, { ...request, known: { times, values: times.map(() => 7) } });
    expect(from).toBe(request.from);
    expect([...points.times]).toEqual(grid(request.from, noon, 300));
    expect([...points.values].map((value) => value === 7)).toEqual(
      [...points.times].map((time) => time < noon - 600 - 900 + 300),
    );
    // The two pulls since, and one that may have brought them late; its day and its backfill.
    expect(store.gets).toBeLessThanOrEqual(5);
  });

  it('holds what was pulled at once after a pause, though the pull before it is known', async () => {
    const { store, ports } = await pulled(300, 300, noon - 2 * 3600, noon - 3600);
    const late = grid(noon - 3600, noon, 300);
    const times = Float64Array.from(late);
    const series = [{ id: 'a', times, values: times, ticks: new Uint32Array(times.length) }];
    await appendTick(ports, 'w', 's-0001', 300, { tick: noon, previous: [], problems: new Map(), series });
    const known = Float64Array.from(grid(noon - 7200, noon - 3600, 300));
    const { points } = await readCourse(ports, {
      ...where,
      periodSeconds: 300,
      from: noon - 7200,
      to: noon,
      known: { times: known, values: known },
    });
    expect([...points.times]).toEqual(grid(noon - 7200, noon, 300));
    expect(store.gets).toBeLessThanOrEqual(6);
  });

  it('begins where it was asked to where only the newest day has to be read', async () => {
    const midnight = noon - (noon % day);
    const { ports } = await pulled(300, 300, midnight - 7200, midnight + 1800);
    const times = Float64Array.from(grid(midnight - 7200, midnight + 900, 300));
    const request = { ...where, periodSeconds: 300, from: midnight - 7200, to: midnight + 1800 };
    const { points, from } = await readCourse(ports, { ...request, known: { times, values: times } });
    expect([from, ...points.times]).toEqual([request.from, ...grid(request.from, request.to, 300)]);
  });

  it('ends with the newest part where more pulls are needed than are read, and says where it begins', async () => {
    const { store, ports } = await pulled(300, 600, noon - 40 * 3600, noon);
    const { points, from } = await readCourse(ports, {
      ...where,
      periodSeconds: 300,
      from: noon - 39 * 3600,
      to: noon,
    });
    expect(from).toBeGreaterThan(noon - 39 * 3600);
    expect([...points.times]).toEqual(grid(from, noon, 300));
    expect(store.gets).toBeLessThanOrEqual(150 + 2 * 3);
  });

  it('is the same after the pulls were compacted', async () => {
    const { ports } = await pulled(300, 300, noon - day, noon);
    const request = { ...where, periodSeconds: 300, from: noon - day + 3600, to: noon };
    const before = await readCourse(ports, request);
    await compactHistory(ports, 'w', 's-0001', noon);
    const { points } = await readCourse(ports, request);
    // Not which pull each came from: of some stretches only every second one was read.
    expect([points.times, points.values]).toEqual([before.points.times, before.points.values]);
  });

  it('does not grow with history: two weeks of days at most, of a wide shard fewer', async () => {
    const store = new CountingStore();
    const ports = { store, bytes: nodeBytes };
    for (let from = noon - (noon % day) - 60 * day; from < noon; from += day) {
      const times = Float64Array.from(grid(from, Math.min(noon, from + day), 3600));
      const series = [{ id: 'a', times, values: times, ticks: new Uint32Array(times.length) }];
      const name = new Date(from * 1000).toISOString().slice(0, 10);
      await writeStored(ports, historyDayKind, keys.historyDay('w', 's-0001', 300, from), { day: name, series });
    }
    const request = { ...where, periodSeconds: 300, from: noon - 50 * day, to: noon };
    const some = await readCourse(ports, request);
    expect(some.from).toBe(noon - (noon % day) - 13 * day);
    expect(store.gets).toBe(28);
    const wide = await readCourse(ports, { ...request, width: 2000 });
    expect(noon - wide.from).toBeLessThan(5 * day);
  });

  it('goes on without what cannot be read, and names it', async () => {
    const { store, ports } = await pulled(300, 300, noon - 7200, noon);
    const key = keys.historyTick('w', 's-0001', 300, noon - 3600);
    await store.put(key, new Uint8Array([1, 2, 3]));
    const { points, unreadable } = await readCourse(ports, {
      ...where,
      periodSeconds: 300,
      from: noon - 6000,
      to: noon,
    });
    expect(unreadable).toEqual([key]);
    expect(points.times).toHaveLength(20);
  });
});
